# Published weights, loaded by name into our networks, give PyTorch's numbers (tests/peer/pretrained.py) on the same pictures.
root=$PWD
shared=$root/../shared/data
if [ ! -d "$shared/weights" ]; then
  echo "skipped: no published weights in ../shared/data"
  exit 0
fi
NETC=$(realpath "$NETC")
cases=$root/tests/pretrained
cd "$T" || exit 1
mkdir official
ln -s "$shared/cifar10-small/official_test_0000_0499.bin" official/test_batch.bin
for net in resnet20 resnet8_tiny lenet5 vae; do
  "$NETC" build "$cases/$net.net" -o "$net" || exit 1
done
for net in resnet20_cifar resnet8_tiny; do
  "$NETC" build "$root/examples/$net.net" -o "whole_$net" || exit 1
done

# near GOLDEN: the numbers of the JSON on stdin are those of the golden file, a line for each picture
near() {
  sed -n 's/.*\[\(.*\)\].*/\1/p' | tr -d , > numbers.txt
  paste -d '|' numbers.txt "$cases/golden/$1.txt" | awk -F '|' -v name="$1" '
    { n = split($1, a, " "); m = split($2, b, " "); if (n != m) bad = 1
      for (i = 1; i <= n; i++) { d = a[i] - b[i]; if (d < 0) d = -d; if (!(d <= 1e-4)) bad = 1; if (d > most) most = d } }
    END { if (bad) print name ": off by", most, "in", NR, "lines"; else print name ": as PyTorch, " NR " pictures" }'
}
# try NET FILE DATA ENTRY GOLDEN SAMPLES OPTION...
try() {
  net=$1 file=$shared/weights/$2 data=$3 entry=$4 golden=$5 samples=$6
  shift 6
  "./$net" "$entry" --data "$data" --weights "$file" "$@" --sample "$samples" --json 2> said.txt | near "$golden"
  sed 's|[^ ]*/||' said.txt
}
clothes=$shared/fashion-mnist
resnet20=resnet20-cifar10.safetensors resnet8=mlperf-tiny-resnet8-cifar10/pretrainedResnet.safetensors
try resnet20 $resnet20 official logits resnet20 0-15 --prefix module.
try resnet8_tiny $resnet8 official logits resnet8_tiny 0-15 --rename "$cases/resnet8_tiny.txt"
try lenet5 lenet5-mnist.safetensors "$clothes" logits lenet5 0-15
try vae vae-mnist.safetensors "$clothes" encode vae_encode 0-15
try vae vae-mnist.safetensors "$clothes" decode vae_decode 0-1
./whole_resnet20_cifar eval --data official --weights "$shared/weights/$resnet20" --prefix module. 2> said.txt || cat said.txt
./whole_resnet8_tiny eval --data official --weights "$shared/weights/$resnet8" --rename "$cases/resnet8_tiny.txt" 2> said.txt ||
  cat said.txt

# the same, built in
"$NETC" build "$root/examples/resnet8_tiny.net" --weights "$shared/weights/$resnet8" --rename "$cases/resnet8_tiny.txt" -o whole &&
  ./whole eval --data official 2> /dev/null
"$NETC" build "$cases/resnet20.net" --weights "$shared/weights/$resnet20" -o half 2>&1 | sed 's|[^ ]*/weights/||'
[ -e half ] && echo "half is there"
exit 0
