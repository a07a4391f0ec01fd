# What a training leaves in its folder; and a disk without room for its logs costs one warning, not the training.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > tiny.net <<'END'
net Tiny {
  in image [1, 8, 8]
  out logits = image -> avgpool(4) -> flatten -> dense(2)
}
data Shapes {
  field image [1, 8, 8]
  field label class(2)
  source:  shapes(count: 60, objects: 1)
  holdout: last(20)
  names:   ["<round>", "square & \"co\""]
}
train on Shapes as (image, label) {
  y = Tiny(image)
  minimize cross_entropy(y, label)
  report   accuracy: accuracy(y, label)
  epochs:  3
  preview: look(count: 5)
}
predict look(image Shapes.image) {
  show classes: softmax(Tiny(image))
  show image: image*0.5
  show value: mean(image)
}
END
"$NETC" build tiny.net || exit 1
./tiny train --out run > log || exit 1
(cd run && find . -type f | sed 's,[0-9]\{10\},TIME,' | sort)
./tiny eval --out run --split train --pictures seen > /dev/null 2> said || cat said
tail -1 said
grep -c '<rect' seen/confusion.svg
grep -o 'average precision [0-9]' seen/precision_recall.svg
echo "== no event files, another preview"
./tiny train --out bare --epochs 1 --log none --preview look > /dev/null || exit 1
(cd bare && find . -type f | sort)
./tiny train --out bare --preview 'look(5, 6)' --log tensorbord 2>&1
./tiny train --out bare --preview 'look(count: 0)' 2>&1
echo "== a disk that takes no file above 4 kB"
(
  trap '' XFSZ
  ulimit -f 8
  ./tiny train --out full --log none 2> warned > said
  echo "status $?"
)
sed 's/^warning: .*\(full.[a-z.]*\): .*; the/warning: \1; the/' warned
grep -c '^epoch' said
test -s full/last.safetensors && ls full
