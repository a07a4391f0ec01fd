#!/usr/bin/env python3
"""Writes golden/optimizers.h: the weights after 100 steps of PyTorch's optimizers, in float64, on a small regression, or, with `ema`, their shadows;
tests/unit/test_optimizers.c makes the same steps. Lion is not in PyTorch: it is written from the paper's algorithm 2.
Run: python tests/peer/optimizers.py > tests/peer/golden/optimizers.h
"""
import torch

torch.set_default_dtype(torch.float64)
STEPS = 100


def numbers(k, *shape):
    n = 1
    for s in shape:
        n *= s
    return torch.tensor([((i * 37 + k * 101) % 199 - 99) / 128 for i in range(n)]).reshape(shape)


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, beta1=0.9, beta2=0.99, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = group["beta1"] * m + (1 - group["beta1"]) * p.grad
                p.sub_(group["lr"] * (c.sign() + group["weight_decay"] * p))
                m.mul_(group["beta2"]).add_(p.grad, alpha=1 - group["beta2"])


O = torch.optim
CASES = [
    ("sgd(lr: 0.05)", lambda p: O.SGD(p, 0.05), None),
    ("sgd(lr: 0.05, momentum: 0.9)", lambda p: O.SGD(p, 0.05, momentum=0.9), None),
    ("sgd(lr: 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.01)",
     lambda p: O.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01), None),
    ("adam(lr: 0.02)", lambda p: O.Adam(p, 0.02), None),
    ("adam(lr: 0.003, beta1: 0.5, beta2: 0.99, eps: 1e-6, weight_decay: 0.1)",
     lambda p: O.Adam(p, 0.003, betas=(0.5, 0.99), eps=1e-6, weight_decay=0.1), None),
    ("adam(lr: 0.01, beta2: 0.9, amsgrad: true)", lambda p: O.Adam(p, 0.01, betas=(0.9, 0.9), amsgrad=True), None),
    ("adamw(lr: 0.02)", lambda p: O.AdamW(p, 0.02), None),
    ("adamw(lr: 0.02, weight_decay: 0.3, amsgrad: true)", lambda p: O.AdamW(p, 0.02, weight_decay=0.3, amsgrad=True), None),
    ("rmsprop(lr: 0.01)", lambda p: O.RMSprop(p, 0.01), None),
    ("rmsprop(lr: 0.001, alpha: 0.99, momentum: 0.5, centered: true, weight_decay: 0.01)",
     lambda p: O.RMSprop(p, 0.001, alpha=0.99, momentum=0.5, centered=True, weight_decay=0.01), None),
    ("adagrad(lr: 0.1)", lambda p: O.Adagrad(p, 0.1), None),
    ("adagrad(lr: 0.1, lr_decay: 0.01, weight_decay: 0.02)", lambda p: O.Adagrad(p, 0.1, lr_decay=0.01, weight_decay=0.02), None),
    ("lion(lr: 0.003, weight_decay: 0.1)", lambda p: Lion(p, 0.003, weight_decay=0.1), None),
    ("sgd(lr: 0.05, momentum: 0.9)\\n  clip: norm(0.3)", lambda p: O.SGD(p, 0.05, momentum=0.9),
     lambda p: torch.nn.utils.clip_grad_norm_(p, 0.3)),
    ("sgd(lr: 0.05, momentum: 0.9)\\n  clip: value(0.04)", lambda p: O.SGD(p, 0.05, momentum=0.9),
     lambda p: torch.nn.utils.clip_grad_value_(p, 0.04)),
    ("adam(lr: 0.02)\\n  ema: 0.95", lambda p: O.Adam(p, 0.02), None),
]


def main():
    x, y = numbers(1, 3, 4), numbers(2, 3, 3)
    print("/* Written by tests/peer/optimizers.py from PyTorch " + torch.__version__.split("+")[0] + ": do not edit. */")
    for text, make, clip in CASES:
        weights = [numbers(3, 3, 4).requires_grad_(), numbers(4, 3).requires_grad_()]
        optimizer = make(weights)
        shadow = [w.detach().clone() for w in weights]
        for step in range(1, STEPS + 1):
            optimizer.zero_grad()
            ((x @ weights[0].T + weights[1] - y) ** 2).mean().backward()
            if clip:
                clip(weights)
            optimizer.step()
            for s, w in zip(shadow, weights):
                s.lerp_(w.detach(), 1 - min(0.95, (1 + step) / (10 + step)))
        values = torch.cat([w.detach().flatten() for w in (shadow if "ema" in text else weights)]).tolist()
        print('CASE("%s",\n     %s)' % (text, ", ".join("%.15g" % v for v in values)))


main()
