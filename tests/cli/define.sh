# -D replaces constants, and only those that there are.
cat > "$T/a.net" << 'END'
const size = 8
const wide = false

net A {
  in image [1, size, size]
  out image -> conv(if wide then 64 else 4, 3)
}

predict p(image [1, size, size]) {
  show value: A(image)
}
END
"$NETC" summary "$T/a.net" | tail -1
"$NETC" summary "$T/a.net" -D wide=true | tail -1
"$NETC" summary "$T/a.net" -D size=2*8 | grep conv_0
"$NETC" check "$T/a.net" -D sise=16 2>&1
echo "= $?"
