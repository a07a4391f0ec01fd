# netc import-darknet: networks with every kind of layer give the numbers of tests/peer/darknet.py, and what is not known is refused.
root=$PWD
NETC=$(realpath "$NETC")
cases=$root/tests/peer/darknet
shared=$root/../shared/data/weights/yolo-fastest-1.1-coco
cd "$T" || exit 1

# whole NAME CFG WEIGHTS PICTURE STEP [HEADS]: imported, checked, built; every STEP-th number is as in the golden file. Of so many yolo
# layers, whose boxes are shown, a predict block of our own tells the numbers.
whole() {
  "$NETC" import-darknet "$2" "$3" -o "$1" > said.txt 2>&1 && "$NETC" check "$1.net" && "$NETC" fmt --check "$1.net" || { cat said.txt; return; }
  cp "$1.net" told.net
  [ -z "$6" ] || printf 'predict raw(image Pictures.image) {\n  y = Darknet(image)\n  show value: concat(%s)\n}\n' \
    "$(seq -f 'flatten(y.yolo%g)' -s ', ' 0 $(($6 - 1)))" >> "$1.net"
  "$NETC" build "$1.net" --cpu x86-64-v3 --weights "$1.safetensors" > built.txt 2>&1 || { cat said.txt built.txt; return; }
  mv told.net "$1.net"
  sed 's|[^ ]*/||' said.txt
  "./$1" raw "$4" --json 2> said.txt | sed -n 's/.*\[\(.*\)\].*/\1/p' | tr -d ' ' | tr , '\n' |
    awk -v step="$5" 'NR % step == 1 % step' | paste -d ' ' - "$cases/$1.txt" | awk -v name="$1" '
      { d = $1 - $2; if (d < 0) d = -d; if (NF != 2 || !(d <= 1e-4)) bad++; if (d > most) most = d }
      END { if (bad || !NR) print name ": off by", most + 0, "in", bad + 0, "of", NR; else print name ": as PyTorch, " NR " numbers" }'
}
# found NAME PICTURE: its boxes are those of the golden file
found() {
  "./$1" detect "$2" --json 2> said.txt | sed -n 's/.*"index": \([0-9]*\), "score": \([^,]*\), "box": \[\([^]]*\)\].*/\1 \2 \3/p' | tr -d , |
    paste -d ' ' - "$cases/$1_boxes.txt" | awk -v name="$1" '
      function far(a, b, most) { return !(a - b <= most && b - a <= most) }
      { bad += NF != 12 || $1 != $7 || far($2, $8, 1e-4); for (i = 3; i <= 6; i++) bad += far($i, $(i + 6), 0.02) }
      END { if (bad || !NR) print name ": boxes are off", bad, "times"; else print name ": as Darknet, " NR " boxes" }'
}
whole heads "$cases/heads.cfg" "$cases/heads.weights" "$cases/heads.png" 7 3
found heads "$cases/heads.png"
whole classes "$cases/classes.cfg" "$cases/classes.weights" "$cases/classes.png" 1
cat heads.net
sed -n '/^net/,$p' classes.net
if [ -d "$shared" ]; then
  whole fastest "$shared/yolo-fastest-1.1.cfg" "$shared/yolo-fastest-1.1.weights" "$shared/dog.jpg" 499 2 > fastest.txt
  found fastest "$shared/dog.jpg" >> fastest.txt
  grep -q 'as PyTorch, 256 numbers' fastest.txt && grep -q 'as Darknet, 6 boxes' fastest.txt || cat fastest.txt
  ./fastest detect "$shared/dog.jpg" --threshold 0.45 > fastest.txt 2> said.txt
  for name in dog bicycle car; do grep -q "^$name " fastest.txt || cat fastest.txt; done
fi

# Names of classes: of a file, of the one that lies beside the cfg, of neither.
printf 'tall {one}\r\n "wide"\n\n' > two.txt
printf 'one\n' > one.txt
"$NETC" import-darknet "$cases/heads.cfg" "$cases/heads.weights" --names two.txt && "$NETC" check heads.net && grep names: heads.net
"$NETC" import-darknet "$cases/heads.cfg" "$cases/heads.weights" --names one.txt 2>&1 | sed "s|$root/||"
"$NETC" import-darknet "$cases/heads.cfg" "$cases/heads.weights" --names no.txt 2>&1
"$NETC" import-darknet "$cases/classes.cfg" "$cases/classes.weights" --names two.txt 2>&1 | sed "s|$root/||"
mkdir beside
cp "$cases/heads.cfg" two.txt beside
mv beside/two.txt beside/two.names
"$NETC" import-darknet beside/heads.cfg "$cases/heads.weights"
cp one.txt beside/two.names
"$NETC" import-darknet beside/heads.cfg "$cases/heads.weights"

