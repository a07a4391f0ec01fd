# `netc search`: the same table for any number of trials at a time, and after kill -9; trials that fail; a grid; halving.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > tiny.net << 'END_OF_NET'
const width = 4

data Shapes {
  field image [1, 16, 16]
  field label class(2)
  source:  shapes(count: 400, objects: 1)
  holdout: fraction(0.25)
  prepare: scale(1/255)
}

net Tiny {
  in image [1, 16, 16]
  x = image -> conv(width, 3, stride: 2) -> relu -> conv(2*width, 3, stride: 2) -> relu
  out logits = x -> flatten -> dense(2)
}

train on Shapes as (image, label) {
  logits = Tiny(image)
  minimize  cross_entropy(logits, label)
  report    accuracy: accuracy(logits, label)
  optimizer: sgd(lr: 0.1, momentum: 0.9)
  epochs:   6
  batch:    16
  keep:     best(accuracy)
}
END_OF_NET
with() { # with NAME: the file with a search block of its own, from the standard input
  { cat tiny.net; cat; } > "$1.net"
}
search() { # search NAME OPTION...: the exit status, if it is not 0
  name=$1
  shift
  "$NETC" search "$name.net" --cpu x86-64-v3 "$@" > "$name.txt" 2> "$name.err" || { echo "$name: status $?"; sed '/ at a time/d; s/failed: .*/failed/' "$name.err"; }
}
table() { # table DIR: what does not depend on the time it took
  awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") skip = i } { $skip = ""; print }' "$1/search.csv"
}

echo "= random"
with random << 'END'
search {
  lr:       log(1e-3, 0.3)
  width:    [2, 4]
  schedule: [constant, cosine(warmup: 1)]
  try:      random(6)
  seed:     3
}
END
search random --parallel 1 --out one
search random --parallel 3 --out three
table one | cut -d, -f1-5
table one > one.table && table three | diff one.table - && echo "one at a time, three at a time: the same"
[ "$(tail -n +2 one/search.csv | cut -d, -f2-4 | sort -u | wc -l)" = 6 ] && echo "six different trials"
cmp one/best.safetensors three/best.safetensors && grep -c 'polyline\|<circle' one/search.svg
sed -n '/^best/,$p' random.txt | sed 's/trial [0-9]*, accuracy [0-9.]* after epoch [0-9]*.*/TRIAL/; s/--epochs .*/.../; s/random-[12]/random-N/'
sh -c "$(sed -n 's/^ *evaluate *//p' random.txt)" > eval.txt 2>&1 && grep -c '^val: loss .* accuracy' eval.txt

echo "= grown"
search random --parallel 2 --out three --resume --trials 8
table three | head -7 | diff one.table - && table three | wc -l
grep -c ': trial' random.err

echo "= killed"
kill_search() { # kill_search SIGNAL: once two trials have ended; again, if it was too late
  status=0
  while [ $status = 0 ]; do
    rm -rf killed
    "$NETC" search random.net --cpu x86-64-v3 --parallel 2 --out killed > killed.txt 2>&1 &
    until [ "$(grep -c ',done,' killed/search.csv 2> /dev/null)" -ge 2 ] 2> /dev/null || ! kill -0 $! 2> /dev/null; do sleep 0.01; done
    kill "-$1" $! 2> /dev/null
    wait $! 2> /dev/null
    status=$?
  done
  echo "status $status"
  if [ "$1" = INT ]; then
    sh -c "$(tail -1 killed.txt)" > again.txt 2>&1 || cat again.txt
  else
    search random --parallel 2 --out killed --resume
  fi
  table killed | diff one.table - && cmp one/best.safetensors killed/best.safetensors && echo "the same"
}
kill_search KILL
kill_search INT

echo "= a grid; a trial that fails, one that diverges, one that does not compile"
with grid << 'END'
search {
  width: [4, 0.5]
  lr:    log(1e-2, 1e30, steps: 2)
  try:   grid
  judge: best(loss)
}
END
search grid
table runs/grid-search | cut -d, -f1-4,7-
with failing << 'END'
search {
  start: ["nowhere.safetensors"]
}
END
search failing
table runs/failing-search
tail -2 failing.txt

