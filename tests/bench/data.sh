#!/bin/sh
# Does training wait for its data? ResNet-18 on a folder of JPEGs that this script draws: samples a second from memory without
# augmentation, and with all of it, in the first epoch (which decodes) and in a later one. Options, from the environment:
#   COUNT=48  pictures       SIZE=375x500  their height and width      EPOCHS=3        THREADS=2       NETC=build/release/netc
cd "$(dirname "$0")/../.." || exit 1
netc=$(realpath "${NETC:-build/release/netc}") count=${COUNT:-48} height=${SIZE%x*} width=${SIZE#*x}
height=${height:-375} width=${width:-500}
dir=build/bench/data
mkdir -p $dir
cat > $dir/draw.net <<END
data Shapes {
  field image [3, $height, $width]
  source: shapes(count: $count, objects: 8)
}
predict picture(image Shapes.image) {
  show image: image
}
END
net() { # net AUGMENT: ResNet-18 of the examples on the folder
  sed '/^data Photos/,$d' examples/resnet18.net
  cat <<END
data Photos {
  field image [3, size, size]
  field label class(10)
  source:  files("pictures/*.jpg", label: prefix("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"))
  prepare: resize(256, crop: size) -> scale(1/255) -> normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  augment: $1
}
train on Photos as (image, label) {
  minimize cross_entropy(ResNet(image), label)
  optimizer: sgd(lr: 0.01, momentum: 0.9)
  batch:     16
}
END
}
net none > $dir/plain.net
net 'random_resized_crop(size) -> flip(horizontal: 0.5) -> rotate(15) -> color_jitter(0.4, 0.4, 0.4, 0.1) -> cutout(32)' > $dir/all.net
"$netc" build $dir/draw.net -o $dir/draw || exit 1
for name in plain all; do "$netc" build $dir/$name.net -D classes=10 -o $dir/$name || exit 1; done
if [ "$(find $dir/pictures -name '*.jpg' 2> /dev/null | wc -l)" != "$count" ]; then
  rm -rf $dir/pictures
  mkdir $dir/pictures
  i=0
  while [ $i -lt "$count" ]; do
    $dir/draw picture --sample $i -o $dir/pictures/$((i % 10))_$i.jpg 2> /dev/null || exit 1
    i=$((i + 1))
  done
fi
for name in plain all; do
  $dir/$name train --data $dir --out $dir/run_$name --log none --epochs "${EPOCHS:-3}" ${THREADS:+--threads "$THREADS"} > $dir/$name.txt || exit 1
done
du -ks $dir/pictures | awk -v n="$count" '{ printf "%d pictures of %.0f kB\n", n, $1/n }'
for name in plain all; do
  awk -F, -v n="$count" -v what="$name" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") at = i }
    NR == 2 { first = n/$at } NR > 2 { if (n/$at > later) later = n/$at }
    END { printf "%-6s first epoch %6.2f samples/s, later ones %6.2f\n", what, first, later }' $dir/run_$name/log.csv
done
