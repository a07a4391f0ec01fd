"""Trains a small network, kills it, goes on, and reads what it left with TensorBoard's own reader: the same numbers as in
log.csv, each epoch once.   python tests/peer/read_events.py NETC"""
import csv, glob, math, os, signal, subprocess, sys, tempfile, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

SOURCE = """
net Small {
  in image [1, 16, 16]
  out logits = image -> conv(8, 3) -> relu -> flatten -> dense(3)
}
data Shapes {
  field image [1, 16, 16]
  field label class(3)
  source:  shapes(count: 600, objects: 1)
  holdout: last(100)
}
train on Shapes as (image, label) {
  logits = Small(image)
  minimize cross_entropy(logits, label)
  report   accuracy: accuracy(logits, label)
  epochs:  20
}
predict classify(image Shapes.image) {
  show classes: softmax(Small(image))
}
"""


def read(folder):
    a = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
    a.Reload()
    return a


def same(a, b):
    return abs(a - b) <= 1e-6 * max(1, abs(b))


netc = os.path.abspath(sys.argv[1])
os.chdir(tempfile.mkdtemp())
open("small.net", "w").write(SOURCE)
subprocess.run([netc, "build", "small.net"], check=True)
command = ["./small", "train", "--out", "run", "--preview", "classify(count: 4)"]
killed = subprocess.Popen(command, stdout=subprocess.DEVNULL)
while not os.path.exists("run/log.csv") or len(open("run/log.csv").readlines()) < 6:
    time.sleep(0.005)
killed.send_signal(signal.SIGKILL)
killed.wait()
subprocess.run(command + ["--resume"], check=True, stdout=subprocess.DEVNULL)

rows = list(csv.DictReader(open("run/log.csv")))
epochs = [int(r["epoch"]) for r in rows]
assert epochs == list(range(1, 21)), epochs
assert len(glob.glob("run/train/*tfevents*")) == 2
for part, prefix, tags in (("train", "", ["loss", "accuracy", "lr"]), ("val", "val_", ["loss", "accuracy"])):
    a = read(f"run/{part}")
    assert sorted(a.Tags()["scalars"]) == sorted(tags), a.Tags()
    for tag in tags:
        values = a.Scalars(tag)
        assert [v.step for v in values] == epochs, (part, tag, [v.step for v in values])
        column = tag if tag == "lr" else prefix + tag
        assert all(same(v.value, float(r[column])) for v, r in zip(values, rows)), (part, tag)

a = read("run/train")
sizes = {"conv_0.weight": 72, "conv_0.bias": 8, "dense_0.weight": 3 * 8 * 16 * 16, "dense_0.bias": 3}
assert set(a.Tags()["histograms"]) == set(sizes), a.Tags()
for name, size in sizes.items():
    h = a.Histograms(name)
    assert [v.step for v in h] == epochs
    assert all(v.histogram_value.num == size == sum(v.histogram_value.bucket) for v in h)
assert [v.step for v in a.Images("classes")] == epochs
assert all(v.encoded_image_string[:4] == b"\x89PNG" and v.width > 0 for v in a.Images("classes"))
assert [v.step for v in a.Images("samples")] == [1]
source = a.Tensors("source")[0].tensor_proto.string_val[0].decode()
assert "\n".join(line[4:] for line in source.split("\n")).strip() == SOURCE.strip()

runs = EventMultiplexer()
runs.AddRunsFromDirectory("run")
runs.Reload()
assert set(runs.Runs()) == {"train", "val"}
print(f"TensorBoard reads {len(epochs)} epochs, {len(sizes)} histograms, {len(a.Images('classes'))} pictures")
