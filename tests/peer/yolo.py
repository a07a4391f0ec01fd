"""YOLO's detectors in PyTorch, written from the papers, Darknet's yolo_layer.c and Ultralytics' v8 loss: losses, decoding, suppression.

Boxes are [batch, max, 5], rows class, x1, y1, x2, y2 in pixels, unused rows of a class below 0. A head's output is a list of maps
[batch, channels, h, w], one for each stride.
"""
import math

import torch
import torch.nn.functional as F

EPS = 1e-7


# ---- boxes x1, y1, x2, y2 ----

def areas(box):
    return (box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])


def iou(a, b):
    sides = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    both = sides[..., 0] * sides[..., 1]
    return both / (areas(a) + areas(b) - both + EPS)


def ciou(a, b):
    """Complete IoU (Zheng et al., 2020); alpha passes no gradient."""
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    far = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2).square().sum(-1)
    angle = [torch.atan((v[..., 2] - v[..., 0]) / (v[..., 3] - v[..., 1]).clamp(min=EPS)) for v in (a, b)]
    v, near = 4 / math.pi**2 * (angle[1] - angle[0]) ** 2, iou(a, b)
    alpha = (v / (1 - near + v + EPS)).detach()
    return near - far / (hull.square().sum(-1) + EPS) - alpha * v


def corners(centre, size):
    return torch.cat([centre - size / 2, centre + size / 2], -1)


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none")


# ---- anchors: Darknet's yolo layer ----

def anchored(y, anchors):
    """A map [batch, k*(5 + classes), h, w] as [batch, k, h, w, 5 + classes]."""
    b, _, h, w = y.shape
    return y.view(b, len(anchors), -1, h, w).permute(0, 1, 3, 4, 2)


def anchored_boxes(p, anchors, stride, scale=1):
    h, w = p.shape[2:4]
    row, column = torch.arange(h).view(h, 1).expand(h, w), torch.arange(w).expand(h, w)
    centre = (torch.stack([column, row], -1) + scale * p[..., :2].sigmoid() - (scale - 1) / 2) * stride
    return corners(centre, p[..., 2:4].exp() * torch.tensor(anchors, dtype=p.dtype).view(-1, 1, 1, 2))


def best_anchors(box, anchors):
    """The anchor of best shape for each box: IoU of both around one centre."""
    size, anchor = box[..., 2:] - box[..., :2], torch.tensor(anchors, dtype=box.dtype)
    both = torch.minimum(size[..., None, :], anchor).prod(-1)
    return (both / (size.prod(-1, keepdim=True) + anchor.prod(-1) - both + EPS)).argmax(-1)


def darknet_map_loss(y, boxes, anchors, mask, stride, size, ignore):
    """One yolo layer's share of the loss of each picture. Of two true boxes in one place both count (in Darknet the later one's sides do,
    and both classes)."""
    p = anchored(y, mask)
    b, k, h, w, n = p.shape
    box, label = boxes[..., 1:], boxes[..., 0].long()
    mine = [anchors[i] for i in mask]
    with torch.no_grad():
        centre, wide = (box[..., :2] + box[..., 2:]) / 2, box[..., 2:] - box[..., :2]
        best, cell = best_anchors(box, anchors), (centre / stride).floor().long()
        at = best - mask[0]
        cell = torch.stack([cell[..., 0].clamp(0, w - 1), cell[..., 1].clamp(0, h - 1)], -1)
        place = (at * h + cell[..., 1]) * w + cell[..., 0]
        own = (label >= 0) & (at >= 0) & (at < k)
        place = torch.where(own, place, k * h * w) # a place more takes what is not of this layer
        classes = F.one_hot(label.clamp(min=0), n - 5).to(p.dtype)
        taken = torch.zeros(b, k * h * w + 1, dtype=torch.bool).scatter(1, place, True)[:, :-1]
        seen = anchored_boxes(p, mine, stride).reshape(b, -1, 1, 4)
        near = iou(seen, box[:, None]).amax(2) # boxes to be ignored, of a class below -1, as well
        anchor = torch.tensor(mine, dtype=p.dtype)[at.clamp(0, k - 1)]
        goal = torch.cat([centre / stride - cell, torch.log(wide.clamp(min=1) / anchor)], -1)
        weight = own * (2 - wide.prod(-1) / size**2)
    flat = p.reshape(b, -1, n)
    here = flat.gather(1, place.clamp(max=k * h * w - 1)[..., None].expand(-1, -1, n))
    offsets = bce(here[..., :2], goal[..., :2]).sum(-1) + (here[..., 2:4] - goal[..., 2:]).square().sum(-1) / 2
    kinds = bce(here[..., 5:], classes).sum(-1)
    object_ = torch.where(taken | (near <= ignore), bce(flat[..., 4], taken.to(p.dtype)), 0)
    return (weight * offsets).sum(1) + (own * kinds).sum(1) + object_.sum(1)


