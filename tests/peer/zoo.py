#!/usr/bin/env python3
"""Writes golden/zoo/NAME.spec and golden/zoo/NAME.samples for tests/peer/zoo/*.net: what PyTorch computes for the networks of
examples/, torchvision's own where it has them. Also tests/lang/zoo/NAME.out, the names and shapes of their weights at full size.

The spec says what both sides are fed with (see fill.h). A line of samples is `GROUP NAME COUNT NORM ERROR VALUE...`: how many elements
a tensor has, their norm, PyTorch's own relative error in float32 (for a gradient, the largest of them all), and elements at places
that fill.h draws.
Run: python tests/peer/zoo.py [NAME...]
"""
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.models as tv
from torch import nn

import yolo_nets
from models import HERE, fill, random

KEPT = 6


# ---- networks that torchvision does not have ----

class Plain(tv.resnet.BasicBlock):
    """A block without its shortcut."""

    def __init__(self, c, filters, stride=1, downsample=None, *rest, **named):
        super().__init__(c, filters, stride, None, *rest, **named)

    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()


def plain34(num_classes, size):
    return tv.resnet.ResNet(Plain, [3, 4, 6, 3], num_classes=num_classes)


class OptionA(tv.resnet.BasicBlock):
    """Where the stride is 2, the shortcut takes every second pixel, and new channels are zeros on both sides."""

    def __init__(self, c, filters, stride):
        super().__init__(c, filters, stride)
        self.more = (filters - c) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        if self.stride > 1:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.more, self.more))
        return (x + y).relu()


class ResNet20(nn.Module):
    def __init__(self, num_classes, size):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16)
        c = 16
        for i in range(3):
            blocks = []
            for k in range(3):
                blocks.append(OptionA(c, 16 * 2**i, 2 if i and not k else 1))
                c = 16 * 2**i
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class Separable(nn.Module):
    def __init__(self, c, filters, stride):
        super().__init__()
        self.depthwise, self.bn1 = nn.Conv2d(c, c, 3, stride, 1, groups=c, bias=False), nn.BatchNorm2d(c)
        self.pointwise, self.bn2 = nn.Conv2d(c, filters, 1, bias=False), nn.BatchNorm2d(filters)

    def forward(self, x):
        return self.bn2(self.pointwise(self.bn1(self.depthwise(x)).relu())).relu()


class MobileNetV1(nn.Module):
    stages = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]

    def __init__(self, num_classes, size):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32)
        c = 32
        for i, (filters, stride) in enumerate(self.stages):
            setattr(self, f"layer{i + 1}", Separable(c, filters, stride))
            c = filters
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        for i in range(len(self.stages)):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(x.mean((2, 3)))


