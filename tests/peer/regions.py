#!/usr/bin/env python3
"""Writes golden/regions.h: what torchvision's own R-CNN code computes for the blocks of prelude/regions.net, cases as those of
layers.py. Where it draws at random, the cases leave it no choice.
Run: python tests/peer/regions.py > tests/peer/golden/regions.h
"""
import torch
from torchvision.models.detection._utils import Matcher
from torchvision.ops.boxes import _box_inter_union, box_area

from layer_cases import BATCH, loss

print("/* Written by tests/peer/regions.py from PyTorch " + torch.__version__.split("+")[0] + " and torchvision: do not edit. */")

# ---- boxes of any numbers: x [n, 4]; rows of a field, of classes -2 (to be ignored), -1 (unused), 0 ... 2 from t [m] ----
corner = "stack([{0}[:, 0], {0}[:, 1], {0}[:, 0] + 1 + 3*sigmoid({0}[:, 2]), {0}[:, 1] + 1 + 3*sigmoid({0}[:, 3])], axis: -1)"


def corners(v):
    return torch.cat([v[..., :2], v[..., :2] + 1 + 3 * torch.sigmoid(v[..., 2:])], -1)


candidates = corner.format("x")
rows = f"concat(reshape(t - 2, [5, 1]), {corner.format('y')}, axis: 1)"


# ---- which candidate is whose ----
def match(box, kind, true, above, below, low):
    """For one sample: label of each candidate, box and IoU of its true box, as RoIHeads.assign_targets_to_proposals."""
    label, whose, best = torch.zeros(len(box)), torch.zeros(len(box), 4), torch.zeros(len(box))
    if (kind >= 0).any():
        both, either = _box_inter_union(true[kind >= 0], box)
        found = Matcher(above, below, allow_low_quality_matches=low)(both / either)
        best, own = (both / (either + 1e-7)).max(0)
        label = torch.where(found >= 0, kind[kind >= 0][own] + 1, torch.where(found == Matcher.BELOW_LOW_THRESHOLD, 0, -1))
        whose = true[kind >= 0][own] * (best > 0)[:, None]
    for b in true[kind < -1]: # torchvision knows no boxes to be ignored
        both = _box_inter_union(b[None], box)[0][0]
        label = torch.where((label == 0) & (both >= box_area(box) / 2), -1, label)
    return label, whose, best


def matches(name, above, below, low):
    call = f"match_boxes({candidates}, {rows}, above: {above}, below: {below}, low_quality: {'true' if low else 'false'})"
    for part, value in enumerate((".label", ".box", ".iou")):
        def run(x, y, t, z):
            per = [match(corners(x)[i], t[i] - 2, corners(y)[i], above, below, low)[part] for i in range(BATCH)]
            return (torch.stack(per).detach().reshape(BATCH, 12, -1).sum(-1) * z).sum(1) + 0 * x.sum((1, 2))

        told = f"sum({call}.box, axes: 1)*({call}.iou > 0)" if value == ".box" else call + value
        loss(f"match_{name}_{value[1:]}", f"sum(z*{told}) + 0*sum(x)", run, x=[12, 4], y=[5, 4], t=["class", 5], z=[12])


matches("head", 0.5, 0.5, False)
matches("rpn", 0.7, 0.3, True)
matches("between", 0.4, 0.2, False)
