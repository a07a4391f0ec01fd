#!/bin/sh
# Writes files as C: the prelude and the runtime's header, carried inside the compiler (compiler/front/embed.h).
echo '#include "front/embed.h"'
n=0
for f in "$@"; do
  printf 'static const unsigned char text_%d[] = {' $n
  od -An -v -tx1 "$f" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '0};'
  n=$((n + 1))
done
echo 'const Embedded embedded[] = {'
n=0
for f in "$@"; do
  printf '  {"%s", (const char *)text_%d, sizeof text_%d - 1},\n' "$f" $n $n
  n=$((n + 1))
done
echo '  {0, 0, 0}};'
