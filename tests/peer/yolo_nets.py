"""The networks of examples/yolov3_tiny.net and yolo_modern.net in PyTorch, from Darknet's yolov3-tiny.cfg and Ultralytics' yolov8n.yaml,
whose weights have the same names there; each with its loss and its decoding to boxes and scores."""
import math

import torch
import torch.nn.functional as F
from torch import nn

import yolo


class Conv(nn.Module):
    def __init__(self, c, filters, kernel=3, stride=1, activation=nn.SiLU(), norm=(1e-3, 0.03)):
        super().__init__()
        self.conv = nn.Conv2d(c, filters, kernel, stride, kernel // 2, bias=False)
        self.bn, self.activation = nn.BatchNorm2d(filters, *norm), activation

    def forward(self, x):
        return self.activation(self.bn(self.conv(x)))


# ---- YOLOv3-tiny ----

class Tiny(nn.Module):
    ANCHORS = [[20, 19], [45, 40], [47, 53], [56, 47], [61, 58], [108, 98]]
    MASKS, STRIDES = [[3, 4, 5], [0, 1, 2]], [32, 16]

    def __init__(self, classes, size, anchors=ANCHORS):
        super().__init__()
        self.size, self.anchors, head = size, anchors, 3 * (5 + classes)
        stages = [(3, 16, 3), (16, 32, 3), (32, 64, 3), (64, 128, 3), (128, 256, 3), (256, 512, 3), (512, 1024, 3), (1024, 256, 1),
                  (256, 512, 3), (512, head, 1), (256, 128, 1), (128 + 256, 256, 3), (256, head, 1)]
        for i, (c, filters, kernel) in enumerate(stages):
            stage = nn.Conv2d(c, filters, 1) if filters == head else Conv(c, filters, kernel, activation=nn.LeakyReLU(0.1), norm=(1e-5, 0.1))
            self.add_module(f"conv_{i}", stage)

    def forward(self, x):
        for i in range(4):
            x = F.max_pool2d(self.get_submodule(f"conv_{i}")(x), 2)
        middle = self.conv_4(x)
        x = self.conv_5(F.max_pool2d(middle, 2))
        x = self.conv_7(self.conv_6(F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-math.inf), 2, 1)))
        y = F.interpolate(self.conv_10(x), scale_factor=2)
        return [self.conv_9(self.conv_8(x)), self.conv_12(self.conv_11(torch.cat([y, middle], 1)))]

    @staticmethod
    def row(outputs):
        return torch.cat([y.flatten(1) for y in outputs], 1)

    def loss(self, outputs, boxes):
        return yolo.darknet_loss(outputs, boxes, self.anchors, self.MASKS, self.STRIDES, self.size).mean()

    def decode(self, outputs):
        return yolo.darknet_decode(outputs, self.anchors, self.MASKS, self.STRIDES)


# ---- YOLOv8 nano ----

class Bottleneck(nn.Module):
    def __init__(self, c, shortcut):
        super().__init__()
        self.cv1, self.cv2, self.shortcut = Conv(c, c), Conv(c, c), shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class C2f(nn.Module):
    def __init__(self, c, filters, n=1, shortcut=True):
        super().__init__()
        h = filters // 2
        self.cv1, self.cv2 = Conv(c, filters, 1), Conv((2 + n) * h, filters, 1)
        self.m = nn.ModuleList(Bottleneck(h, shortcut) for _ in range(n))

    def forward(self, x):
        parts = list(self.cv1(x).chunk(2, 1))
        for m in self.m:
            parts.append(m(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class SPPF(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.cv1, self.cv2 = Conv(c, c // 2, 1), Conv(2 * c, c, 1)

    def forward(self, x):
        parts = [self.cv1(x)]
        for _ in range(3):
            parts.append(F.max_pool2d(parts[-1], 5, 1, 2))
        return self.cv2(torch.cat(parts, 1))


class Detect(nn.Module):
    def __init__(self, classes, widths, strides):
        super().__init__()
        self.cv2 = nn.ModuleList(self.head(c, 64, 4 * yolo.BINS) for c in widths)
        self.cv3 = nn.ModuleList(self.head(c, max(64, min(classes, 100)), classes) for c in widths)
        for side, kind, stride in zip(self.cv2, self.cv3, strides):
            nn.init.ones_(side[-1].bias)
            nn.init.constant_(kind[-1].bias, math.log(5 / classes / (640 / stride) ** 2))

    @staticmethod
    def head(c, width, out):
        return nn.Sequential(Conv(c, width), Conv(width, width), nn.Conv2d(width, out, 1))

    def forward(self, maps):
        return [torch.cat([side(x), kind(x)], 1) for side, kind, x in zip(self.cv2, self.cv3, maps)]


class Modern(nn.Module):
    STRIDES = [8, 16, 32]

    def __init__(self, classes, size):
        super().__init__()
        up = join = nn.Identity()
        self.model = nn.ModuleList([
            Conv(3, 16, 3, 2), Conv(16, 32, 3, 2), C2f(32, 32), Conv(32, 64, 3, 2), C2f(64, 64, 2), Conv(64, 128, 3, 2), C2f(128, 128, 2),
            Conv(128, 256, 3, 2), C2f(256, 256), SPPF(256), up, join, C2f(256 + 128, 128, 1, False), up, join, C2f(128 + 64, 64, 1, False),
            Conv(64, 64, 3, 2), join, C2f(64 + 128, 128, 1, False), Conv(128, 128, 3, 2), join, C2f(128 + 256, 256, 1, False),
            Detect(classes, [64, 128, 256], self.STRIDES)])

    def forward(self, x):
        m = self.model
        for i in range(5):
            x = m[i](x)
        b4 = m[6](m[5](x))
        b5 = m[9](m[8](m[7](b4)))
        t4 = m[12](torch.cat([F.interpolate(b5, scale_factor=2), b4], 1))
        p3 = m[15](torch.cat([F.interpolate(t4, scale_factor=2), x], 1))
        p4 = m[18](torch.cat([m[16](p3), t4], 1))
        p5 = m[21](torch.cat([m[19](p4), b5], 1))
        return m[22]([p3, p4, p5])

    @staticmethod
    def row(outputs):
        return torch.cat([y.flatten(2) for y in outputs], 2).transpose(1, 2).flatten(1)

    def loss(self, outputs, boxes):
        return yolo.free_loss(outputs, boxes, self.STRIDES)

    def decode(self, outputs):
        box, logits, _ = yolo.free_decode(outputs, self.STRIDES)
        return box, logits.sigmoid()


NETS = {"yolov3_tiny": Tiny, "yolo_modern": Modern}
