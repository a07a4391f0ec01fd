"""Writes tests/peer/golden/detections.h: random boxes and detections, and their metrics: COCO's by pycocotools, VOC's by a plain
rendering of the devkit's VOCevaldet.m and VOCap.m (voc_eval.py of py-faster-rcnn), on corners that are places, not pixels.

All numbers are short, so that float32 has them exactly, and many scores and overlaps are equal."""
import contextlib
import io
import os

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SETS = [dict(samples=24, classes=3, crowds=0.0, most=12), dict(samples=16, classes=2, crowds=0.3, most=40),
        dict(samples=6, classes=4, crowds=0.1, most=2)]
AREAS = ["all", "small", "medium", "large"]


def draw_box(rng):
    w, h = (int(rng.choice([16, 32, 96])) if rng.random() < 0.2 else rng.integers(8, 150) for _ in range(2))
    x, y = rng.integers(0, 320 - w), rng.integers(0, 320 - h)
    return [x, y, x + w, y + h]


def draw(rng, samples, classes, crowds, most):
    """Rows of sample, class, corners, whether they are crowds; rows of sample, class, corners, score."""
    boxes, found = [], []
    for s in range(samples):
        own = [[s, int(rng.integers(classes)), *draw_box(rng), int(rng.random() < crowds)] for _ in range(rng.integers(0, 7))]
        own = [] if s % 5 == 4 else own
        for _ in range(0 if s % 7 == 3 else rng.integers(0, most + 1)):
            if own and rng.random() < 0.7:
                near = own[rng.integers(len(own))]
                corner = np.array(near[2:6], float) + rng.integers(-12, 13, 4) * rng.choice([0, 0.25, 1, 2])
                k = near[1] if rng.random() < 0.85 else int(rng.integers(classes))
            else:
                corner, k = np.array(draw_box(rng), float), int(rng.integers(classes))
            if corner[2] > corner[0] and corner[3] > corner[1]:
                found.append([s, k, *corner, rng.integers(0, 33) / 32])
        boxes += own
    return boxes, found


def coco_of(boxes, found, samples, classes):
    gt = COCO()
    gt.dataset = {"images": [{"id": s} for s in range(samples)], "categories": [{"id": k} for k in range(classes)],
                  "annotations": [{"id": i + 1, "image_id": s, "category_id": k, "bbox": [a, b, c - a, d - b],
                                   "area": (c - a) * (d - b), "iscrowd": crowd}
                                  for i, (s, k, a, b, c, d, crowd) in enumerate(boxes)]}
    gt.createIndex()
    return gt, gt.loadRes([{"image_id": s, "category_id": k, "bbox": [a, b, c - a, d - b], "score": score}
                           for s, k, a, b, c, d, score in found])


def coco(gt, dt, iou, area, count):
    """Mean average precision and average recall."""
    e = COCOeval(gt, dt, "bbox")
    e.params.maxDets = [count]
    if iou:
        e.params.iouThrs = np.array([iou])
    e.params.areaRng = [e.params.areaRng[AREAS.index(area)]]
    e.params.areaRngLbl = [area]
    e.evaluate()
    e.accumulate()
    p, r = e.eval["precision"], e.eval["recall"]
    return [float(v[v > -1].mean()) if (v > -1).any() else np.nan for v in (p, r)]


def overlaps(box, all):
    w = np.maximum(np.minimum(box[2], all[:, 2]) - np.maximum(box[0], all[:, 0]), 0)
    h = np.maximum(np.minimum(box[3], all[:, 3]) - np.maximum(box[1], all[:, 1]), 0)
    return w * h / ((box[2] - box[0]) * (box[3] - box[1]) + (all[:, 2] - all[:, 0]) * (all[:, 3] - all[:, 1]) - w * h)


