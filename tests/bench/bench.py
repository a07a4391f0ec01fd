#!/usr/bin/env python3
"""Times netc's programs beside their peers, in turns, and keeps every sample: `make bench` (bench.sh has the options).

The peers of one network are processes that wait (side.py); netc's programs start for each turn. In a round each side makes a few steps
of each measure; the sample is their median, in milliseconds. A line of samples.csv: part, network, measure, side, round, value. Of what
is measured again, earlier lines go. report.py makes the tables of it.
"""
import csv
import json
import os
import statistics
import subprocess
import sys
import time

from nets import NETS

HERE = os.path.dirname(os.path.abspath(__file__))
TRAINERS = ["nchw", "nhwc", "compile"]
PREDICTORS = ["nchw", "nhwc", "compile", "freeze", "onnxruntime", "openvino"]
TURN, LIMIT = 0.8, 45  # seconds that a turn is to take; that a measure of one network may take once it has three rounds
BEHIND = 1.5           # a peer that is so much slower than the best of them is left out of further rounds


def option(name, otherwise):
    return os.environ.get(name) or otherwise


threads = int(option("THREADS", os.cpu_count()))
rounds = int(option("ROUNDS", 5))
compiled = option("COMPILE", "1") != "0"
build = option("BUILD", "build")
work = os.path.join(build, "bench")
netc = os.path.join(build, option("MODE", "release"), "netc")


# ---- samples ----

class Samples:
    def __init__(self, path):
        self.path, self.rows = path, []
        if os.path.exists(path):
            with open(path) as f:
                self.rows = [row for row in csv.reader(f)]

    def forget(self, part, name):
        self.rows = [r for r in self.rows if r[:2] != [part, name]]

    def add(self, *row):
        self.rows.append([str(v) for v in row])

    def save(self):
        with open(self.path, "w") as f:
            csv.writer(f, lineterminator="\n").writerows(self.rows)


# ---- sides ----

class Peer:
    def __init__(self, net, side):
        self.what = f"{net.name} {side}"
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", os.path.join(HERE, "side.py"), net.name, side, str(threads), work],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("= "):
                return json.loads(line[2:])
        sys.exit(f"{self.what}: no answer to `{request}`")

    def steps(self, measure, count):
        return self.ask(f"{measure} {count}")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Program:
    """netc's; memory and first step are those of its last start."""

    def __init__(self, net):
        self.net, self.path = net, os.path.join(work, net.name)
        subprocess.run([netc, "build", net.file, "-o", self.path], check=True)

    def run(self, entry, batch, *options):
        text = subprocess.run([self.path, "bench", entry, "--csv", "--batch", str(batch), "--threads", str(threads), *options],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        return next(csv.DictReader(text.splitlines()))

    def steps(self, measure, count):
        entry = "train" if measure == "train" else "predict_" + self.net.entry
        options = ["--steps", str(count), "--warmup", "1" if count < 3 else "2"]
        return [float(self.run(entry, 1 if measure == "latency" else self.net.batch, *options)["median_ms"])]

    def close(self):
        pass


def turns(samples, part, net, measure, sides):
    """Rounds of one measure; sides is {name: Peer or Program}."""
    began, sides = time.monotonic(), dict(sides)
    counts, values = {}, {}
    for name, side in sides.items():  # the first step finds how many fill a turn
        counts[name] = max(1, min(500, round(TURN * 1e3 / min(side.steps(measure, 1)))))
    for i in range(rounds):
        for name, side in sides.items():
            value = statistics.median(side.steps(measure, counts[name]))
            values.setdefault(name, []).append(value)
            samples.add(part, net.name, measure, name, i, f"{value:.4f}")
        peers = {name: min(values[name]) for name in sides if name != "netc"}
        slow = [name for name in peers if peers[name] > BEHIND * min(peers.values())]
        for name in slow:
            del sides[name]
        if i >= 2 and time.monotonic() - began > LIMIT:
            break
    text = ", ".join(f"{name} {statistics.median(v):.2f}" for name, v in values.items())
    print(f"{net.name:18}{measure:9}{text}  ({time.monotonic() - began:.0f} s)", flush=True)


# ---- parts ----

def speed(samples, net, parts):
    """Training steps, predictions of a batch and of one sample."""
    program, peers = Program(net), {}
    for side in PREDICTORS if "predict" in parts else TRAINERS:
        if side != "compile" or compiled:
            peers[side] = Peer(net, side)
    for peer in peers.values():
        peer.ask("ready")
    if "train" in parts:
        samples.forget("train", net.name)
        turns(samples, "train", net, "train", {"netc": program} | {k: p for k, p in peers.items() if k in TRAINERS})
    if "predict" in parts:
        samples.forget("predict", net.name)
        peers["nchw"].ask("export")
        for measure in "predict", "latency":
            turns(samples, "predict", net, measure, {"netc": program} | peers)
    for peer in peers.values():
        peer.close()


def memory(samples, net):
    """Peak of one training step, time from the start of the program to its end, size of the program."""
    samples.forget("memory", net.name)
    program = Program(net)
    samples.add("memory", net.name, "size", "netc", 0, f"{os.path.getsize(program.path) / 1e6:.3f}")
    for i in range(min(rounds, 3)):
        began = time.monotonic()
        row = program.run("train", net.batch, "--steps", "1", "--warmup", "0")
        samples.add("memory", net.name, "peak", "netc", i, row["memory_mb"])
        samples.add("memory", net.name, "start", "netc", i, f"{(float(row['first_s']) - began) * 1e3:.2f}")
    for side in "nchw", "nhwc":
        began = time.monotonic()
        peer = Peer(net, side)
        peak, done = peer.ask("memory")
        samples.add("memory", net.name, "peak", side, 0, f"{peak:.1f}")
        samples.add("memory", net.name, "start", side, 0, f"{(done - began) * 1e3:.2f}")
        peer.close()


def main():
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.abspath(os.path.join(work, "inductor")))
    os.environ.setdefault("TORCHINDUCTOR_FREEZING", "1")
    chosen = option("MODELS", " ".join(NETS)).split()
    parts = option("PARTS", "train predict memory").split()
    for name in set(chosen) - set(NETS):
        sys.exit(f"MODELS: there is no {name}; there are {' '.join(NETS)}")
    os.makedirs(work, exist_ok=True)
    samples = Samples(os.path.join(work, "samples.csv"))
    for name in chosen:
        if "train" in parts or "predict" in parts:
            speed(samples, NETS[name], parts)
        if "memory" in parts:
            memory(samples, NETS[name])
        samples.save()


if __name__ == "__main__":
    main()
