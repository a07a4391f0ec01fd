#!/usr/bin/env python3
"""Writes golden/yolo_cases.h: what yolo.py computes for the blocks of prelude/yolo.net, cases as those of layers.py.
Run: python tests/peer/yolo_cases.py > tests/peer/golden/yolo_cases.h
"""
import torch

import yolo
from layer_cases import BATCH, case, loss

print("/* Written by tests/peer/yolo_cases.py from PyTorch " + torch.__version__.split("+")[0] + ": do not edit. */")

# ---- rows of a field within 64 x 64 pixels, of classes -1 (unused), 0, 1, 2, from p [m, 5] ----
ROWS = "concat(floor(4*p[:, 0:1]) - 1, 40*p[:, 1:3], 40*p[:, 1:3] + 2 + {0}*p[:, 3:5], axis: 1)"


def rows(p, side):
    return torch.cat([(4 * p[..., :1]).floor() - 1, 40 * p[..., 1:3], 40 * p[..., 1:3] + 2 + side * p[..., 3:]], -1)


# ---- anchors ----
ANCHORS = [[5, 8], [9, 6], [11, 11], [14, 20], [20, 15], [23, 23]]
for name, mask, stride, more in ("fine", [0, 1, 2], 8, ""), ("coarse", [3, 4, 5], 16, ""), ("ignore", [3, 4, 5], 16, ", ignore: 0.2"), \
        ("single", [1], 16, ""):
    side, ignore = 64 // stride, 0.2 if more else 0.7
    loss(f"yolo_loss_{name}", f"yolo_loss(x, {ROWS.format(22)}, {ANCHORS}, {mask}, {stride}{more})",
         lambda x, p: yolo.darknet_loss([x], rows(p, 22), ANCHORS, [mask], [stride], 64, ignore), x=[8 * len(mask), side, side], p=[9, 5])
# Several boxes of one cell and anchor: all are learnt.
CROWD = "concat(floor(4*p[:, 0:1]) - 1, 17 + p[:, 1:3], 28 + 3*p[:, 3:5], axis: 1)"
loss("yolo_loss_crowd", f"yolo_loss(x, {CROWD}, {ANCHORS}, [2], 16)",
     lambda x, p: yolo.darknet_loss([x], torch.cat([(4 * p[..., :1]).floor() - 1, 17 + p[..., 1:3], 28 + 3 * p[..., 3:]], -1), ANCHORS,
                                    [[2]], [16], 64), x=[8, 4, 4], p=[6, 5])


def scores(x, mask, stride, scale=1):
    return torch.cat(yolo.darknet_decode([x], ANCHORS, [mask], [stride], scale), -1)


for name, scale, more in ("", 1, ""), ("_scale", 1.05, ", scale: 1.05"):
    case(f"yolo_scores{name}", f"box, scores = yolo_scores(x, {ANCHORS[:2]}, 8{more})\nout concat(box, scores, axis: 1)", {"x": [16, 3, 4]}, {},
         lambda w, x: scores(x, [0, 1], 8, scale))

# ---- detections: boxes with their gradients, scores without ----
for name, options, more in ("few", {}, "count: 4"), ("all", {"score": 0.3, "limit": 0.1}, "score: 0.3, iou: 0.1, count: 36"), \
        ("candidates", {"candidates": 6}, "candidates: 6, count: 6"):
    count = int(more.split()[-1])

    def run(w, x, y):
        box = torch.cat([x[..., :2], x[..., :2] + 2 * x[..., 2:].sigmoid()], -1)
        return torch.stack([yolo.detections(box[i], y[i].sigmoid().detach(), count=count, **options) for i in range(BATCH)])

    case(f"detections_{name}", f"box = concat(x[:, 0:2], x[:, 0:2] + 2*sigmoid(x[:, 2:4]), axis: 1)\nout detections(box, sigmoid(x2), {more})",
         {"x": [12, 4], "x2": [12, 3]}, {}, run)

# ---- no anchors: maps of strides 8 and 16 ----
STRIDES, MAPS = [8, 16], {"x": [67, 8, 8], "x2": [67, 4, 4]}


def flat(x, y):
    centre, stride = yolo.points([x, y], STRIDES)
    both = torch.cat([v.flatten(2) for v in (x, y)], 2).transpose(1, 2)
    return torch.cat([both, centre.expand(BATCH, -1, -1), stride.expand(BATCH, -1, -1)], -1)


case("head_rows", "rows, centre, stride = head_rows([x, x2], [8, 16])\nout concat(rows, concat(centre, stride, axis: 1), axis: 1)",
     {"x": [5, 2, 3], "x2": [5, 1, 2]}, {}, lambda w, x, y: flat(x, y))
case("distance_boxes", "rows, centre, stride = head_rows([x, x2], [8, 16])\nout distance_boxes(rows, centre, stride)", MAPS, {},
     lambda w, x, y: yolo.free_decode([x, y], STRIDES)[0])
