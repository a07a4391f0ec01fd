# netc import-darknet: networks with every kind of layer give the numbers of tests/peer/darknet.py, and what is not known is refused.
root=$PWD
NETC=$(realpath "$NETC")
cases=$root/tests/peer/darknet
shared=$root/../shared/data/weights/yolo-fastest-1.1-coco
cd "$T" || exit 1

# whole NAME CFG WEIGHTS PICTURE STEP: imported, checked, built; every STEP-th number is as in the golden file
whole() {
  "$NETC" import-darknet "$2" "$3" -o "$1" > said.txt 2>&1 && "$NETC" check "$1.net" && "$NETC" fmt --check "$1.net" &&
    "$NETC" build "$1.net" --cpu x86-64-v3 --weights "$1.safetensors" > built.txt 2>&1 || { cat said.txt built.txt; return; }
  cat said.txt
  "./$1" raw "$4" --json 2> said.txt | sed -n 's/.*\[\(.*\)\].*/\1/p' | tr -d ' ' | tr , '\n' |
    awk -v step="$5" 'NR % step == 1 % step' | paste -d ' ' - "$cases/$1.txt" | awk -v name="$1" '
      { d = $1 - $2; if (d < 0) d = -d; if (NF != 2 || !(d <= 1e-4)) bad++; if (d > most) most = d }
      END { if (bad || !NR) print name ": off by", most + 0, "in", bad + 0, "of", NR; else print name ": as PyTorch, " NR " numbers" }'
}
whole heads "$cases/heads.cfg" "$cases/heads.weights" "$cases/heads.png" 7
whole classes "$cases/classes.cfg" "$cases/classes.weights" "$cases/classes.png" 1
cat heads.net
sed -n '/^net/,$p' classes.net
if [ -d "$shared" ]; then
  whole fastest "$shared/yolo-fastest-1.1.cfg" "$shared/yolo-fastest-1.1.weights" "$shared/dog.jpg" 499 > fastest.txt
  grep -q 'as PyTorch, 256 numbers' fastest.txt || cat fastest.txt
fi

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
