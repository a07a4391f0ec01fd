#!/usr/bin/env python3
"""Writes tests/pretrained/golden/*.txt: what PyTorch computes with published weights, a line for each picture.

Run: python tests/peer/pretrained.py SHARED, the folder with weights/, cifar10-small/ and fashion-mnist/. It prints how many of the 500
pictures the classifiers of CIFAR-10 have right. All is computed in float64.
"""
import gzip
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = 16


def write(name, values):
    with open(f"{HERE}/../pretrained/golden/{name}.txt", "w") as f:
        for row in values:
            print(*(f"{v:.7g}" for v in row.tolist()), file=f)


def weights(path, prefix=""):
    return {k.removeprefix(prefix): v.double() for k, v in load_file(f"{SHARED}/weights/{path}").items()}


def cifar():
    raw = np.fromfile(f"{SHARED}/cifar10-small/official_test_0000_0499.bin", np.uint8).reshape(-1, 3073)
    return torch.from_numpy(raw[:, 1:].reshape(-1, 3, 32, 32).astype(np.float64)), torch.from_numpy(raw[:, 0].astype(np.int64))


def clothes():
    with gzip.open(f"{SHARED}/fashion-mnist/t10k-images-idx3-ubyte.gz") as f:
        return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28)[:PICTURES]


def right(name, logits, labels):
    print(f"{name}: {(logits.argmax(1) == labels).sum()} of {len(labels)} right")


# ---- the networks ----

def resnet20(w, x):
    def norm(x, n):
        return F.batch_norm(x, w[n + ".running_mean"], w[n + ".running_var"], w[n + ".weight"], w[n + ".bias"])

    x = norm(F.conv2d(x, w["conv1.weight"], padding=1), "bn1").relu()
    for layer in 1, 2, 3:
        for i in 0, 1, 2:
            n, stride = f"layer{layer}.{i}.", 2 if layer > 1 and i == 0 else 1
            y = norm(F.conv2d(x, w[n + "conv1.weight"], stride=stride, padding=1), n + "bn1").relu()
            y = norm(F.conv2d(y, w[n + "conv2.weight"], padding=1), n + "bn2")
            if stride == 2:
                side = x.shape[1] // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, side, side))
            x = (x + y).relu()
    return F.linear(x.mean((2, 3)), w["linear.weight"], w["linear.bias"])


def resnet8(w, x):
    def conv(x, i, stride=1):
        name = "conv2d" + (f"_{i}" if i else "")
        kernel = w[f"{name}/{name}/kernel:0"].permute(3, 2, 0, 1)
        over = max(0, kernel.shape[2] - (stride if x.shape[2] % stride == 0 else 1))
        x = F.pad(x, (over // 2, over - over // 2, over // 2, over - over // 2))
        return F.conv2d(x, kernel, w[f"{name}/{name}/bias:0"], stride=stride)

    def norm(x, i):
        name = "batch_normalization" + (f"_{i}" if i else "")
        mean, var, gamma, beta = (w[f"{name}/{name}/{k}:0"] for k in ("moving_mean", "moving_variance", "gamma", "beta"))
        return F.batch_norm(x, mean, var, gamma, beta, eps=1e-3)

    x = norm(conv(x, 0), 0).relu()
    x = (x + norm(conv(norm(conv(x, 1), 1).relu(), 2), 2)).relu()
    x = (conv(x, 5, 2) + norm(conv(norm(conv(x, 3, 2), 3).relu(), 4), 4)).relu()
    x = (conv(x, 8, 2) + norm(conv(norm(conv(x, 6, 2), 5).relu(), 7), 6)).relu()
    return x.mean((2, 3)) @ w["dense/dense/kernel:0"] + w["dense/dense/bias:0"]


def lenet5(w, x):
    for name in "c1", "c3", "c5":
        x = F.conv2d(x, w[f"convnet.{name}.weight"], w[f"convnet.{name}.bias"]).relu()
        x = F.max_pool2d(x, 2) if name != "c5" else x.flatten(1)
    x = F.linear(x, w["fc.f6.weight"], w["fc.f6.bias"]).relu()
    return F.linear(x, w["fc.f7.weight"], w["fc.f7.bias"])


def vae(w, x):
    def dense(x, name):
        return F.linear(x, w[name + ".weight"], w[name + ".bias"])

    h = dense(x.flatten(1), "fc1").relu()
    mu = dense(h, "fc21")
    return torch.cat([mu, dense(h, "fc22")], 1), dense(dense(mu, "fc3").relu(), "fc4").sigmoid()


if __name__ == "__main__":
    SHARED = sys.argv[1]
    images, labels = cifar()
    mean, std = (torch.tensor(v, dtype=torch.float64)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    logits = resnet20(weights("resnet20-cifar10.safetensors", "module."), (images / 255 - mean) / std)
    right("resnet20", logits, labels)
    write("resnet20", logits[:PICTURES])
    logits = resnet8(weights("mlperf-tiny-resnet8-cifar10/pretrainedResnet.safetensors"), images)
    right("resnet8_tiny", logits, labels)
    write("resnet8_tiny", logits[:PICTURES])
    larger = np.stack([Image.fromarray(p).resize((32, 32), Image.BILINEAR) for p in clothes()])
    write("lenet5", lenet5(weights("lenet5-mnist.safetensors"), torch.from_numpy(larger / 255)[:, None]))
    codes, pictures = vae(weights("vae-mnist.safetensors"), torch.from_numpy(clothes() / 255))
    write("vae_encode", codes)
    write("vae_decode", pictures[:2])
