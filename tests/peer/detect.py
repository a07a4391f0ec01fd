#!/usr/bin/env python3
"""Trains the networks of examples/yolov3_tiny.net and yolo_modern.net on blood cells in PyTorch, by the recipes there.

  detect.py train NET DATA [--seed S] [--out FILE] ...   NET: yolov3_tiny or yolo_modern; DATA: shared/data/bccd
  detect.py eval NET DATA --weights FILE                 a safetensors file of either side, on the test pictures
  detect.py check NET DATA [--weights FILE]              both sides give the same for the same weights

`train` prints AP50 of the validation pictures after each epoch, and in the end that of the test pictures, of the best epoch's and of the
last one's weights, by pycocotools. Beside it: netc build examples/NET.net -D cells=true; ./NET train --data DATA --seed S; ./NET eval --data DATA
"""
import argparse
import contextlib
import copy
import io
import math
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from safetensors.torch import load_file, save_file

import yolo
import yolo_nets

torch.library.register_fake = lambda *_, **__: lambda f: f  # torchvision's compiled operations may not fit this torch; none is used
from torchvision.transforms import functional as colour

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE, MOST = 320, 32
KINDS = ["Platelets", "RBC", "WBC"]
RATE, LOWEST = 2e-3, 1e-5
ADAM = {"yolov3_tiny": lambda w: torch.optim.Adam(w, RATE), "yolo_modern": lambda w: torch.optim.AdamW(w, RATE, weight_decay=5e-4)}
WARMUP = {"yolov3_tiny": 1, "yolo_modern": 3}
OVERLAP = {"yolov3_tiny": 0.5, "yolo_modern": 0.6} # of suppression


# ---- data ----

def boxes_of(root, name, width, height):
    """Rows class, x1, y1, x2, y2: pixels are counted from 1, the last one included; a box without area or a second time is left out."""
    rows = []
    for o in xml.parse(f"{root}/Annotations/{name}.xml").getroot().iter("object"):
        x1, y1, x2, y2 = (float(o.find(f"bndbox/{k}").text) for k in ("xmin", "ymin", "xmax", "ymax"))
        row = [KINDS.index(o.find("name").text), max(x1 - 1, 0), max(y1 - 1, 0), min(x2, width), min(y2, height)]
        if x2 > x1 and y2 > y1 and row not in rows:
            rows.append(row)
    return rows


def read(root, split):
    """Pictures [n, 3, SIZE, SIZE] in bytes and boxes [n, MOST, 5], both letterboxed."""
    names = open(f"{root}/ImageSets/Main/{split}.txt").read().split()
    pictures, boxes = np.full((len(names), SIZE, SIZE, 3), 114, np.uint8), torch.full((len(names), MOST, 5), 0.0)
    boxes[..., 0] = -1
    for i, name in enumerate(names):
        picture = Image.open(f"{root}/JPEGImages/{name}.jpg").convert("RGB")
        shrink = SIZE / max(picture.size)
        w, h = (round(side * shrink) for side in picture.size)
        left, top = (SIZE - w) // 2, (SIZE - h) // 2
        pictures[i, top:top + h, left:left + w] = np.asarray(picture.resize((w, h), Image.Resampling.BILINEAR))
        rows = torch.tensor(boxes_of(root, name, *picture.size))[:MOST]
        rows[:, 1:] = rows[:, 1:] * shrink + torch.tensor([left, top, left, top])
        boxes[i, :len(rows)] = rows
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(), boxes


def flipped(x, boxes):
    """Each picture mirrored as often as not, either way."""
    x, boxes = x.clone(), boxes.clone()
    for axis, (low, high) in (3, (1, 3)), (2, (2, 4)):
        turn = torch.rand(len(x)) < 0.5
        x[turn] = x[turn].flip(axis)
        turned = boxes.clone()
        turned[..., low], turned[..., high] = SIZE - boxes[..., high], SIZE - boxes[..., low]
        boxes = torch.where(turn[:, None, None] & (boxes[..., :1] >= 0), turned, boxes)
    return x, boxes


def moved(x, boxes):
    """affine(0, translate: 0.1, scale: [0.6, 1.5], fill: constant(114)) of pictures 0 ... 255; boxes that are nearly gone are dropped."""
    n = len(x)
    scale, shift = 0.6 + 0.9 * torch.rand(n, 1), 0.1 * SIZE * (2 * torch.rand(n, 2) - 1)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 / scale[:, 0]
    theta[:, :, 2] = -2 * shift / SIZE / scale
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    x = F.grid_sample(x - 114, grid, align_corners=False) + 114
    there = boxes.clone()
    there[..., 1:] = (boxes[..., 1:] - SIZE / 2) * scale[:, None] + SIZE / 2 + shift.repeat(1, 2)[:, None]
    whole = (there[..., 3:] - there[..., 1:3]).prod(-1)
    there[..., 1:] = there[..., 1:].clamp(0, SIZE)
    side = there[..., 3:] - there[..., 1:3]
    seen = (boxes[..., 0] >= 0) & (side.prod(-1) >= 0.1 * whole) & (side >= 2).all(-1)
    return x, torch.where(seen[..., None], there, torch.tensor([-1.0, 0, 0, 0, 0]))


