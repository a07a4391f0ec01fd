#!/usr/bin/env python3
"""Times netc's programs beside their peers, in turns, and keeps every sample: `make bench` (bench.sh has the options).

The peers of one network are processes that wait (side.py); netc's programs start for each turn. In a round each side makes a few steps
of each measure; the sample is their median, in milliseconds. A line of samples.csv: part, network, measure, side, round, value. Of what
is measured again, earlier lines go. report.py makes the tables of it. Convolutions are timed by netc's profile of a training step.
"""
import csv
import json
import os
import re
import statistics
import subprocess
import sys
import time

from nets import CONVS, NETS

HERE = os.path.dirname(os.path.abspath(__file__))
TRAINERS = ["nchw", "nhwc", "compile"]
PREDICTORS = ["nchw", "nhwc", "compile", "freeze", "onnxruntime", "openvino"]
TURN, LIMIT = 0.8, 30  # seconds that a turn is to take; that a measure of one network may take once it has three rounds
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

    def forget(self, *begin):
        self.rows = [r for r in self.rows if tuple(r[:len(begin)]) != begin]

    def add(self, *row):
        self.rows.append([str(v) for v in row])

    def save(self):
        with open(self.path, "w") as f:
            csv.writer(f, lineterminator="\n").writerows(self.rows)


# ---- sides ----

class Peer:
    """A process of one of the scripts here, which answers a line for each line."""

    def __init__(self, script, *args):
        self.what = " ".join(args)
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", os.path.join(HERE, script), *args],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *request):
        line = " ".join(str(r) for r in request)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        for answer in self.process.stdout:
            if answer.startswith("= "):
                return json.loads(answer[2:])
        sys.exit(f"{self.what}: no answer to `{line}`")

    def steps(self, measure, count):
        return self.ask(measure, count)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def peer_of(net, side):
    return Peer("side.py", net.name, side, str(threads), work)


