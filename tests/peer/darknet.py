#!/usr/bin/env python3
"""A small Darknet in PyTorch, written from Darknet's own code: reads a cfg and its weights, and computes the raw outputs in float64.

Run: python tests/peer/darknet.py [SHARED]. It makes tests/peer/darknet/*.weights and .png for the two cfg files there, and writes
what comes out to *.txt; with SHARED, the folder with weights/, also what a published network gives for its picture. Of much, only
every seventh (499th) number is written. The boxes that yolo layers find are in *_boxes.txt: class, score, x1, y1, x2, y2 in pixels of
the picture as it was.
"""
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__)) + "/darknet"
ACTIVATIONS = {
    "linear": lambda x: x, "leaky": lambda x: torch.where(x > 0, x, 0.1 * x), "relu": torch.relu, "logistic": torch.sigmoid,
    "mish": lambda x: x * torch.tanh(torch.log1p(torch.exp(x))), "swish": lambda x: x * torch.sigmoid(x),
}


def read_cfg(path):
    sections = []
    for line in open(path):
        line = "".join(line.split())
        if line[:1] == "[":
            sections.append({"kind": line[1:-1]})
        elif line and line[0] not in "#;":
            key, value = line.split("=")
            sections[-1][key] = value
    return sections


def read_weights(path):
    raw = open(path, "rb").read()
    major, minor, _ = struct.unpack("3i", raw[:12])
    return torch.from_numpy(np.frombuffer(raw[20 if major * 10 + minor >= 2 else 16:], "<f4").astype(np.float64))


class Weights:
    """Hands out the numbers in their order; makes them if there are none."""

    def __init__(self, numbers=None):
        self.numbers, self.at, self.made = numbers, 0, []
        self.random = np.random.default_rng(7)

    def take(self, *shape, low=-0.5, high=0.5):
        n = int(np.prod(shape))
        if self.numbers is None:
            made = self.random.uniform(low, high, n).astype("<f4")
            self.made.append(made)
            return torch.from_numpy(made.astype(np.float64)).reshape(shape)
        self.at += n
        assert self.at <= len(self.numbers)
        return self.numbers[self.at - n:self.at].reshape(shape)

    def norm(self, n):
        return self.take(n, low=0.5, high=1.5), self.take(n), self.take(n, low=0.2, high=1)


def normalised(x, scale, mean, variance, eps=0.00001):
    column = (-1,) + (1,) * (x.dim() - 2)
    return (x - mean.view(column)) / torch.sqrt(variance + eps).view(column) * scale.view(column)


