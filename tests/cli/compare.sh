# Runs side by side: what each reached, by what, and where their recipes differ; one picture of all.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
printf 'net A {\n  in x [1, 8, 8]\n  out x -> flatten -> dense(2)\n}\ndata D {\n  field x [1, 8, 8]\n  field y class(2)\n  source: shapes(count: 64)\n' > a.net
printf '  holdout: last(16)\n}\ntrain on D as (x, y) {\n  minimize cross_entropy(A(x), y)\n  report accuracy: accuracy(A(x), y)\n  epochs: 2\n}\n' >> a.net
"$NETC" build a.net || exit 1
run() { # run NAME RECIPE COLUMNS: the folder of a run, as a training leaves it; rows come from stdin
  mkdir -p "$1"
  { echo "epoch,step,lr,$3,seconds"; cat; } > "$1/log.csv"
  printf '{"recipe": {%s}}\n' "$2" > "$1/run.json"
}
run one '"lr": "0.1", "keep": "best(accuracy)", "batch": "32"' loss,accuracy,val_loss,val_accuracy << END
1,2,0.1,2.5,0.25,2.25,0.5,3
2,4,0.1,1.5,0.5,1.25,0.75,5
3,6,0.1,nan,0.5,1.5,0.625,4
END
run two '"lr": "0.01", "keep": "best(accuracy)", "batch": "32"' loss,accuracy,val_loss,val_accuracy << END
1,2,0.01,2.75,0.25,2.5,0.25,1
2,4,0.01,2.5,0.25,2.25,nan,1
END
try() {
  echo "\$ ./a compare $*"
  ./a compare "$@" 2>&1
  echo "= $?"
}
try one two/
grep -c '<polyline ' compare.svg
try one two --by loss -o both.svg
cmp compare.svg both.svg
rm compare.svg
try two --json
ls compare.svg 2> /dev/null
rm two/run.json
try one two
try one two --by f1
try .
try
