# check-data: tables of classes, broken files, sizes that do not fit, equal pictures, and a split that leaks into another.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > kinds.net <<'END_OF_NET'
net Kinds {
  in image [1, 16, 16]
  out logits = image -> flatten -> dense(3)
}
data Pictures {
  field image [1, 16, 16]
  field label class(3)
  source:  folder("train")
  val:     folder("val")
}
train on Pictures as (image, label) {
  minimize cross_entropy(Kinds(image), label)
  optimizer: sgd(lr: 0.1)
}
END_OF_NET
cat > draw.net <<'END_OF_NET'
data Drawn {
  field image [1, 16, 16]
  source: shapes(count: 20)
}
predict picture(image Drawn.image) {
  show image: image
}
END_OF_NET
"$NETC" build draw.net || exit 1
"$NETC" build kinds.net || exit 1
for split in train val; do mkdir -p $split/cat $split/dog $split/eel; done
draw() { ./draw picture --sample "$1" -o "$2" 2> draw.txt || cat draw.txt; }
for i in 1 2 3 4; do draw $i train/cat/$i.png; draw $((i + 4)) train/dog/$i.png; done
draw 9 train/eel/1.png
draw 10 val/cat/1.png; draw 11 val/dog/1.png; draw 12 val/eel/1.png

./draw check-data; echo "status $?"
./kinds check-data Pictures --data .; echo "status $?"
: > train/cat/5.png
head -c 70 train/cat/1.png > val/dog/2.png
echo 'GIF89a' > train/dog/5.jpg
cp train/cat/1.png train/cat/6.png   # twice
cp train/cat/2.png val/cat/2.png     # leaks
cp train/dog/3.png train/eel/2.png   # contradicts
rm train/eel/1.png
./kinds check-data Pictures --data . --threads 2 > two.txt; echo "status $?"
cat two.txt
./kinds check-data Pictures --data . --threads 1 | cmp two.txt -
./kinds check-data Pictures --data . --json; echo "status $?"
mkdir none; mv train/eel/2.png none; mv train/dog/1.png train/eel/2.png
sed 's/\[1, 16, 16\]/[1, 20, 20]/' kinds.net > large.net
"$NETC" build large.net || exit 1
./large check-data --data . | head -12
rm train/eel/* val/*/*
for kind in cat dog eel; do cp train/cat/1.png val/$kind/1.png; done
: > train/eel/1.png
./kinds check-data --data .; echo "status $?"
./kinds check-data Pitcures --data .; echo "status $?"

mkdir images labels
for i in 1 2 3 4; do draw $i images/$i.png; done
printf '0 0.5 0.5 0.5 0.5\n1 0.9 0.5 0.5 0.5\n1 0.5 0.5 0 0.5\n0 0.5 0.5 0.5 0.5\n1 0.2 0.2 0.1 0.1\n' > labels/1.txt
: > labels/2.txt
echo '3 0.5 0.5 0.5 0.5' > labels/3.txt
cat > cells.net <<'END_OF_NET'
net Cells {
  in image [1, 16, 16]
  out corners = image -> flatten -> dense(4)
}
data Slides {
  field image [1, 16, 16]
  field boxes boxes(3, max: 2)
  source: yolo("images/*.png")
  names:  ["red", "white", "platelet"]
}
train on Slides as (image, boxes) {
  minimize mse(Cells(image), boxes.box[0])
  optimizer: sgd(lr: 0.1)
}
END_OF_NET
"$NETC" build cells.net || exit 1
./cells check-data --data .; echo "status $?"
./cells check-data --data . --json | grep -A 21 '"boxes"'
