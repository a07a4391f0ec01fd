# A training that is asked to stop saves what it has and says how to go on, whoever asks: Ctrl-C, a batch system, a terminal that
# closes, a reader that goes away; in an epoch, while it validates, while it tests. Going on gives what never stopping gives.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
const many = 32
net Small {
  in image [1, 16, 16]
  out logits = image -> conv(8, 3) -> relu -> maxpool(2) -> flatten -> dropout(0.2) -> dense(3)
}
data Shapes {
  field image [1, 16, 16]
  field label class(3)
  source: shapes(count: 320)
  val:    shapes(count: many)
  test:   shapes(count: many)
}
train on Shapes as (image, label) {
  minimize cross_entropy(Small(image), label)
  optimizer: adam(lr: 1e-3)
  epochs:    40
  batch:     8
}
END_OF_NET
"$NETC" build small.net || exit 1
"$NETC" build small.net -D many=60000 -o slow || exit 1
./small train --out whole > /dev/null || exit 1

end() { # end NAME SIGNAL: after some steps
  ./small train --out "$1" --save-every 3 > "$1.txt" 2>&1 &
  until [ -s "$1/last.safetensors" ] || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
  kill "-$2" $!
  wait $!
  echo "$1: status $?, $(grep -c '^interrupted at step' "$1.txt") said so"
  sh -c "$(tail -1 "$1.txt")" > again.txt || cat again.txt
  cmp whole/last.safetensors "$1/last.safetensors"
}
end control-c INT
end batch TERM
end closed HUP

# A reader that goes away. The words then go to stderr.
{ ./small train --out piped 2> piped.txt; echo $? > status; } | sed 3q
echo "piped: status $(cat status)"
sed 's/step [0-9]* (epoch [0-9]*)/step N/' piped.txt
./small train --out piped --resume > /dev/null
cmp whole/last.safetensors piped/last.safetensors

# Under nohup a terminal may close.
trap '' HUP
: > nohup.txt
./small train --out nohup --epochs 100000 > nohup.txt 2>&1 &
longer() { # longer N: waits until it has said N lines
  until [ "$(wc -l < nohup.txt)" -ge "$1" ] || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
}
longer 5
kill -HUP $!
longer $(($(wc -l < nohup.txt) + 4))
kill -TERM $! && echo "under nohup it goes on"
wait $!
trap - HUP

# While it validates, and while it tests.
during() { # during NAME LINES: once the training has said so many lines
  : > "$1.txt"
  ./slow train --out "$1" --epochs 1 > "$1.txt" 2>&1 &
  until [ "$(wc -l < "$1.txt")" -ge "$2" ] || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
  sleep 0.5
  kill -INT $!
  wait $!
  echo "$1: status $?"
  grep '^interrupted' -A 1 "$1.txt"
}
during validates 3
during tests 4
./slow train --out tests --epochs 1 --resume | grep -o '^test: loss\|.*come to its end.*'
