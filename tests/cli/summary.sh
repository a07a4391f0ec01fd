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
cat > b.net <<'END'
net Trunk {
  in x [4]
  out mid = x -> dense(3)
  out y = mid -> dense(2)
}
net Aux {
  in x
  out x -> dense(2)
}
data D {
  field image [1, 2, 2]
  source: images("*.png")
}
train on D as (image) {
  mid, y = Trunk(image -> flatten)
  minimize mean(y) + mean(Aux(mid))
}
predict p(x [4]) {
  show value: Trunk(x).y
}
END
"$NETC" summary b.net | tail -2
