# Every mistake on the command line has its message, and status 2; what is wrong with files and names has status 1.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
mkdir folder
printf 'net A {\n  in x [1]\n  out x\n}\n' > net.net
printf 'graph g {\n  v1 = input("x", shape: [4])\n  show x: v1\n}\n' > g.graph
try() {
  echo "\$ netc $*"
  "$NETC" "$@" 2>&1
  echo "= $?"
}
try bild
try unet.net
try build --emti c net.net
try build -q net.net
try run net.net --data folder
try build net.net --emit assembler
try build net.net --output
try build --keep=3 net.net
try summary net.net --batch 0
try build
try build a.net b.net
try man page
try completion
try completion tcsh
try check missing.net
try check folder
try build net.net
try build net.net --emit lib
try build net.net --cpu pdp11
try build g.graph
try check net.net -D size
try explain N9999
try explain N0801
try help matmull
try ir g.graph --after fusee
try ir g.graph --skip layout
try ir g.graph --function h
try opt g.graph --passes fuse,clean,tidy
try fmt --check net.net g.graph
"$NETC" > /dev/null 2>&1
echo "netc alone: $?"
"$NETC" --help > help.txt || exit 1
"$NETC" help | cmp - help.txt || exit 1
"$NETC" build --help > help.txt || exit 1
"$NETC" help build | cmp - help.txt || exit 1
"$NETC" explain | grep -c '^N08'
"$NETC" check net.net --diagnostics json 2>&1
"$NETC" fmt g.graph --diagnostics json 2>&1 | head -3
"$NETC" --version > /dev/full 2> /dev/null
echo "a full disk: $?"
# Each help fits a screen, with all its options 60 lines.
for command in '' build run search check fmt summary ir opt explain man completion help; do
  for most in 24 60; do
    "$NETC" $command --help $([ $most = 24 ] || echo --all) > help.txt || exit 1
    [ "$(wc -l < help.txt)" -le $most ] || echo "netc $command: $(wc -l < help.txt) lines"
    LC_ALL=C.UTF-8 awk -v what="$command" 'length($0) > 80 { print "netc " what ": too wide: " $0 }' help.txt
  done
  [ -z "$command" ] || [ "$command" = man ] || grep -q "^Example: netc $command" help.txt || echo "$command: no example"
done
try build --all
try train net.net
try -o x build net.net
try help zzzzzzzzz
