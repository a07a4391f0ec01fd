#!/usr/bin/env python3
"""Writes golden/regions.h: what torchvision's own R-CNN code computes for the blocks of prelude/regions.net, cases as those of
layers.py. Where it draws at random, the cases leave it no choice.
Run: python tests/peer/regions.py > tests/peer/golden/regions.h
"""
import torch
from torchvision.models.detection._utils import BalancedPositiveNegativeSampler, BoxCoder, Matcher
from torchvision.models.detection.roi_heads import RoIHeads, fastrcnn_loss
from torchvision.models.detection.rpn import RegionProposalNetwork
from torchvision.ops.boxes import _box_inter_union, box_area

from layer_cases import BATCH, loss

print("/* Written by tests/peer/regions.py from PyTorch " + torch.__version__.split("+")[0] + " and torchvision: do not edit. */")

# ---- boxes of any numbers: x [n, 4]; rows of a field, of classes -2 (to be ignored), -1 (unused), 0 ... 2 from t [m] ----
corner = "stack([{0}[:, 0], {0}[:, 1], {0}[:, 0] + 1 + 3*sigmoid({0}[:, 2]), {0}[:, 1] + 1 + 3*sigmoid({0}[:, 3])], axis: -1)"


def corners(v):
    return torch.cat([v[..., :2], v[..., :2] + 1 + 3 * torch.sigmoid(v[..., 2:])], -1)


def rows_of(lowest): # of a field
    return f"concat(reshape(t + {lowest}, [5, 1]), {corner.format('y')}, axis: 1)"


def padded(v, count):
    return torch.cat([v, torch.zeros(count - len(v), *v.shape[1:])])


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
    call = f"match_boxes({corner.format('x')}, {rows_of(-2)}, above: {above}, below: {below}, low_quality: {'true' if low else 'false'})"
    for part, value in enumerate((".label", ".box", ".iou")):
        def run(x, y, t, z):
            per = [match(corners(x)[i], t[i] - 2, corners(y)[i], above, below, low)[part] for i in range(BATCH)]
            return (torch.stack(per).detach().reshape(BATCH, 12, -1).sum(-1) * z).sum(1) + 0 * x.sum((1, 2))

        told = f"sum({call}.box, axes: 1)*({call}.iou > 0)" if value == ".box" else call + value
        loss(f"match_{name}_{value[1:]}", f"sum(z*{told}) + 0*sum(x)", run, x=[12, 4], y=[5, 4], t=["class", 5], z=[12])


matches("head", 0.5, 0.5, False)
matches("rpn", 0.7, 0.3, True)
matches("between", 0.4, 0.2, False)


# ---- which candidates train: how many of each kind ----
def sampled(label, count, positive):
    taken = [m[0].bool() for m in BalancedPositiveNegativeSampler(count, positive)([label])]
    return sum((taken[0] | taken[1])[label == k].sum() * 20**k for k in range(3)).double() + 8000 * taken[0].sum()


for count, positive in (4, 0.5), (9, 0.25), (40, 0.1), (3, 1), (3, 0):
    call = f"sample_balanced(where(t > 2, 1, t - 1), {count}, positive: {positive})"
    loss(f"sample_balanced_{count}_{round(100*positive)}",
         f"sum({call}*where(t > 2, 8020, where(t == 1, 1, where(t == 2, 8020, -1e6)))) + 0*x",
         lambda x, t: torch.stack([sampled(torch.where(t > 2, 1, t - 1)[i], count, positive) for i in range(BATCH)]) + 0 * x,
         x=[], t=["class", 12])


# ---- a region proposal network ----
def rpn(count=24, before=9, after=5, iou=0.5, least=1.4):
    net = RegionProposalNetwork(None, None, 0.5, 0.3, count, 0.5, dict.fromkeys(("training", "testing"), before),
                                dict.fromkeys(("training", "testing"), after), iou)
    net.min_size = least
    return net


