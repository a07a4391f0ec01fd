#!/bin/sh
# The pages of spec/ and the dumps in ARCHITECTURE.md are as `make docs` would write them.
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}/${MODE:-release}
make -s "$build/tests/docs" || exit 1
bad=0
fresh() { # fresh PAGE: compares it with standard input
  diff -u "$1" - | head -20 | grep . && { echo "$1 is stale: make docs"; bad=1; }
}
"$build/tests/docs" operations | fresh spec/operations.md
"$build/tests/docs" errors | fresh spec/errors.md
"$build/tests/docs" calls | fresh spec/recipe.md
NETC=$build/netc sh tests/tour.sh ARCHITECTURE.md | fresh ARCHITECTURE.md
exit $bad
