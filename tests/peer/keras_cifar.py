#!/usr/bin/env python3
"""Trains examples/keras_cifar.net's network in PyTorch by its recipe: keras_cifar.py DIR [EPOCHS [SEED]].

DIR: the folder with data_batch_1.bin and test_batch.bin, of shared/data/cifar10-small. Of the first a fifth is held out, as by the example; the
last epoch's weights are judged on the second. Prints the accuracy. Beside it:
  netc build examples/keras_cifar.net; ./keras_cifar train --data DIR --epochs 12 --seed SEED
"""
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

from cifar import load

BATCH = 32


def network():
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(2304, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10))
    for m in model:
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)
    return model


def augmented(x):
    """Turned by up to 20 degrees, shifted by up to a fifth, mirrored as often as not; the border goes on outside."""
    n = len(x)
    angle, flip = torch.deg2rad(40 * torch.rand(n) - 20), torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    shift = 0.8 * torch.rand(n, 2) - 0.4
    rows = [torch.stack([flip * angle.cos(), -angle.sin(), shift[:, 0]], 1), torch.stack([flip * angle.sin(), angle.cos(), shift[:, 1]], 1)]
    return F.grid_sample(x, F.affine_grid(torch.stack(rows, 1), x.shape, align_corners=False), padding_mode="border", align_corners=False)


def main():
    folder = sys.argv[1]
    epochs, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 12, int(sys.argv[3]) if len(sys.argv) > 3 else 0
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x, y, _, _ = load(f"{folder}/data_batch_1.bin")
    tx, ty, _, _ = load(f"{folder}/test_batch.bin")
    kept = torch.randperm(len(x))[: len(x) * 4 // 5]
    x, y = x[kept], y[kept]
    mean, std = x.mean((0, 2, 3)).view(3, 1, 1), x.transpose(0, 1).flatten(1).std(1, unbiased=False).view(3, 1, 1)
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for epoch in range(epochs):
        model.train()
        total = 0
        for at in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(model((augmented(x[at]) - mean) / std), y[at])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(at)
        print("epoch %d: loss %.4f" % (epoch + 1, total / len(x)), file=sys.stderr, flush=True)
    model.eval()
    with torch.no_grad():
        right = sum((model((a - mean) / std).argmax(1) == b).sum().item() for a, b in zip(tx.split(500), ty.split(500)))
    print("seed %d: accuracy %.4f" % (seed, right / len(tx)), flush=True)


main()
