# Metrics over a whole split do not depend on the batch; a mean of hits is a ratio of totals; tables name the classes.
cat > "$T/totals.net" <<'END'
net Net {
  in image [1, 16, 16]
  out image -> conv(8, 3, stride: 2) -> relu -> flatten -> dense(3)
}

data Shapes {
  field image [1, 16, 16]
  field label class(3)
  source: shapes(count: 300, objects: 1)
  test: shapes(count: 101, objects: 1)
  names: ["circle", "square", "triangle"]
}

train on Shapes as (image, label) {
  y = Net(image)
  minimize cross_entropy(y, label)
  report hits: accuracy(y, label), ratio: total(accuracy(y, label))/total(accuracy(y, label)*0 + 1)
  report precision: precision(y, label), recall: recall(y, label), f1: f1(y, label), miou: mean_iou(y, label)
  report table: confusion(y, label), iou: class_iou(y, label)
  epochs: 2
  batch: 16
}
END
"$NETC" build "$T/totals.net" -o "$T/totals" || exit 1
"$T/totals" train --out "$T/run" --threads 1 > "$T/log" || exit 1
head -1 "$T/run/log.csv"
for batch in 1 16 64; do
  "$T/totals" eval --out "$T/run" --batch $batch > "$T/$batch" 2> /dev/null || exit 1
done
cmp "$T/1" "$T/16" && cmp "$T/1" "$T/64" && echo "the same for every batch"
sed 's/loss [0-9.]* *//' "$T/1"
awk '/^table/ { on = 1; next } /^iou/ { on = 0 } on { row++; right += $(row + 1); n += $2 + $3 + $4 }
  END { printf "%d samples, %.4f right\n", n, right/n }' "$T/1"