echo "= halving"
with halving << 'END'
search {
  lr:    log(1e-3, 0.3)
  try:   halving(9, eta: 3)
  epochs: 9
}
END
search halving --parallel 2
grep rung halving.err
tail -n +2 runs/halving-search/search.csv | awk -F, '{ print $3, $6 }' | sort | uniq -c
sh -c "$(sed -n 's/^ *train *//p' halving.txt) --out straight" > straight.txt || cat straight.txt
cmp straight/best.safetensors runs/halving-search/best.safetensors && echo "in parts as in one go"

rm -rf killed
"$NETC" search halving.net --cpu x86-64-v3 --out killed > killed.txt 2>&1 &
until grep -q 'rung 2' killed.txt || ! kill -0 $! 2> /dev/null; do sleep 0.01; done
kill -9 $! 2> /dev/null
wait $! 2> /dev/null
search halving --out killed --resume --parallel 1
table runs/halving-search > whole.table && table killed | diff whole.table - && echo "killed: the same"

echo "= texts, truths and lists are constants too; the data is not there"
with kinds << 'END'
const act = "relu"
const wide = false
const sizes = [1]

search {
  act:   ["relu", "ge\"lu"]
  wide:  [true]
  sizes: [[1, 2], [3]]
  stop:  [stalled(accuracy, epochs: 9)]
}
END
sed -i 's/conv(width, 3, stride: 2) -> relu/conv(if act == "ge\\"lu" then len(sizes) else sizes[0], 3, stride: if wide then 2 else 1) -> relu/' kinds.net
search kinds
for i in 1 2 3 4; do runs/kinds-search/kinds-$i weights | grep 'conv_0.weight'; done
table runs/kinds-search | cut -d, -f1-7
sed 's/shapes(count: 400, objects: 1)/folder("nowhere")/' random.net > nodata.net
search nodata --parallel 1 --data /nowhere
tail -2 nodata.txt | head -1

echo "= what is drawn, 400 times: within the ranges, evenly"
with draws << 'END'
search {
  lr:    log(1e-4, 1)
  batch: log_int(1, 64)
  seed:  int(1, 3)
  try:   random(400)
}
END
sed -i 's/shapes(count: 400, objects: 1)/folder("nowhere")/' draws.net
search draws > /dev/null
tail -n +2 runs/draws-search/search.csv | sort -t, -u -k2,4 | awk -F, '
  { n++; low += $2 < 1e-2; inside += $2 >= 1e-4 && $2 <= 1; small += $3 <= 8; least = $3 < least || !least ? $3 : least
    most = $3 > most ? $3 : most; seeds[$4]++ }
  END { print n, inside, (low > 170 && low < 230), (small > 180 && small < 240), least, most,
        (seeds[1] > 105 && seeds[2] > 105 && seeds[3] > 105) }'

echo "= trials that are killed: once, twice"
for times in 1 2; do
  cat > one/random-1 << END
#!/bin/sh
case "\$*" in *trial-001*) [ "\$(wc -c < kills)" -lt $times ] && { printf x >> kills; kill -9 \$\$; } ;; esac
exec "$T/three/\${0##*/}" "\$@"
END
  : > kills
  rm -rf one/search.csv one/trial-001
  search random --out one --parallel 2
  grep killed random.err | sed 's/[0-9] of/N of/'
  table one | diff one.table -
done
cp three/random-1 one/
search random --out one --resume --parallel 2
table one | diff one.table - && echo "tried again"

echo "= json"
"$NETC" search random.net --cpu x86-64-v3 --out one --resume --json 2> /dev/null > one.json
grep -c '"state": "done"' one.json
sed -n 2,4p one.json

echo "= mistakes"
"$NETC" search tiny.net
"$NETC" search random.net --cpu x86-64-v3 --out one
"$NETC" search random.net --cpu x86-64-v3 --out one --resume -- --limit 10
"$NETC" search random.net -D width=3
"$NETC" search random.net random.net
"$NETC" search random.net --trails 3
echo "status $?"
