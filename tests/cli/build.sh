# A build makes one file that runs alone; it leaves nothing behind, takes weights in, and says why when it cannot.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
mkdir tmp models
export TMPDIR="$T/tmp"
cat > models/tiny.net <<'END'
const width = 8
net Tiny {
  in image [1, 16, 16]
  x = image -> conv(width, 3) -> relu -> maxpool(2)
  out logits = x -> flatten -> dense(4)
}
data Shapes {
  field image [1, 16, 16]
  field label class(4)
  source:  shapes(count: 200, objects: 1)
  holdout: last(50)
  prepare: scale(1/255)
}
train on Shapes as (image, label) {
  logits = Tiny(image)
  minimize cross_entropy(logits, label)
  report accuracy: accuracy(logits, label)
  optimizer: sgd(lr: 0.1)
  epochs: 1
}
predict classify(image Shapes.image) {
  show classes: softmax(Tiny(image))
}
END
sed 's/flatten -> dense(4)/flatten -> dense(2100) -> relu -> dense(2100) -> relu -> dense(4)/' models/tiny.net > models/wide.net

"$NETC" build models/tiny.net || exit 1
case $MODE in
  release | debug) ldd ./tiny | grep -vE 'linux-vdso|ld-linux|libc\.so|libm\.so' ;;
esac
./tiny train --out run > log.txt || { cat log.txt; exit 1; }
"$NETC" build models/tiny.net --weights run/last.safetensors -o 'built "in"' || exit 1
mkdir elsewhere
(cd elsewhere && '../built "in"' eval --split val > ../with.txt 2> /dev/null) || exit 1
./tiny eval --split val --weights run/last.safetensors > without.txt 2> /dev/null || exit 1
diff with.txt without.txt > /dev/null || { cat with.txt without.txt; exit 1; }
"$NETC" run models/tiny.net -- info > info.txt || exit 1
"$NETC" run models/tiny.net -- inof > said.txt 2>&1
echo "= $?"
sed 's|[^ ]*/netc run|netc run|' said.txt
"$NETC" summary models/tiny.net -D width=4 | tail -1

# the halves, and what --keep leaves
"$NETC" build models/tiny.net --emit c && "$NETC" build models/tiny.net --emit obj || exit 1
"$NETC" build models/tiny.net --keep -o kept || exit 1
cmp kept.c tiny.c
echo ./*.c ./*.o
"$NETC" build models/tiny.net --emit c -o - | cmp - tiny.c

# refusals
try() {
  "$NETC" build "$@" 2>&1 | sed "s|$T|T|"
}
try models/tiny.net -o models
try models/tiny.net -o models/tiny.net
try models/tiny.net -o nowhere/tiny
try models/tiny.net --weights models/tiny.net
try models/tiny.net --weights missing
try models/wide.net --blas none
PATH=/nowhere TMPDIR=$TMPDIR "$NETC" build models/tiny.net 2>&1
TMPDIR=$T/nowhere "$NETC" build models/tiny.net 2>&1 | sed "s|$T|T|; s/netc-......:/netc-XXXXXX:/"
cp "$NETC" lonely
./lonely build models/tiny.net 2>&1

# an interrupted build leaves nothing either
"$NETC" build models/wide.net -o wide &
sleep 0.1
kill -TERM $! 2> /dev/null
wait $! 2> /dev/null
ls tmp
