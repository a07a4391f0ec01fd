#!/usr/bin/env python3
"""Prints golden/proposals.h: segments of drawn pictures as scikit-image's felzenszwalb finds them, and the boxes that a plain
selective search makes of them, against which tests/unit/test_propose.c holds the runtime.

Run: python tests/peer/proposals.py > tests/peer/golden/proposals.h
"""
import math

import numpy as np
from skimage.segmentation import felzenszwalb

# channels, height, width, scale, sigma, min_size, min_side, seed
CASES = [(3, 48, 64, 100, 0.8, 20, 4, 1), (1, 40, 33, 50, 0.5, 10, 1, 2), (3, 64, 64, 300, 0, 30, 8, 3),
         (3, 21, 90, 20, 1.2, 5, 2, 4), (3, 30, 30, 1e6, 0.8, 1, 1, 5), (1, 24, 24, 1, 0.8, 1, 3, 6)]


def dice(seed):
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 16


def draw(channels, height, width, seed):
    """Ten ellipses and rectangles on a slope, under noise; only whole numbers, so that C draws the same."""
    d = dice(seed)
    bytes_ = np.zeros((channels, height, width), int)
    for c in range(channels):
        for y in range(height):
            for x in range(width):
                bytes_[c, y, x] = 60 + (x * (c + 1) + y * 2) % 97
    for k in range(10):
        cx, cy, rx, ry = next(d) % width, next(d) % height, 2 + next(d) % (width // 4), 2 + next(d) % (height // 4)
        for c in range(channels):
            value = next(d) % 256
            for y in range(height):
                for x in range(width):
                    dx, dy = (x - cx) * ry, (y - cy) * rx
                    if abs(x - cx) <= rx and abs(y - cy) <= ry if k % 2 else dx * dx + dy * dy <= rx * rx * ry * ry:
                        bytes_[c, y, x] = value
    for v in np.nditer(bytes_, op_flags=["readwrite"], order="C"):
        v[...] = min(255, v + next(d) % 12)
    return bytes_


# ---- grouping, word by word ----

def smoothed(plane, sigma=1.0):
    weight = [math.exp(-0.5 * k * k / (sigma * sigma)) for k in range(int(4 * sigma + 0.5) + 1)]
    total = 1.0
    for w in weight[1:]:
        total += 2 * w
    weight = [w / total for w in weight]
    for axis in (0, 1):
        n, out = plane.shape[axis], weight[0] * plane
        padded = np.pad(plane, [(4, 4) if a == axis else (0, 0) for a in (0, 1)], "symmetric")
        for k in range(1, len(weight)):
            out = out + weight[k] * (padded.take(range(4 - k, 4 - k + n), axis) + padded.take(range(4 + k, 4 + k + n), axis))
        plane = out
    return plane


def rises(plane):
    p = np.pad(smoothed(plane.astype(float)), 1, "symmetric")
    sx, sy = p[1:-1, 2:] - p[1:-1, :-2], p[2:, 1:-1] - p[:-2, 1:-1]
    r = math.sqrt(0.5)
    axes = [(1, 0), (r, r), (0, 1), (-r, r), (-1, 0), (-r, -r), (0, -1), (r, -r)]
    all_ = np.stack([np.maximum(a * sx + b * sy, 0) for a, b in axes])
    return all_ / all_.max() if all_.max() > 0 else all_


def hsv(r, g, b):
    high, low = max(r, g, b), min(r, g, b)
    span = high - low
    if span == 0:
        hue = 0
    elif r == high:
        hue = (g - b) / span
    elif g == high:
        hue = 2 + (b - r) / span
    else:
        hue = 4 + (r - g) / span
    return (hue + 6 if hue < 0 else hue) / 6, span / high if high else 0, high / 255


class Region:
    pass


def regions_of(picture, labels):
    channels, height, width = picture.shape
    texture = [rises(picture[c]) for c in range(channels)]
    found = []
    for k in range(labels.max() + 1):
        ys, xs = np.nonzero(labels == k)
        r = Region()
        r.size, r.box, r.near, r.parent = len(xs), (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), set(), None
        r.colour, r.texture = np.zeros((channels, 25), int), np.zeros((channels, 8, 10), int)
        for y, x in zip(ys.tolist(), xs.tolist()):
            pixel = [float(v) for v in picture[:, y, x]]
            for c, share in enumerate(hsv(*pixel) if channels == 3 else [pixel[0] / 255]):
                r.colour[c, min(24, int(share * 25))] += 1
            for c in range(channels):
                for d in range(8):
                    r.texture[c, d, min(9, int(texture[c][d, y, x] * 10))] += 1
        found.append(r)
    for y in range(height):
        for x in range(width):
            for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
                if y + dy < height and 0 <= x + dx < width and labels[y, x] != labels[y + dy, x + dx]:
                    found[labels[y, x]].near.add(int(labels[y + dy, x + dx]))
                    found[labels[y + dy, x + dx]].near.add(int(labels[y, x]))
    return found


def around(a, b):
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def common(a, b, size_a, size_b):
    total = 0.0
    for x, y in zip(a.flatten().tolist(), b.flatten().tolist()):
        total += min(x * (1.0 / size_a), y * (1.0 / size_b))
    return total


def alike(a, b, channels, pixels):
    x1, y1, x2, y2 = around(a.box, b.box)
    both = a.size + b.size
    return (common(a.colour, b.colour, a.size, b.size) / channels
            + common(a.texture, b.texture, a.size, b.size) / (channels * 8)
            + (1 - both / pixels) + (1 - (float((x2 - x1) * (y2 - y1)) - both) / pixels))


def group(picture, labels, min_side):
    channels, pixels = picture.shape[0], picture[0].size
    all_ = regions_of(picture, labels)
    queue = {(a, b): alike(all_[a], all_[b], channels, pixels) for a in range(len(all_)) for b in all_[a].near if a < b}
    while queue:
        a, b = min(queue, key=lambda p: (-queue[p], p))
        r, n = Region(), len(all_)
        r.size, r.box = all_[a].size + all_[b].size, around(all_[a].box, all_[b].box)
        r.colour, r.texture = all_[a].colour + all_[b].colour, all_[a].texture + all_[b].texture
        r.near = (all_[a].near | all_[b].near) - {a, b}
        all_.append(r)
        queue = {p: v for p, v in queue.items() if a not in p and b not in p}
        for k in r.near:
            all_[k].near = (all_[k].near - {a, b}) | {n}
            queue[k, n] = alike(all_[k], r, channels, pixels)
    boxes = []
    for r in reversed(all_):
        box = [int(v) for v in r.box]
        if box not in boxes and box[2] - box[0] >= min_side and box[3] - box[1] >= min_side:
            boxes.append(box)
    return boxes


def numbers(name, kind, values):
    print(f"static const {kind} {name}[] = {{")
    line = "   "
    for v in values:
        if len(line) + len(f" {v},") > 118:
            print(line)
            line = "   "
        line += f" {v},"
    print(line.rstrip(",") + "};")


def main():
    print("/* Written by tests/peer/proposals.py. Of each case: runs of equal labels, as label, length; then boxes. */")
    rows = []
    for i, (channels, height, width, scale, sigma, min_size, min_side, seed) in enumerate(CASES):
        picture = draw(channels, height, width, seed)
        labels = felzenszwalb(picture.transpose(1, 2, 0).astype("uint8"), scale=scale, sigma=sigma, min_size=min_size)
        runs = []
        for v in labels.flatten().tolist():
            if runs and runs[-2] == v:
                runs[-1] += 1
            else:
                runs += [v, 1]
        boxes = group(picture, labels, min_side)
        numbers(f"runs_{i}", "int", runs)
        numbers(f"boxes_{i}", "float", sum(boxes, []))
        rows.append(f"    {{{channels}, {height}, {width}, {{{scale:g}, {sigma:g}, {min_size}}}, {min_side}, {seed}, "
                    f"{labels.max() + 1}, {len(boxes)}, runs_{i}, boxes_{i}}},")
    print("static const struct search_case cases[] = {")
    print("\n".join(rows))
    print("};")


if __name__ == "__main__":
    main()
