#!/bin/sh
# The pages of spec/ that are drawn from the tables are as `make docs` would write them.
cd "$(dirname "$0")/.." || exit 1
docs=${BUILD:-build}/${MODE:-release}/tests/docs
make -s "$docs" || exit 1
bad=0
for page in operations:operations errors:errors calls:recipe; do
  "$docs" ${page%:*} | diff -u spec/${page#*:}.md - | head -20 | grep . &&
    { echo "spec/${page#*:}.md is stale: make docs"; bad=1; }
done
exit $bad