def darknet_loss(outputs, boxes, anchors, masks, strides, size, ignore=0.7):
    """The sum over yolo layers for each picture."""
    return sum(darknet_map_loss(y, boxes, anchors, mask, stride, size, ignore) for y, mask, stride in zip(outputs, masks, strides))


def darknet_decode(outputs, anchors, masks, strides, scale=1):
    """Boxes [batch, n, 4] and the scores [batch, n, classes] of all, objectness times class."""
    found = []
    for y, mask, stride in zip(outputs, masks, strides):
        mine = [anchors[i] for i in mask]
        p = anchored(y, mine)
        found.append((anchored_boxes(p, mine, stride, scale).flatten(1, 3), (p[..., 4:5].sigmoid() * p[..., 5:].sigmoid()).flatten(1, 3)))
    return tuple(torch.cat(v, 1) for v in zip(*found))


# ---- no anchors: Ultralytics' v8 ----

BINS = 16


def points(outputs, strides):
    """The centres of all places [n, 2] in pixels, and their strides [n, 1]."""
    centre, each = [], []
    for y, stride in zip(outputs, strides):
        h, w = y.shape[2:]
        column, row = torch.arange(w).expand(h, w), torch.arange(h).view(h, 1).expand(h, w)
        centre.append((torch.stack([column, row], -1).reshape(-1, 2) + 0.5) * stride)
        each.append(torch.full((h * w, 1), stride))
    return torch.cat(centre).to(outputs[0].dtype), torch.cat(each).to(outputs[0].dtype)


def free_decode(outputs, strides, bins=BINS):
    """What the maps [batch, 4*bins + classes, h, w] say: boxes [batch, n, 4] in pixels, class logits [batch, n, classes], distributions' logits
    [batch, n, 4, bins]."""
    flat = torch.cat([y.flatten(2) for y in outputs], 2).transpose(1, 2)
    sides, logits = flat[..., :4 * bins].unflatten(-1, (4, bins)), flat[..., 4 * bins:]
    centre, stride = points(outputs, strides)
    far = (sides.softmax(-1) * torch.arange(bins, dtype=sides.dtype)).sum(-1) * stride
    return torch.cat([centre - far[..., :2], centre + far[..., 2:]], -1), logits, sides


