# A training that is killed and taken up again ends in the same bits as one that ran through, on any number of threads.
NETC=$(realpath "$NETC")
cd "$T" || exit 1
cat > small.net <<'END_OF_NET'
net Small {
  in image [1, 24, 24]
  x = image -> conv(12, 3, bias: false) -> batchnorm -> relu -> maxpool(2) -> conv(20, 3) -> relu -> maxpool(2)
  out logits = x -> flatten -> dropout(0.3) -> dense(32) -> relu -> dense(5)
}
data Shapes {
  field image [1, 24, 24]
  field label class(5)
  source:  shapes(count: 645)
  test:    shapes(count: 50)
  holdout: fraction(0.1)
  prepare: scale(1/255)
  augment: flip(horizontal: 0.5) -> rotate(20) -> shift(0.1) -> noise(0.02) -> mixup(0.4, p: 0.4) -> cutmix(1, p: 0.3)
}
train on Shapes as (image, label) {
  logits = Small(image)
  minimize cross_entropy(logits, label)
  report   accuracy: accuracy(logits, label)
  optimizer: adamw(lr: 2e-3)
  schedule:  cosine(warmup: 0.5)
  epochs:    20
  batch:     32
  keep:      best(accuracy)
}
END_OF_NET
"$NETC" build small.net || exit 1
./small train --out whole --threads 2 > whole.txt || { cat whole.txt; exit 1; }

same() { # same NAME: the run NAME ended as `whole` did
  cmp whole/last.safetensors "$1/last.safetensors" && cmp whole/best.safetensors "$1/best.safetensors" || return 1
  cut -d, -f1-7 whole/log.csv > whole.csv
  cut -d, -f1-7 "$1/log.csv" | diff whole.csv - || return 1
  echo "$1: the same"
}
end() { # end NAME SIGNAL: trains until the first checkpoint lies there, then sends the signal; prints the exit status
  rm -rf "$1"
  ./small train --out "$1" --threads 2 --save-every 7 > "$1.txt" 2>&1 &
  until [ -s "$1/last.safetensors" ] || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
  sleep 0.05
  kill "-$2" $! 2> /dev/null
  wait $! 2> /dev/null
  echo "$1: status $?"
}

./small train --out alone --threads 1 > /dev/null && same alone
end killed KILL
./small train --out killed --threads 1 --save-every 7 --resume > killed.txt || cat killed.txt
grep -c '^going on from step' killed.txt
same killed
end interrupted INT
sh -c "$(tail -1 interrupted.txt)" > again.txt || cat again.txt
grep -c '^going on from step' again.txt
same interrupted
./small train --out interrupted --resume | grep -c 'has come to its end'

# --until stops where it says, with the rates of the whole; what goes on leaves it out
./small train --out parts --until 3 --threads 1 > parts.txt && wc -l < parts/log.csv
sh -c "$(tail -1 parts.txt) --until 7" > parts.txt || cat parts.txt
sh -c "$(tail -1 parts.txt)" > parts.txt || cat parts.txt
same parts
