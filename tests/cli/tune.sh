# `netc build --tune` measures the ways of convolutions, remembers what it found, and builds a program that runs.
NETC_CACHE=$T/cache
export NETC_CACHE
hidden() { sed 's/[0-9][0-9.]* of/N of/; s/[0-9.]* ms instead of [0-9.]*/X ms instead of Y/'; }
"$NETC" build --tune examples/resnet8_tiny.net -o "$T/tuned" 2>&1 | hidden
"$NETC" build --tune examples/resnet8_tiny.net -o "$T/again" 2>&1 | hidden
cmp "$T/tuned" "$T/again" && echo "the same program"
"$T/tuned" bench --steps 1 --batch 2 train | sed 's/:.*//'
