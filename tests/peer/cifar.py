#!/usr/bin/env python3
"""Trains CIFAR's ResNet-20 in PyTorch by the recipe of examples/resnet20_cifar.net, scaled: cifar.py DIR [EPOCHS [SEED]].

DIR: the folder with data_batch_1.bin and test_batch.bin, of shared/data/cifar10-small. All of the first is trained on, the weights of the
last epoch are judged on the second. Prints the accuracy. Beside it:
  sed '/holdout:/d; /keep:/d' examples/resnet20_cifar.net > /tmp/r20.net; netc build /tmp/r20.net
  ./r20 train --data DIR --epochs 40 --schedule 'multistep([20, 30])' --seed SEED
"""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 128


class Basic(nn.Module):
    def __init__(self, c, filters, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(c, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters)
        self.conv2, self.bn2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters)
        self.stride, self.more = stride, filters - c

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more // 2, self.more // 2))
        return F.relu(y + x)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        blocks, c = [], 16
        for f in (16, 32, 64):
            for i in range(3):
                blocks.append(Basic(c, f, 2 if f > c else 1))
                c = f
        self.blocks, self.linear = nn.Sequential(*blocks), nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
        nn.init.normal_(self.linear.weight, 0, 0.01)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        return self.linear(self.blocks(F.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


def load(path):
    rows = np.fromfile(path, np.uint8).reshape(-1, 3073)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    return torch.tensor(rows[:, 1:].reshape(-1, 3, 32, 32)).float(), torch.tensor(rows[:, 0].astype(np.int64)), mean, std


def augmented(x):
    """A window of the picture with a border of 4 black pixels, mirrored as often as not."""
    out, padded = torch.empty_like(x), F.pad(x, (4, 4, 4, 4))
    for i, (dy, dx) in enumerate(torch.randint(0, 9, (len(x), 2)).tolist()):
        out[i] = padded[i, :, dy : dy + 32, dx : dx + 32]
    flip = torch.rand(len(x)) < 0.5
    out[flip] = out[flip].flip(3)
    return out


def main():
    folder = sys.argv[1]
    epochs, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 40, int(sys.argv[3]) if len(sys.argv) > 3 else 0
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x, y, mean, std = load(f"{folder}/data_batch_1.bin")
    tx, ty, _, _ = load(f"{folder}/test_batch.bin")
    model = ResNet()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [epochs // 2, epochs * 3 // 4])
    for epoch in range(epochs):
        model.train()
        for at in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(model((augmented(x[at]) / 255 - mean) / std), y[at])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        print("epoch %d: loss %.4f" % (epoch + 1, loss.item()), file=sys.stderr, flush=True)
    model.eval()
    with torch.no_grad():
        right = sum((model((a / 255 - mean) / std).argmax(1) == b).sum().item() for a, b in zip(tx.split(500), ty.split(500)))
    print("seed %d: accuracy %.4f" % (seed, right / len(tx)), flush=True)


if __name__ == "__main__":
    main()
