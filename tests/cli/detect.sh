# show boxes, and what goes with them: found boxes in pixels of the original picture, whatever `prepare` made of it; drawn, as a table, as JSON.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
# The "detector" knows where things are: a row of each kind, one that is none, one with nan, one outside the picture.
cat > found.net <<'END_OF_NET'
block Found {
  in image [3, 32, 32]
  rows = [0, 8, 10, 24, 20, 0.9,
          2, 0.5, 0, 16, 32, 0.75,
          1, 12, 12, 20, 20, 0.3,
          -1, 2, 2, 9, 9, 0.9,
          -3, 2, 2, 9, 9, 0.9,
          1, 0.5, 40, 16, 50, 0.9]
  rest = concat(numbers(rows), numbers([1, 4, 4, 8, 8]), sqrt(numbers([-1])), axis: 0)
  out reshape(rest, [7, 6]) + 0*mean(image)
}
data Letter {
  field image [3, 32, 32]
  source: images("*.png")
  prepare: letterbox(32)
  names: ["disc", "square", "triangle"]
}
data Plain {
  field image [3, 32, 32]
  source: images("*.png")
  prepare: resize(32)
}
data Crop {
  field image [3, 32, 32]
  source: images("*.png")
  prepare: resize(40, crop: 32)
}
data Pad {
  field image [3, 32, 32]
  source: images("*.png")
  prepare: resize(24) -> pad(4)
}
predict letter(image Letter.image, threshold: 0.5) {
  show boxes: above(Found(image), threshold)
}
predict plain(image Plain.image) {
  show boxes: Found(image)
}
predict crop(image Crop.image) {
  show boxes: Found(image)
}
predict pad(image Pad.image) {
  show boxes: Found(image)
}
predict unscored(image Letter.image) {
  show boxes: Found(image)[:, :5]
}
predict heads {
  show boxes: reshape(numbers([0, 1, 2, 30, 40, 0.5]), [1, 6])
  show boxes: reshape(numbers([1, 1, 2, 9, 9, 0.5]), [1, 6])
}
predict grey(level: 128) {
  show image: zeros([3, 40, 80]) + level
}
predict video(frame [3, 40, 80]) {
  x = reshape(mean(frame), [1])
  moving = concat(numbers([0]), x, numbers([5]), x + 20, numbers([25, 0.9]), axis: 0)
  show boxes: stack([moving, numbers([1, 50, 20, 70, 38, 0.8])])
}
predict pixels(image [3, 40, 80]) {
  show value: image[:, 20, 20]
  show value: image[:, 30, 30]
}
END_OF_NET
"$NETC" build found.net --cpu x86-64-v3 || exit 1
mkdir runs
./found grey -o wide.png
for how in letter plain crop pad unscored; do
  echo "-- $how"
  ./found $how wide.png
done
cp wide.png b.png
echo "-- JSON, and beside the pictures"
./found letter wide.png b.png --json -o drawn > all.json
cat all.json
cmp all.json drawn/letter.json
ls drawn
./found letter wide.png -o one.jpg
cmp all.json one.json | sed 's/ differ.*/ differ/'
./found letter wide.png -o drawn/ --threshold 0.8
./found letter wide.png --threshold 0.95
./found letter wide.png --threshold x
./found letter wide.png nothing.png
echo "= $?"
echo "-- two heads, and no picture"
./found heads -o heads.png
./found heads -o in/heads/
mkdir in
./found heads -o in/heads/ > /dev/null
cat in/heads/heads.json
echo "-- what is drawn: the left side of a frame, and the ground"
./found pixels drawn/wide_boxes.png
./found letter --help | sed -n '/^Predicts/,/^$/p; /^Example/p'

echo "-- a video: the brighter the frame, the further right is the first box, and out of the third frame"
mkdir frames
for frame in 1:10 2:14 3:120 10:18 11:60; do ./found grey --level ${frame#*:} -o frames/f${frame%:*}.png 2> /dev/null; done
./found video --video-frames frames -o tracked
cat tracked/video.json
ls tracked
./found pixels tracked/f2.png
./found video --video-frames frames --json 2> /dev/null | cmp - tracked/video.json
./found video --video-frames frames -o frames/
./found video --video-frames frames wide.png
./found video --video-frames nowhere
./found video --video-frames runs

# In training, on drawn figures: the truth lies dashed over what was found.
cat > figures.net <<'END_OF_NET'
# Two sizes, each of which could be better.
const anchors = [[10, 20], [30, 30]]
net Finder {
  in image [1, 32, 32]
  out place = image -> flatten -> dense(4)
}
data Figures {
  field image [1, 32, 32]
  field boxes boxes(3, max: 2)
  source: shapes(count: 8, objects: 2)
  val:    shapes(count: 8, objects: 2)
  prepare: scale(1/255)
  names: ["disc", "square", "triangle"]
}
train on Figures as (image, boxes) {
  minimize smooth_l1(Finder(image)/32, boxes.box[0]/32)
  optimizer: sgd(lr: 0.01)
  epochs: 2
  batch: 8
  preview: detect(count: 4)
}
predict detect(image Figures.image) {
  place = Finder(image)
  show boxes: stack([concat(numbers([1]), place, numbers([0.5]), axis: 0)])
}
predict truth(image Figures.image, boxes Figures.boxes) {
  show boxes: boxes + 0*mean(image)
}
END_OF_NET
"$NETC" build figures.net --cpu x86-64-v3 || exit 1
./figures train > words.txt 2>&1 || cat words.txt
ls runs/figures/preview
./figures truth --sample 0-1 2> /dev/null
./figures anchors --count 2
./figures anchors --count 3 --threads 3 --json
./figures anchors --count 100
./figures anchors Figure
"$NETC" build figures.net --cpu x86-64-v3 -D 'anchors=[[9, 9]]' -o other && ./other anchors --count 2
sed 's/^const anchors = .*/const anchors = if true then [[9, 9]] else [[8, 8]]/' figures.net > chosen.net
"$NETC" build chosen.net --cpu x86-64-v3 && ./chosen anchors --count 2
./found anchors
./figures truth --sample 0-1 -o truth.png --json 2> /dev/null > said.json
cmp said.json truth.json
