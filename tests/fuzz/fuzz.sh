#!/bin/sh
# Damaged texts must be answered with a message: fuzz.sh BUILD COUNT SEED. What crashes or hangs is kept under BUILD/fuzz/.
cd "$(dirname "$0")/../.." || exit 1
build=$1 kept=$1/fuzz count=$2 seed=$3
mkdir -p $kept
set -- $(find examples tests/syntax tests/errors tests/pass tests/stage tests/code compiler/prelude -name '*.net' -o -name '*.graph' | sort)
i=0 found=0
while [ $i -lt "$count" ]; do
  n=$(( (seed * 7919 + i) % $# + 1 ))
  eval "file=\${$n}"
  bad=$kept/$seed-$i.${file##*.}
  "$build/tests/fuzz/mutate" "$file" "$seed$i" > "$bad"
  case $file in
    *.graph) command="opt --passes simplify,autodiff,clean,fuse,layout" ;;
    *) command=check ;;
  esac
  # shellcheck disable=SC2086
  timeout 20 "$build/netc" $command "$bad" > $kept/out 2>&1
  status=$?
  if [ $status -ge 124 ] || grep -aEq 'runtime error: |ERROR: [A-Za-z]*Sanitizer|BUG' $kept/out; then
    echo "$build/netc $command $bad: exit status $status"
    grep -aE -m 3 'runtime error: |ERROR: [A-Za-z]*Sanitizer|BUG' $kept/out
    found=$((found + 1))
  else
    rm -f "$bad"
  fi
  i=$((i + 1))
done
echo "$count damaged texts, $found not answered properly"
[ $found = 0 ]
