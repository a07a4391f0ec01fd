# What was compiled once is not compiled again: the same bytes come out of the cache, and whatever befalls it, out of a build.
NETC=$(realpath "$NETC")
large=$PWD/examples/resnet20_cifar.net
cd "$T" || exit 1
cat > tiny.net <<'END'
net Tiny {
  in x [3, 16, 16]
  out y = x -> conv(8, 3) -> relu -> maxpool(2) -> flatten -> dense(4) -> softmax
}
predict classify(x [3, 16, 16]) {
  show classes: Tiny(x)
}
END
sed 's/-> flatten.*/-> conv(8, 3) -> global_avgpool/; s/classes/value/' tiny.net > other.net

build() { # build OUTPUT OPTION...: how many functions came from the cache
  output=$1
  shift
  "$NETC" build "$@" --time-passes -o "$output" 2> err || { cat err; exit 1; }
  sed -n 's/.*code, \([0-9]*\) of \([0-9]*\) from the cache$/\1 \2/p' err
}
same() {
  cmp first "$1" || exit 1
}
judge() { # judge FOUND ALL: in words, whatever all are
  case $1 in
  0) echo "none" ;;
  "$2") echo "all" ;;
  *) echo "some" ;;
  esac
}
export NETC_CACHE="$T/cache"
# shellcheck disable=SC2046
{
  judge $(build first tiny.net)
  judge $(build second tiny.net) && same second
  judge $(build third tiny.net --no-cache) && same third
  judge $(NETC_CACHE='' build fourth tiny.net) && same fourth
  judge $(build other other.net)

  echo "damaged"
  for file in cache/*/*; do
    n=$((n + 1))
    case $((n % 4)) in
    0) : > "$file" ;;
    1) truncate -s -9 "$file" ;;
    2) printf 'xx' | dd of="$file" bs=1 seek=100 conv=notrunc 2> /dev/null ;;
    esac
  done
  judge $(build damaged tiny.net) && same damaged
  judge $(build mended tiny.net) && same mended

  echo "no folder"
  NETC_CACHE="$T/tiny.net/cache" build nowhere tiny.net > /dev/null && same nowhere
  NETC_CACHE=/proc/nowhere build nowhere tiny.net > /dev/null && same nowhere
  (unset NETC_CACHE && XDG_CACHE_HOME="$T/own" build xdg tiny.net) > /dev/null && same xdg && ls own
  (unset NETC_CACHE XDG_CACHE_HOME && HOME="$T/me" build home tiny.net) > /dev/null && same home && ls me/.cache
}

# where memory lies is remembered, too
for cache in '' "$T/cache" "$T/cache"; do
  NETC_CACHE=$cache "$NETC" ir "$large" --stage plan > plan || exit 1
  [ -e first_plan ] || mv plan first_plan
  [ ! -e plan ] || cmp first_plan plan
done

# at the same time, and with the processor of others
rm -r cache
for i in 1 2 3 4; do
  "$NETC" build tiny.net -o at_once_$i &
  "$NETC" build tiny.net --cpu x86-64-v3 -o small_$i &
done
wait
for i in 1 2 3 4; do
  same at_once_$i
  cmp small_1 small_$i
done
cmp -s small_1 first && grep -q avx512f /proc/cpuinfo && echo "the processor makes no difference"
find cache -name 'new-*'