CANDIDATES = ("concat(map_rows(x), map_rows(x2)), concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), "
              "concat(8*ones([64, 1]), 16*ones([16, 1]))")
FEW = {"x": [19, 8, 8], "x2": [19, 4, 4]} # with four bins, boxes are small enough to fit
for name, side, m, maps, bins in ("", 30, 6, MAPS, 16), ("_few", 30, 6, FEW, 4), ("_crowd", 22, 20, FEW, 4), ("_small", 4, 6, FEW, 4):
    loss(f"distance_loss{name}", f"distance_loss({CANDIDATES}, {ROWS.format(side)}, 3, bins: {bins})",
         lambda x, y, p: yolo.free_loss([x, y], rows(p, side), STRIDES, bins=bins), **maps, p=[m, 5])
loss("distance_loss_weights", f"distance_loss({CANDIDATES}, {ROWS.format(30)}, 3, bins: 4, box_weight: 1, class_weight: 2, distribution_weight: 3, count: 3)",
     lambda x, y, p: yolo.free_loss([x, y], rows(p, 30), STRIDES, (1, 2, 3), bins=4, top=3), **FEW, p=[6, 5])


def wanted(x, y, p):
    """The scores wanted, each place's times its number."""
    with torch.no_grad():
        seen, logits, _ = yolo.free_decode([x, y], STRIDES, 4)
        goal = yolo.assign(logits.sigmoid(), seen, yolo.points([x, y], STRIDES)[0], rows(p, 30))[1]
    return (goal.sum(-1) * torch.arange(goal.shape[1])).sum(1) + 0 * x.sum((1, 2, 3)) + 0 * y.sum((1, 2, 3))


BOX = f"distance_boxes({CANDIDATES}, bins: 4)"
loss("task_aligned", f"sum(task_aligned({BOX}, sigmoid(concat(map_rows(x), map_rows(x2))[:, 16:19]), "
     f"concat(cell_centres(8, 8, 8), cell_centres(4, 4, 16)), {ROWS.format(30)}).weight*counting(80)) + 0*sum(x) + 0*sum(x2)",
     wanted, **FEW, p=[6, 5])


# ---- a grid of boxes: the first YOLO, box by box ----
def grid_boxes(x, count, stride):
    """[batch, h, w, count, 5], boxes in pixels and confidences, and the classes [batch, h, w, k]."""
    b, c, h, w = x.shape
    five = x[:, :5 * count].view(b, count, 5, h, w).permute(0, 3, 4, 1, 2)
    corner = torch.stack(torch.meshgrid(torch.arange(w), torch.arange(h), indexing="xy"), -1)[:, :, None]
    box = yolo.corners((corner + five[..., :2]) * stride, five[..., 2:4] ** 2 * torch.tensor([w * stride, h * stride]))
    return five, box, x[:, 5 * count:].permute(0, 2, 3, 1)


def grid_loss(x, boxes, count, stride, coord=5, noobj=0.5):
    five, seen, kinds = grid_boxes(x, count, stride)
    h, w = x.shape[2:]
    losses = []
    for i, rows_ in enumerate(boxes):
        loss, empty = 0, torch.ones(h, w, count)
        for row in rows_[rows_[:, 0] >= 0]:
            kind, box = int(row[0]), row[1:]
            centre, side = (box[:2] + box[2:]) / 2 / stride, (box[2:] - box[:2]) / torch.tensor([w * stride, h * stride])
            at = centre.floor()
            r, c = int(at[1]), int(at[0])
            near = yolo.iou(seen[i, r, c], box).detach()
            j = near.argmax()
            mine, goal = five[i, r, c, j], torch.cat([centre - at, side.sqrt()])
            loss = loss + coord * (mine[:4] - goal).square().sum() + (mine[4] - near[j]) ** 2
            loss = loss + (kinds[i, r, c] - torch.eye(kinds.shape[-1])[kind]).square().sum()
            empty[r, c, j] = 0
        losses.append(loss + noobj * (empty * five[i, ..., 4] ** 2).sum())
    return torch.stack(losses)


def grid_scores(x, count, stride):
    five, box, kinds = grid_boxes(x, count, stride)
    return torch.cat([box, five[..., 4:] * kinds[..., None, :]], -1).flatten(1, 3)


loss("grid_loss", f"grid_loss(x, {ROWS.format(22)}, 2, 16)", lambda x, p: grid_loss(x, rows(p, 22), 2, 16), x=[13, 4, 4], p=[7, 5])
loss("grid_loss_weights", f"grid_loss(x, {ROWS.format(22)}, 3, 32, coord: 2, noobj: 0.1)",
     lambda x, p: grid_loss(x, rows(p, 22), 3, 32, 2, 0.1), x=[18, 2, 2], p=[4, 5])
case("grid_scores", "box, scores = grid_scores(x, 2, 16)\nout concat(box, scores, axis: 1)", {"x": [13, 3, 4]}, {},
     lambda w, x: grid_scores(x, 2, 16))
