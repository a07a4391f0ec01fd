"""The peers of nets.py in PyTorch: networks that tests/peer has not, targets with their losses, optimizers, what predictions end with."""
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
try:
    import torchvision.models as tv
except RuntimeError:  # its own operators do not fit this PyTorch: declared, they will do, for none of these networks calls them
    declared = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        declared.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [n for n in sys.modules if n.startswith("torchvision")]:
        del sys.modules[name]
    import torchvision.models as tv

import models
import yolo_nets
import zoo


class Up(nn.Module):
    def __init__(self, c, filters):
        super().__init__()
        self.up, self.convs = nn.ConvTranspose2d(c, filters, 2, 2), convs(2 * filters, filters)

    def forward(self, x, skip):
        u = self.up(x)
        cut = (skip.shape[-1] - u.shape[-1]) // 2
        return self.convs(torch.cat([skip[:, :, cut:cut + u.shape[-2], cut:cut + u.shape[-1]], u], 1))


def convs(c, filters):
    return nn.Sequential(nn.Conv2d(c, filters, 3), nn.ReLU(), nn.Conv2d(filters, filters, 3), nn.ReLU())


class PaperUNet(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        sizes = [1] + [width * 2**k for k in range(5)]
        self.down = nn.ModuleList(convs(a, b) for a, b in zip(sizes, sizes[1:]))
        self.up = nn.ModuleList(Up(2 * n, n) for n in sizes[4:0:-1])
        self.last = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        skips = []
        for level in self.down[:-1]:
            x = level(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = F.dropout(self.down[-1](x), 0.5, self.training)
        for up in self.up:
            x = up(x, skips.pop())
        return self.last(x)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.ConvTranspose2d(100, 512, 4, bias=False), nn.BatchNorm2d(512), nn.ReLU()]
        for n in 256, 128, 64:
            layers += [nn.ConvTranspose2d(2 * n, n, 4, 2, 1, bias=False), nn.BatchNorm2d(n), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, x):
        return self.layers(torch.randn_like(x) if self.training else x)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for n in 128, 256, 512:
            layers += [nn.Conv2d(n // 2, n, 4, 2, 1, bias=False), nn.BatchNorm2d(n), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(512, 1, 4, bias=False))

    def forward(self, x):
        return self.layers(x).flatten(1)


# ---- targets: (of a batch, the loss of output and target) ----

def label(n):
    return lambda batch: [torch.randint(n, [batch])], F.cross_entropy


def mask(size):
    return lambda batch: [(torch.rand(batch, 1, size, size) > 0.5).float()], models.UNet.loss


def weighed_mask(size):
    def loss(y, mask, border):
        logp = F.log_softmax(y, 1)
        return (-border * (mask * logp[:, 1:2] + (1 - mask) * logp[:, 0:1])).mean()
    return lambda batch: [(torch.rand(batch, 1, size, size) > 0.5).float(), torch.rand(batch, 1, size, size)], loss


def picture(size):
    return lambda batch: [torch.randn(batch, 3, size, size)], F.mse_loss


def truth():
    return lambda batch: [torch.randint(10, [batch])], lambda y, t: F.binary_cross_entropy_with_logits(y, (t == 0).float()[:, None])


def boxes(classes, most=32):
    """Every fourth row is a box of some 20 pixels, as `bench` has them; the network has the loss."""
    def targets(batch):
        u = torch.rand(batch, most, 5)
        kind = torch.where(torch.arange(most) % 4 == 0, (u[..., 0] * classes).floor(), -1)
        return [torch.cat([kind[..., None], 40 * u[..., 1:3], 40 * u[..., 1:3] + 10 + 20 * u[..., 3:]], -1)]
    return targets, None


# ---- optimizers: fused ----

def sgd(lr, momentum=0, decay=0):
    return lambda weights: torch.optim.SGD(weights, lr, momentum, weight_decay=decay, fused=True)


def adam(lr, beta1=0.9):
    return lambda weights: torch.optim.Adam(weights, lr, (beta1, 0.999), fused=True)


def adamw(lr, decay):
    return lambda weights: torch.optim.AdamW(weights, lr, weight_decay=decay, fused=True)


FINISH = {
    "same": lambda y: y,
    "softmax": lambda y: y.softmax(1),
    "sigmoid": lambda y: y.sigmoid(),
    "where_sigmoid": lambda y: (y.sigmoid() > 0.5).float(),
    "where_softmax": lambda y: (y.softmax(1)[:, 1:2] > 0.5).float(),
}


class Predictor(nn.Module):
    """A network with what its predict command ends with."""

    def __init__(self, model, finish):
        super().__init__()
        self.model, self.finish = model, FINISH.get(finish) or getattr(model, finish)

    def forward(self, x):
        return self.finish(self.model(x))


def build(net):
    """The model, its targets for a batch, its loss, its optimizer."""
    torch.manual_seed(0)
    model = eval(net.peer)
    targets, loss = eval(net.target)
    return model, targets, getattr(model, "loss", loss) if isinstance(model, (zoo.GoogLeNet, yolo_nets.Tiny)) else loss, eval(net.optimizer)
