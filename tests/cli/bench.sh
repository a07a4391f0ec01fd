#!/bin/sh
# `bench --csv`: a table for programs. Times differ, so only what must hold is said of each column. The networks of tests/bench are fine.
root=$PWD
cd "$T" || exit 1
for net in gan_generator gan_discriminator; do
  "$NETC" check "$root/tests/bench/$net.net" > /dev/null || exit 1
done
cat > one.net << 'END'
net N {
  in x
  out x -> conv(4, 3) -> flatten -> dense(2)
}
data D {
  field image [3, 8, 8]
  field label class(2)
  source: folder("train")
}
train on D as (image, label) {
  minimize cross_entropy(N(image), label)
  optimizer: sgd(lr: 0.1)
}
END
"$NETC" build one.net || exit 1
./one bench train --csv --batch 3 --steps 5 --warmup 0 --threads 1 | awk -F, '
  NR == 1 { print; next }
  { print $1, $2, $3, $4, ($5 >= $6 && $6 > 0) ? "ordered" : "median below fastest", ($7 > 0) ? "memory" : "no memory", ($8 > 0) ? "done" : "never" }'
./one bench train --csv --batch 3 --steps 5 --profile | awk -F, '
  $1 == "step" && $2 == "entry" { print; next }
  $1 == "step" { n++; if (NF != 7 || $2 != "train" || $3 < 0) print "odd: " $0; if ($6 ~ /^conv2d /) print $4, $5, $6 }
  END { print (n > 3 ? "steps" : "few steps") }'
