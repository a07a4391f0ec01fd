# The course's pipeline, rotation, shifts, flips, then featurewise centre and deviation: what a training's batches hold is what Keras's
# apply_transform and standardize make of the same numbers (tests/peer/pipeline.py). Reported: means over an epoch of ten pixels, and
# of their third powers.
NETC=$(realpath "$NETC")
GOLDEN=$(realpath tests/peer/golden)
cd "$T" || exit 1
mkdir data && cp "$GOLDEN"/keras_images.idx "$GOLDEN"/keras_labels.idx data || exit 1
{
  cat << 'END'
net Net {
  in image [3, 5, 5]
  out logits = image -> flatten -> dense(3)
}
data Pictures {
  field image [3, 5, 5]
  field label class(3)
  source:  idx("keras_images.idx", "keras_labels.idx")
  prepare: normalize(measured)
  augment: rotate(20) -> shift(0.2) -> flip(horizontal: 0.5)
}
train on Pictures as (image, label) {
  minimize cross_entropy(Net(image), label)
END
  for k in 0 1 2 3 4 5 6 7 8 9; do
    pixel="image[$((k % 3)), $((k * 2 % 5)), $((k * 3 % 5))]"
    echo "  report p$k: $pixel"
    echo "  report q$k: $pixel^3"
  done
  cat << 'END'
  epochs: 3
  batch: 32
  seed: 11
}
END
} > keras.net
"$NETC" build keras.net && ./keras train --data data --out run > log || { cat log; exit 1; }
awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  { for (k = 0; k < 20; k++) printf "%s%s", $at[(k < 10 ? "p" : "q") k % 10], k < 19 ? " " : "\n" }' run/log.csv |
  paste -d ' ' - "$GOLDEN/keras_pipeline.csv" | tr ',' ' ' | awk '
    { for (i = 1; i <= 20; i++) { d = $i - $(i + 20); if (d < 0) d = -d
        if (!(d <= 2e-5)) { bad++; print "epoch " NR ": " $i ", Keras " $(i + 20) }
        all++ } }
    END { printf "%d numbers, %d differ\n", all, bad }'
