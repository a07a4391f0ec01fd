# The summary's table, at both depths.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > a.net <<'END'
block Pair(n) {
  in x
  out x -> conv(n, 3) -> relu -> conv(n, 3, bias: false) -> batchnorm
}
net Twice {
  in x [3, 32, 32]
  out y = x -> first: Pair(16) -> maxpool(2) -> second: Pair(32)
}
predict features(x [3, 32, 32]) {
  show value: Twice(x)
}
END
"$NETC" summary a.net | sed -n '1,/^Memory/p'
"$NETC" summary a.net --depth 1 | sed -n '1,/^Memory/p'
"$NETC" summary a.net --batch 7 | grep predict | awk '{ print $2 }'
"$NETC" summary a.net | tail -2
