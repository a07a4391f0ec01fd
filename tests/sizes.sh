#!/bin/sh
# A file is never over 800 lines (that is an error), and aims under 400 (a warning).
cd "$(dirname "$0")/.." || exit 1
git ls-files -co --exclude-standard '*.c' '*.h' '*.def' '*.l' '*.y' '*.net' '*.sh' '*.py' '*.awk' Makefile tests/run |
  grep -v '^tests/peer/golden/' | xargs wc -l | awk '
  $2 == "total" { next }
  $1 > 800 { print $2 ": " $1 " lines, over 800"; bad = 1; next }
  $1 > 400 { print $2 ": " $1 " lines, over 400 (warning)" }
  END { exit bad }'
