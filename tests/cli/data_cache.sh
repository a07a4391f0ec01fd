# --cache: prepared pictures from a file are those from the pictures, bit for bit; the file is good after a kill, damage and a
# full disk; other pictures or another prepare line get a file of their own.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > kinds.net <<'END_OF_NET'
const side = 60
net Kinds {
  in image [3, side, side]
  out logits = image -> conv(4, 3, stride: 2) -> relu -> global_avgpool -> dense(2)
}
data Pictures {
  field image [3, side, side]
  field label class(2)
  source:  folder("train")
  holdout: first(4)
  prepare: resize(side) -> scale(1/255)
  augment: flip(horizontal: 0.5)
}
train on Pictures as (image, label) {
  minimize cross_entropy(Kinds(image), label)
  optimizer: sgd(lr: 0.1)
  epochs: 2
  batch: 4
}
END_OF_NET
cat > draw.net <<'END_OF_NET'
data Drawn {
  field image [3, 80, 90]
  source: shapes(count: 40)
}
predict picture(image Drawn.image) {
  show image: image
}
END_OF_NET
"$NETC" build draw.net || exit 1
"$NETC" build kinds.net --cpu x86-64-v3 || exit 1
mkdir -p train/dark train/light
i=0
while [ $i -lt 20 ]; do
  ./draw picture --sample $i -o train/dark/$i.jpg 2> draw.txt || cat draw.txt
  ./draw picture --sample $((i + 20)) -o train/light/$i.png 2> draw.txt || cat draw.txt
  i=$((i + 1))
done
train() { # train NAME [ARGUMENT...]
  name=$1
  shift
  ./kinds train --data . --out "$name" --log none "$@" > "$name.txt" 2> "$name.err" || cat "$name.txt" "$name.err"
}
same() { cmp plain/last.safetensors "$1/last.safetensors" && echo "$1: the same"; }

train plain
train first --cache kept --threads 2 && same first
train second --cache kept --threads 1 && same second
ls kept | sed 's/-[0-9a-f]*\.cache/.cache/'
# pictures that are gone behind the file's back are not missed: nothing is decoded
size=$(stat -c %s train/light/7.png)
cp -p train/light/7.png saved.png
head -c "$size" /dev/zero > train/light/7.png
touch -r saved.png train/light/7.png
train unread --cache kept && same unread
cat unread.err
# as soon as one is another, all are read again
touch -d '2001-01-01' train/light/7.png
train changed --cache kept
grep -c 'light/7.png (neither a PNG nor a JPEG)' changed.err
ls kept | wc -l
cp -p saved.png train/light/7.png

# damage: a byte in each kilobyte
for file in kept/*; do
  at=3000
  while [ $at -lt "$(stat -c %s "$file")" ]; do
    printf x | dd of="$file" bs=1 seek=$at conv=notrunc 2> /dev/null
    at=$((at + 4096))
  done
done
train damaged --cache kept && same damaged
# killed while it writes
./kinds train --data . --out killed --log none --save-every 1 --cache cut > killed.txt 2>&1 &
until [ -s killed/last.safetensors ] || ! kill -0 $! 2> /dev/null; do sleep 0.01; done
kill -KILL $! 2> /dev/null
wait $! 2> /dev/null
train killed --cache cut --resume && same killed
# no room
(trap '' XFSZ; ulimit -f 200; train full --cache small; same full)
grep '\.cache: ' full.err | sed 's/-[0-9a-f]*\.cache/.cache/'
"$NETC" build kinds.net --cpu x86-64-v3 -D side=50 -o other || exit 1
./other train --data . --out other_run --log none --cache kept > /dev/null && ls kept | wc -l
train wrong --cache kinds.net/x

# boxes are kept with their pictures; another text of boxes, or another order of the names, and all are read again
cat > found.net <<'END_OF_NET'
net Count {
  in image [3, 48, 48]
  out size = image -> conv(4, 3, stride: 2) -> relu -> global_avgpool -> dense(1)
}
data Found {
  field image [3, 48, 48]
  field boxes boxes(2, max: 8)
  names:   ["dark", "light"]
  source:  yolo("train/dark/*.jpg", "texts")
  prepare: letterbox(48) -> scale(1/255)
  augment: flip(horizontal: 0.5) -> mosaic(p: 0.5)
}
train on Found as (image, boxes) {
  minimize (Count(image)[0] - sum(boxes.box)/1000 - sum(boxes.class)/10)^2
  optimizer: sgd(lr: 0.01)
  epochs: 2
  batch: 4
}
END_OF_NET
mkdir texts
i=0
while [ $i -lt 20 ]; do
  echo "$((i % 2)) 0.5 0.4 0.$((i % 5 + 1)) 0.3" > texts/$i.txt
  i=$((i + 1))
done
echo "1 0.25 0.25 0.2 0.2" >> texts/3.txt
: > texts/4.txt
found() { # found NAME [ARGUMENT...]
  name=$1
  shift
  ./found train --data . --out "$name" --log none "$@" > "$name.txt" 2> "$name.err" || cat "$name.txt" "$name.err"
}
alike() { cmp boxes/last.safetensors "$1/last.safetensors" && echo "$1: the same"; }
"$NETC" build found.net --cpu x86-64-v3 || exit 1
found boxes
found boxes_first --cache boxed && alike boxes_first
found boxes_second --cache boxed && alike boxes_second
ls boxed | wc -l
echo "1 0.5 0.5 0.9 0.9" > texts/3.txt
found boxes_other --cache boxed && alike boxes_other
ls boxed | wc -l
sed -i 's/"dark", "light"/"light", "dark"/' found.net
"$NETC" build found.net --cpu x86-64-v3 || exit 1
found boxes_named --cache boxed
ls boxed | wc -l

# regions are kept with their pictures too; another way to search them gets a file of its own
cat > regions.net <<'END_OF_NET'
net Count {
  in image [3, 48, 48]
  out size = image -> conv(4, 3, stride: 2) -> relu -> global_avgpool -> dense(1)
}
data Regions {
  field image [3, 48, 48]
  field regions boxes(1, max: 60) = selective_search(image, scale: 30, min_size: 20)
  source:  images("train/dark/*.jpg")
  prepare: resize(48)
  augment: flip(horizontal: 0.5)
}
train on Regions as (image, regions) {
  minimize (Count(image/255)[0] - sum(regions.box)/10000)^2
  optimizer: sgd(lr: 0.01)
  epochs: 2
  batch: 4
}
END_OF_NET
regions() { # regions NAME [ARGUMENT...]
  name=$1
  shift
  ./regions train --data . --out "$name" --log none "$@" > "$name.txt" 2> "$name.err" || cat "$name.txt" "$name.err"
}
"$NETC" build regions.net --cpu x86-64-v3 || exit 1
regions searched
regions searched_first --cache searches --threads 2 && cmp searched/last.safetensors searched_first/last.safetensors
regions searched_second --cache searches --threads 1 && cmp searched/last.safetensors searched_second/last.safetensors
sed -i 's/scale: 30/scale: 90/' regions.net
"$NETC" build regions.net --cpu x86-64-v3 || exit 1
regions searched_else --cache searches
cmp -s searched/last.safetensors searched_else/last.safetensors || echo "found otherwise"
ls searches | wc -l
