# Metrics of detections: of a split, whatever the batch and the threads; in the log for validation alone; judged, compared, resumed.
# What is detected here are the boxes themselves, moved by noise that the training learns to leave out.
cat > "$T/boxes.net" <<'END'
net Shake {
  in box [n, 4]
  weight by [1, 1] init: constant(6)
  out moved = box + by*normal([n, 4])
}

data Shapes {
  field image [1, 64, 64]
  field boxes boxes(3, max: 6)
  source: shapes(count: 48)
  val: shapes(count: 40, seed: 1)
  test: shapes(count: 37, seed: 2)
  names: ["circle", "square", "triangle"]
}

train on Shapes as (_, boxes) {
  moved = Shake(boxes.box)
  d = concat(boxes[:, 0:1], moved, 1 - boxes[:, 1:2]/64, axis: 1)
  minimize mean((moved - boxes.box)^2)
  report map50: mean_average_precision(d, boxes), map: d -> mean_average_precision(boxes, iou: coco)
  report voc: mean_average_precision(d, boxes, method: voc), old: mean_average_precision(d, boxes, method: voc2007)
  report small: mean_average_precision(d, boxes, area: small), large: mean_average_precision(d, boxes, area: large)
  report recall: average_recall(d, boxes)
  optimizer: sgd(lr: 0.02)
  schedule: plateau(map)
  keep: best(map)
  stop: stalled(map50, epochs: 3)
  epochs: 4
  batch: 16
}
END
"$NETC" build --cpu x86-64-v3 "$T/boxes.net" -o "$T/boxes" || exit 1
cd "$T" || exit 1
./boxes train --out run > log 2> warned || exit 1
cat warned
sed 's/  [0-9.]* s$//' log | tail -n +3
cut -d, -f 1,4-6,12-19 run/log.csv
for batch in 1 7; do
  ./boxes eval --out run --batch $batch --threads $batch > "$batch" 2> /dev/null || exit 1
done
cmp 1 7 && sed -n '/^test/,$p' log | cmp - 1 && echo "the same for every batch"
./boxes train --out half --until 2 > /dev/null && ./boxes train --out half --resume > /dev/null || exit 1
cmp run/best.safetensors half/best.safetensors && cut -d, -f 1-19 run/log.csv > a && cut -d, -f 1-19 half/log.csv | cmp a - && echo "the same when resumed"
./boxes train --out json --json --epochs 1 2> /dev/null | head -1 | tr , '\n' | grep map
./boxes compare run half | cut -c 1-36
./boxes eval --out run --split val --json --pictures val 2> /dev/null | tr -d ' \n' | grep -o '"detections":.*\]\]'
for f in run val; do grep -o '>boxes, [^<]*\|>[^<]*average precision[^<]*' $f/confusion.svg $f/precision_recall.svg; done
