#!/usr/bin/env python3
"""Trains examples/unet.net's network in PyTorch on the membrane slices, by the same recipe: membrane.py DIR INIT [EPOCHS [SEED]].

DIR: the folder with train/image and train/label. INIT: where the initial weights go, a safetensors file. Images 25 to 29 are held out.
Prints the best epoch and its dice and IoU on them. Beside it, from the same weights:
  netc build examples/unet.net -D membrane=true && ./unet train --data DIR --weights INIT
"""
import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from models import UNet, write

SIZE, BATCH, HELD = 128, 2, 5


def load(folder, kind):
    pictures = [Image.open(f"{folder}/train/{kind}/{i}.png").convert("L") for i in range(30)]
    if kind == "label":
        pictures = [p.resize((SIZE, SIZE), Image.NEAREST) for p in pictures]
        return torch.tensor(np.stack([np.asarray(p) > 127 for p in pictures]))[:, None].float()
    pictures = [p.resize((SIZE, SIZE), Image.BILINEAR) for p in pictures]
    return torch.tensor(np.stack([np.asarray(p) for p in pictures]))[:, None].float() / 255


def augmented(x, y):
    """Flips with probability 0.5, rotation to 20 degrees, shifts to a tenth, zoom from 0.9 to 1.1; the border goes on outside."""
    n = len(x)
    u = lambda low, high: torch.rand(n) * (high - low) + low
    angle, zoom = torch.deg2rad(u(-20, 20)), 1 / u(0.9, 1.1)
    flip_x, flip_y = (torch.where(torch.rand(n) < 0.5, -1.0, 1.0) for _ in range(2))
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    rows = [torch.stack([cos * flip_x, -sin * flip_y, 2 * u(-0.1, 0.1)], 1), torch.stack([sin * flip_x, cos * flip_y, 2 * u(-0.1, 0.1)], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), x.shape, align_corners=False)
    sample = lambda t, mode: F.grid_sample(t, grid, mode=mode, padding_mode="border", align_corners=False)
    return sample(x, "bilinear"), sample(y, "nearest")


def scores(model, x, y):
    with torch.no_grad():
        m = (model(x).sigmoid() > 0.5).float()
    both, all_ = (m * y).sum((1, 2, 3)), (m + y).sum((1, 2, 3))
    return ((2 * both + 1e-6) / (all_ + 1e-6)).mean().item(), ((both + 1e-6) / (all_ - both + 1e-6)).mean().item()


def main():
    folder, init = sys.argv[1:3]
    epochs, seed = int(sys.argv[3]) if len(sys.argv) > 3 else 40, int(sys.argv[4]) if len(sys.argv) > 4 else 0
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    x, y, model = load(folder, "image"), load(folder, "label"), UNet()
    write(init, {k: v.detach().numpy() for k, v in model.state_dict().items()})
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    count = len(x) - HELD
    warm = math.ceil(count / BATCH)
    total, step, best = epochs * warm, 0, (-1, 0, 0)
    for epoch in range(1, epochs + 1):
        for at in torch.randperm(count).split(BATCH):
            rate = (step + 1) / warm if step < warm else (1 + math.cos(math.pi * (step - warm) / (total - warm))) / 2
            optimizer.param_groups[0]["lr"] = 1e-3 * rate
            a, b = augmented(x[at], y[at])
            optimizer.zero_grad()
            model.loss(model(a), b).backward()
            optimizer.step()
            step += 1
        best = max(best, (*scores(model, x[count:], y[count:]), epoch))
    print("epoch %d: dice %.4f  iou %.4f" % (best[2], best[0], best[1]))


main()
