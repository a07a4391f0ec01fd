#!/usr/bin/env python3
"""Writes tests/explain/: a picture, weights of small.net, and what PyTorch says of them (float64): gradients, Grad-CAM maps, the maps
of perturbation and occlusion, values of stages. Run: python tests/peer/explain.py
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__)) + "/../explain"
MEAN = torch.tensor([0.5, 0.4, 0.3], dtype=torch.float64)
STD = torch.tensor([0.2, 0.25, 0.3], dtype=torch.float64)
SPAN = 1 / STD  # from black to white
AMOUNTS = [-0.5, -0.25, -0.1, 0.1, 0.25, 0.5]


def make_weights():
    g = torch.Generator().manual_seed(1)

    def normal(*shape, by=1.0):
        return torch.randn(*shape, generator=g, dtype=torch.float64) * by

    return {
        "conv_0.weight": normal(8, 3, 3, 3, by=0.3), "conv_0.bias": normal(8, by=0.2),
        "batchnorm_0.weight": 1 + normal(8, by=0.2), "batchnorm_0.bias": normal(8, by=0.3),
        "batchnorm_0.running_mean": normal(8, by=0.3), "batchnorm_0.running_var": 1 + normal(8, by=0.2) ** 2,
        "two.0.weight": normal(20, 8, 3, 3, by=0.2), "two.0.bias": normal(20, by=0.2),
        "dense_0.weight": normal(5, 20, by=0.5), "dense_0.bias": normal(5, by=0.2),
    }


def stages(w, x):
    s = {"conv_0": F.conv2d(x, w["conv_0.weight"], w["conv_0.bias"], padding=1)}
    s["batchnorm_0"] = F.batch_norm(s["conv_0"], w["batchnorm_0.running_mean"], w["batchnorm_0.running_var"], w["batchnorm_0.weight"],
                                    w["batchnorm_0.bias"])
    s["relu_0"] = F.relu(s["batchnorm_0"])
    s["maxpool_0"] = F.max_pool2d(s["relu_0"], 2)
    s["two.0"] = F.conv2d(s["maxpool_0"], w["two.0.weight"], w["two.0.bias"], padding=1)
    s["two.1"] = F.relu(s["two.0"])
    s["dense_0"] = F.linear(s["two.1"].mean((2, 3)), w["dense_0.weight"], w["dense_0.bias"])
    return s


def probability(w, x, k):
    return stages(w, x)["dense_0"].softmax(1)[:, k]


def gradient(w, x, k):
    x = x.clone().requires_grad_()
    probability(w, x, k).sum().backward()
    return (x.grad[0] * SPAN[:, None, None]).abs().amax(0)


def gradcam(w, x, k, stage):
    s = stages(w, x.clone().requires_grad_())
    grad = torch.autograd.grad(s["dense_0"][0, k], s[stage])[0]
    cam = F.relu((grad.mean((2, 3), keepdim=True) * s[stage]).sum(1, keepdim=True))
    return F.interpolate(cam, size=x.shape[2:], mode="bilinear", align_corners=False)[0, 0]


def perturbation(w, x, k, block):
    p, out = probability(w, x, k), torch.zeros(x.shape[2:], dtype=torch.float64)
    for y in range(0, x.shape[2], block):
        for z in range(0, x.shape[3], block):
            for a in AMOUNTS:
                t = x.clone()
                t[:, :, y:y + block, z:z + block] += a * SPAN[None, :, None, None]
                out[y:y + block, z:z + block] += ((probability(w, t, k) - p) / a).abs() / len(AMOUNTS)
    return out


def occlusion(w, x, k, square, stride):
    p, side = probability(w, x, k), x.shape[2]
    fall, count = torch.zeros(side, side, dtype=torch.float64), torch.zeros(side, side, dtype=torch.float64)
    starts = sorted({min(i, side - square) for i in range(0, side - square + stride, stride)})
    for y in starts:
        for z in starts:
            t = x.clone()
            t[:, :, y:y + square, z:z + square] = ((0.5 - MEAN) / STD)[None, :, None, None]
            fall[y:y + square, z:z + square] += p - probability(w, t, k)
            count[y:y + square, z:z + square] += 1
    return fall / count


def write(name, value):
    with open(f"{HERE}/{name}.txt", "w") as f:
        print(*(f"{v:.7g}" for v in value.detach().reshape(-1).tolist()), file=f)


def main():
    pixels = np.random.default_rng(2).integers(0, 256, (12, 12, 3), np.uint8)
    pixels[3:9, 4:10] = [230, 60, 20]
    Image.fromarray(pixels).save(f"{HERE}/picture.png")
    w = {k: v.float().double() for k, v in make_weights().items()}
    save_file({k: v.float() for k, v in w.items()}, f"{HERE}/small.safetensors")
    x = torch.from_numpy(pixels.transpose(2, 0, 1).astype(np.float64)) / 255
    x = ((x - MEAN[:, None, None]) / STD[:, None, None])[None]
    p = stages(w, x)["dense_0"].softmax(1)[0]
    k = int(p.argmax())
    print("probabilities", p.tolist())
    write("gradient", gradient(w, x, k))
    write("gradient_other", gradient(w, x, (k + 1) % 5))
    write("gradcam", gradcam(w, x, k, "two.1"))
    write("gradcam_relu_0", gradcam(w, x, k, "relu_0"))
    write("perturbation", perturbation(w, x, k, 1))
    write("perturbation_5", perturbation(w, x, k, 5))
    write("occlusion", occlusion(w, x, k, 4, 3))
    for name in ("conv_0", "relu_0", "two.0", "dense_0"):
        write(f"stage_{name}", stages(w, x)[name])
    print("other class", (k + 1) % 5)


if __name__ == "__main__":
    main()