def rpn_loss(part):
    def run(offset, score, anchors, t, y):
        each = []
        for i in range(BATCH):
            label, target = rpn().assign_targets_to_anchors([corners(anchors[i])], [{"boxes": corners(y[i])[t[i] > 0]}])
            target = BoxCoder((1, 1, 1, 1)).encode(target, [corners(anchors[i])])
            each.append(rpn().compute_loss(score[i], offset[i], [l.double() for l in label], target)[part])
        return torch.stack(each)

    call = f"rpn_loss(x2, x, {corner.format('z')}, {rows_of(-1)}, above: 0.5, count: 24)"
    loss("rpn_loss_" + ("objectness", "box")[part], call + (".objectness", ".box")[part], run, x=[12, 4], x2=[12], z=[12, 4],
         t=["class", 5], y=[5, 4])


rpn_loss(0)
rpn_loss(1)
for part in "box", "score":
    def proposed(offset, score, anchors, z):
        moved = torch.stack([BoxCoder((1, 1, 1, 1)).decode(offset[i], [corners(anchors[i])])[:, 0] for i in range(BATCH)])
        boxes, scores = rpn().filter_proposals(moved, score, [(3, 4)] * BATCH, [12])
        kept = torch.stack([padded(v, 5) for v in (boxes if part == "box" else scores)]).detach()
        return (kept.reshape(BATCH, 5, -1).sum(-1) * z).sum(1) + 0 * score.sum(1) + 0 * offset.sum((1, 2))

    call = f"propose(x2, x, {corner.format('y')}, 5, [3, 4], candidates: 9, iou: 0.5, least: 1.4)"
    told = f"sum({call}.box, axes: 1)" if part == "box" else call + ".score"
    loss("propose_" + part, f"sum({told}*z) + 0*sum(x) + 0*sum(x2)", proposed, x=[12, 4], x2=[12], y=[12, 4], z=[5])


# ---- a head ----
def heads(count=17, score=0.2, iou=0.3, most=6):
    return RoIHeads(None, None, None, 0.5, 0.3, count, 1, None, score, iou, most)


for part, value in (0, "box"), (2, "label"), (3, "target"):
    def regions(x, y, t, z):
        each = []
        for i in range(BATCH):
            true = {"boxes": corners(y[i])[t[i] > 0], "labels": t[i][t[i] > 0]}
            got = heads().select_training_samples([corners(x[i]).detach()], [true])
            if part == 2:
                each.append(padded(got[2][0] + 1.0, 17) - 1)
            elif part == 0:
                each.append(padded(got[0][0], 17).sum(1) * (padded(got[2][0] + 1, 17) > 0))
            else:
                each.append(padded(BoxCoder((10, 10, 5, 5)).decode(got[3][0], [got[0][0]])[:, 0] * (got[2][0] > 0)[:, None], 17).sum(1))
        return (torch.stack(each).detach() * z).sum(1) + 0 * x.sum((1, 2))

    call = f"sample_regions({corner.format('x')}, {rows_of(-1)}, 17, positive: 1, below: 0.3)"
    told = call + ".label" if part == 2 else f"sum({call}.{value}, axes: 1)*({call}.label >{'' if part else '='} 0)"
    loss(f"sample_regions_{value}", f"sum({told}*z) + 0*sum(x)", regions, x=[12, 4], y=[5, 4], t=["class", 5], z=[17])


def head_loss(part, each):
    def run(logits, offset, box, target, t):
        def one(i):
            label = t[i] - 1
            on = label >= 0
            regression = BoxCoder((10, 10, 5, 5)).encode([corners(target[i])[on]], [corners(box[i])[on]])
            given = offset[i] if each else offset[i].repeat(1, 4)
            return fastrcnn_loss(logits[i][on], given[on], [label[on]], regression)[part]
        return torch.stack([one(i) for i in range(BATCH)])

    call = f"rcnn_loss(x, x2, {corner.format('y')}, t - 1, {corner.format('z')})"
    loss(f"rcnn_loss_{('class', 'box')[part]}_{'each' if each else 'one'}", call + (".class", ".box")[part], run,
         x=[12, 4], x2=[12, 16 if each else 4], y=[12, 4], z=[12, 4], t=["class", 12])


