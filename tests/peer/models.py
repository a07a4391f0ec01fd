#!/usr/bin/env python3
"""Writes golden/NAME.spec and golden/NAME.safetensors for the networks of tests/peer/*.net: what PyTorch computes.

The spec says what both sides are fed with (see fill.h). The safetensors file holds, in float64:
  forward/value       the network's output
  grad/loss           the loss, and for every weight W its gradient as grad/W#grad, or 1024 elements of it at X.at
  curve/loss          the losses of 50 steps of Adam on the same batch
each with X.f32, the relative L2 error that PyTorch makes itself when it computes in float32.
Run: python tests/peer/models.py
"""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT, STEPS = 1024, 50


# ---- the numbers fed in, as in fill.h ----

def random(name, index):
    z = 0xCBF29CE484222325
    for b in name.encode():
        z = (z ^ b) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(z) + (np.asarray(index, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return ((z ^ z >> np.uint64(31)) >> np.uint64(40)).astype(np.float64) / 16777216


def fill(name, kind, limit, shape):
    u = random(name, np.arange(math.prod(shape))).reshape(shape)
    if kind == "noise":
        return u.astype(np.float32)
    if kind == "uniform":
        return ((2 * u - 1) * limit).astype(np.float32)
    if kind == "about":
        return (1 + (2 * u - 1) * limit).astype(np.float32)
    if kind == "class":
        return (u * limit).astype(np.int64)
    h, w = shape[-2:]
    top, left, tall, wide = random(name, np.arange(4 * shape[0])).reshape(-1, 4).T[..., None, None]
    y, x = np.arange(h)[:, None], np.arange(w)
    inside = (2 * y >= top * h) & (2 * y < (top + 0.5 + tall / 2) * h) & (2 * x >= left * w) & (2 * x < (left + 0.5 + wide / 2) * w)
    return inside.reshape(shape).astype(np.float32)


# ---- the networks, their stages named as netc names them ----

class Level(nn.Module):
    def __init__(self, c, a, b):
        super().__init__()
        self.conv_0 = nn.Conv2d(c, a, 3, padding=1)
        self.conv_1 = nn.Conv2d(a, b, 3, padding=1)

    def forward(self, x):
        return self.conv_1(self.conv_0(x).relu()).relu()


class UNet(nn.Module):
    inputs = [("image", "noise", 0, [4, 1, 32, 32]), ("mask", "box", 0, [4, 1, 32, 32])]

    def __init__(self):
        super().__init__()
        for i, (c, a, b) in enumerate([(1, 16, 16), (16, 32, 32), (32, 32, 64), (96, 32, 32), (48, 16, 16)]):
            setattr(self, f"level_{i}", Level(c, a, b))
        self.conv_0 = nn.Conv2d(16, 1, 3, padding=1)

    def forward(self, x):
        d1 = self.level_0(x)
        d2 = self.level_1(F.max_pool2d(d1, 2))
        d3 = self.level_2(F.max_pool2d(d2, 2))
        u2 = self.level_3(torch.cat([d2, F.interpolate(d3, scale_factor=2)], 1))
        u1 = self.level_4(torch.cat([d1, F.interpolate(u2, scale_factor=2)], 1))
        return self.conv_0(u1)

    @staticmethod
    def loss(y, mask):
        p, axes = y.sigmoid(), (1, 2, 3)
        dice = 1 - (2 * (p * mask).sum(axes) + 1) / (p.sum(axes) + mask.sum(axes) + 1)
        return F.binary_cross_entropy_with_logits(y, mask) + dice.mean()


class LeNet(nn.Module):
    inputs = [("image", "noise", 0, [8, 1, 28, 28]), ("label", "class", 10, [8])]
    loss = staticmethod(F.cross_entropy)

    def __init__(self):
        super().__init__()
        self.conv_0 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv_1 = nn.Conv2d(32, 64, 3, padding=1)
        self.dense_0 = nn.Linear(64 * 49, 128)
        self.dense_1 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv_0(x).relu(), 2)
        x = F.max_pool2d(self.conv_1(x).relu(), 2)
        return self.dense_1(self.dense_0(x.flatten(1)).relu())


class Basic(nn.Module):
    def __init__(self, c, filters, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(c, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters)
        self.conv2, self.bn2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters)
        self.downsample = nn.Sequential()
        if stride != 1 or c != filters:
            self.downsample = nn.Sequential(nn.Conv2d(c, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + self.downsample(x)).relu()


class Residual(nn.Module):
    inputs = [("image", "noise", 0, [6, 3, 13, 13]), ("label", "class", 5, [6])]
    loss = staticmethod(F.cross_entropy)

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12)
        self.layer1 = nn.Sequential(Basic(12, 12), Basic(12, 20, 2))
        self.fc = nn.Linear(20, 5)

    def forward(self, x):
        x = F.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        return self.fc(self.layer1(x).mean((2, 3)))


class Frame(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 20, 3, padding=1, bias=False), nn.BatchNorm2d(20)
        self.conv2 = nn.Conv2d(20, 12, 3, padding=1)

    def forward(self, x):
        x = F.max_pool2d(self.bn1(self.conv1(x)).relu(), 2)
        return self.conv2(x).relu().mean((2, 3))


class Sequence(nn.Module):
    inputs = [("clip", "noise", 0, [6, 5, 1, 12, 12]), ("label", "class", 5, [6])]
    loss = staticmethod(F.cross_entropy)

    def __init__(self):
        super().__init__()
        self.frame = Frame()
        self.lstm = nn.LSTM(12, 6, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(12, 7, bidirectional=True, batch_first=True)
        self.cell1, self.cell2 = nn.GRUCell(14, 9), nn.LSTMCell(9, 8)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.frame(x.flatten(0, 1)).unflatten(0, x.shape[:2])
        x = self.gru(self.lstm(x)[0])[0]
        h, state = x.new_zeros(len(x), 9), (x.new_zeros(len(x), 8), x.new_zeros(len(x), 8))
        for t in range(x.shape[1]):
            h = self.cell1(x[:, t], h)
            state = self.cell2(h, state)
        return self.fc(state[0])


# ---- what comes out ----

def weights(model):
    """(name, limit, shape) as PyTorch would initialise: uniform up to 1/sqrt(fan in)."""
    out = []
    for name, p in model.named_parameters():
        owner = model.get_submodule(name.rpartition(".")[0])
        weight = getattr(owner, "weight", p)
        out.append((name, 1 / math.sqrt(math.prod(weight.shape[1:])), list(p.shape)))
    return out


def run(make, dtype):
    model = make().to(dtype)
    x, target = (torch.from_numpy(fill(*i)) for i in make.inputs)
    x, target = x.to(dtype), target.to(dtype) if target.is_floating_point() else target
    with torch.no_grad():
        for (name, limit, shape), p in zip(weights(model), model.parameters()):
            p.copy_(torch.from_numpy(fill(name, "uniform", limit, shape)))
    y = model.eval()(x)
    loss = model.train().loss(model(x), target)
    loss.backward()
    out = {"forward/value": y, "grad/loss": loss}
    out |= {f"grad/{name}#grad": p.grad.clone() for name, p in model.named_parameters()}
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    curve = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = model.loss(model(x), target)
        curve.append(loss.item())
        loss.backward()
        optimizer.step()
    out["curve/loss"] = torch.tensor(curve)
    return {k: v.detach().double().numpy() for k, v in out.items()}


def write(path, tensors):
    names = {np.dtype("float64"): "F64", np.dtype("float32"): "F32", np.dtype("int32"): "I32"}
    header, at = {}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": names[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + t.nbytes]}
        at += t.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for t in tensors.values():
            f.write(np.ascontiguousarray(t).tobytes())


def golden(name, make):
    with open(f"{HERE}/golden/{name}.spec", "w") as f:
        for weight, limit, shape in weights(make()):
            print("weight", weight, "uniform", repr(limit), *shape, file=f)
        for input, kind, limit, shape in make.inputs:
            print("input", input, kind, limit, *shape, file=f)
    exact, single, out = run(make, torch.float64), run(make, torch.float32), {}
    for key, v in exact.items():
        error = np.linalg.norm(single[key] - v) / max(np.linalg.norm(v), 1e-30)
        if v.size > KEPT:
            at = np.sort(np.random.default_rng(1).choice(v.size, KEPT, replace=False)).astype(np.int32)
            out[key + ".at"], v = at, v.flatten()[at]
        out[key], out[key + ".f32"] = v, np.array([error])
        print(f"{name:8}{key:32}{error:.1e}")
    ints = {k: v for k, v in out.items() if v.dtype == np.int32}
    write(f"{HERE}/golden/{name}.safetensors", {k: v for k, v in out.items() if k not in ints} | ints)


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(2)
    golden("lenet", LeNet)
    golden("unet", UNet)
    golden("residual", Residual)
    golden("sequence", Sequence)
