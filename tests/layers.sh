#!/bin/sh
# Who may include whom: a room sees itself and what lies below it. grammar/ sees diag and ast; runtime/ sees nothing of the
# compiler; of the runtime, all see the table of calls, plan/ and gen/ also netrt.h, the ABI, view/ what prints help; only
# gen/ sees LLVM.
cd "$(dirname "$0")/.." || exit 1
grep -rn --include='*.[chly]' --include='*.def' '^ *# *include *"' compiler grammar runtime |
  sed -E 's/^([^:]*):([0-9]+): *# *include *"([^"]*)".*/\1 \2 \3/' | awk '
  BEGIN {
    n = split("base diag ast type op graph front pass plan gen view main.c", room, " ")
    for (i = 1; i <= n; i++) level[room[i]] = i
  }
  function wrong(why) { print $1 ":" $2 ": includes " $3 ": " why; bad = 1 }
  {
    split($1, from, "/"); split($3, to, "/")
    if (from[1] == "runtime") {
      if (index($3, "/") && (to[1] in level || to[1] == "compiler")) wrong("the runtime sees nothing of the compiler")
    } else if (from[1] == "grammar") {
      if (level[to[1]] > level["ast"]) wrong("the grammar sees base, diag and ast")
    } else if (to[1] == "runtime") {
      if (to[2] != "calls.def" && !(to[2] ~ /^(manual|term).h$/ && level[from[2]] >= level["view"]) &&
          !(to[2] == "netrt.h" && level[from[2]] >= level["plan"]))
        wrong("of the runtime only the table of calls, and from plan/ on the ABI")
    } else if (level[to[1]] > level[from[2]])
      wrong(to[1] "/ stands above " from[2] "/")
  }
  END { exit bad }'
rooms=$?
grep -rnE --include='*.[chly]' 'include *[<"]llvm' compiler grammar runtime | grep -v '^compiler/gen/' | sed 's/$/   only gen\/ sees LLVM/' |
  grep . && exit 1
exit $rooms
