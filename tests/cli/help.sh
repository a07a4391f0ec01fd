# `netc help NAME` knows blocks of the prelude, operations and recipe calls; a name may be several of them.
for name in conv matmul relu cosine constant build; do
  "$NETC" help $name > "$T/$name" || exit 1
done
grep -q '^conv(filters, kernel,' "$T/conv" || exit 1
grep -q 'in x \[c, h, w\]' "$T/conv" || exit 1
grep -q '^  Two-dimensional convolution' "$T/conv" || exit 1
grep -v ' *- ' "$T/matmul"
cat "$T/cosine"
# A file's name lists its blocks.
"$NETC" help losses > "$T/losses" || exit 1
grep -A 1 '^huber' "$T/losses"
"$NETC" help detection | grep -A 1 "^giou_loss"
grep -c '(recipe' "$T/constant"
# Functions of the language, one or all.
"$NETC" help map || exit 1
"$NETC" help functions | grep -c '(function)'
"$NETC" help operations | grep -A 1 '^roi_pool'
