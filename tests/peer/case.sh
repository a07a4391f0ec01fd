#!/bin/sh
# One peer: tests/peer/NAME.net against golden/NAME.safetensors, tests/peer/zoo/NAME.net against golden/zoo/NAME.samples.
# case.sh FILE.net PROGRAM COMPARE; NETC and T are set. PROGRAM is built from FILE.net; its optimizer keeps the gradients.
set -e
name=${1#tests/peer/}
golden=tests/peer/golden/${name%.net}
"$3" feed "$golden.spec" "$T/weights.safetensors" "$T/inputs.safetensors"
dump() {
  p=$1 out=$2
  shift 2
  "$p" dump --weights "$T/weights.safetensors" --inputs "$T/inputs.safetensors" --out "$T/$out.safetensors" "$@" > "$T/dump" 2>&1 ||
    { cat "$T/dump"; exit 1; }
}
dump "$2" grad
dump "$2" forward --entry predict_forward
if [ -e "$golden.samples" ]; then
  "$3" samples "$golden.samples" grad="$T/grad.safetensors" forward="$T/forward.safetensors"
  exit
fi
# Fifty steps make much of little: a relu that rounding turns moves all that follows. So both round alike.
"$NETC" build "$1" --exact -D probing=false -o "$T/learner"
dump "$T/learner" curve --steps 50
"$3" check "$golden.safetensors" grad="$T/grad.safetensors" forward="$T/forward.safetensors" curve="$T/curve.safetensors"
