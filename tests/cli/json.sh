# --json: what scripts read. Words go to stderr, what is no number is null, text is UTF-8 whatever the files are called.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
net Small {
  in image [1, 8, 8]
  out logits = image -> flatten -> dense(2)
}
data Shapes {
  field image [1, 8, 8]
  field label class(2)
  source: shapes(count: 64)
  val:    shapes(count: 16)
  test:   shapes(count: 16)
  prepare: resize(8)
  names:  ["größe \"A\"", "back\\slash"]
}
train on Shapes as (image, label) {
  logits = Small(image)
  right = accuracy(logits, label)
  minimize cross_entropy(logits, label)
  report   accuracy: right
  report   odd: right * 0 / 0
  report   confusion: confusion(logits, label)
  optimizer: sgd(lr: 0.01)
  epochs:    3
  batch:     32
  keep:      best(accuracy)
}
predict classify(image Shapes.image) {
  show classes: softmax(Small(image))
}
END_OF_NET
"$NETC" build small.net --cpu x86-64-v3 || exit 1
mask() { sed -E 's/"(seconds|median_ms|fastest_ms|samples_per_s|ms|memory_mb|threads)": [0-9.e-]+/"\1": N/g; s/-?[0-9]+\.[0-9e-]+/X/g'; }

./small train --json --epochs 2 2> words.txt | mask
grep -c '^epoch\|^best\|^test' words.txt
./small train --json --lr 1e38 --out broken 2> words.txt > lines.txt
echo "= $?"
mask < lines.txt
./small train --json --out cut --until 1 2> /dev/null | tail -1 | mask
./small eval --json 2> /dev/null | mask
./small info --json | mask
./small info --json --params | mask
./small weights --json
./small weights --json -w runs/small/best.safetensors
./small bench train --json --steps 2 --batch 4 | mask
./small bench predict_classify --json --steps 2 --profile | mask | sed 's/"kernel": "[^"]*"/"kernel": K/g'
./small classify --sample 0-1 --json 2> /dev/null | mask
./small classify --sample 0 -o sheet.png > /dev/null 2>&1
cp sheet.png "$(printf 'b\377d "name".png')"
./small classify b*.png --json --best 1 2> /dev/null | mask
./small check-data --json | head -3
./small bench --json --csv
echo "= $?"
# Stopped in an epoch: the last line tells how to go on.
rm lines.txt
./small train --json --epochs 1000000 --out stopped > lines.txt 2> words.txt &
until [ -s lines.txt ] 2> /dev/null || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
kill -INT $!
wait $!
echo "= $?"
step=$(sed -n 's/^interrupted at step \([0-9]*\).*/\1/p' words.txt)
tail -1 lines.txt | mask | sed "s/\"step\": $step,/\"step\": that of the words,/; s/\"epoch\": [0-9]*/\"epoch\": N/g"
