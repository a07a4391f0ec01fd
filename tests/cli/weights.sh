# Weights that another program left are loaded by name: prefix, table, what is missing, what is left over, what has another shape.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
net() { # net NAME CLASSES LINE...: a file with these lines in its net
  name=$1 classes=$2
  shift 2
  {
    printf 'net Small {\n  in image [1, 12, 12]\n'
    printf '%s\n' "$@"
    cat << END
}
data Shapes {
  field image [1, 12, 12]
  field label class($classes)
  source: shapes(count: 60, objects: 1)
  test: shapes(count: 40, objects: 1)
  prepare: scale(1/255)
}
train on Shapes as (image, label) {
  minimize cross_entropy(Small(image), label)
  optimizer: sgd(lr: 0.1)
  epochs: 1
}
predict classify(image Shapes.image) {
  show classes: softmax(Small(image))
}
END
  } > "$name.net"
  "$NETC" build "$name.net" || exit 1
}
net theirs 4 '  x = image -> "module.first.conv": conv(4, 3) -> "module.first.norm": batchnorm -> relu -> maxpool(2)' \
  '  out x -> flatten -> "module.head": dense(4)'
net ours 4 '  x = image -> conv1: conv(4, 3) -> bn1: batchnorm -> relu -> maxpool(2)' '  out x -> flatten -> head: dense(4)'
net taller 4 '  x = image -> "module.first.conv": conv(4, 3) -> "module.first.norm": batchnorm -> relu -> maxpool(2)' \
  '  x = x -> conv(4, 3) -> batchnorm' '  out x -> flatten -> "module.head": dense(4)'
net wider 5 '  x = image -> "module.first.conv": conv(4, 3) -> "module.first.norm": batchnorm -> relu -> maxpool(2)' \
  '  out x -> flatten -> "module.head": dense(5)'
net stem 4 '  x = image -> "module.first.conv": conv(4, 3) -> "module.first.norm": batchnorm -> relu -> maxpool(2)' \
  '  out x -> flatten -> dense(4, bias: false)'
./theirs train > /dev/null || exit 1
theirs=runs/theirs/last.safetensors
cat > table.txt << 'END'
# theirs -> ours
first.conv.*  ->  conv1.*
*.norm.*      ->  bn1.{2}
END
say() { # say COMMAND...: all that it says, and its status if it failed
  echo "\$ $*" | sed "s|$NETC|netc|"
  "$@" 2>&1 | sed 's/, [0-9.]* s$//; s/ loss .*//'
}

./theirs eval --weights $theirs > expected.txt 2> /dev/null
say ./ours eval --weights $theirs --prefix module. --rename table.txt
./ours eval --weights $theirs --prefix module. --rename table.txt 2> /dev/null | diff expected.txt - && echo "the same"
say ./ours eval --weights $theirs
say ./ours eval --weights $theirs --prefix modul_
say ./ours weights
say ./ours weights --weights $theirs --prefix module.
say ./wider weights --weights $theirs
say ./ours weights --weights $theirs --prefix module. --rename table.txt
say ./ours weights --check
say ./taller eval --weights $theirs
say ./wider classify --sample 0 --weights $theirs
say ./ours eval --prefix module.
say ./ours eval --weights $theirs --rename missing.txt
echo 'first.conv.* conv1.*' > broken.txt
say ./ours eval --weights $theirs --rename broken.txt
sed 's/^\*.norm/*.nowhere/' table.txt > half.txt
say ./ours eval --weights $theirs --prefix module. --rename half.txt
head -c 900 $theirs > short.safetensors
say ./ours eval --weights short.safetensors

# a training takes what fits
echo "a start"
./wider train --weights $theirs --out a | sed -n '/^start/,/^[^s ]/p' | grep '^start:\|^  s'
./wider train --start $theirs --out b > /dev/null
cmp a/last.safetensors b/last.safetensors
./ours train --weights $theirs --prefix module. --rename table.txt --out c | grep '^start'
sed "s|epochs: 1|epochs: 1\n  start: \"$theirs\"|" wider.net > started.net
"$NETC" run started.net -- train | sed -n '/^start/,/^[^s ]/p' | grep '^start:\|^  s'
sed "s|epochs: 1|epochs: 1\n  start: weights(\"$theirs\", prefix: \"module.\", rename: \"table.txt\")|" ours.net > called.net
"$NETC" run called.net -- train | grep '^start:'
"$NETC" run called.net -- train --resume --epochs 2 | grep '^start:\|^going'
"$NETC" run called.net -- train --prefix modul_ 2>&1 | tail -1
./ours train --start "weights(\"$theirs\", prefix: \"module.\", rename: \"table.txt\")" --out d | grep '^start:'
for run in c d; do ./ours eval --weights $run/last.safetensors 2> /dev/null; done | uniq | wc -l
grep '^start' d/recipe.txt
say ./ours train --start 'weights()'
say ./ours train --prefix module.
say ./ours train --weights $theirs

# built in
say "$NETC" build ours.net --weights $theirs --prefix module. --rename table.txt -o whole
./whole eval 2> /dev/null | diff expected.txt - && echo "the same"
say "$NETC" build ours.net --weights $theirs --rename table.txt -o part
say "$NETC" build ours.net --weights $theirs --rename broken.txt -o part
say "$NETC" build ours.net --weights $theirs --rename missing.txt -o part
say "$NETC" build stem.net --weights $theirs -o part
say "$NETC" build ours.net --prefix module. -o part
ls part* 2> /dev/null
./ours eval --help --all | grep -A1 -e '--prefix\|--rename'
