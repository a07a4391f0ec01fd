#!/usr/bin/env python3
"""oneDNN's convolutions through PyTorch, in a process that waits: conv_side.py THREADS. Each line read is a request

  INPUTS OUTPUTS SIZE KERNEL STRIDE TRANSPOSED BATCH  LAYOUT  WHAT  STEPS

with LAYOUT nchw, nhwc or blocked (oneDNN's own) and WHAT forward, input or weight (their gradients); each line written the milliseconds
of every step, in JSON, or null where PyTorch has no such way. Images lie in the layout
already, as they do within a network; weights do not in oneDNN's own, as in a training.
"""
import json
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
torch.set_flush_denormal(True)


def operands(shape, layout):
    """x, w, dy and convolution's arguments."""
    inputs, outputs, size, kernel, stride, transposed, batch = shape
    pad = 1 if transposed else kernel // 2
    side = size * stride if transposed else (size - 1) // stride + 1
    x, dy = torch.randn(batch, inputs, size, size), torch.randn(batch, outputs, side, side)
    w = torch.randn(*(inputs, outputs) if transposed else (outputs, inputs), kernel, kernel)
    if layout == "nhwc":
        x, w, dy = (t.to(memory_format=torch.channels_last) for t in (x, w, dy))
    if layout == "blocked":
        x, dy = x.to_mkldnn(), dy.to_mkldnn()
    return x, w, dy, ([stride] * 2, [pad] * 2, [1] * 2, bool(transposed), [0] * 2, 1)


def made(shape, layout, what):
    x, w, dy, how = operands(shape, layout)
    if what == "forward":
        return lambda: torch.convolution(x, w, None, *how)
    wanted = [what == "input", what == "weight", False]
    return lambda: torch.ops.aten.convolution_backward(dy, x, w, None, *how, wanted)


def timed(step):
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1e3


for line in sys.stdin:
    *shape, layout, what, count = line.split()
    answer = None
    with torch.no_grad():
        try:
            step = made([int(n) for n in shape], layout, what)
            step(), step()
            answer = [timed(step) for _ in range(int(count))]
        except RuntimeError as error:
            print(line.strip(), str(error).splitlines()[0], file=sys.stderr)
    print("=", json.dumps(answer), flush=True)