for each in True, False:
    head_loss(0, each)
    head_loss(1, each)

    def found(logits, offset, box, z):
        given = (offset if each else offset.repeat(1, 1, 4)).reshape(-1, 16).detach()
        got = heads().postprocess_detections(logits.reshape(-1, 4).detach(), given, list(corners(box)), [(3, 4)] * BATCH)
        rows = torch.stack([torch.cat([padded(c[:, None].double(), 6) - 1, padded(b, 6), padded(s, 6)[:, None]], 1)
                            for b, s, c in zip(*[got[0], got[1], got[2]])])
        return (rows * z).sum((1, 2)) + 0 * logits.sum((1, 2)) + 0 * offset.sum((1, 2))

    call = f"rcnn_detections(x, x2, {corner.format('y')}, [3, 4], score: 0.2, iou: 0.3, count: 6)"
    loss(f"rcnn_detections_{'each' if each else 'one'}", f"sum({call}*z) + 0*sum(x) + 0*sum(x2)", found,
         x=[12, 4], x2=[12, 16 if each else 4], y=[12, 4], z=[6, 6])


# ---- R-CNN's linear machines ----
def hardest(each, label, ratio, least):
    """As SSD.compute_loss: the negatives with the largest loss, along the last axis."""
    count = (ratio * (label > 0).sum(-1, keepdim=True)).clamp(min=least)
    hard = torch.where(label == 0, each, -torch.inf).sort(-1, descending=True)[1].sort(-1)[1]
    return ((label > 0) | ((label == 0) & (hard < count))).double()


def machine_labels(i, z, t, y):
    """[4, 17]: of twelve candidates and five true boxes, those of class -1 not being any."""
    box, rows = torch.cat([corners(z[i]), corners(y[i])]), []
    for k in range(4):
        true = corners(y[i])[t[i] - 1 == k]
        both, either = _box_inter_union(true, box)
        iou = (both / either).amax(0) if len(true) else torch.zeros(17)
        rows.append(torch.where(iou >= 0.99, 1.0, torch.where(iou < 0.3, 0.0, -1.0)))
    return torch.stack(rows)


def machine_loss(x, z, t, y, w=None):
    each = []
    for i in range(BATCH):
        label = machine_labels(i, z, t, y)
        hinge = (1 - (2 * label - 1) * x[i].T).clamp(min=0)
        taken = hardest(hinge.detach(), label, 2, 3)
        each.append((taken * hinge).sum() / taken.sum())
    return torch.stack(each)


for ratio, least in (3, 0), (1, 4):
    loss(f"hard_negatives_{ratio}_{least}", f"sum(w*hard_negatives(x^2, t - 1, ratio: {ratio}, least: {least})) + 0*sum(x)",
         lambda x, t, w: (hardest(x.detach()**2, t - 1, ratio, least) * w).sum((1, 2)) + 0 * x.sum((1, 2)),
         x=[2, 12], t=["class", 2, 12], w=[2, 12])
call = f"svm_labels(concat({corner.format('z')}, {corner.format('y')}), {rows_of(-1)}, 4)"
loss("svm_labels", f"sum(w*{call}) + 0*sum(x)",
     lambda x, z, t, y, w: torch.stack([(machine_labels(i, z, t, y) * w[i]).sum() for i in range(BATCH)]) + 0 * x.sum((1, 2)),
     x=[17, 4], z=[12, 4], t=["class", 5], y=[5, 4], w=[4, 17])
loss("svm_loss", f"svm_loss(x, {call}, ratio: 2, least: 3)", machine_loss, x=[17, 4], z=[12, 4], t=["class", 5], y=[5, 4])
