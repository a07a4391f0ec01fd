# show relations: between the boxes shown before them, in words and as JSON; rows that are no boxes are skipped.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > tell.net <<'END_OF_NET'
data Kitchen {
  field image [1, 16, 16]
  field boxes boxes(2, max: 4)
  names:  ["cup", "table"]
  source: shapes(count: 3)
}
predict describe(image Kitchen.image) {
  same = 0*mean(image)
  found = reshape(numbers([-1, 0, 0, 0, 0, 0,  0, 2, 2, 6, 6, 0.9,  1, 1, 5, 15, 15, 0.8,  0, 9, 2, 13, 6, 0.7]), [4, 6])
  left = reshape(numbers([1, 1, 1, 1,  1, 1, 0.2, 0.75,  0, 0.4, 0, 0.5,  0, 0.25, 0, 1]), [4, 4])
  upon = reshape(numbers([1, 1, 1, 1,  1, 1, 0.9, 0,  0, 0.1, 0, 0,  0, 0, 0.75, 1]), [4, 4])
  show boxes: found + same
  show relations: stack([left, upon], axis: 2) + same, names: ["left of", "on"], above: 0.3
  show boxes: found[0:2, :] + same
  show relations: zeros([2, 2, 1]) + same, names: ["under"]
}
END_OF_NET
"$NETC" build tell.net || exit 1
./tell describe --sample 0
./tell describe --sample 0 --json
