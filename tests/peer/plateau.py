#!/usr/bin/env python3
"""Writes golden/plateau.h: the rates of PyTorch's ReduceLROnPlateau; tests/unit/test_runtime_recipe.c tells netc's the same losses.
Run: python tests/peer/plateau.py > tests/peer/golden/plateau.h
"""
import torch

VALUES = [1, 0.9, 0.9, 0.89999, 0.95, 0.91, 0.85, 0.86, 0.87, 0.9, 0.84999, 0.9, 0.9, 0.9, 0.9, 0.9]
CASES = [
    ("plateau(patience: 1)", dict(patience=1)),
    ("plateau(factor: 0.5, patience: 2, cooldown: 1)", dict(factor=0.5, patience=2, cooldown=1)),
    ("plateau(factor: 0.3, patience: 0, threshold: 0.01, min: 0.001)", dict(factor=0.3, patience=0, threshold=0.01, min_lr=0.001)),
]
print("/* Written by tests/peer/plateau.py from PyTorch " + torch.__version__.split("+")[0] + ": do not edit. */")
for text, how in CASES:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.05)
    schedule, rates = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **how), []
    for v in VALUES:
        schedule.step(v)
        rates.append(optimizer.param_groups[0]["lr"])
    print('{"%s", {%s}},' % (text, ", ".join("%.12g" % r for r in rates)))