class Program:
    """What netc makes of a file; it starts for every turn."""

    def __init__(self, name, file, *options):
        self.path = os.path.join(work, name)
        subprocess.run([netc, "build", file, "-o", self.path, *options], check=True)

    def run(self, entry, batch, *options):
        """The row of the entry, and those of its steps if --profile is among the options."""
        text = subprocess.run([self.path, "bench", entry, "--csv", "--batch", str(batch), "--threads", str(threads), *options],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        steps = [line for line in text if line.startswith("step,")]
        return next(csv.DictReader(line for line in text if line not in steps)), list(csv.DictReader(steps))


class Ours:
    """netc's side of a network."""

    def __init__(self, net):
        self.net, self.program = net, Program(net.name, *net.file.split())

    def run(self, measure, count, *options):
        entry = "train" if measure == "train" else "predict_" + self.net.entry
        return self.program.run(entry, 1 if measure == "latency" else self.net.batch, "--steps", str(count),
                                "--warmup", "1" if count < 3 else "2", *options)

    def steps(self, measure, count):
        return [float(self.run(measure, count)[0]["median_ms"])]


def turns(samples, net, measure, sides):
    """Rounds of one measure; sides is {name: Peer or Ours}."""
    began, sides = time.monotonic(), dict(sides)
    firsts, counts, values = {}, {}, {}
    for name, side in list(sides.items()):  # one step finds how many fill a turn; if it does so alone, it was the first turn
        first = side.steps(measure, 1)
        if first:
            firsts[name] = first[0]
            counts[name] = max(1, min(500, round(TURN * 1e3 / first[0])))
        else:
            del sides[name]
    for i in range(rounds):
        for name, side in sides.items():
            value = firsts[name] if i == 0 and counts[name] == 1 else statistics.median(side.steps(measure, counts[name]))
            values.setdefault(name, []).append(value)
            samples.add("speed", net.name, measure, name, i, f"{value:.4f}")
        peers = {name: min(values[name]) for name in sides if name != "netc"}
        slow = [name for name in peers if peers[name] > BEHIND * min(peers.values())]
        for name in slow:
            del sides[name]
        if i >= 2 and time.monotonic() - began > LIMIT:
            break
    text = ", ".join(f"{name} {statistics.median(v):.2f}" for name, v in values.items())
    print(f"{net.name:18}{measure:9}{text}  ({time.monotonic() - began:.0f} s)", flush=True)


# ---- parts ----

UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def planned(net, measure):
    """Operations of a step and the bytes that it moves, as the plan has them: the sums over `{... 28.9 Mop  6.6 MB  144.4 us}`."""
    function = "train" if measure == "train" else "predict_" + net.entry
    batch = 1 if measure == "latency" else net.batch
    plan = subprocess.run([netc, "ir", "--stage", "plan", "-f", function, "-b", str(batch), *net.file.split()], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return [sum(float(n) * UNITS[u] for n, u in re.findall(pattern, plan))
            for pattern in (r"[{ ]([\d.]+) ([kMGT]?)op(?! done)\b", r"([\d.]+) ([kMGT]?)B  [\d.]+ [mu]?s}")]


def profile(samples, net, measure, ours):
    """Where netc's time goes: milliseconds and operations of each kind of step; operations and bytes of the plan."""
    kinds = {}
    for step in ours.run(measure, 5, "--profile")[1]:
        kind = kinds.setdefault(step["what"].split()[0], [0, 0])
        kind[0] += float(step["ms"])
        kind[1] += float(step["flops"])
    for kind, (ms, flops) in kinds.items():
        samples.add("profile_ms", net.name, measure, kind, 0, f"{ms:.4f}")
        samples.add("profile_flops", net.name, measure, kind, 0, f"{flops:.0f}")
    for what, value in zip(("flops", "bytes"), planned(net, measure)):
        samples.add("plan", net.name, measure, what, 0, f"{value:.0f}")


def speed(samples, net, parts):
    """Training steps, predictions of a batch and of one sample."""
    ours, peers = Ours(net), {}
    for side in PREDICTORS if "predict" in parts else TRAINERS:
        if side != "compile" or compiled:
            peers[side] = peer_of(net, side)
    for peer in peers.values():
        peer.ask("ready")
    measures = ["train"] if "train" in parts else []
    if "predict" in parts:
        peers["nchw"].ask("export")
        measures += ["latency", "predict"] if net.batch > 1 else ["latency"]
    for measure in measures:
        for part in "speed", "profile_ms", "profile_flops", "plan":
            samples.forget(part, net.name, measure)
        able = TRAINERS if measure == "train" else PREDICTORS
        turns(samples, net, measure, {"netc": ours} | {side: peers[side] for side in peers if side in able})
        profile(samples, net, measure, ours)
    for peer in peers.values():
        peer.close()


def memory(samples, net):
    """Peak of one training step, time from the start of the program to its end, size of the program."""
    for measure in "peak", "start", "size":
        samples.forget("memory", net.name, measure)
    ours = Ours(net)
    samples.add("memory", net.name, "size", "netc", 0, f"{os.path.getsize(ours.program.path) / 1e6:.3f}")
    for i in range(min(rounds, 3)):
        began = time.monotonic()
        row, _ = ours.program.run("train", net.batch, "--steps", "1", "--warmup", "0")
        samples.add("memory", net.name, "peak", "netc", i, row["memory_mb"])
        samples.add("memory", net.name, "start", "netc", i, f"{(float(row['first_s']) - began) * 1e3:.2f}")
    for side in "nchw", "nhwc":
        began = time.monotonic()
        peer = peer_of(net, side)
        peak, done = peer.ask("memory")
        samples.add("memory", net.name, "peak", side, 0, f"{peak:.1f}")
        samples.add("memory", net.name, "start", side, 0, f"{(done - began) * 1e3:.2f}")
        peer.close()


# ---- convolutions ----

def conv_measure(step, transposed):
    """forward, input or weight: which of the three a step of netc's is; None if it is no convolution."""
    kind = step["what"].split()[0]
    if kind.startswith("conv2d_weight_grad"):
        return "weight"
    forward = "conv2d_input_grad" if transposed else "conv2d"
    return "forward" if kind == forward else "input" if kind.startswith("conv2d") else None


def conv_ours(program, conv, count):
    """{measure: milliseconds} of one convolution within a training step, everything that belongs to it included."""
    ms = {}
    for step in program.run("train", conv.batch, "--steps", str(count), "--profile")[1]:
        measure = conv_measure(step, conv.transposed)
        if measure:
            ms[measure] = ms.get(measure, 0) + float(step["ms"])
    return ms


def conv_turns(samples, conv, peer):
    name = "-".join(str(n) for n in conv)
    options = [f"{key}={value}" for key, value in conv._asdict().items() if key not in ("batch", "transposed")]
    options.append(f"transposed={'true' if conv.transposed else 'false'}")
    program = Program("conv-" + name, os.path.join(HERE, "conv.net"), *(word for o in options for word in ("-D", o)))
    samples.forget("conv", name)
    measures = [m for m in ("forward", "input", "weight") if m != "input" or conv.inputs > 4]  # no network asks for a picture's gradient
    layouts, values, count = {m: ["nchw", "nhwc", "blocked"] for m in measures}, {}, 10
    for i in range(rounds):
        ours = conv_ours(program, conv, count)
        for measure in measures:
            took = {"netc": ours[measure]}
            for layout in layouts[measure]:
                took[layout] = statistics.median(peer.ask(*conv, layout, measure, count))
            for side, ms in took.items():
                values.setdefault((measure, side), []).append(ms)
                samples.add("conv", name, measure, side, i, f"{ms:.4f}")
            fastest = min(took[side] for side in layouts[measure])
            layouts[measure] = [side for side in layouts[measure] if took[side] <= BEHIND * fastest]
    print(f"conv {name:26}" + ", ".join(f"{m} {s} {statistics.median(v):.2f}" for (m, s), v in values.items()), flush=True)


def convolutions(samples):
    """oneDNN's and ours, and what the machine can do at most."""
    peak = os.path.join(work, "peak")
    subprocess.run(["cc", "-O3", "-march=native", "-ffp-contract=fast", "-o", peak, os.path.join(HERE, "peak.c"), "-lpthread"], check=True)
    peer = Peer("conv_side.py", str(threads))
    samples.forget("machine", "")
    for i, conv in enumerate(CONVS):
        conv_turns(samples, conv, peer)
        if i % 5 == 0:
            for line in subprocess.run([peak, str(threads)], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
                samples.add("machine", "", *line.split(",")[:1], "netc", i, line.split(",")[1])
    peer.close()


def main():
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.abspath(os.path.join(work, "inductor")))
    os.environ.setdefault("TORCHINDUCTOR_FREEZING", "1")
    chosen = option("MODELS", " ".join(NETS)).split()
    parts = option("PARTS", "train predict memory conv").split()
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
    if "conv" in parts:
        convolutions(samples)
        samples.save()


if __name__ == "__main__":
    main()
