#!/bin/sh
# Training steps per second of the examples beside PyTorch's, in turns on the same machine; medians of ROUNDS rounds, on THREADS
# threads. Writes tests/bench/results.md and results.csv. PyTorch comes from the virtual environment of `make peer`, or VENV.
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build} rounds=${ROUNDS:-5} threads=${THREADS:-$(nproc)}
venv=${VENV:-$build/venv}
work=$build/bench
mkdir -p "$work"
[ -x "$venv/bin/python" ] || { echo "no PyTorch in $venv: make peer makes it, VENV=... names another"; exit 1; }
: > "$work/rates.csv"

ours() { # NAME BATCH STEPS: steps per second of the median step
  "$work/$1" bench train --batch "$2" --steps "$3" --threads "$threads" | awk '/^train / { for (i = 1; i < NF; i++) if ($(i + 1) == "ms") { print 1000 / $i; exit } }'
}
theirs() { "$venv/bin/python" tests/bench/torch_step.py "$1" "$2" "$3" "$4" "$5" "$threads"; }

while read -r name batch size steps; do
  "$build/${MODE:-release}/netc" build "examples/$name.net" -o "$work/$name" || exit 1
  round=0
  while [ $round -lt "$rounds" ]; do
    for who in netc nchw nhwc; do
      case $who in
        netc) rate=$(ours "$name" "$batch" "$steps") ;;
        *) rate=$(theirs "$name" $who "$batch" "$size" "$steps") ;;
      esac
      [ -n "$rate" ] || exit 1
      echo "$name,$batch,$size,$who,$rate" >> "$work/rates.csv"
    done
    round=$((round + 1))
  done
done << END
lenet 64 28 60
unet 8 128 12
END

sort -t, -k1,4 -k5,5g "$work/rates.csv" | awk -F, -v threads="$threads" -v cpu="$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" \
  -v torch="$("$venv/bin/python" -c 'import torch; print(torch.__version__)')" -v csv=tests/bench/results.csv '
  { key = $1 "," $2 "," $3; if (!(key in seen)) { seen[key] = 1; order[++n] = key } rate[key, $4, ++count[key, $4]] = $5 }
  function median(key, who) { return rate[key, who, int((count[key, who] + 1) / 2)] }
  END {
    printf "# Training steps per second\n\nMedians, in turns on %s, %d threads; PyTorch %s with fused Adam, the better of its two layouts.\n", cpu, threads, torch
    print "`make bench` writes this page.\n\n| network | batch | netc | PyTorch NCHW | PyTorch channels last | netc / best |\n| --- | --- | --- | --- | --- | --- |"
    print "network,batch,size,netc,torch_nchw,torch_nhwc,ratio" > csv
    for (i = 1; i <= n; i++) {
      split(order[i], k, ",")
      a = median(order[i], "netc"); b = median(order[i], "nchw"); c = median(order[i], "nhwc"); best = b > c ? b : c
      printf "| %s %d\302\262 | %d | %.1f | %.1f | %.1f | %.2f |\n", k[1], k[3], k[2], a, b, c, a / best
      printf "%s,%.2f,%.2f,%.2f,%.3f\n", order[i], a, b, c, a / best > csv
    }
  }' > tests/bench/results.md
cat tests/bench/results.md
