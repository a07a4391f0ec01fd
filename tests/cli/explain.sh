# saliency, features and embed on a picture give PyTorch's numbers (tests/peer/explain.py); what cannot be explained is refused.
NETC=$(realpath "$NETC")
cases=$PWD/tests/explain
cd "$T" || exit 1
cp "$cases/picture.png" .
"$NETC" build "$cases/small.net" --cpu x86-64-v3 -w "$cases/small.safetensors" > /dev/null || exit 1

# near GOLDEN: values.npy holds these numbers, to 1e-4 of the largest
near() {
  od -An -v -tf4 -w4 -j256 values.npy > got.txt
  tr ' ' '\n' < "$cases/$1.txt" | paste - got.txt | awk -v name="$1" '
    { if (NF != 2) bad = 1; a = $1 < 0 ? -$1 : $1; d = $1 - $2; if (d < 0) d = -d; if (a > largest) largest = a; if (d > most) most = d }
    END { if (bad || !(most <= 1e-4*largest) || !largest) print name ": off by", most, "of", largest, "in", NR, "numbers"
          else print name ": as PyTorch, " NR " numbers" }'
}
maps() { # maps GOLDEN OPTION...
  golden=$1
  shift
  ./small saliency picture.png --npy values.npy "$@" > said.txt 2> err.txt || { cat err.txt; return; }
  near "$golden"
}
maps perturbation
cat said.txt
maps perturbation_5 --method perturbation --block 5 --batch 7
maps gradient --method gradient
maps gradient_other --method gradient --class 0
maps gradient --method smoothgrad --noise 0 --copies 3 --batch 2
maps gradcam --method gradcam
maps gradcam --method gradcam --stage two
maps gradcam_relu_0 --method gradcam --stage relu_0
maps occlusion --method occlusion --square 4 --stride 3
for stage in conv_0 relu_0 two.0 dense_0; do
  ./small embed picture.png --stage $stage -o values.npy 2> err.txt || cat err.txt
  near stage_$stage
done
./small saliency picture.png --method smoothgrad --seed 3 --npy a.npy --threads 1 > /dev/null
./small saliency picture.png --method smoothgrad --seed 3 --npy b.npy --threads 2 > /dev/null
cmp a.npy b.npy && echo "smoothgrad: the same bits on two threads"

echo "-- what there is"
./small features --stage list
./small saliency picture.png --method occlusion --json
./small features picture.png --stage two.1 -o maps.png 2>&1
./small saliency picture.png picture.png --method gradient -o both.png 2>&1
./small embed --split train --stage two.1 -o all.npy 2>&1
head -c 100 all.npy | tail -c 90; echo
head -3 all.tsv

echo "-- what is refused"
cp picture.png ok.png
head -c 60 ok.png > broken.png
./small saliency ok.png broken.png --method gradient --npy values.npy 2>&1
echo "exit status $?"
od -An -tc -j70 -N2 values.npy
./small saliency ok.png --method guess 2>&1
./small saliency ok.png --class 7 2>&1
./small saliency ok.png --stage two.1 2>&1
./small saliency ok.png --method gradcam --stage dense_0 2>&1
./small saliency ok.png --predict halves 2>&1
./small features ok.png --stage relu0 2>&1
./small features ok.png 2>&1
./small saliency 2>&1
./small embed ok.png --stage two 2>&1
./small embed ok.png --stage two -o /nowhere/a.npy 2>&1
./small features ok.png --predict halves --stage two -o halves.png 2>&1

echo "-- without all that"
"$NETC" build "$cases/small.net" --only predict --cpu x86-64-v3 -w "$cases/small.safetensors" -o less || exit 1
./less classify ok.png --best 2
./less saliency ok.png 2>&1
./less info | grep -A 9 commands | sed 's/ *[0-9.]* MB.*//'
sed '/^predict/,$d' "$cases/small.net" > none.net
"$NETC" build none.net --only predict 2>&1
[ "$(stat -c %s less)" -lt "$(stat -c %s small)" ] && echo "smaller"