def voc_class(boxes, found, k, least, use_07):
    truth = {}
    for s, c, *corner, difficult in boxes:
        if c == k:
            truth.setdefault(s, []).append([*corner, difficult])
    truth = {s: np.array(v, float) for s, v in truth.items()}
    taken = {s: np.zeros(len(v), bool) for s, v in truth.items()}
    total = sum((v[:, 4] == 0).sum() for v in truth.values())
    own = [f for f in found if f[1] == k]
    own = [own[i] for i in np.argsort([-f[6] for f in own], kind="stable")] if own else []
    tp, fp = np.zeros(len(own)), np.zeros(len(own))
    for i, (s, _, *corner, _) in enumerate(own):
        most, j = -np.inf, -1
        if s in truth:
            iou = overlaps(corner, truth[s])
            most, j = iou.max(), iou.argmax()
        if most >= least:
            if not truth[s][j, 4]:
                (fp if taken[s][j] else tp)[i] = 1
                taken[s][j] = True
        else:
            fp[i] = 1
    if not total:
        return None
    fp, tp = fp.cumsum(), tp.cumsum()
    rec, prec = tp / total, tp / np.maximum(tp + fp, np.finfo(np.float64).eps)
    if use_07:
        return sum((prec[rec >= t].max() if (rec >= t).any() else 0) / 11 for t in np.arange(0, 1.1, 0.1))
    rec, prec = np.concatenate([[0], rec, [1]]), np.concatenate([[0], prec, [0]])
    for i in range(len(prec) - 1, 0, -1):
        prec[i - 1] = max(prec[i - 1], prec[i])
    i = np.where(rec[1:] != rec[:-1])[0]
    return ((rec[i + 1] - rec[i]) * prec[i + 1]).sum()


def voc(boxes, found, classes, iou, use_07):
    all = [[voc_class(boxes, found, k, t, use_07) for k in range(classes)] for t in ([iou] if iou else np.linspace(0.5, 0.95, 10))]
    all = [v for row in all for v in row if v is not None]
    return float(np.mean(all)) if all else np.nan


def write_rows(out, name, rows):
    print(f"static const float {name}[][7] = {{", file=out)
    for at in range(0, len(rows), 3):
        print("  " + " ".join("{" + ", ".join(f"{v:g}" for v in row) + "}," for row in rows[at:at + 3]), file=out)
    print("};", file=out)


def main():
    rng = np.random.default_rng(11)
    results = []
    path = os.path.join(os.path.dirname(__file__), "golden", "detections.h")
    with open(path, "w") as out:
        print("/* Made by tests/peer/detections.py with pycocotools. Boxes: sample, class, corners, crowd; detections: sample, class,\n"
              "   corners, score. */", file=out)
        for n, spec in enumerate(SETS):
            boxes, found = draw(rng, **spec)
            write_rows(out, f"boxes_{n}", boxes)
            write_rows(out, f"found_{n}", found)
            with contextlib.redirect_stdout(io.StringIO()):
                gt, dt = coco_of(boxes, found, spec["samples"], spec["classes"])
                for iou in (0.5, 0.75, 0):
                    for area in AREAS:
                        for count in (1, 3, 100):
                            p, r = coco(gt, dt, iou, area, count)
                            results.append((n, "mean_average_precision", iou, "coco", area, count, p))
                            results.append((n, "average_recall", iou, "", area, count, r))
                    for method in ("voc", "voc2007"):
                        p = voc(boxes, found, spec["classes"], iou, method == "voc2007")
                        results.append((n, "mean_average_precision", iou, method, "", 0, p))
        samples = ", ".join(str(s["samples"]) for s in SETS)
        print(f"static const int samples[] = {{{samples}}};", file=out)
        print("/* the set, the call, its iou (0: coco), method, area, count (\"\" and 0: not given), the result */\n"
              "static const struct {\n  int set;\n  const char *name;\n  double iou;\n  const char *method, *area;\n  int count;\n"
              "  double value;\n} results[] = {", file=out)
        for n, name, iou, method, area, count, value in results:
            text = "NAN" if np.isnan(value) else f"{value:.15g}"
            print(f'  {{{n}, "{name}", {iou:g}, "{method}", "{area}", {count}, {text}}},', file=out)
        print("};", file=out)


main()
