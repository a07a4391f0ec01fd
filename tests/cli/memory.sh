# A training step that computes values again to fit in --memory gives the same bits, noise and statistics included.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
net Small {
  in image [1, 32, 32]
  a = image -> conv(16, 3, bias: false) -> batchnorm -> relu
  b = a -> dropout(0.2) -> conv(16, 3) -> relu -> maxpool(2)
  c = concat(b, a -> maxpool(2)) -> conv(24, 3) -> silu -> dropout(0.3) -> conv(24, 3, bias: false) -> batchnorm -> relu
  out logits = c -> global_avgpool -> dense(5)
}
data Shapes {
  field image [1, 32, 32]
  field label class(5)
  source:  shapes(count: 200)
  holdout: fraction(0.2)
  prepare: scale(1/255)
}
train on Shapes as (image, label) {
  logits = Small(image)
  minimize cross_entropy(logits, label)
  optimizer: adam(lr: 2e-3)
  epochs:    2
  batch:     20
}
END_OF_NET
"$NETC" build small.net -o free --memory 1GB 2> said && grep -c 'as it is' said
"$NETC" build small.net -o usual || exit 1
"$NETC" build small.net -o tight --memory 10.8MB 2> said || { cat said; exit 1; }
sed -E 's/[0-9.]+ MB \(was [0-9.]+ MB\): [0-9]+ values/n MB (was n MB): n values/; s/\+[0-9.]+ %/+n %/' said
for program in free usual tight; do
  ./$program train --out $program.run > $program.log 2> /dev/null || { cat $program.log; exit 1; }
  sed -nE 's/^.*batch 20, ([0-9.]+) MB.*/\1/p' $program.log > $program.size
done
cmp free.run/last.safetensors tight.run/last.safetensors
cmp free.run/last.safetensors usual.run/last.safetensors
awk '{ size[FNR == NR] = $1 } END { print size[0] < size[1] ? "a little smaller" : "not smaller" }' free.size usual.size
cut -d , -f 1-4 free.run/log.csv > free.csv
cut -d , -f 1-4 tight.run/log.csv | cmp - free.csv
awk '{ size[FNR == NR] = $1 } END { print size[0] < 0.85 * size[1] ? "smaller" : "not smaller" }' free.size tight.size
# What cannot be: the least is told, and is enough.
"$NETC" build small.net -o none --memory 100kB 2> said && exit 1
sed 's/[0-9.]* MB$/n MB/' said
"$NETC" build small.net -o least --memory "$(sed -n 's/.*reached is \([0-9.]*\) MB/\1MB/p' said)" 2> /dev/null && test -x least && echo enough
"$NETC" build small.net --memory lots
true