def jittered(x):
    """color_jitter(0.2, 0.2, 0.2, 0.02) of pictures 0 ... 255, one after the other."""
    out = []
    for v in x / 255:
        b, c, s, h = (2 * torch.rand(4) - 1).tolist()
        v = colour.adjust_contrast(colour.adjust_brightness(v, 1 + 0.2 * b), 1 + 0.2 * c)
        out.append(colour.adjust_hue(colour.adjust_saturation(v, 1 + 0.2 * s), 0.02 * h))
    return 255 * torch.stack(out)


# ---- AP50 ----

def found(model, name, x):
    """Detections of pictures in bytes."""
    model.eval()
    out = []
    with torch.no_grad():
        for part in x.split(16):
            box, scores = model.decode(model(part / 255))
            out += [yolo.detections(b, s, 0.01, OVERLAP[name]) for b, s in zip(box, scores)]
    return out


def ap50(detections, boxes):
    truth, seen = COCO(), []
    things = [{"id": 0, "image_id": i, "category_id": int(c), "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0}
              for i, rows in enumerate(boxes.tolist()) for c, x1, y1, x2, y2 in rows if c >= 0]
    for i, thing in enumerate(things):
        thing["id"] = i + 1
    for i, rows in enumerate(detections):
        seen += [{"image_id": i, "category_id": int(c), "bbox": [x1, y1, x2 - x1, y2 - y1], "score": p} for c, x1, y1, x2, y2, p in rows.tolist() if c >= 0]
    if not seen:
        return 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        truth.dataset = {"images": [{"id": i} for i in range(len(boxes))], "categories": [{"id": i} for i in range(len(KINDS))],
                         "annotations": things}
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(seen), "bbox")
        judge.params.iouThrs = np.array([0.5])
        judge.evaluate()
        judge.accumulate()
    return float(judge.eval["precision"][0, :, :, 0, -1].mean())


# ---- training ----

def rate(step, steps, warm):
    """The factor of RATE: a linear warm-up, then half a cosine."""
    if step < warm:
        return (step + 1) / warm
    low = LOWEST / RATE
    return low + (1 - low) * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2


