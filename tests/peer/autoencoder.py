#!/usr/bin/env python3
"""Trains examples/autoencoder.net's network in PyTorch, by the same recipe: autoencoder.py DIR [EPOCHS [SEED]] prints the test line.
DIR: the folder with Fashion-MNIST's .gz files. Beside it:
  netc build examples/autoencoder.net -D fashion=true && ./autoencoder train --data DIR --epochs EPOCHS"""
import gzip
import os
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional


def images(path):
    with gzip.open(path) as f:
        return torch.from_numpy(numpy.frombuffer(f.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28).copy())


class Autoencoder(nn.Module):
    def __init__(self, numbers=32):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 7 * 7, numbers))
        self.grow = nn.Linear(numbers, 32 * 7 * 7)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1))

    def forward(self, x):
        return self.decoder(torch.relu(self.grow(self.encoder(x))).reshape(-1, 32, 7, 7))


def scores(model, data):
    loss = mse = 0.0
    with torch.no_grad():
        for x in data.split(1000):
            x = x / 255
            logits = model(x)
            loss += functional.binary_cross_entropy_with_logits(logits, x).item() * len(x)
            mse += functional.mse_loss(torch.sigmoid(logits), x).item() * len(x)
    return loss / len(data), mse / len(data)


def main():
    folder = sys.argv[1]
    epochs, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 5, int(sys.argv[3]) if len(sys.argv) > 3 else 0
    torch.manual_seed(seed)
    train, test = (images(os.path.join(folder, name + "-images-idx3-ubyte.gz")) for name in ("train", "t10k"))
    model = Autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(train)).split(64):
            x = train[batch] / 255
            optimizer.zero_grad()
            functional.binary_cross_entropy_with_logits(model(x), x).backward()
            optimizer.step()
    print("test: loss %.4f  mse %.4f" % scores(model, test))


main()
