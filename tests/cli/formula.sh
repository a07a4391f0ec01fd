# A formula inside a graph text is checked like everything else.
cat > "$T/g.graph" << 'END'
graph g {
  v1 = input("x", shape: [3])
  v2 = each(v1, formula: "max(x0 + y, 0)")
  show y: v2
}
END
"$NETC" opt --passes simplify "$T/g.graph" 2>&1
echo "= $?"
