# preview-data: a page of samples as training sees them, a function of seed and epoch; masks, points, clips, mixed classes.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > see.net <<'END_OF_NET'
data Drawn {
  field image [3, 48, 48]
  field label class(4)
  field mask  class(5) [48, 48]
  source:  shapes(count: 40, objects: 2)
  holdout: last(10)
  prepare: scale(1/255) -> normalize(0.5, 0.25)
  augment: flip(horizontal: 0.5) -> rotate(20) -> color_jitter(0.3, 0.3, 0.3, 0.1) -> cutmix(1, p: 0.5)
}
data Corners {
  field image  [1, 300, 300]
  field corner [4, 2]
  source:  shapes(count: 5)
  augment: affine(30, translate: 0.1, scale: [0.8, 1.2])
}
data Moving {
  field clip  [9, 1, 24, 24]
  field label class(8)
  source: shapes(count: 20)
}
data Numbers {
  field x [3]
  source: csv("t.csv", values: "a")
}
net Net {
  in x [3]
  out x -> dense(1)
}
net Small {
  in image [3, 48, 48]
  out image -> global_avgpool -> dense(4)
}
train on Drawn as (image, label, _) {
  minimize cross_entropy(Small(image), label)
  optimizer: adam
  sampling:  balanced(label)
  seed:      5
}
predict y(x [3]) {
  show value: Net(x)
}
END_OF_NET
"$NETC" build see.net || exit 1
size() { od -A n -t u1 -j 16 -N 8 "$1" | awk '{ print $3 * 256 + $4, "x", $7 * 256 + $8 }'; }
./see preview-data && size preview-data.png
./see preview-data --seed 5 -o again.png > again.txt && cmp again.png preview-data.png
for different in "--epoch 2" "--seed 3" "--no-augment"; do
  # shellcheck disable=SC2086
  ./see preview-data $different -o other.png && ! cmp -s other.png preview-data.png || echo "the same picture"
done
./see preview-data Corners -n 12 -o corners.png && size corners.png
./see preview-data Moving -n 4 -o moving.png && size moving.png
./see preview-data Numbers --data .; echo "status $?"
./see preview-data Movin; echo "status $?"
./see preview-data -n 0; echo "status $?"
./see preview-data -o nowhere/sheet.png; echo "status $?"
