#!/usr/bin/env python3
"""Writes golden/mix_boxes.h: which boxes mosaic, cutmix and mixup leave. Each box is painted into a map of its own, the maps are
put together as the pictures are, and what can still be seen of a box is the rectangle around its pixels. Mosaic is that of
Ultralytics: four pictures around a crossing on a canvas of twice the size, of which the middle is cut out.

Run: python tests/peer/mix_boxes.py   (needs numpy)
"""
import os

import numpy as np

H, W, ROWS, PICTURES = 40, 60, 6, 4
r = np.random.default_rng(6)


def boxes_of():
    """Some boxes [class, x1, y1, x2, y2], large and small; a negative class is of a box to be ignored."""
    rows = []
    for k in range(r.integers(2, ROWS + 1)):
        w, h = int(r.integers(2, W // 2)), int(r.integers(2, H // 2))
        x, y = int(r.integers(0, W - w + 1)), int(r.integers(0, H - h + 1))
        rows.append([int(r.integers(0, 3)) if k % 3 else -2 - int(r.integers(0, 3)), x, y, x + w, y + h])
    return rows


def painted(box):
    m = np.zeros((H, W), bool)
    m[box[2]:box[4], box[1]:box[3]] = True
    return m


def seen(cls, m, whole):
    """The row of what is left, or None: under a tenth of the pixels, or less than two pixels wide or high."""
    ys, xs = np.nonzero(m)
    if len(ys) == 0 or len(ys) < 0.1 * whole:
        return None
    row = [cls, xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
    return row if row[3] - row[1] >= 2 and row[4] - row[2] >= 2 else None


def mosaic(pictures, x, y):
    """The crossing at (x, y) of the result."""
    xc, yc, out = x + W // 2, y + H // 2, []
    for k, rows in enumerate(pictures):
        for box in rows:
            canvas = np.zeros((2 * H, 2 * W), bool)
            left, top = (xc if k & 1 else xc - W), (yc if k >> 1 else yc - H)
            whole = painted(box)
            for j in range(H):
                for i in range(W):
                    if 0 <= top + j < 2 * H and 0 <= left + i < 2 * W:
                        canvas[top + j, left + i] |= whole[j, i]
            out.append(seen(box[0], canvas[H // 2:H // 2 + H, W // 2:W // 2 + W], whole.sum()))
    return out


def cutmix(pictures, x1, y1, x2, y2):
    out = []
    for k in range(2):
        for box in pictures[k]:
            m, window = painted(box), np.zeros((H, W), bool)
            window[y1:y2, x1:x2] = True
            out.append(seen(box[0], m & (window if k else ~window), m.sum()))
    return out


def mixup(pictures, share):
    return [box for k in range(2) for box in pictures[k] if (1 - share if k else share) >= 0.1]


def text(rows):
    return "{" + ", ".join("{" + ", ".join(str(v) for v in row) + "}" for row in rows) + "}"


lines = [f"""/* Written by tests/peer/mix_boxes.py. */
enum {{ HIGH = {H}, WIDE = {W}, ROWS = {ROWS}, PICTURES = {PICTURES} }};
static const struct {{
  int mosaic, cutmix, x1, y1, x2, y2; /* the crossing, or the window */
  float share;                        /* of mixup, the first's */
  int boxes[PICTURES];
  float box[PICTURES][ROWS][5];
  int left, crowded; /* how many boxes come together, and how many there is no room for */
  float row[ROWS][5];
}} mixed[] = {{"""]
for kind in ["mosaic", "cutmix", "mixup"]:
    for case in range({"mosaic": 16, "cutmix": 24, "mixup": 4}[kind]):
        pictures = [boxes_of() for _ in range(PICTURES)]
        x1, y1, x2, y2, share = 0, 0, 0, 0, 0
        if kind == "mosaic":
            x1, y1 = int(r.integers(W // 4, 3 * W // 4 + 1)), int(r.integers(H // 4, 3 * H // 4 + 1))
            rows = mosaic(pictures, x1, y1)
        elif kind == "cutmix":
            x1, y1 = int(r.integers(0, W // 2)), int(r.integers(0, H // 2))
            x2, y2 = int(r.integers(x1 + 1, W + 1)), int(r.integers(y1 + 1, H + 1))
            if case % 3 == 0:  # covers most of the picture
                x1, x2 = 0, W - 6
            rows = cutmix(pictures, x1, y1, x2, y2)
        else:
            share = [0.02, 0.5, 0.75, 0.95][case]
            rows = mixup(pictures, share)
        rows = [row for row in rows if row is not None]
        lines.append(f"    {{{int(kind == 'mosaic')}, {int(kind == 'cutmix')}, {x1}, {y1}, {x2}, {y2}, {share}f, ".replace(" 0f,", " 0,") +
                     "{" + ", ".join(str(len(p)) for p in pictures) + "},")
        lines.append("     {" + ",\n      ".join(text(p) for p in pictures) + "},")
        lines.append(f"     {len(rows)}, {max(0, len(rows) - ROWS)}, {text(rows[:ROWS]) if rows else '{{0}}'}}},")
lines.append("};")
with open(os.path.join(os.path.dirname(__file__), "golden", "mix_boxes.h"), "w") as f:
    f.write("\n".join(lines) + "\n")
