# The finished program's command line: each help fits a screen, each mistake has its message, what would mend it, and status 2.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > two.net <<'END_OF_NET'
const size = 8
net A {
  in x [1, size, size]
  out y = x -> flatten -> dense(3)
}
net G {
  in c [3]
  out image = c -> dense(size * size) -> reshape([1, size, size]) -> sigmoid
}
data Shapes {
  field image [1, size, size]
  field label class(3)
  source:  shapes(count: 64)
  val:     shapes(count: 32)
  names:   ["circle", "square", "tri angle"]
  prepare: scale(1/255)
}
train judge on Shapes as (image, label) {
  logits = A(image)
  minimize cross_entropy(logits, label)
  report   accuracy: accuracy(logits, label)
  optimizer: sgd(lr: 0.1)
  epochs:    1
  batch:     16
  keep:      best(accuracy)
}
train painter on Shapes as (image, label) {
  minimize mse(G(one_hot(label, 3)), image)
  optimizer: adam(lr: 0.01)
  clip:      norm(1)
  epochs:    1
}
predict classify(image Shapes.image) {
  show classes: softmax(A(image))
}
predict paint(kind Shapes.label, gain: 1) {
  show image: gain * G(one_hot(kind, 3))
}
END_OF_NET
"$NETC" build two.net --cpu x86-64-v3 || exit 1

lines() { # lines MOST WORD...: too long or too wide
  most=$1
  shift
  ./two "$@" > help.txt || exit 1
  [ "$(wc -l < help.txt)" -le "$most" ] || echo "two $*: $(wc -l < help.txt) lines"
  LC_ALL=C.UTF-8 awk -v what="$*" 'length($0) > 80 { print "two " what ": too wide: " $0 }' help.txt
}
lines 24 --help
lines 24 --help --all
for command in $(./two --help --all | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'); do
  lines 24 $command --help
  lines 60 $command --help --all
  ./two help $command --all | cmp - help.txt
  grep -q "^Example: ./two $command" help.txt || echo "$command: no example"
done
./two --help --all | grep -c '^  train\|^  eval\|^  dump\|^  classify\|^  paint'
./two 2> words.txt
echo "= $?"
./two --help | cmp - words.txt
./two train --help | grep 'Usage\|epochs X\|lr X\|resume'
./two paint -h | grep 'Usage\|kind\|gain\|Example'

try() {
  echo "\$ two $*"
  ./two "$@" 2>&1
  echo "= $?"
}
try trian
try predict
try help trian
try --epochs 3 train
try --epochs
try train jugde
try train judge painter
try info all
try train epochs=3
try train -epochs 3
try train -q
try train --epoch=abc
try train --epochs=0
try train --batch 1.5
try train --batch 0
try train --lr nan
try train --learning-rate 1
try train --pre 3
try train --resume=3
try train --keep 'best(acuracy)'
try train --schedule cosin
try train --save-every 3h
try train --prefix module.
try train --optimizer 'adam(lr: 1)'
try train --clip 3
try train --cl 3
try eval --split tset
try eval --split test
try eval
try eval --weights two.net
try classify
try classify -o
try classify missing.png
try classify --sample 64 --split train
try classify x.png --sample 3
try classify --best 0 --sample 0
try classify --sample 0-99999999999999999999
try train --seed 99999999999999999
try paint circle
try bench trian
./two train --out run > /dev/null || exit 1
try paint --out run
try paint --out run --kind cirlce
try paint --out run --kind circle --gain much
try paint --out run --kind 'tri angle' -o missing/x.png
try paint --learning-rate 3
try train --batch-size 3
try fit
try evaluate
try --trian
try bench classify --steps 1 --warmup 0 --csv | sed 's/,.*//'

# Data that is not where it is said to be, and weights of another program.
sed 's/source:  shapes(count: 64)/source:  folder("train")/; s/val:     shapes(count: 32)/holdout: last(2)/' two.net > files.net
"$NETC" build files.net --cpu x86-64-v3 -o files || exit 1
mkdir -p empty data/trian
touch afile
try() {
  echo "\$ files $*"
  ./files "$@" 2>&1
  echo "= $?"
}
try train
try train --data nowhere
try train --data afile
try train --data empty
try train --data data
try classify empty -w run/judge/best.safetensors
printf 'net B {\n  in x [1, 8, 8]\n  out y = x -> flatten -> dense(2)\n}\npredict b(x [1, 8, 8]) {\n  show value: B(x)\n}\n' > other.net
"$NETC" build other.net --cpu x86-64-v3 || exit 1
./two paint --out run --kind circle -o x.png 2> /dev/null
./other b x.png -w run/painter/best.safetensors 2>&1
echo "= $?"