def train(o):
    torch.manual_seed(o.seed)
    (x, boxes), (vx, vboxes), (tx, tboxes) = (read(o.data, split) for split in ("train", "val", "test"))
    model = yolo_nets.NETS[o.net](len(KINDS), SIZE).to(memory_format=torch.channels_last)
    each = math.ceil(len(x) / o.batch)
    optimizer = ADAM[o.net](model.parameters())
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, each * o.epochs, each * WARMUP[o.net]))
    best, kept, spent = -1.0, None, 0.0
    for epoch in range(o.epochs):
        model.train()
        began, total = time.monotonic(), 0.0
        for at in torch.randperm(len(x)).split(o.batch):
            px, pboxes = moved(*flipped(x[at].float(), boxes[at]))
            px = jittered(px)
            loss = model.loss(model((px / 255).to(memory_format=torch.channels_last)), pboxes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(at)
        spent += time.monotonic() - began
        now = ap50(found(model, o.net, vx), vboxes)
        if now > best:
            best, kept = now, {k: v.clone(memory_format=torch.contiguous_format) for k, v in model.state_dict().items()}
        print(f"epoch {epoch + 1}: loss {total / len(x):.4f}, AP50 {now:.4f}, {spent:.0f} s", file=sys.stderr, flush=True)
    last = ap50(found(model, o.net, tx), tboxes)
    model.load_state_dict(kept)
    text = f"{o.net} pytorch seed {o.seed} epochs {o.epochs}: test AP50 {ap50(found(model, o.net, tx), tboxes):.4f} (last epoch {last:.4f}), {spent:.0f} s"
    print(text, flush=True)
    if o.out:
        save_file(kept, o.out)


# ---- the same weights ----

def take(model, path):
    """The weights of a file of either side: names are equal, but netc counts no batches."""
    given, mine = load_file(path), model.state_dict()
    missing = [k for k in mine if k not in given and "num_batches" not in k]
    if missing:
        sys.exit(f"{path} has no {missing[0]}")
    model.load_state_dict(mine | {k: given[k] for k in mine if k in given})
    return model


def evaluate(o):
    x, boxes = read(o.data, "test")
    print(f"test AP50 {ap50(found(take(yolo_nets.NETS[o.net](len(KINDS), SIZE), o.weights), o.net, x), boxes):.4f}")


def shown(net):
    """Predict commands for what the network gives, put behind netc's example."""
    run, values = {"yolov3_tiny": ("coarse, fine = Tiny(image)", ["coarse", "fine"]),
                   "yolo_modern": ("candidates, centre, stride = Yolo(image)", ["candidates"])}[net]
    values = dict(zip(values, values)) | {"found": f"Found({run.split(' =')[0]})"}
    return "".join(f"\npredict {k}(image Pictures.image) {{\n  {run}\n  show value: {v}\n}}\n" for k, v in values.items())


def flat(outputs, net):
    """The heads' maps as netc's example gives them."""
    return {"coarse": outputs[0], "fine": outputs[1]} if net == "yolov3_tiny" else \
        {"candidates": torch.cat([y.flatten(2) for y in outputs], 2).transpose(1, 2)}


def check(o):
    """Four pictures through both sides: maps, detections, loss, gradients, running statistics."""
    torch.manual_seed(o.seed)
    x, boxes = read(o.data, "test")
    x, boxes = x[:4] / 255, boxes[:4]
    model = yolo_nets.NETS[o.net](len(KINDS), SIZE)
    if o.weights:
        take(model, o.weights)
    far = {}

    def compare(what, a, b):
        far[what] = ((a - b).norm() / b.norm().clamp(min=1e-12)).item()

    with tempfile.TemporaryDirectory() as t:
        text = open(f"{o.examples}/{o.net}.net").read()
        open(f"{t}/{o.net}.net", "w").write(text + shown(o.net))
        built = subprocess.run([o.netc, "build", f"{t}/{o.net}.net", "-D", "cells=true", "-o", f"{t}/p"], stderr=subprocess.PIPE, text=True)
        if built.returncode:
            sys.exit(built.stderr)
        numbers = {k: v for k, v in model.state_dict().items() if "num_batches" not in k}
        save_file(numbers, f"{t}/w")
        save_file({"image": x, "boxes": boxes}, f"{t}/train")
        save_file({"image": x}, f"{t}/image")

        def dump(given, *how):
            subprocess.run([f"{t}/p", "dump", "-w", f"{t}/w", "-i", f"{t}/{given}", "-o", f"{t}/o", *how], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return load_file(f"{t}/o")

        model.eval()
        with torch.no_grad():
            maps = model(x)
            mine = flat(maps, o.net) | {"found": torch.stack(
                [yolo.detections(b, p, 0.01, OVERLAP[o.net]) for b, p in zip(*model.decode(maps))])}
            for k, v in mine.items():
                compare(k, dump("image", "--entry", f"predict_{k}")["value"][0], v)
            compare("loss when judged", dump("train", "--eval")["loss"].mean(), model.loss(maps, boxes))
        theirs = dump("train")
        model.train()
        exact = copy.deepcopy(model).double()
        loss = model.loss(model(x), boxes)
        loss.backward()
        compare("loss", theirs["loss"].mean(), loss.detach())
        exact.loss(exact(x.double()), boxes.double()).backward()
        grads = [torch.cat([p.grad.flatten() for p in m.parameters()]) for m in (model, exact)]
        own = ((grads[0] - grads[1]).norm() / grads[1].norm()).item() # what rounding does: leaky units turn
        compare("gradient", torch.cat([theirs[k + "#m"].flatten() for k, _ in model.named_parameters()]) * 10, grads[1]) # Adam's first mean
        state = [(theirs[k], v) for k, v in model.named_buffers() if "running" in k]
        compare("running statistics", *(torch.cat([v.flatten() for v in side]) for side in zip(*state)))
    print("\n".join(f"{k:20} differs by {v:.1e}" for k, v in far.items()), f"(PyTorch's own gradient by {own:.1e})")
    sys.exit(any(v > (max(1e-3, 4 * own) if k == "gradient" else 1e-3) for k, v in far.items()))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("command", choices=["train", "eval", "check"])
    p.add_argument("net", choices=list(yolo_nets.NETS))
    p.add_argument("data")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--epochs", type=int, default=60)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--weights")
    p.add_argument("--out")
    p.add_argument("--netc", default=f"{HERE}/../../build/release/netc")
    p.add_argument("--examples", default=f"{HERE}/../../examples")
    options = p.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    {"train": train, "eval": evaluate, "check": check}[options.command](options)
