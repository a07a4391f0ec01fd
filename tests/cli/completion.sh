# Manual pages and completions, of netc and of a program, and where `make install` puts them.
NETC=$(realpath "$NETC")
root=$PWD
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
net Small {
  in image [1, 8, 8]
  out logits = image -> flatten -> dense(2)
}
net Back {
  in c [2]
  out image = c -> dense(64) -> reshape([1, 8, 8])
}
data Shapes {
  field image [1, 8, 8]
  field label class(2)
  source: shapes(count: 64)
  names:  ["circle", "tri angle's"]
}
train first on Shapes as (image, label) {
  minimize cross_entropy(Small(image), label)
  optimizer: sgd(lr: 0.01)
}
train second on Shapes as (image, label) {
  minimize mse(Back(one_hot(label, 2)), image)
  optimizer: sgd(lr: 0.01)
}
predict classify(image Shapes.image) {
  show classes: softmax(Small(image))
}
predict paint(kind Shapes.label) {
  show image: Back(one_hot(kind, 2))
}
END_OF_NET
"$NETC" build small.net --cpu x86-64-v3 || exit 1
mkdir folder
touch folder.txt picture.png

"$NETC" man > netc.1
./small man > small.1
if command -v groff > /dev/null; then
  groff -man -Tutf8 -ww netc.1 small.1 2>&1 > page.txt
  grep -q 'NAME' page.txt || echo "no page"
fi
grep -c '^\.SS' netc.1
sed -n '/^\.SS "paint/,/^\.SS/p' small.1 | head -8

"$NETC" completion bash > netc.bash
./small completion bash > small.bash
words() { # words FILE FUNCTION WORD...: what the last word may become
  file=$1 function=$2
  shift 2
  echo "\$ $*|"
  bash -c '. "./$1"; function=$2; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "$function"; printf "%s\n" "${COMPREPLY[@]}"' \
    bash "$file" "$function" "$@" | sort -u
}
small() {
  words small.bash _small ./small "$@"
}
small tr
small train --se
small train ''
small train fi
small eval --split ''
small paint --kind ''
small paint --kind t
small train --epochs ''
small train --data f
small classify -w fold
small classify p
small help ev
small info s
words netc.bash _netc netc build s
words netc.bash _netc netc build --blas s
words netc.bash _netc netc completion z
for shell in bash zsh fish; do
  command -v $shell > /dev/null || continue
  ./small completion $shell > small.$shell && "$NETC" completion $shell > netc.$shell || exit 1
  $shell -n small.$shell && $shell -n netc.$shell || echo "$shell does not take it"
done

MAKEFLAGS='' make --no-print-directory -C "$root" BUILD="$(dirname "$(dirname "$NETC")")" MODE="$MODE" install DESTDIR="$PWD/to" PREFIX=/usr > made.txt 2>&1 || cat made.txt
(cd to && find . -type f | sort)
cmp netc.1 to/usr/share/man/man1/netc.1
to/usr/bin/netc build small.net --cpu x86-64-v3 -o again && ./again info | head -1
MAKEFLAGS='' make --no-print-directory -C "$root" BUILD="$(dirname "$(dirname "$NETC")")" MODE="$MODE" uninstall DESTDIR="$PWD/to" PREFIX=/usr > made.txt 2>&1 || cat made.txt
find to -type f
