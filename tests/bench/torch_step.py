#!/usr/bin/env python3
"""Times PyTorch's training step of a network of tests/peer: torch_step.py NAME LAYOUT BATCH SIZE STEPS THREADS prints steps per second.
LAYOUT: nchw or nhwc (channels_last). The step is forward, loss, backward and Adam (fused), on data that lies in memory."""
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
import models

name, layout, batch, size, steps, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
torch.set_num_threads(threads)
torch.manual_seed(0)
make = {"lenet": models.LeNet, "unet": models.UNet}[name]
form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
model = make().to(memory_format=form)
image = torch.randn(batch, 1, size, size).to(memory_format=form)
target = torch.randint(10, [batch]) if name == "lenet" else (torch.rand(batch, 1, size, size) > 0.5).float()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)


def step():
    optimizer.zero_grad()
    loss = model.loss(model(image), target)
    loss.backward()
    optimizer.step()


for _ in range(3):
    step()
times = []
for _ in range(steps):
    start = time.perf_counter()
    step()
    times.append(time.perf_counter() - start)
print(1 / sorted(times)[len(times) // 2])
