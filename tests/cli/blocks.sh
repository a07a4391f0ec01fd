# Several train blocks: each with rates of its own, `--lr` reaches all of them; a block alone goes on from the one before.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > two.net <<'END'
net A {
  in x [1, 16, 16]
  out y = x -> conv(4, 3) -> relu -> flatten -> dense(3)
}
data D {
  field image [1, 16, 16]
  field label class(3)
  source:  shapes(count: 64)
  val:     shapes(count: 32)
  prepare: scale(1/255)
}
train first on D as (image, label) {
  minimize cross_entropy(A(image), label)
  optimizer: sgd(lr: 0.1)
  epochs:    1
}
train second on D as (image, label) {
  minimize cross_entropy(A(image), label)
  optimizer: adam(lr: 0.001)
  epochs:    1
}
END
"$NETC" build two.net || exit 1
./two train --help | grep 'lr X'
./two train --lr 0 --out still > /dev/null || exit 1
./two train --first.lr 0 --out half > /dev/null || exit 1
losses() { cut -d, -f4 "$1/log.csv" | tail -1; }
[ "$(losses still/first)" = "$(losses half/first)" ] && [ "$(losses still/second)" != "$(losses half/second)" ] &&
  echo "the rates are apart"
./two train --out whole > /dev/null
./two train first --out parts > /dev/null && ./two train second --out parts | grep weights
cmp whole/second/last.safetensors parts/second/last.safetensors && echo "the same"
# a file to start from is for the first block that runs; the next goes on from there
./two train --weights whole/second/last.safetensors --out again | grep '^start\|^weights'
./two train first --weights whole/second/last.safetensors --out once > /dev/null
./two train second --out once > /dev/null
[ "$(losses again/second)" = "$(losses once/second)" ] && echo "the second goes on from the first"
./two train third 2>&1
echo "= $?"
