# From graphs to what a program keeps, changes and gives: every weight once, by name and shape; the numbers set at run time; which
# weights and states a training step changes; the type of every result.
/^graph / { print "graph " $2; split("", path) }
/^  v[0-9]+ = / {
  type[$1] = $0
  sub(/.*# /, "", type[$1])
  sub(/\].*/, "]", type[$1])
}
/ = scalar\("/ { split($0, quoted, "\""); print "  number " quoted[2] }
/ = param\("/ {
  split($0, quoted, "\"")
  shape = $0
  sub(/.*shape: /, "", shape)
  sub(/\].*/, "]", shape)
  role = quoted[4]
  if (role == "opt") next
  path[$1] = quoted[2]
  if (quoted[2] in seen) next
  seen[quoted[2]] = 1
  print "  " role " " quoted[2] " " shape
  size = role == "weight"
  n = split(shape, d, /[^0-9]+/)
  for (i = 1; i <= n; i++) if (d[i] != "") size *= d[i]
  all += size
}
/^  next / && $2 in path { print "  next " path[$2] }
/^  (show|report) / { print "  " $1 " " $2 " " type[$3] }
END { printf "parameters: %d\n", all }