class AlexNet(nn.Module):
    def __init__(self, num_classes, size):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 96, 11, 4), nn.Conv2d(96, 256, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.conv4, self.conv5 = (nn.Conv2d(384, n, 3, padding=1, groups=2) for n in (384, 256))
        side = (((size - 11) // 4 + 1 - 3) // 2 + 1 - 3) // 2 + 1
        side = (side - 3) // 2 + 1
        self.fc6, self.fc7, self.fc8 = nn.Linear(256 * side * side, 4096), nn.Linear(4096, 4096), nn.Linear(4096, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.local_response_norm(self.conv1(x).relu(), 5, 5e-4, 0.75, 2.0), 3, 2)
        x = F.max_pool2d(F.local_response_norm(self.conv2(x).relu(), 5, 5e-4, 0.75, 2.0), 3, 2)
        x = self.conv5(self.conv4(self.conv3(x).relu()).relu()).relu()
        x = F.max_pool2d(x, 3, 2).flatten(1)
        return self.fc8(self.fc7(self.fc6(x).relu()).relu())


def line(*convs):
    """Convolutions (in, out, kernel), a relu behind each."""
    return nn.Sequential(*(m for c, n, k in convs for m in (nn.Conv2d(c, n, k, padding=k // 2), nn.ReLU())))


class Inception(nn.Module):
    def __init__(self, n, a, b0, b, c0, c, d):
        super().__init__()
        self.branch1, self.branch2 = line((n, a, 1)), line((n, b0, 1), (b0, b, 3))
        self.branch3 = line((n, c0, 1), (c0, c, 5))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), *line((n, d, 1)))
        self.out = a + b + c + d

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class Trunk(nn.Module):
    modules_of = {
        "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64), "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64), "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128), "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128)}

    def __init__(self, num_classes):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 64, 7, 2, 3), nn.Conv2d(64, 64, 1), nn.Conv2d(64, 192, 3, padding=1)
        c = 192
        for name, sizes in self.modules_of.items():
            setattr(self, "inception" + name, Inception(c, *sizes))
            c = sum(sizes[i] for i in (0, 2, 4, 5))
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x):
        pool = lambda v: F.max_pool2d(v, 3, 2, ceil_mode=True)
        x = F.local_response_norm(pool(self.conv1(x).relu()), 5)
        x = pool(F.local_response_norm(self.conv3(self.conv2(x).relu()).relu(), 5))
        kept = []
        for name in self.modules_of:
            x = getattr(self, "inception" + name)(x)
            if name in ("4a", "4d"):
                kept.append(x)
            if name in ("3b", "4e"):
                x = pool(x)
        return self.fc(x.mean((2, 3))), *kept


class Head(nn.Module):
    def __init__(self, c, side, num_classes):
        super().__init__()
        self.conv, self.fc1, self.fc2 = nn.Conv2d(c, 128, 1), nn.Linear(128 * side * side, 1024), nn.Linear(1024, num_classes)

    def forward(self, x):
        return self.fc2(self.fc1(self.conv(F.avg_pool2d(x, 5, 3)).relu().flatten(1)).relu())


class Heads(nn.Module):
    def __init__(self, side, num_classes):
        super().__init__()
        self.aux1, self.aux2 = Head(512, side, num_classes), Head(528, side, num_classes)


class GoogLeNet(nn.Module):
    def __init__(self, num_classes, size):
        super().__init__()
        self.GoogLeNet, self.Heads = Trunk(num_classes), Heads((math.ceil(size / 16) - 5) // 3 + 1, num_classes)

    def forward(self, x):
        logits, low, high = self.GoogLeNet(x)
        return (logits, self.Heads.aux1(low), self.Heads.aux2(high)) if self.training else logits

    @staticmethod
    def loss(y, label):
        return F.cross_entropy(y[0], label) + 0.3 * F.cross_entropy(y[1], label) + 0.3 * F.cross_entropy(y[2], label)


class Layer(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.layernorm_0, self.layernorm_1 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention_0 = nn.MultiheadAttention(d, heads, batch_first=True)
        self.dense_0, self.dense_1 = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)

    def forward(self, x):
        y = self.layernorm_0(x)
        x = x + self.attention_0(y, y, y, need_weights=False)[0]
        return x + self.dense_1(F.gelu(self.dense_0(self.layernorm_1(x))))


class Positions(nn.Module):
    def __init__(self, t, d):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(t, d))


class SmallViT(nn.Module):
    def __init__(self, num_classes, size):
        super().__init__()
        self.conv_0, self.position_embedding_0 = nn.Conv2d(3, 128, 4, 4), Positions((size // 4) ** 2, 128)
        self.layer = nn.Sequential(*(Layer(128, 4) for _ in range(6)))
        self.layernorm_0, self.dense_0 = nn.LayerNorm(128), nn.Linear(128, num_classes)

    def forward(self, x):
        x = self.conv_0(x).flatten(2).transpose(1, 2) + self.position_embedding_0.weight
        return self.dense_0(self.layernorm_0(self.layer(x)).mean(1))


# ---- torchvision's, at the size that is compared ----

def small_vgg16(num_classes, size):
    net = tv.vgg16(num_classes=num_classes, init_weights=False)
    side = size // 32
    if side != 7:
        net.avgpool, net.classifier[0] = nn.Identity(), nn.Linear(512 * side * side, 4096)
    return net


def vit_b16(num_classes, size):
    return tv.VisionTransformer(size, 16, 12 if size == 224 else 2, 12, 768, 3072, num_classes=num_classes)


def of(make):
    return lambda num_classes, size: make(num_classes=num_classes)


def maps(net):
    """A detector whose heads' maps are taken for one row of logits."""
    def make(classes, size):
        model = net(classes, size)
        heads = model.forward
        model.forward, model.loss = lambda x: model.row(heads(x)), F.cross_entropy
        return model
    return make


NETS = {  # name: (constructor, size compared, batch, full size)
    "resnet18": (of(tv.resnet18), 64, 4, 224),
    "resnet34": (of(tv.resnet34), 64, 8, 224),
    "resnet50": (of(tv.resnet50), 64, 8, 224),
    "plain34": (plain34, 64, 4, 224),
    "resnet20_cifar": (ResNet20, 32, 4, 32),
    "vgg16": (small_vgg16, 32, 2, 224),
    "mobilenet_v1": (MobileNetV1, 64, 4, 224),
    "mobilenet_v2": (of(tv.mobilenet_v2), 64, 4, 224),
    "squeezenet": (of(tv.squeezenet1_1), 64, 2, 224),
    "densenet121": (of(tv.densenet121), 64, 4, 224),
    "efficientnet_b0": (of(tv.efficientnet_b0), 64, 4, 224),
    "alexnet": (AlexNet, 99, 2, 227),
    "googlenet": (GoogLeNet, 96, 2, 224),
    "vit_b16": (vit_b16, 32, 2, 224),
    "vit_small": (SmallViT, 32, 2, 32),
    "yolov3_tiny": (maps(yolo_nets.Tiny), 64, 4, 416),
    "yolo_modern": (maps(yolo_nets.Modern), 64, 4, 640),
}


# ---- what goes in and comes out ----

def weights(model):
    """(name, kind, limit, shape): scales that carry signals through deep networks, normalisations about the identity."""
    out = []
    for name, p in model.named_parameters():
        if p.dim() > 1:
            kind, limit = "uniform", math.sqrt(6 / math.prod(p.shape[1:]))
        else:
            norm = isinstance(model.get_submodule(name.rpartition(".")[0]), (nn.BatchNorm2d, nn.LayerNorm))
            kind, limit = ("about", 0.25) if norm and name.endswith("weight") else ("uniform", 0.1)
        out.append((name, kind, float(f"{limit:.6g}"), list(p.shape)))
    return out


def certain(model):
    """Nothing is dropped."""
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0
        if type(m).__name__ == "StochasticDepth":
            m.p = 0.0
    return model


def inputs(size, batch):
    return [("image", "uniform", 2, [batch, 3, size, size]), ("label", "class", 10, [batch])]


def run(make, size, batch, dtype):
    model = certain(make(10, size)).to(dtype)
    x, label = (torch.from_numpy(fill(*i)) for i in inputs(size, batch))
    x = x.to(dtype)
    with torch.no_grad():
        for (name, kind, limit, shape), p in zip(weights(model), model.parameters()):
            p.copy_(torch.from_numpy(fill(name, kind, limit, shape)))
        y = model.eval()(x)
    loss = getattr(model, "loss", F.cross_entropy)(model.train()(x), label)
    loss.backward()
    out = {"forward value": y, "grad loss": loss}
    out |= {f"grad {name}#grad": p.grad for name, p in model.named_parameters()}
    return {k: v.detach().double().numpy().flatten() for k, v in out.items()}


def golden(name, make, size, batch):
    with open(f"{HERE}/golden/zoo/{name}.spec", "w") as f:
        for weight, kind, limit, shape in weights(make(10, size)):
            print("weight", weight, kind, limit, *shape, file=f)
        for input, kind, limit, shape in inputs(size, batch):
            print("input", input, kind, limit, *shape, file=f)
    exact, single = run(make, size, batch, torch.float64), run(make, size, batch, torch.float32)
    norms = {k: np.linalg.norm(v) for k, v in exact.items()}
    exact = {k: v for k, v in exact.items() if norms[k] > 1e-9 * max(norms.values())}  # a normalisation behind it leaves nothing
    errors = {k: np.linalg.norm(single[k] - v) / max(norms[k], 1e-30) for k, v in exact.items()}
    worst = max(errors.values())  # a relu that rounding turns changes the gradients of all stages before it
    with open(f"{HERE}/golden/zoo/{name}.samples", "w") as f:
        for key, v in exact.items():
            norm, error = norms[key], worst if "#grad" in key else errors[key]
            at = (random(key.split()[1], 1000000007 + np.arange(KEPT)) * v.size).astype(int) if v.size > 1 else [0]
            print(key, v.size, f"{norm:.7g} {error:.1e}", *(f"{v[i]:.7g}" for i in at), file=f)
    print(f"{name:20}largest error in float32 {worst:.1e}")


def names(name, make, size):
    """The names and shapes of the whole network, as tests/lang/weights.awk prints them."""
    model = make(1000, size)
    kinds = {k: "weight" for k, _ in model.named_parameters()}
    with open(f"{HERE}/../lang/zoo/{name}.out", "w") as f:
        print("graph predict_classify", file=f)
        for k, v in model.state_dict().items():
            if "num_batches_tracked" not in k:
                print(f"  {kinds.get(k, 'state')} {k} {list(v.shape)}", file=f)
        print("  show classes: [1000]", file=f)
        print("parameters:", sum(p.numel() for p in model.parameters()), file=f)


if __name__ == "__main__":
    torch.set_num_threads(2)
    for name in sys.argv[1:] or NETS:
        make, size, batch, full = NETS[name]
        golden(name, make, size, batch)
        if make in (small_vgg16,) or "torchvision" in make(10, size).__class__.__module__:
            names(name, make, full)
