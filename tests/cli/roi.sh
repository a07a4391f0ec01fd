# RoI pooling and its kin on numbers that can be followed by hand.
cat > "$T/roi.net" <<'NET'
# A region of 4 rows and 6 columns, pooled to 3 x 3: columns go two by two, rows 0-1, 1-2 and 2-3.
predict pool(map [35], box [1, 4]) {
  show value: roi_pool(reshape(map, [1, 5, 7]), box, size: 3, scale: 1/16)
}

# Bins of one pixel, sampled between four: means of neighbours. Boxes that are the same for all pictures.
predict align(map [35]) {
  show value: roi_align(reshape(map, [1, 5, 7]), stack([concat(zeros([2]), 2*ones([2]), axis: 0)]), size: 2, scale: 1)
}

# The gradient of the pooled sum is 1 for each bin that an element is the largest of.
predict gradient(map [12], box [2, 4]) {
  show value: grad(of: sum(roi_pool(reshape(map, [1, 3, 4]), box, size: [1, 2], scale: 1)), to: map)
}

# The best two of four boxes, by class; the last overlaps with the first, of its class, by more than a half.
predict best(box [4, 4], score [4], class [4]) {
  kept = nms(box, score, class)
  order = top(kept, 2)
  show value: kept
  show value: order
  show value: gather(box, order)
}
NET
"$NETC" build --cpu x86-64-v3 -o "$T/roi" "$T/roi.net" || exit 1
map=1,2,3,4,5,6,0,8,7,6,5,4,3,0,2,9,1,8,3,7,0,6,5,4,3,2,1,0,90,91,92,93,94,95,96
"$T/roi" pool --map $map --box 0,0,80,48
"$T/roi" pool --map $map --box 64,-40,200,20
"$T/roi" align --map $map
"$T/roi" gradient --map 1,5,2,3,4,0,8,6,7,1,1,9 --box 0,0,3,2,0,0,1,1
"$T/roi" best --box 0,0,10,10,20,0,30,10,1,1,11,11,0,0,10,11 --score 0.9,0.8,0.7,0.6 --class 0,0,1,0
