# On a terminal: a bar that leaves nothing behind, no wider than the terminal, and modest colour; none of it in files, on a dumb
# terminal, or (colour) with NO_COLOR.
command -v script > /dev/null || { echo "skipped: script(1) is not installed"; exit 0; }
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
net Small {
  in image [3, 32, 32]
  out logits = image -> conv(16, 3) -> relu -> maxpool(2) -> conv(32, 3) -> relu -> global_avgpool -> dense(3)
}
data Shapes {
  field image [3, 32, 32]
  field label class(3)
  source: shapes(count: 4000)
  val:    shapes(count: 64)
  test:   shapes(count: 64)
}
train on Shapes as (image, label) {
  logits = Small(image)
  minimize cross_entropy(logits, label)
  report   accuracy: accuracy(logits, label)
  optimizer: adam(lr: 1e-3)
  epochs:    2
  batch:     8
  keep:      best(accuracy)
}
END_OF_NET
"$NETC" build small.net --cpu x86-64-v3 || exit 1
escape=$(printf '\033')
unset NO_COLOR
pty() { # pty COLUMNS COMMAND: what a terminal gets
  script -qec "stty cols $1; TERM=${TERM_WANTED-xterm} $2" /dev/null < /dev/null | tr -d '\n' | tr '\r' '\n'
}

./small train --out plain > plain.txt 2>&1
grep -c "$escape" plain.txt
pty 60 './small train --out wide' > wide.txt
grep -q "epoch 1/2 \[=*  *\] .* left" wide.txt && echo "there is a bar"
sed 's/[0-9.]* s$/N s/' plain.txt > plain.seen
grep -v "^$escape\[K$" wide.txt | sed "s/$escape\[[01]m//g; s/^$escape\[K//" | grep -v "$escape" | grep . | sed 's/[0-9.]* s$/N s/' | diff plain.seen - &&
  echo "the same stays"
grep "^epoch.*left\|^epoch.*$escape" wide.txt | sed "s/$escape\[K.*//" | awk '{ if (length($0) > 59) print "too wide: " $0 }'
pty 20 './small train --epochs 1 --out narrow' | grep "$escape\[K" | sed "s/$escape\[K.*//" | awk 'length($0) > 19 { print "too wide: " $0 }'
grep -c "^$escape\[1mtest: loss.*$escape\[0m" wide.txt
TERM_WANTED=dumb pty 60 './small train --epochs 1 --out dumb' | grep -c "$escape"
for no in 0 1; do
  [ $no = 0 ] || export NO_COLOR=1
  pty 60 './small trian' | sed "s/$escape/ESC/g"
  pty 60 "$NETC bild" | sed "s/$escape/ESC/g"
  pty 60 './small eval -w small.net' | sed "s/$escape/ESC/g"
done
unset NO_COLOR

# Ctrl-C as a terminal sends it.
{ sleep 2; printf '\003'; sleep 4; } | script -qec 'TERM=xterm ./small train --epochs 1000 --out stopped' /dev/null > stopped.txt
tr '\r' '\n' < stopped.txt | sed "s/$escape\[K//g" | grep '^finishing\|^interrupted\|--resume$' | sed 's/step [0-9]* (epoch [0-9]*)/step N/'
