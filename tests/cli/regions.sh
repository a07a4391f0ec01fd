# Regions as an input of a predict block are found in the picture that is given: a file, a folder, a sample alike.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > find.net <<'END_OF_NET'
data Drawn {
  field image [3, 64, 64]
  field regions boxes(1, max: 40) = selective_search(image, min_size: 30)
  source:  shapes(count: 4)
  prepare: resize(64) -> scale(1/255)
}
predict picture(image Drawn.image) {
  show image: image
}
predict find(image Drawn.image, regions Drawn.regions) {
  show value: regions.box[:3] + 0*sum(image)
}
END_OF_NET
"$NETC" build find.net || exit 1
mkdir files
for i in 0 1 2; do ./find picture --sample $i -o files/$i.png; done
./find find --sample 0-2 --json | sed 's/"sample": [0-9]*, //' > samples.json
./find find files --json | sed 's/"file": "[^"]*", //' > files.json
cmp samples.json files.json && grep -c value files.json
./find find files/1.png --json | grep -o '"value": [^]]*]'
./find find files/none.png
./find preview-data --count 4 -o page.png
