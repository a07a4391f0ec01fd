#!/usr/bin/env python3
"""Writes results.md, results.csv and roofline.svg from the samples of bench.py: medians over rounds. A ratio is the best peer's time
over netc's, above 1 where netc is ahead."""
import csv
import os
import statistics

import roofline
from nets import CONVS, NETS

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.path.join(os.environ.get("BUILD") or "build", "bench")
TITLES = {"netc": "netc", "nchw": "PyTorch NCHW", "nhwc": "channels last", "compile": "torch.compile", "freeze": "jit.freeze",
          "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "blocked": "oneDNN's layout"}


def read():
    """{(part, network, measure): {side: median}}, sides in order of TITLES; the peak of the machine is the largest seen."""
    values = {}
    with open(os.path.join(WORK, "samples.csv")) as f:
        for part, net, measure, side, _, value in csv.reader(f):
            values.setdefault((part, net, measure), {}).setdefault(side, []).append(float(value))
    order = list(TITLES)
    return {k: {s: (max if k[0] == "machine" else statistics.median)(v[s])
                for s in sorted(v, key=lambda s: order.index(s) if s in order else 0)} for k, v in values.items()}


def number(v):
    return "" if v is None else f"{v:.0f}" if v >= 1000 else f"{v:.1f}" if v >= 100 else f"{v:.2f}"


def table(heads, rows):
    marks = ["---" if i == 0 or head.startswith("where") else "---:" for i, head in enumerate(heads)]
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join(marks) + " |"]
    return "\n".join(lines + ["| " + " | ".join(r) + " |" for r in rows]) + "\n"


def best(sides):
    return min((v for s, v in sides.items() if s != "netc"), default=None)


def ratio(sides):
    return best(sides) / sides["netc"] if best(sides) and "netc" in sides else None


def where(values, net, measure):
    """Where netc's time goes: the kinds of steps that take most of it, and how fast those are that compute."""
    ms, flops = (values.get((part, net, measure), {}) for part in ("profile_ms", "profile_flops"))
    total, parts = sum(ms.values()), []
    for kind in sorted(ms, key=ms.get, reverse=True)[:3]:
        share = 100 * ms[kind] / total
        if share >= 5:
            rate = f" at {flops[kind] / ms[kind] / 1e6:.0f} GFLOP/s" if kind.startswith(("conv", "matmul")) and ms[kind] else ""
            parts.append(f"{kind} {share:.0f} %{rate}")
    return ", ".join(parts)


def speeds(values, measure):
    """One row a network: every side's milliseconds, the fastest peer in bold, and the ratio."""
    found = [(net, values["speed", net, measure]) for net in NETS if ("speed", net, measure) in values]
    used = [s for s in TITLES if any(s in sides for _, sides in found)]
    rows = []
    for net, sides in found:
        cells = [f"**{number(v)}**" if (v := sides.get(s)) is not None and s != "netc" and v == best(sides) else number(v) for s in used]
        batch = 1 if measure == "latency" else NETS[net].batch
        rows.append([f"{net} {batch}×{NETS[net].input[-1]}²" if NETS[net].input[-1] > 1 else f"{net} {batch}", *cells,
                     f"{ratio(sides):.2f}", where(values, net, measure)])
    return table(["network", *(TITLES[s] for s in used), "netc ahead by", "where netc's time goes"], rows)


def conv_flops(conv):
    """Operations of the direct way; a transposed convolution's are those of the convolution that it turns round."""
    side = conv.size if conv.transposed else (conv.size - 1) // conv.stride + 1
    return 2 * conv.batch * conv.inputs * conv.outputs * conv.kernel**2 * side**2


def conv_name(conv):
    kind = f"{conv.kernel}×{conv.kernel}" + (f" stride {conv.stride}" if conv.stride > 1 else "") + (" transposed" if conv.transposed else "")
    return f"{kind}, {conv.inputs} → {conv.outputs} @ {conv.batch}×{conv.size}²"


def conv_sides(values, conv):
    """{measure: {side: ms}}"""
    name = "-".join(str(n) for n in conv)
    return {m: values["conv", name, m] for m in ("forward", "input", "weight") if ("conv", name, m) in values}


def convolutions(values):
    """One row a shape: for each of the three, netc's and oneDNN's GFLOP/s, the ratio, and netc's share of the peak."""
    peak, rows = values.get(("machine", "", "peak"), {}).get("netc"), []
    for conv in CONVS:
        sides, cells = conv_sides(values, conv), []
        for measure in "forward", "input", "weight":
            if measure in sides:
                rate = conv_flops(conv) / sides[measure]["netc"] / 1e6
                cells += [f"{rate:.0f}", f"{rate / ratio(sides[measure]):.0f}", f"{ratio(sides[measure]):.2f}",
                          f"{100 * rate / peak:.0f} %" if peak else ""]
            else:
                cells += [""] * 4
        if sides:
            rows.append([conv_name(conv), *cells])
    return table(["convolution", *(head for measure in ("forward", "input gradient", "weight gradient")
                                   for head in (f"{measure}: netc", "oneDNN", "ratio", "of peak"))], rows)


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


