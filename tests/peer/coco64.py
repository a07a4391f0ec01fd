#!/usr/bin/env python3
"""Yolo-Fastest, imported, on 64 pictures of COCO: is the mean average precision that the program reports that of pycocotools on the same
detections? They are read from the program's JSON; boxes are COCO's, stretched to the network's size as `prepare` does.

Run: python tests/peer/coco64.py NETC SHARED, the folder with weights/ and coco64/. mAP50 is 0.357, mAP 0.168.
"""
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIZE = 320
PROGRAM = """
data Coco {
  field image [3, 320, 320]
  field boxes boxes(80, max: 100)
  source:  coco("annotations/instances_train2017.json", "images/train2017")
  test:    coco("annotations/instances_train2017.json", "images/train2017")
  prepare: resize([320, 320]) -> scale(1/255)
}

block Found {
  in image
BODY
  out detections(box, scores, score: 0.001, iou: 0.45, count: 300)
}

train on Coco as (image, boxes) {
  found = Found(image)
  minimize sum(Darknet(image).FIRST) # nothing is trained here
REPORTS
}

predict rows(image Coco.image) {
  show value: Found(image)
}
"""
AREAS = ["all", "small", "medium", "large"]


def extended(text):
    """The imported file, and what reports metrics of its detections."""
    head, body = text.split("predict detect(", 1)
    body = body.split("{\n", 1)[1].split("  show boxes:")[0].rstrip()
    reports = ["  report %s_%s: mean_average_precision(found, boxes, iou: %s, area: %s)" % (name, area, iou, area)
               for name, iou in (("map50", "0.5"), ("map", "coco")) for area in AREAS]
    reports += ["  report recall: average_recall(found, boxes), recall1: average_recall(found, boxes, count: 1)"]
    first = body.split("=")[0].split(",")[0].strip()
    return head + PROGRAM.replace("BODY", body).replace("REPORTS", "\n".join(reports)).replace("FIRST", first)


def truth(path):
    gt = COCO()
    gt.dataset = json.load(open(path))
    sizes = {i["id"]: (i["width"], i["height"]) for i in gt.dataset["images"]}
    for a in gt.dataset["annotations"]:
        w, h = sizes[a["image_id"]]
        x, y, bw, bh = a["bbox"]
        corner = np.clip([x, y, x + bw, y + bh], 0, [w, h, w, h]).astype(np.float32)
        corner = (corner.astype(float) * [SIZE / w, SIZE / h, SIZE / w, SIZE / h]).astype(np.float32).astype(float)
        a["bbox"] = [corner[0], corner[1], corner[2] - corner[0], corner[3] - corner[1]]
        a["area"] = a["bbox"][2] * a["bbox"][3]
    gt.createIndex()
    return gt


def judged(gt, found):
    """What COCO's tool says of them."""
    names = [i["id"] for i in gt.dataset["images"]]
    rows = [{"image_id": names[i], "category_id": int(r[0]) + 1, "bbox": [r[1], r[2], r[3] - r[1], r[4] - r[2]], "score": r[5]}
            for i, sample in enumerate(found) for r in sample if r[0] >= 0]
    out = {}
    for count in (1, 100):
        e = COCOeval(gt, gt.loadRes(rows), "bbox")
        e.params.imgIds = names
        e.params.maxDets = [count]
        e.evaluate()
        e.accumulate()
        p, r = e.eval["precision"], e.eval["recall"]
        mean = lambda v: float(v[v > -1].mean())
        if count == 1:
            out["recall1"] = mean(r[:, :, 0])
            continue
        out["recall"] = mean(r[:, :, 0])
        for k, area in enumerate(AREAS):
            out["map50_" + area] = mean(p[0, :, :, k])
            out["map_" + area] = mean(p[:, :, :, k])
    return out


def run(*args):
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode:
        sys.exit(" ".join(args) + ":\n" + done.stderr)
    return done.stdout


def main(netc, shared):
    netc = os.path.abspath(netc)
    fastest = os.path.join(shared, "weights/yolo-fastest-1.1-coco/yolo-fastest-1.1")
    data = os.path.join(shared, "coco64")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        stem = os.path.join(folder, "fastest")
        run(netc, "import-darknet", fastest + ".cfg", fastest + ".weights", "-o", stem)
        text = extended(open(stem + ".net").read())
        open(stem + ".net", "w").write(text)
        run(netc, "build", stem + ".net", "-o", stem, "--weights", stem + ".safetensors")
        said = json.loads(run(stem, "eval", "--data", data, "--split", "test", "--json"))
        rows = json.loads(run(stem, "rows", "--data", data, "--split", "test", "--sample", "0-63", "--json"))
        key = next(k for k in rows[0] if k not in ("sample", "file"))
        found = [np.array(r[key]).reshape(-1, 6) for r in rows]
        wanted = judged(truth(os.path.join(data, "annotations/instances_train2017.json")), found)
    bad = 0
    for name, value in wanted.items():
        bad += not abs(said[name] - value) < 1e-8
        print("%-14s %.9f  pycocotools %.9f" % (name, said[name], value))
    sys.exit("they differ" if bad else 0)


main(*sys.argv[1:])
