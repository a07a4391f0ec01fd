# Formatting: from the standard input, to the standard output, in place, and as a question.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
printf 'net A{\nin x [1]\n  out   x->relu\n}\n' > a.net
"$NETC" fmt - < a.net
"$NETC" fmt a.net | cmp - a.net > /dev/null && exit 1
"$NETC" fmt --check a.net 2>&1
echo "= $?"
"$NETC" fmt --write a.net || exit 1
"$NETC" fmt --check a.net || exit 1
"$NETC" fmt a.net | cmp - a.net || exit 1
printf 'net {\n' > broken.net
cp broken.net kept.net
"$NETC" fmt --write broken.net 2> /dev/null && exit 1
cmp broken.net kept.net