def behind(values):
    """One row for each ratio below 1: the fastest peer, and where netc's time goes."""
    rows = []
    for (part, net, measure), sides in values.items():
        if part == "speed" and ratio(sides) and ratio(sides) < 1:
            peer = min((s for s in sides if s != "netc"), key=sides.get)
            rows.append([net, measure, f"{ratio(sides):.2f}", TITLES[peer], where(values, net, measure)])
    return table(["network", "what", "ratio", "ahead of netc", "where netc's time goes"], rows) if rows else ""


def page(values):
    out = ["# Beside PyTorch, ONNX Runtime and OpenVINO\n",
           f"Written by `make bench` on {cpu()}, {os.environ.get('THREADS') or os.cpu_count()} threads; {versions()}. Medians over rounds in "
           "which the sides take turns. The fastest peer is bold; `netc ahead by` is its time over netc's. float32 everywhere, data in "
           "memory, fused optimizers, subnormals flushed on all sides.\n"]
    for title, measure in [("Training step, ms", "train"), ("Prediction of a batch, ms", "predict"), ("Prediction of one sample, ms", "latency")]:
        if any(k[0] == "speed" and k[2] == measure for k in values):
            out += [f"## {title}\n", speeds(values, measure)]
    if behind(values):
        out += ["## Where netc is not ahead\n", behind(values)]
    with open(os.path.join(HERE, "limits.md")) as f:
        out += ["## Limits\n", f.read()]
    if any(k[0] == "memory" for k in values):
        out += ["## Memory of a training step, start-up, size\n",
                "Peak resident memory less what was resident before the model was built; time from the start of the program to the end of the "
                "first training step, less making data; the better layout of eager PyTorch; executables without weights.\n", footprint(values)]
    if any(k[0] == "conv" for k in values):
        machine = {m: values["machine", "", m]["netc"] for m in ("peak", "read", "copy")}
        out += ["## Convolutions, GFLOP/s\n",
                f"Counted as direct convolution, whatever computes it. The machine's multiply-add peak, measured in the same run: {machine['peak']:.0f} "
                f"GFLOP/s; memory: {machine['read']:.0f} GB/s read, {machine['copy']:.0f} GB/s copied. netc: within a training step, packing and "
                "transforms included. oneDNN through PyTorch: the best of NCHW, channels last and its own layout.\n", convolutions(values)]
    return "\n".join(out)


def points(values):
    """For the roofline: (name, operations for each byte, GFLOP/s) of the training steps and of the convolutions."""
    nets, convs = [], []
    for net in NETS:
        plan, sides = values.get(("plan", net, "train")), values.get(("speed", net, "train"))
        if plan and sides:
            nets.append((net, plan["flops"] / plan["bytes"], plan["flops"] / sides["netc"] / 1e6))
    for conv in CONVS:
        side = conv.size * conv.stride if conv.transposed else (conv.size - 1) // conv.stride + 1
        weights = conv.inputs * conv.outputs * conv.kernel**2
        bytes = 4 * (conv.batch * (conv.inputs * conv.size**2 + conv.outputs * side**2) + weights)
        for measure, sides in conv_sides(values, conv).items():
            convs.append((f"{measure} {conv_name(conv)}", conv_flops(conv) / bytes, conv_flops(conv) / sides["netc"] / 1e6))
    return nets, convs


def main():
    values = read()
    with open(os.path.join(HERE, "results.csv"), "w") as f:
        rows = csv.writer(f, lineterminator="\n")
        rows.writerow(["part", "network", "measure", *TITLES, "ratio"])
        for key, sides in values.items():
            if key[0] in ("speed", "memory", "conv", "machine"):
                r = ratio(sides)
                rows.writerow([*key, *(f"{sides[s]:.3f}" if s in sides else "" for s in TITLES), f"{r:.3f}" if r else ""])
    text = page(values)
    with open(os.path.join(HERE, "results.md"), "w") as f:
        f.write(text)
    if ("machine", "", "peak") in values:
        machine = {m: values["machine", "", m]["netc"] for m in ("peak", "read", "copy")}
        with open(os.path.join(HERE, "roofline.svg"), "w") as f:
            f.write(roofline.draw(machine["peak"], max(machine["read"], machine["copy"]), *points(values)))
    print(text)


if __name__ == "__main__":
    main()
