# Every stage can be seen; what is printed as a graph can be taken up again.
NETC=$(realpath "$NETC")
lenet=$(realpath examples/lenet.net)
cd "$T" || exit 1
cat > a.net <<'END'
net A {
  in x [3, 8, 8]
  out y = x -> conv(8, 3) -> relu -> maxpool(2)
}
net B {
  in x [3, 8, 8]
  out y = x -> flatten -> dense(2)
}
predict one(x [3, 8, 8]) {
  show value: A(x)
}
predict two(x [3, 8, 8]) {
  show value: B(x)
}
END
for stage in ast graph grad fused layout plan llvm asm; do
  "$NETC" ir a.net --stage $stage > $stage || exit 1
  test -s $stage || { echo "$stage is empty"; exit 1; }
done
"$NETC" ir a.net | cmp - graph || exit 1
"$NETC" ir a.net --after fuse | cmp - fused || exit 1
"$NETC" ir a.net --stop-after fuse | cmp - fused || exit 1
"$NETC" ir a.net -f predict_two | grep '^graph'
"$NETC" ir a.net --all -f predict_one | grep '^# ----'
"$NETC" ir a.net --all --stop-after autodiff | grep '^# ----'

# through text, pass by pass, as in one go
"$NETC" opt graph --passes simplify,autodiff > 1 && "$NETC" opt 1 --passes clean > 2 && "$NETC" opt - --passes fuse < 2 > 3 || exit 1
bare() {
  sed 's/ *# .*//' "$1"
}
bare fused > want
bare 3 | diff want - || exit 1
"$NETC" opt 3 > 4 || exit 1
bare 4 | diff want - || exit 1
mv 3 three.graph
"$NETC" ir three.graph --stage plan | tail -1 | sed 's/[0-9][0-9]*/n/g'

"$NETC" ir a.net --dump folder || exit 1
ls folder
"$NETC" ir a.net --stage plan --time-passes 2>&1 > /dev/null | sed 's/ *[0-9.]* ms/ms/'

# What is looked at along the way reads back, too.
"$NETC" ir "$lenet" -f explain_classify > taps.graph || exit 1
"$NETC" ir taps.graph > again.graph || exit 1
bare taps.graph > want
bare again.graph | diff want - && tail -3 want
