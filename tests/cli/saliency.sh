# Saliency lights up the figure: of the tenth of the pixels that matter most, so many fall on what was drawn (28 % of the picture).
NETC=$(realpath "$NETC")
net=$PWD/tests/explain/figures.net
cd "$T" || exit 1
"$NETC" build "$net" --cpu x86-64-v3 > /dev/null || exit 1
./figures train > log.txt 2>&1 || { tail -5 log.txt; exit 1; }
./figures figure --split test --json 2> /dev/null | sed -n 's/.*\[\(.*\)\].*/\1/p' | tr -d ' ' | tr ',' '\n' > mask.txt

# on METHOD LEAST OPTION...: the share of the strongest pixels that lie on the figure
on() {
  method=$1 least=$2
  shift 2
  ./figures saliency --split test --method "$method" --npy map.npy "$@" > said.txt 2> err.txt || cat err.txt
  od -An -v -tf4 -w4 -j256 map.npy | paste - mask.txt | awk '{ print int((NR - 1)/1024), $1, $2 }' | sort -k1,1n -k2,2gr |
    awk -v method="$method" -v least="$least" '
      { if ($1 != last) k = 0; last = $1; if (k++ < 102) { all++; on += $3 } }
      END { printf "%s: ", method; if (all != 64*102) print "of", all, "pixels"
            else if (on >= least*all) print "at least", least; else print on/all, "instead of", least }'
}
on perturbation 0.8 --block 2
on perturbation 0.7
on gradcam 0.8 --stage relu_2
on smoothgrad 0.5 --copies 20