def assign(scores, seen, centre, boxes, top=10, alpha=0.5, beta=6.0, eps=1e-9):
    """Task-aligned assignment (Feng et al., 2021), as mmdet's; Ultralytics' is the same, but that a place which several boxes want may go to
    one that does not. For each place the true box it looks for [batch, n], and the scores wanted there [batch, n, classes], 0 where it
    looks for none."""
    box, label = boxes[..., 1:], boxes[..., 0].long()
    valid = label >= 0
    inside = torch.cat([centre - box[:, :, None, :2], box[:, :, None, 2:] - centre], -1).amin(-1) > eps
    inside &= valid[..., None]
    near = torch.where(inside, ciou(box[:, :, None], seen[:, None]).clamp(min=0), 0)
    own = scores.gather(2, label.clamp(min=0)[:, None].expand(-1, scores.shape[1], -1)).transpose(1, 2)
    fit = torch.where(inside, own, 0) ** alpha * near**beta
    chosen = torch.zeros_like(inside).scatter(2, fit.topk(min(top, fit.shape[2]), 2).indices, True) & inside
    nearest = torch.where(chosen, near, -1).argmax(1, keepdim=True) # of several boxes that want a place
    chosen &= torch.zeros_like(inside).scatter(1, nearest, True)
    fit = fit * chosen
    reached = fit * (near * chosen).amax(2, keepdim=True) / (fit.amax(2, keepdim=True) + eps)
    which = chosen.to(torch.uint8).argmax(1)
    kind = F.one_hot(label.clamp(min=0), scores.shape[2]).to(scores.dtype)
    goal = kind.gather(1, which[..., None].expand(-1, -1, scores.shape[2]))
    return which, goal * reached.amax(1)[..., None]


def distribution_focal(logits, target):
    """Li et al., 2020: cross entropy of the whole numbers on both sides of target, weighed; the mean over the last axis."""
    target = target.clamp(0, logits.shape[-1] - 1.01)
    below = target.long()
    logp, share = logits.log_softmax(-1), below + 1 - target
    left, right = (logp.gather(-1, i[..., None])[..., 0] for i in (below, below + 1))
    return -(left * share + right * (1 - share)).mean(-1)


def free_losses(outputs, boxes, strides, bins=BINS, **how):
    """The sums over the batch: box, class and distribution losses, and the sum of wanted scores by which they are divided."""
    seen, logits, sides = free_decode(outputs, strides, bins)
    centre, stride = points(outputs, strides)
    with torch.no_grad():
        which, goal = assign(logits.sigmoid(), seen, centre, boxes, **how)
        box = boxes[..., 1:].gather(1, which[..., None].expand(-1, -1, 4))
        weight = goal.sum(-1)
        far = torch.cat([centre - box[..., :2], box[..., 2:] - centre], -1) / stride
    # Ultralytics' boxes are in strides here, which changes nothing but by eps.
    return ((weight * (1 - ciou(seen, box))).sum(), bce(logits, goal).sum(), (weight * distribution_focal(sides, far)).sum(),
            weight.sum().clamp(min=1))


def free_loss(outputs, boxes, strides, weights=(7.5, 0.5, 1.5), **how):
    box, kind, side, total = free_losses(outputs, boxes, strides, **how)
    return (weights[0] * box + weights[1] * kind + weights[2] * side) / total


# ---- what is shown ----

def suppressed(box, limit):
    """The indices that greedy suppression leaves of boxes that stand best first."""
    near, left, standing = iou(box[:, None], box[None]) > limit, [], torch.ones(len(box), dtype=torch.bool)
    for i in range(len(box)):
        if standing[i]:
            left.append(i)
            standing &= ~near[i]
    return torch.tensor(left, dtype=torch.long)


def detections(box, scores, score=0.05, limit=0.5, count=100, candidates=1000):
    """One picture's detections [count, 6], rows class, x1, y1, x2, y2, score, best first: of box [n, 4] with scores [n, classes] those above
    `score`, the best `candidates` of them, suppressed within classes; a box may be several classes. Unused rows: class -1, zeros."""
    flat = scores.flatten()
    at = flat.argsort(descending=True, stable=True)[:candidates]
    at = at[flat[at] > score]
    kind = at % scores.shape[1]
    rows = torch.cat([kind[:, None].to(box.dtype), box[at // scores.shape[1]], flat[at, None]], 1)
    left = torch.cat([at[:0]] + [c.nonzero()[:, 0][suppressed(rows[c, 1:5], limit)] for c in (kind == k for k in kind.unique())])
    rows = rows[left.sort().values[:count]] # as they were: best first
    unused = torch.zeros(count - len(rows), 6, dtype=box.dtype)
    unused[:, 0] = -1
    return torch.cat([rows, unused])
