#!/usr/bin/env python3
"""Writes results.md and results.csv from the samples of bench.py: medians over rounds; a ratio is best peer over netc, above 1 where netc is ahead."""
import csv
import os
import statistics
import sys

from nets import NETS

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.path.join(os.environ.get("BUILD") or "build", "bench")
TITLES = {"netc": "netc", "nchw": "PyTorch NCHW", "nhwc": "channels last", "compile": "torch.compile", "freeze": "jit.freeze",
          "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}


def read():
    """{(part, network, measure): {side: median}}, sides in order of TITLES."""
    values = {}
    with open(os.path.join(WORK, "samples.csv")) as f:
        for part, net, measure, side, _, value in csv.reader(f):
            values.setdefault((part, net, measure), {}).setdefault(side, []).append(float(value))
    return {k: {s: statistics.median(v[s]) for s in sorted(v, key=list(TITLES).index)} for k, v in values.items()}


def number(v):
    return "" if v is None else f"{v:.0f}" if v >= 1000 else f"{v:.1f}" if v >= 100 else f"{v:.2f}"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows]) + "\n"


def best(sides):
    return min((v for s, v in sides.items() if s != "netc"), default=None)


def ratio(sides):
    return best(sides) / sides["netc"] if best(sides) and "netc" in sides else None


def speeds(values, part, measure):
    """One row a network: every side's milliseconds, the fastest peer in bold, and the ratio."""
    found = [(net, values[part, net, measure]) for net in NETS if (part, net, measure) in values]
    used = [s for s in TITLES if any(s in sides for _, sides in found)]
    rows = []
    for net, sides in found:
        cells = [f"**{number(v)}**" if (v := sides.get(s)) is not None and s != "netc" and v == best(sides) else number(v) for s in used]
        batch = 1 if measure == "latency" else NETS[net].batch
        rows.append([f"{net} {batch}×{NETS[net].input[-1]}²" if NETS[net].input[-1] > 1 else f"{net} {batch}", *cells, f"{ratio(sides):.2f}"])
    return table(["network", *(TITLES[s] for s in used), "netc ahead by"], rows)


def footprint(values):
    rows = []
    for net in NETS:
        peak, start, size = (values.get(("memory", net, m)) for m in ("peak", "start", "size"))
        if peak:
            rows.append([net, number(peak["netc"]), number(best(peak)), f"{100 * peak['netc'] / best(peak):.0f} %",
                         number(start["netc"]), number(best(start)), f"{size['netc']:.2f}"])
    return table(["network", "netc MB", "PyTorch MB", "netc takes", "netc first step ms", "PyTorch first step ms", "program MB"], rows)


def cpu():
    with open("/proc/cpuinfo") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "unknown")


def versions():
    from importlib.metadata import version
    return ", ".join(f"{title} {version(package)}" for title, package in
                     [("PyTorch", "torch"), ("ONNX Runtime", "onnxruntime"), ("OpenVINO", "openvino")])


def page(values):
    out = ["# Beside PyTorch, ONNX Runtime and OpenVINO\n",
           f"Written by `make bench` on {cpu()}, {os.environ.get('THREADS') or os.cpu_count()} threads; {versions()}. Medians over rounds in "
           "which the sides take turns. The fastest peer is bold; `netc ahead by` is its time over netc's. float32 everywhere, data in "
           "memory, fused optimizers, subnormals flushed on all sides.\n"]
    for title, part, measure in [("Training step, ms", "train", "train"), ("Prediction of a batch, ms", "predict", "predict"),
                                 ("Prediction of one sample, ms", "predict", "latency")]:
        if any(k[0] == part and k[2] == measure for k in values):
            out += [f"## {title}\n", speeds(values, part, measure)]
    if any(k[0] == "memory" for k in values):
        out += ["## Memory of a training step, start-up, size\n",
                "Peak resident memory less what was resident before the model was built; time from the start of the program to the end of the "
                "first training step, less making data; the better layout of eager PyTorch; executables without weights.\n", footprint(values)]
    return "\n".join(out)


def main():
    values = read()
    with open(os.path.join(HERE, "results.csv"), "w") as f:
        rows = csv.writer(f, lineterminator="\n")
        rows.writerow(["part", "network", "measure", *TITLES, "ratio"])
        for key, sides in values.items():
            r = ratio(sides)
            rows.writerow([*key, *(f"{sides[s]:.3f}" if s in sides else "" for s in TITLES), f"{r:.3f}" if r else ""])
    text = page(values)
    with open(os.path.join(HERE, "results.md"), "w") as f:
        f.write(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
