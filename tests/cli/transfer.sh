# Transfer learning: what fits of another net's weights is taken, the rest is told and starts anew; parts have rates of their own; with few
# pictures and equal epochs that beats training from nothing.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
net() { # net CLASSES COUNT SEED EPOCHS LINE...
  cat <<END
net Shapes(classes: $1) {
  in image [1, 24, 24]
  x = image -> c1: conv(12, 3, bias: false) -> n1: batchnorm -> relu -> maxpool(2)
        -> c2: conv(24, 3, bias: false) -> n2: batchnorm -> relu -> maxpool(2) -> c3: conv(32, 3, bias: false) -> n3: batchnorm -> relu
  out logits = x -> global_avgpool -> head: dense(classes)
}
data D {
  field image [1, 24, 24]
  field label class($1)
  source:  shapes(count: $2, objects: 1, seed: $3)
  test:    shapes(count: 200, objects: 1, seed: 99)
  prepare: scale(1/255)
}
train on D as (image, label) {
  logits = Shapes(image)
  minimize cross_entropy(logits, label)
  report accuracy: accuracy(logits, label)
  epochs: $4
  batch: 16
END
  shift 4
  for line; do echo "  $line"; done
  echo '}'
}
net 5 600 0 12 'optimizer: adam(lr: 3e-3)' 'schedule: cosine' > many.net
net 3 24 5 15 'optimizer: adam(lr: 3e-3)' 'schedule: cosine' > scratch.net
net 3 24 5 15 'start: "runs/many/best.safetensors"' 'freeze: [Shapes.c1, Shapes.n1, Shapes.c2(until: 5)]' \
  'optimizer(Shapes.head): adam(lr: 1e-2)' 'optimizer: adam(lr: 1e-3)' 'schedule: cosine' > transfer.net
for name in many scratch transfer; do
  "$NETC" build --cpu x86-64-v3 $name.net || exit 1
  ./$name train > $name.txt 2>&1 || { cat $name.txt; exit 1; }
done
sed -n 1,4p transfer.txt
of() { sed -n 's/^test: .*accuracy //p' "$1.txt"; }
echo "$(of scratch) $(of transfer)" | awk '{ print ($2 > $1 + 0.15 ? "transfer is better" : "transfer " $2 ", scratch " $1) }'
# The same from the command line, and what else a file may be.
./scratch train --weights runs/many/best.safetensors --out told --epochs 1 2>&1 | sed -n 1,3p
./scratch train --weights none.safetensors --out told2 --epochs 1 2>&1 | head -2