sed 's/^batch=1/letter_box=1/' "$cases/heads.cfg" > letter.cfg
"$NETC" import-darknet letter.cfg "$cases/heads.weights" && "$NETC" check letter.net && grep -B 1 letterbox letter.net

# wrong LINE...: these lines behind [net] are refused
wrong() {
  printf '[net]\nwidth=8\nheight=8\nchannels=3\n' > wrong.cfg
  printf '%s\n' "$@" >> wrong.cfg
  "$NETC" import-darknet wrong.cfg "$cases/heads.weights" -o wrong 2>&1
  echo "= $?"
}
wrong '[region]'
wrong '[convolutional]' 'filters=4' 'activation=selu'
wrong '[convolutional]' 'filters=4' 'activation=leaky' 'stride_x=2'
wrong '[convolutional]' 'filters=four'
wrong '[convolutional]' 'filters=4' 'groups=3' 'activation=leaky'
wrong '[convolutional]' 'filters=4' 'size=11' 'activation=leaky'
wrong '[maxpool]' 'size=2' 'stride=2' '[shortcut]' 'from=-2'
wrong '[maxpool]' '[maxpool]' 'size=2' 'stride=2' '[shortcut]' 'from=0'
wrong '[maxpool]' '[maxpool]' 'size=2' 'stride=2' '[route]' 'layers=-1,0'
wrong '[maxpool]' '[route]'
wrong '[maxpool]' '[yolo]' 'mask=0' 'anchors=1,2' 'classes=3'
wrong '[maxpool]' '[yolo]' 'mask=3' 'anchors=1,2'
wrong '[maxpool]' '[yolo]' 'mask=99999999999999999999' 'anchors=1,2,3'
wrong '[convolutional]' 'filters=1000000' 'size=255' 'pad=1' 'activation=leaky'
wrong '[convolutional]' 'filters=8' 'activation=linear' '[yolo]' 'mask=0' 'anchors=1,2' 'classes=3' 'new_coords=1'
wrong '[convolutional]' 'filters=8' 'activation=linear' '[yolo]' 'mask=0' 'anchors=1,2' 'classes=3' 'scale_x_y=0.5'
wrong '[convolutional]' 'filters=8' 'activation=linear' '[yolo]' 'mask=0' 'anchors=1,2' 'classes=3' \
  '[convolutional]' 'filters=9' 'activation=linear' '[yolo]' 'mask=0' 'anchors=1,2' 'classes=4'
wrong '[maxpool]' 'size=9' 'padding=0'
wrong '[maxpool]' '[route]' 'layers=-1' 'groups=2'
wrong '[dropout]' 'probability=1.5'
wrong '[softmax]' 'temperature=2'
wrong '[shortcut' 'from=1'
wrong 'batch'
wrong
printf 'width=8\n' > bare.cfg
printf '[net]\nwidth=8\nheight=8\n[softmax]\n' > net.cfg
printf '[net]\nwidth=8\nheight=8\nchannels=1\n[connected]\noutput=2\nactivation=linear\n' > small.cfg
head -c 100 "$cases/heads.weights" > short.weights
head -c 9 "$cases/heads.weights" > tiny.weights
{ head -c 540 "$cases/heads.weights"; printf 'ab'; } > odd.weights
for try in "bare.cfg short" "net.cfg short" "small.cfg short" "small.cfg tiny" "small.cfg odd" "small.cfg none"; do
  "$NETC" import-darknet "${try% *}" "${try#* }.weights" -o wrong 2>&1
  echo "= $?"
done
"$NETC" import-darknet "$cases/heads.cfg" "$cases/classes.weights" -o wrong 2>&1 | sed "s|$root/||"
"$NETC" import-darknet small.cfg 2>&1
"$NETC" import-darknet "$cases/heads.cfg" "$cases/heads.weights" -o no/folder 2>&1
ls wrong*