def forward(sections, weights, x):
    """The inputs of the yolo layers, or what the last layer gives."""
    values, heads = [], []
    for s in sections[1:]:
        def number(key, otherwise):
            return int(s.get(key, otherwise))

        def layers(key):
            return [int(v) + (len(values) if int(v) < 0 else 0) for v in s[key].split(",")]

        kind, act = s["kind"], ACTIVATIONS[s.get("activation", "linear")]
        if kind == "convolutional":
            n, size, groups, dilation = number("filters", 1), number("size", 1), number("groups", 1), number("dilation", 1)
            pad = size // 2 * dilation if number("pad", 0) else number("padding", 0)
            bias = weights.take(n)
            norm = weights.norm(n) if number("batch_normalize", 0) else None
            x = F.conv2d(x, weights.take(n, x.shape[1] // groups, size, size), None, number("stride", 1), pad, dilation, groups)
            x = act((normalised(x, *norm) if norm else x) + bias.view(-1, 1, 1))
        elif kind == "connected":
            x = x.flatten(1)
            bias, matrix = weights.take(number("output", 1)), weights.take(number("output", 1), x.shape[1])
            norm = weights.norm(len(bias)) if number("batch_normalize", 0) else None
            x = x @ matrix.T
            x = act((normalised(x, *norm) if norm else x) + bias)
        elif kind == "maxpool":
            stride = number("stride", 1)
            size = number("size", stride)
            all_ = number("padding", size - 1)
            h, w = ((side + all_ - size) // stride + 1 for side in x.shape[2:])
            wide = torch.full(x.shape[:2] + ((h - 1) * stride + size + 99, (w - 1) * stride + size + 99), -torch.inf, dtype=x.dtype)
            wide[:, :, all_ // 2:all_ // 2 + x.shape[2], all_ // 2:all_ // 2 + x.shape[3]] = x
            x = torch.stack([wide[:, :, i:i + h * stride:stride, j:j + w * stride:stride]
                             for i in range(size) for j in range(size)]).amax(0)
        elif kind == "avgpool":
            x = x.mean((2, 3), keepdim=True)
        elif kind == "upsample":
            x = x.repeat_interleave(number("stride", 2), 2).repeat_interleave(number("stride", 2), 3)
        elif kind == "route":
            parts = [values[i].chunk(number("groups", 1), 1)[number("group_id", 0)] for i in layers("layers")]
            x = torch.cat(parts, 1)
        elif kind == "shortcut":
            x = act(x + sum(values[i] for i in layers("from")))
        elif kind == "softmax":
            x = torch.softmax(x.flatten(1), 1)
        elif kind == "yolo":
            heads.append(x)
        else:
            assert kind == "dropout", kind
        values.append(x)
    return heads or [x]


def boxes(sections, heads, size, threshold=0.25, overlap=0.45):
    """get_yolo_box, and do_nms_sort, which goes class by class; size: height, width of the picture as it was."""
    net, found = sections[0], []
    for s, x in zip([s for s in sections if s["kind"] == "yolo"], heads):
        sizes = [float(v) for v in s["anchors"].split(",")]
        mask, classes, scale = [int(v) for v in s["mask"].split(",")], int(s["classes"]), float(s.get("scale_x_y", 1))
        rows, columns = x.shape[2:]
        x = x[0].reshape(len(mask), 5 + classes, rows, columns)
        for a, anchor in enumerate(mask):
            for j in range(rows):
                for i in range(columns):
                    v = x[a, :, j, i]
                    p = torch.sigmoid(v)
                    cx, cy = (i + p[0] * scale - (scale - 1) / 2) / columns, (j + p[1] * scale - (scale - 1) / 2) / rows
                    w = torch.exp(v[2]) * sizes[2 * anchor] / int(net["width"])
                    h = torch.exp(v[3]) * sizes[2 * anchor + 1] / int(net["height"])
                    corners = [float(c) for c in (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)]
                    for k in range(classes):
                        if p[4] > threshold and p[4] * p[5 + k] > threshold:
                            found.append((k, float(p[4] * p[5 + k]), corners))
    kept = []
    for k, score, b in sorted(found, key=lambda f: -f[1]):
        def iou(c):
            w, h = min(b[2], c[2]) - max(b[0], c[0]), min(b[3], c[3]) - max(b[1], c[1])
            both = max(w, 0) * max(h, 0)
            return both / ((b[2] - b[0]) * (b[3] - b[1]) + (c[2] - c[0]) * (c[3] - c[1]) - both)

        if not any(k == other and iou(c) > overlap for other, _, c in kept):
            kept.append((k, score, b))
    return [[k, score] + [min(max(v, 0), 1) * size[1 - i % 2] for i, v in enumerate(b)] for k, score, b in kept[:100]]


def write_boxes(path, rows):
    with open(path, "w") as f:
        for k, *numbers in rows:
            print(k, *(f"{v:.6g}" for v in numbers), file=f)


def write(path, outputs, step=1):
    with open(path, "w") as f:
        for v in torch.cat([y.flatten() for y in outputs]).tolist()[::step]:
            print(f"{v:.8g}", file=f)


def picture(image):
    return torch.from_numpy(np.asarray(image, np.float64).transpose(2, 0, 1)[None] / 255)


def small(name, version, step):
    sections, weights = read_cfg(f"{HERE}/{name}.cfg"), Weights()
    h, w = int(sections[0]["height"]), int(sections[0]["width"])
    image = Image.fromarray(np.random.default_rng(3).integers(0, 256, (h, w, 3), np.uint8))
    image.save(f"{HERE}/{name}.png")
    heads = forward(sections, weights, picture(image))
    write(f"{HERE}/{name}.txt", heads, step)
    if any(s["kind"] == "yolo" for s in sections):
        write_boxes(f"{HERE}/{name}_boxes.txt", boxes(sections, heads, (h, w)))
    with open(f"{HERE}/{name}.weights", "wb") as f:
        f.write(struct.pack("3i", *version) + struct.pack("<q" if version[1] >= 2 else "<i", 32))
        f.write(np.concatenate(weights.made).tobytes())


def published(folder):
    sections, weights = read_cfg(f"{folder}/yolo-fastest-1.1.cfg"), Weights(read_weights(f"{folder}/yolo-fastest-1.1.weights"))
    size = int(sections[0]["width"]), int(sections[0]["height"])
    image = Image.open(f"{folder}/dog.jpg").convert("RGB")
    heads = forward(sections, weights, picture(image.resize(size, Image.Resampling.BILINEAR)))
    write(f"{HERE}/fastest.txt", heads, 499)
    write_boxes(f"{HERE}/fastest_boxes.txt", boxes(sections, heads, (image.height, image.width)))
    assert weights.at == len(weights.numbers)


if __name__ == "__main__":
    small("heads", (0, 2, 5), 7)
    small("classes", (0, 1, 0), 1)
    if len(sys.argv) > 1:
        published(sys.argv[1] + "/weights/yolo-fastest-1.1-coco")
