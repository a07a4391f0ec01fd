# A small detector without anchors learns to find drawn figures within seconds, and what it finds is a detector's: boxes around all of them.
cat > "$T/finder.net" <<'END'
const size = 64
const classes = 3
const bins = 8

block Conv(filters, stride: 1) {
  in x
  out x -> conv(filters, 3, stride: stride, bias: false) -> batchnorm -> leaky_relu(0.1)
}

net Finder {
  in image [1, size, size]
  out image -> Conv(16, 2) -> Conv(32, 2) -> Conv(48, 2) -> Conv(64) -> conv(4*bins + classes, 1)
}

data Figures {
  field image [1, size, size]
  field boxes boxes(classes, max: 4)
  source:  shapes(count: 1500, objects: 2)
  val:     shapes(count: 60, objects: 2)
  test:    shapes(count: 100, objects: 2)
  prepare: scale(1/255)
  augment: flip(horizontal: 0.5, vertical: 0.5)
}

block Found {
  in rows [n, k]
  in centre
  in stride
  out detections(distance_boxes(rows, centre, stride, bins), sigmoid(rows[:, 4*bins:k]), score: 0.01, count: 20)
}

train on Figures as (image, boxes) {
  rows, centre, stride = head_rows([Finder(image)], [8])
  minimize distance_loss(rows, centre, stride, boxes, classes, bins: bins)
  report map50: mean_average_precision(Found(rows, centre, stride), boxes)
  optimizer: adam(lr: 4e-3)
  schedule: one_cycle(8e-3)
  epochs: 6
  batch: 16
  keep: best(map50)
}
END
"$NETC" build --cpu x86-64-v3 "$T/finder.net" -o "$T/finder" || exit 1
cd "$T" || exit 1
./finder train --out run --threads 2 > log 2>&1 || { cat log; exit 1; }
sed -n 's/^test: .*map50 //p' log | awk '{ print ($1 >= 0.85 ? "mAP50 of 0.85 or more" : "mAP50 " $1) }'
awk '/^  all/ { print ($3 >= 0.7*$2 ? "most boxes are found with score 0.25" : $0) }' log
