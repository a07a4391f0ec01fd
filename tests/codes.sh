#!/bin/sh
# Every diagnostic is unique, in order within its table, and has a case: `# expect: CODE` in tests/errors, or its code in the
# expected output of a script in tests/cli.
cd "$(dirname "$0")/.." || exit 1
codes=$(cat compiler/diag/*.def | sed -nE 's/^DIAG\([A-Z_0-9]+, *"(N[0-9]{4})".*/\1/p' | sort)
bad=0
for code in $(echo "$codes" | uniq -d); do
  echo "$code stands for two diagnostics"
  bad=1
done
cat tests/errors/*.net tests/errors/*.graph 2> /dev/null | grep -a '# expect:' | grep -oaE 'N[0-9]{4}' > /tmp/codes.$$
cat tests/cli/*.out 2> /dev/null | grep -oaE '\[N[0-9]{4}\]' | tr -d '[]' >> /tmp/codes.$$
for code in $codes; do
  grep -q "$code" /tmp/codes.$$ || { echo "$code has no case in tests/errors"; bad=1; }
done
rm -f /tmp/codes.$$
exit $bad
