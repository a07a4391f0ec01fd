"""Non-maximum suppression, RoI pooling and RoI align in plain PyTorch, after torchvision's kernels."""
import math
import torch


def overlap(a, b):
    """Intersection over union of one box with boxes [n, 4]."""
    low, high = torch.maximum(a[:2], b[:, :2]), torch.minimum(a[2:], b[:, 2:])
    both = (high - low).clamp(min=0).prod(1)
    return both / ((a[2:] - a[:2]).prod() + (b[:, 2:] - b[:, :2]).prod(1) - both)


def nms(box, score, group, iou, sigma):
    """Scores after torchvision.ops.batched_nms; with sigma, after Soft-NMS of the Gaussian kind (Bodla et al., 2017)."""
    out, left = score.clamp(min=0), score > 0
    while left.any():
        best = torch.where(left, out, -1).argmax()
        left[best] = False
        o = overlap(box[best], box)
        like = left & (group == group[best])
        if sigma:
            out = torch.where(like, out * torch.exp(-o * o / sigma), out)
        else:
            out = torch.where(like & (o > iou), 0, out)
            left &= out > 0
    return out


def roi_pool(x, box, size, scale):
    """x: [C, H, W], box: [k, 4]; torchvision/csrc/ops/cpu/roi_pool_kernel.cpp."""
    out = []
    for b in box:
        x1, y1, x2, y2 = (int((v * scale).abs().add(0.5).floor() * v.sign()) for v in b)
        h, w = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
        for p in range(size[0]):
            for q in range(size[1]):
                top, left = y1 + p * h // size[0], x1 + q * w // size[1]
                bottom, right = y1 - -(p + 1) * h // size[0], x1 - -(q + 1) * w // size[1]
                part = x[:, max(top, 0):max(bottom, 0), max(left, 0):max(right, 0)]
                out.append(part.flatten(1).max(1).values if part.numel() else x[:, 0, 0] * 0)
    return torch.stack(out).reshape(len(box), *size, -1).permute(0, 3, 1, 2)


def roi_align(x, box, size, scale, ratio=0, aligned=False):
    """The same; torchvision/ops/roi_align.py and its kernels."""
    height, width = x.shape[1:]
    zero, out = x[:, 0, 0] * 0, []

    def sample(y, x_):
        if y < -1 or y > height or x_ < -1 or x_ > width:
            return zero
        y, x_ = max(y, 0), max(x_, 0)
        low, left = int(y), int(x_)
        if low >= height - 1:
            low = high = y = height - 1
        else:
            high = low + 1
        if left >= width - 1:
            left = right = x_ = width - 1
        else:
            right = left + 1
        ly, lx = y - low, x_ - left
        return ((1 - ly) * (1 - lx) * x[:, low, left] + (1 - ly) * lx * x[:, low, right]
                + ly * (1 - lx) * x[:, high, left] + ly * lx * x[:, high, right])

    for b in box.tolist():
        x1, y1, x2, y2 = (v * scale - (0.5 if aligned else 0) for v in b)
        h, w = y2 - y1, x2 - x1
        if not aligned:
            h, w = max(h, 1), max(w, 1)
        bin_h, bin_w = h / size[0], w / size[1]
        rows, cols = ratio or math.ceil(bin_h), ratio or math.ceil(bin_w)
        for p in range(size[0]):
            for q in range(size[1]):
                at = [sample(y1 + (p + (i + 0.5) / rows) * bin_h, x1 + (q + (j + 0.5) / cols) * bin_w)
                      for i in range(rows) for j in range(cols)]
                out.append(sum(at, zero) / max(rows * cols, 1))
    return torch.stack(out).reshape(len(box), *size, -1).permute(0, 3, 1, 2)
