# What recipes add to a step: several batches make one; shadow weights are judged and kept; what is frozen stays, until it thaws.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END'
const frozen = "none"
net A {
  in image [1, 16, 16]
  x = image -> c1: conv(8, 3) -> bn: batchnorm -> relu -> maxpool(2)
  out class = x -> c2: conv(8, 3) -> relu -> global_avgpool -> fc: dense(3)
}
data D {
  field image [1, 16, 16]
  field label class(3)
  source:  shapes(count: 246, objects: 1)
  holdout: last(40)
  prepare: scale(1/255)
  augment: flip(horizontal: 0.5)
}
END
train() { # train LINE...: the train block
  echo 'train on D as (image, label) {
  class = A(image)
  minimize cross_entropy(class, label)*anneal(0.5, 1, epochs: 2)
  report accuracy: accuracy(class, label)
  optimizer: adam(lr: 3e-3)
  schedule:  cosine(warmup: 1)
  epochs: 4
  batch: 32'
  for line; do echo "  $line"; done
  echo '}'
}
build() { # build NAME LINE...
  name=$1
  shift
  { cat small.net; train "$@"; } > "$name.net"
  "$NETC" build --cpu x86-64-v3 "$name.net" || exit 1
}
losses() { cut -d, -f4,6 "$1/log.csv" | tail -n +2; }
near() { # near RUN RUN: the same losses, as far as the order of additions lets them
  losses "$1" | paste -d, - "$2.losses" | awk -F, '{ for (i = 1; i <= 2; i++) { d = $i - $(i + 2); if (d*d > 1e-9) bad = 1 } }
    END { print NR " epochs " (bad ? "differ" : "agree") }'
}
quiet() { "$@" > said.txt 2>&1 || { cat said.txt; exit 1; }; }

# Batch statistics are of the batch that is computed, so a net without them: a step of four batches of 8 is one of 32; the last one of an
# epoch has 14 samples, 8 and 6.
sed -i 's/ -> bn: batchnorm//' small.net
build whole
build parts 'accumulate: 4'
quiet ./whole train --out whole-run
losses whole-run > whole-run.losses
quiet ./parts train --out parts-run --batch 8
echo "accumulate: $(near parts-run whole-run)"
quiet ./parts train --out parts-one --accumulate 1
echo "accumulate 1: $(near parts-one whole-run)"
./whole train --out none --accumulate 2 2>&1 | tail -2

# However it is cut into checkpoints, and on however many threads.
quiet ./parts train --out other --batch 8 --save-every 1 --threads 1
cmp parts-run/last.safetensors other/last.safetensors && echo "other threads, other checkpoints: the same"

# Shadows: with a decay of 0 they are the weights; what is kept is the shadow.
build shadow 'ema: 0.99' 'keep: [best(accuracy), every(3)]'
quiet ./shadow train --out shadow-zero --ema 0
cut -d, -f6 shadow-zero/log.csv > zero; cut -d, -f6 whole-run/log.csv | cmp - zero && echo "ema 0: the same validation"
quiet ./shadow train --out shadow-run
cut -d, -f4 shadow-run/log.csv > steps; cut -d, -f4 whole-run/log.csv | cmp - steps && echo "ema 0.99: the same steps"
cut -d, -f6 shadow-run/log.csv | cmp -s - zero || echo "ema 0.99: another validation"
./shadow eval --split val --weights shadow-run/epoch-0003.safetensors 2> /dev/null | cut -d' ' -f2-3 > kept
awk -F, 'NR == 4 { printf "loss %.4f\n", $6 }' shadow-run/log.csv | cmp - kept && echo "ema 0.99: the shadow is kept"
ls shadow-run | grep safetensors

# Frozen for good, until an epoch, not at all.
sed -i 's/ -> relu -> maxpool/ -> bn: batchnorm&/' small.net
build free
build frozen 'freeze: [A.c1, A.bn]'
build thaws 'freeze: [A.c1(until: 2), A.bn]' 'accumulate: 2'
quiet ./free train --out free-run --epochs 2
quiet ./frozen train --out frozen-run --schedule constant
quiet ./thaws train --out thaws-run --schedule constant --batch 16 --epochs 4
losses thaws-run > thaws-run.losses
losses frozen-run | paste -d, - thaws-run.losses | awk -F, '{ d = $1 - $3; print "epoch " NR ": " (d*d < 1e-9 ? "frozen alike" : "thawed") }'
quiet ./thaws train --out thaws-cut --schedule constant --batch 16 --epochs 1
quiet ./thaws train --out thaws-cut --schedule constant --batch 16 --epochs 4 --resume
cmp thaws-run/last.safetensors thaws-cut/last.safetensors && echo "thaw after a resume: the same"
"$NETC" ir frozen.net --function train --stage graph | grep -c '  next' | sed 's/$/ updates when two stages are frozen/'
"$NETC" ir free.net --function train --stage graph | grep -c '  next' | sed 's/$/ when none is/'

# A plateau: what never gets better by a whole loses a tenth of its rate each epoch.

quiet ./whole train --out flat --schedule 'plateau(patience: 0, threshold: 0.9, factor: 0.1, min: 1e-4)'
cut -d, -f3 flat/log.csv

# All of it at once, killed again and again on one thread and on two, ends in the same bits.
build all 'clip: norm(1)' 'ema: 0.99' 'accumulate: 3' 'freeze: A.c1(until: 1)' 'sampling: balanced(label)' \
  'keep: [best(accuracy), every(20)]'
how="--batch 4 --epochs 60 --schedule plateau(accuracy,patience:1)"
quiet ./all train --out all-run $how
for i in 1 2 1; do
  timeout -s KILL 0.3 ./all train --out all-cut $how --save-every 2 --resume --threads $i > killed.txt 2>&1
done
quiet ./all train --out all-cut $how --resume
for f in best last epoch-0020; do cmp all-run/$f.safetensors all-cut/$f.safetensors && echo "killed: the same $f"; done
