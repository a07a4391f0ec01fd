# Files that are no pictures, or not all of one: left out of training and evaluation with one line, the same for any number
# of threads and after a kill; a predict command names them and goes on; a set that is mostly broken is refused.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > kinds.net <<'END_OF_NET'
net Kinds {
  in image [1, 16, 16]
  out logits = image -> conv(4, 3) -> relu -> flatten -> dropout(0.2) -> dense(2)
}
data Pictures {
  field image [1, 16, 16]
  field label class(2)
  source:  folder("train")
  holdout: first(4)
  prepare: scale(1/255)
  augment: flip(horizontal: 0.5)
}
train on Pictures as (image, label) {
  logits = Kinds(image)
  minimize cross_entropy(logits, label)
  report accuracy: accuracy(logits, label)
  optimizer: sgd(lr: 0.1)
  epochs: 3
  batch: 4
}
predict kind(image Pictures.image) {
  show classes: softmax(Kinds(image))
}
END_OF_NET
cat > draw.net <<'END_OF_NET'
data Shapes {
  field image [1, 16, 16]
  source: shapes(count: 40)
}
net None {
  in image [1, 16, 16]
  out y = image
}
predict picture(image Shapes.image) {
  show image: None(image)
}
END_OF_NET
"$NETC" build draw.net || exit 1
"$NETC" build kinds.net --cpu x86-64-v3 || exit 1
mkdir -p train/dark train/light
i=0
while [ $i -lt 20 ]; do
  ./draw picture --sample $i -o train/dark/$i.png 2> draw.txt || cat draw.txt
  ./draw picture --sample $((i + 20)) -o train/light/$i.png 2> draw.txt || cat draw.txt
  i=$((i + 1))
done
: > train/dark/2.png
head -c 60 train/dark/7.png > cut; mv cut train/dark/7.png
echo no picture > train/light/3.png
cp train/light/3.png train/light/4.jpg # these two and 3 may share a batch of 4
cp train/light/3.png train/light/5.png
cp train/light/3.png train/light/6.png

./kinds train --data . --out whole --threads 2 > whole.txt 2> said.txt || { cat whole.txt said.txt; exit 1; }
cat said.txt
head -2 whole.txt | tail -1
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "val_accuracy") at = i }
         NR > 1 { thirds = $at * 3; if (thirds - int(thirds + 0.5) > 1e-6 || int(thirds + 0.5) - thirds > 1e-6) print "not of 3:", $at }
         END { print NR - 1, "epochs" }' whole/log.csv
./kinds train --data . --out alone --threads 1 > /dev/null 2>&1
cmp whole/last.safetensors alone/last.safetensors && echo "one thread: the same"
./kinds train --data . --out stopped --threads 1 --save-every 1 > /dev/null 2>&1 &
until [ -s stopped/last.safetensors ] || ! kill -0 $! 2> /dev/null; do sleep 0.01; done
kill -KILL $! 2> /dev/null
wait $! 2> /dev/null
./kinds train --data . --out stopped --resume > /dev/null 2>&1
cmp whole/last.safetensors stopped/last.safetensors && echo "killed: the same"

./kinds eval --data . --out whole --split train 2>&1 | sed 's/, [0-9.]* s$//; /^train: loss/d'
./kinds kind train/light --out whole --best 1 > kinds.txt
echo "status $?"
grep -c '^train/light/' kinds.txt
./kinds kind train/dark/2.png --out whole; echo "status $?"
for k in 0 1 8 9 10 11 12 13 14 15 16 17 18 19; do : > train/dark/$k.png; done
./kinds train --data . --out refused > /dev/null; echo "status $?"
