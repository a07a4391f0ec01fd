# Measured, per-sample and whitened pictures, and a block in `prepare`: as Keras's ImageDataGenerator has them (tests/peer/standardize.py).
# What was measured lasts: the same for any number of threads, in checkpoints, when resuming, built into a program.
NETC=$(realpath "$NETC")
GOLDEN=$(realpath tests/peer/golden)
cd "$T" || exit 1
mkdir data && cp "$GOLDEN"/keras_images.idx "$GOLDEN"/keras_labels.idx data || exit 1
{
  cat << 'END'
block Gamma(g) {
  in x
  out 255*(x/255)^g
}
net Net {
  in image [3, 5, 5]
  out logits = image -> flatten -> dense(3)
}
END
  while read -r name prepare; do
    cat << END
data D_$name {
  field image [3, 5, 5]
  field label class(3)
  source: idx("keras_images.idx", "keras_labels.idx")
  prepare: $prepare
}
train t_$name on D_$name as (image, label) {
  minimize cross_entropy(Net(image), label)
  epochs: 1
}
predict $name(image D_$name.image) {
  show value: image
}
END
  done << 'END'
both    scale(1/255) -> normalize(measured)
center  normalize(measured, 1)
std     normalize(0, measured)
sample  scale(1/255) -> normalize(sample)
zca     scale(1/255) -> zca_whiten
soft    scale(1/255) -> zca_whiten(eps: 0.5)
gamma   Gamma(2.2) -> scale(1/255) -> normalize(measured, std: measured)
END
} > keras.net
"$NETC" build keras.net || exit 1
./keras train --data data --out run --threads 2 > log || { cat log; exit 1; }
grep '^D_[a-z]*\.' log

for name in both center std sample zca soft gamma; do
  ./keras $name --data data --out run --sample 0-1 --json 2> /dev/null | grep -o '"value": [^]]*' | tr -d '",[]:a-z' > got
  grep "^$name " "$GOLDEN/keras_standardize.txt" | sed 's/.*: //' | paste -d ' ' got - | awk -v name=$name '
    { n = NF/2
      for (i = 1; i <= n; i++) { d = $i - $(i + n); if (d < 0) d = -d; s = $(i + n) < 0 ? -$(i + n) : $(i + n)
        if (!(d <= 1e-4*(s + 1))) bad++
        all++ } }
    END { printf "%s: %d numbers, %d differ\n", name, all, bad }'
done

cat > one.net << 'END'
net Net {
  in image [1, 12, 12]
  out logits = image -> flatten -> dense(3)
}
data Shapes {
  field image [1, 12, 12]
  field label class(3)
  source:  shapes(count: 200, objects: 1)
  holdout: 0.2
  prepare: scale(1/255) -> normalize(measured) -> zca_whiten(eps: 1e-3)
}
train on Shapes as (image, label) {
  minimize cross_entropy(Net(image), label)
  epochs: 2
}
predict classify(image Shapes.image) {
  show classes: softmax(Net(image))
}
END
"$NETC" summary one.net | sed -n '/^Shapes/,/^$/p'
"$NETC" ir -f predict_classify one.net --stage graph | sed -n '/Shapes\./{s/  *# / # /;s/  [^ ]*net:.*//;p}' # what it does before the network
"$NETC" build one.net || exit 1
./one train --out one1 --threads 1 > one1.txt && ./one train --out one2 --threads 2 > one2.txt
cmp one1/last.safetensors one2/last.safetensors && cmp one1.txt one2.txt | grep -v differ || echo "one thread or two: the same"
./one train --out one2 --resume --epochs 3 | grep -c '^Shapes\.'                # nothing is measured again
./one train --out three --epochs 3 > /dev/null && cmp one2/last.safetensors three/last.safetensors && echo "resumed: the same"
./one train --out from --weights one1/best.safetensors --epochs 1 | grep '^Shapes\.'
./one train --out few --limit 20 --epochs 1 | grep '^Shapes[:.]' | grep -v zca_mean # which is 0 but for rounding
"$NETC" build one.net --weights one1/best.safetensors -o shipped > /dev/null || exit 1
./one classify --out one1 --sample 2 2> /dev/null > here && ./shipped classify --sample 2 | cmp - here && echo "built in: the same"

# measured by nobody
sed 's/classify/look/; s/show .*/show value: image/; /^net/,/^}/d; /^train/,/^}/d' one.net > bare.net
"$NETC" build bare.net || exit 1
./bare look --sample 0 2>&1 | tail -1

# a result in the network's values is shown as the picture that it is
cat > looks.net << 'END'
block Negative() {
  in x
  out 1 - x
}
net Net {
  in image [3, 12, 12]
  out logits = image -> flatten -> dense(3)
}
data Plain {
  field image [3, 12, 12]
  field label class(3)
  source: shapes(count: 40, objects: 1)
  prepare: scale(1/255)
}
data Measured {
  field image [3, 12, 12]
  field label class(3)
  source: shapes(count: 40, objects: 1)
  prepare: scale(1/255) -> normalize(measured) -> scale(2, offset: 1) -> normalize([0.1, 0.2, 0.3], 4)
}
data Negatives {
  field image [3, 12, 12]
  field label class(3)
  source: shapes(count: 40, objects: 1)
  prepare: scale(1/255) -> Negative
}
train on Measured as (image, label) {
  minimize cross_entropy(Net(image), label)
  epochs: 1
}
predict plain(image Plain.image) {
  show image: image
}
predict same(image Measured.image) {
  show image: image
}
predict negative(image Negatives.image) {
  show image: 1 - image
}
END
"$NETC" build looks.net && ./looks train --out looked > /dev/null || exit 1
for what in plain same negative; do ./looks $what --out looked --sample 0-3 -o $what.png 2> /dev/null; done
cmp plain.png same.png && cmp plain.png negative.png && echo "the same pictures"

# the numbers of one field, here columns of a table
printf '%s\n' length,width,kind 1,100,0 2,300,1 3,500,0 4,700,1 > data/sizes.csv
cat > table.net << 'END'
net Net {
  in size [2]
  out size -> dense(2)
}
data Sizes {
  field size [2]
  field kind class(2)
  source: csv("sizes.csv", values: ["length", "width"], label: "kind")
  prepare(size): scale(10) -> normalize(measured)
}
train on Sizes as (size, kind) {
  minimize cross_entropy(Net(size), kind)
  epochs: 1
}
predict look(size Sizes.size) {
  show value: size
}
END
"$NETC" summary table.net | sed -n '/^Sizes/,/^$/p'
"$NETC" build table.net && ./table train --data data --out table_run | grep '^Sizes\.' && ./table look --out table_run --size 4,400 2> /dev/null
