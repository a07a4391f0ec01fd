#!/bin/sh
# The demo: compile a network, train it on shapes that it draws itself, look at what it finds.
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
out=$build/demo
mkdir -p $out
say() { printf '\n$ %s\n' "$*"; "$@"; }

set -e
say "$build/${MODE:-release}/netc" build examples/shapes.net -o $out/shapes
say $out/shapes train --out $out/run
say $out/shapes eval --out $out/run
say $out/shapes find --sample 0-7 --out $out/run -o $out/found.png
test -s $out/found.png
printf '\nThe picture to look at is %s: what the network saw, what it found, what was there.\n' $out/found.png
