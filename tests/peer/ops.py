#!/usr/bin/env python3
"""Writes golden/ops.h: what PyTorch computes for small graphs; tests/unit/test_eval.c holds the interpreter against it.

Each case is a graph in the compiler's text form and the same computation in PyTorch, in float64 for two samples. Leaf
number k (from 1, in the order of the text) is filled by fill(k) on both sides, so only results are stored.
Run: python tests/peer/ops.py > tests/peer/golden/ops.h
"""
import re
import torch
import torch.nn.functional as F
import boxes

N = 2
torch.set_default_dtype(torch.float64)


def fill(k, shape):
    i = torch.arange(int(torch.tensor(shape).prod()) if shape else 1)
    return (((i * 37 + k * 101 + i // 199) % 199 - 99) / 64.0).reshape(shape)


def leaves(text):
    out = []
    for k, m in enumerate(re.finditer(r'(input|param)\("\w+", shape: \[([\d, ]*)\]', text), 1):
        shape = [int(d) for d in m[2].split(",") if d.strip()]
        out.append(fill(k, ([N] if m[1] == "input" else []) + shape).requires_grad_())
    return out


cases = []


def case(name, text, run):
    values = run(*leaves(text))
    values = values if isinstance(values, (list, tuple)) else [values]
    numbers = [x for v in values for x in v.detach().double().flatten().tolist()]
    cases.append((name, "\n".join(line.strip() for line in text.strip().splitlines()), numbers))


def grads(y, *at):
    """Gradients of sum(y * dy): dy is the last of `at`."""
    return torch.autograd.grad((y * at[-1]).sum(), at[:-1])


# ---- convolution and its gradients ----
def conv(name, x, w, y, stride, pad, dilation, groups):
    settings = f"stride: {stride}, pad: {pad}, dilation: {dilation}, groups: {groups}"
    text = f"""
        x = input("x", shape: {x})
        w = param("w", shape: {w}, role: "weight", init: "constant", values: [0])
        dy = input("dy", shape: {y})
        show y: conv2d(x, w, {settings})
        show dx: conv2d_input_grad(dy, w, size: [{x[1]}, {x[2]}], {settings})
        show dw: conv2d_weight_grad_over(x, dy, kernel: [{w[2]}, {w[3]}], {settings})
    """

    def run(x, w, dy):
        padded = F.pad(x, [pad[2], pad[3], pad[0], pad[1]])
        y = F.conv2d(padded, w, stride=stride, dilation=dilation, groups=groups)
        return [y, *grads(y, x, w, dy)]

    case(name, text, run)


conv("conv", [3, 5, 6], [4, 3, 3, 3], [4, 5, 6], [1, 1], [1, 1, 1, 1], [1, 1], 1)
conv("conv_stride_groups", [4, 7, 5], [6, 2, 3, 2], [6, 4, 2], [2, 2], [1, 1, 0, 0], [1, 1], 2)
conv("conv_dilation_asymmetric", [2, 6, 7], [3, 2, 2, 3], [3, 7, 5], [1, 2], [2, 1, 3, 2], [2, 1], 1)
conv("conv_depthwise", [4, 5, 5], [4, 1, 3, 3], [4, 3, 3], [2, 2], [1, 1, 1, 1], [1, 1], 4)
conv("conv_left_over", [2, 8, 8], [2, 2, 3, 3], [2, 3, 3], [2, 2], [0, 0, 0, 0], [1, 1], 1)
case("conv_transpose", """
        x = input("x", shape: [3, 4, 5])
        w = param("w", shape: [3, 2, 4, 4], role: "weight", init: "constant", values: [0])
        show y: conv2d_input_grad(x, w, size: [8, 10], stride: [2, 2], pad: [1, 1, 1, 1])
    """, lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1))


# ---- pooling ----
def pool(name, kind, x, y, size, stride, pad, ceil, count_pad=1):
    sides = [pad[0], pad[0], pad[1], pad[1]]
    settings = f"size: {size}, stride: {stride}, pad: {sides}, ceil: {ceil}"
    extra = f", count_pad: {count_pad}" if kind == "avg" else ""
    back = (f"maxpool_grad(x, y, dy, {settings})" if kind == "max" else
            f"avgpool_grad(dy, input: [{x[1]}, {x[2]}], {settings}{extra})")
    text = f"""
        x = input("x", shape: {x})
        dy = input("dy", shape: {y})
        y = {kind}pool(x, {settings}{extra})
        show y: y
        show dx: {back}
    """

    def run(x, dy):
        y = (F.max_pool2d(x, size, stride, pad, ceil_mode=bool(ceil)) if kind == "max" else
             F.avg_pool2d(x, size, stride, pad, ceil_mode=bool(ceil), count_include_pad=bool(count_pad)))
        return [y, *grads(y, x, dy)]

    case(name, text, run)


pool("maxpool", "max", [2, 6, 6], [2, 3, 3], [2, 2], [2, 2], [0, 0], 0)
pool("maxpool_overlap_pad", "max", [2, 7, 6], [2, 4, 3], [3, 3], [2, 2], [1, 1], 0)
pool("maxpool_ceil", "max", [2, 7, 8], [2, 4, 4], [2, 2], [2, 2], [0, 0], 1)
pool("maxpool_ceil_pad", "max", [2, 6, 5], [2, 4, 3], [3, 3], [2, 2], [1, 1], 1)
pool("avgpool", "avg", [2, 6, 6], [2, 3, 3], [2, 2], [2, 2], [0, 0], 0)
pool("avgpool_pad", "avg", [2, 5, 6], [2, 5, 3], [3, 3], [1, 2], [1, 1], 0)
pool("avgpool_pad_uncounted", "avg", [2, 5, 6], [2, 5, 3], [3, 3], [1, 2], [1, 1], 0, 0)
pool("avgpool_ceil_pad", "avg", [2, 6, 5], [2, 4, 3], [3, 3], [2, 2], [1, 1], 1)
pool("avgpool_ceil_uncounted", "avg", [2, 6, 5], [2, 4, 3], [3, 3], [2, 2], [1, 1], 1, 0)


# ---- resizing ----
def resize(name, x, size, bilinear, corners):
    settings = f"bilinear: {bilinear}, corners: {corners}"
    text = f"""
        x = input("x", shape: {x})
        dy = input("dy", shape: [{x[0]}, {size[0]}, {size[1]}])
        show y: resize(x, size: {size}, {settings})
        show dx: resize_grad(dy, size: [{x[1]}, {x[2]}], {settings})
    """

    def run(x, dy):
        y = (F.interpolate(x, size, mode="bilinear", align_corners=bool(corners)) if bilinear else
             F.interpolate(x, size, mode="nearest"))
        return [y, *grads(y, x, dy)]

    case(name, text, run)


for up, size in ("double", [8, 6]), ("odd", [7, 5]), ("down", [3, 2]), ("one", [1, 1]):
    resize(f"resize_nearest_{up}", [2, 4, 3], size, 0, 0)
    resize(f"resize_bilinear_{up}", [2, 4, 3], size, 1, 0)
    resize(f"resize_corners_{up}", [2, 4, 3], size, 1, 1)

# ---- matrix products ----
case("matmul", """
        a = input("a", shape: [3, 4])
        b = param("b", shape: [4, 5], role: "weight", init: "constant", values: [0])
        dy = input("dy", shape: [3, 5])
        show y: matmul(a, b)
        show da: matmul(dy, transpose(b, perm: [1, 0]))
        show db: matmul_over(a, dy)
    """, lambda a, b, dy: [a @ b, *grads(a @ b, a, b, dy)])
case("matmul_vector", """
        a = input("a", shape: [4])
        b = param("b", shape: [4, 5], role: "weight", init: "constant", values: [0])
        dy = input("dy", shape: [5])
        show y: matmul(a, b)
        show db: matmul_over(a, dy)
    """, lambda a, b, dy: [a @ b, *grads(a @ b, b, dy)])
case("bmm", """
        a = input("a", shape: [2, 3, 4])
        b = input("b", shape: [2, 4, 5])
        dy = input("dy", shape: [2, 3, 5])
        show y: bmm(a, b)
        show da: bmm(dy, transpose(b, perm: [0, 2, 1]))
        show db: bmm(transpose(a, perm: [0, 2, 1]), dy)
    """, lambda a, b, dy: [a @ b, *grads(a @ b, a, b, dy)])

# ---- reductions ----
case("reductions", """
        x = input("x", shape: [3, 4, 5])
        show a: reduce_sum(x, axes: [1, 2])
        show b: reduce_sum(x, axes: [0], keep: 1)
        show c: reduce_max(x, axes: [0, 2])
        show d: batch_sum(x, axes: [1, 2])
        show e: batch_sum(x, axes: [])
        show f: batch_max(x, axes: [0])
        show g: argmax(x, axis: 1)
        show h: reduce_sum(x, axes: [0, 1, 2])
    """, lambda x: [x.sum((2, 3)), x.sum(1), x.amax((1, 3)), x.sum((0, 2, 3)), x.sum(0), x.amax((0, 1)), x.argmax(2),
                    x.sum((1, 2, 3))])
case("reduce_formula", """
        x = input("x", shape: [3, 4, 5])
        m = param("m", shape: [3, 1, 1], role: "state", init: "constant", values: [0])
        show a: batch_sum(x, m, axes: [1, 2], formula: "(x0 - x1)*(x0 - x1)")
        show b: reduce_max(x, m, axes: [2], formula: "abs(x0*x1)")
    """, lambda x, m: [((x - m) ** 2).sum((0, 2, 3)), (x * m).abs().amax(3)])
case("epilogue", """
        x = input("x", shape: [3, 4, 5])
        w = param("w", shape: [2, 3, 1, 1], role: "weight", init: "constant", values: [0])
        b = param("b", shape: [2, 1, 1], role: "weight", init: "constant", values: [0])
        r = input("r", shape: [2, 4, 5])
        show y: conv2d(x, w, b, r, formula: "max(x0 + x2, 0) + x3")
    """, lambda x, w, b, r: F.relu(F.conv2d(x, w) + b) + r)

# ---- moves ----
case("moves", """
        x = input("x", shape: [2, 3, 4])
        y = input("y", shape: [2, 1, 4])
        w = param("w", shape: [2, 2, 4], role: "weight", init: "constant", values: [0])
        show a: transpose(x, perm: [2, 0, 1])
        show b: concat(x, y, w, axis: 1)
        show c: slice(x, axis: 2, start: 1, stop: 3)
        show d: pad(x, axis: 1, before: 2, after: 1)
        show e: reshape(x, shape: [6, 4])
        show f: expand(y, shape: [2, 3, 4])
        show g: expand(reshape(w, shape: [1, 16]), shape: [2, 16], batched: 1)
        show h: to_plain(to_blocked(x, lanes: 8))
    """, lambda x, y, w: [x.permute(0, 3, 1, 2), torch.cat([x, y, w.expand(N, 2, 2, 4)], 2), x[..., 1:3],
                          F.pad(x, [0, 0, 2, 1]), x.reshape(N, 6, 4), y.expand(N, 2, 3, 4),
                          w.reshape(1, 1, 16).expand(N, 2, 16), x])


# ---- indices ----
def indices(x, table, dy):
    index = (x[:, :2].abs() * 2).floor().long() % 5
    y = table[index]
    out = torch.autograd.grad((y * dy).sum(), table)[0]
    hot = F.one_hot(index, 5).permute(0, 3, 1, 2)
    wide = x[:, 2:].reshape(N, 5, 2, 3)
    picked = wide.gather(1, index[:, None]).squeeze(1)
    return [index, hot, hot.permute(0, 2, 3, 1), picked, y, out]


case("indices", """
        x = input("x", shape: [12, 3])
        table = param("table", shape: [5, 4], role: "weight", init: "constant", values: [0])
        dy = input("dy", shape: [2, 3, 4])
        i = each(slice(x, axis: 0, start: 0, stop: 2), formula: "floor(abs(x0)*2) % 5")
        show i: i
        show hot: one_hot(i, size: 5)
        show last: one_hot(i, size: 5, axis: 2)
        show pick: pick(reshape(slice(x, axis: 0, start: 2, stop: 12), shape: [5, 2, 3]), i, axis: 0)
        show y: take(table, i)
        show dtable: take_over(i, dy, size: 5)
    """, indices)


# ---- order and choice ----
def order(x, index, dy):
    rows = (index * 2).floor().long()
    inside = ((rows >= 0) & (rows < 5))[..., None]
    got = torch.stack([t[r.clamp(0, 4)] for t, r in zip(x, rows)]) * inside
    place = x.argsort(dim=-1, descending=True, stable=True).argsort(-1)
    return [x.topk(3).indices, place, place.clamp(max=4), got, torch.autograd.grad((got * dy).sum(), x)[0]]


case("order", """
        x = input("x", shape: [5, 7])
        index = input("index", shape: [9])
        dy = input("dy", shape: [9, 7])
        i = floor(index * 2)
        show top: top(x, count: 3)
        show rank: rank(x)
        show near: rank(x, limit: 4)
        show y: gather(x, i)
        show dx: scatter(i, dy, size: 5)
    """, order)


def suppressed(corner, size, score, group):
    box, group = torch.cat([corner, corner + 1 + size.abs()], -1), (-group).argsort(-1).argsort(-1) % 2
    return [torch.stack([boxes.nms(b, s, g * of, iou, sigma) for b, s, g in zip(box, score, group)])
            for of, iou, sigma in [(0, 0.5, 0), (1, 0.2, 0), (1, 0.5, 0.5)]]


case("nms", """
        corner = input("corner", shape: [20, 2])
        size = input("size", shape: [20, 2])
        score = input("score", shape: [20])
        group = input("group", shape: [20])
        box = concat(corner, corner + 1 + abs(size), axis: 1)
        show hard: nms(box, score, group*0)
        show groups: nms(box, score, rank(group) % 2, iou: 0.2)
        show soft: nms(box, score, rank(group) % 2, sigma: 0.5)
    """, suppressed)


# ---- regions: boxes across all borders, some inside out, with gradients in the map ----
def regions(name, op, reference, settings):
    def run(x, corner, size, dy):
        box = torch.cat([corner * 3 + 3, corner * 3 + 3 + size * 4 + 3], -1)
        y = torch.stack([reference(x_, b) for x_, b in zip(x, box)])
        return [y, torch.autograd.grad((y * dy).sum(), x)[0]]

    grad = ("roi_pool_grad(x, box, dy, " if op == "roi_pool" else "roi_align_grad(box, dy, input: [7, 9], ") + settings
    case(name, f"""
        x = input("x", shape: [3, 7, 9])
        corner = input("corner", shape: [6, 2])
        size = input("size", shape: [6, 2])
        dy = input("dy", shape: [6, 3, 3, 2])
        at = corner*3 + 3
        box = concat(at, at + size*4 + 3, axis: 1)
        show y: {op}(x, box, size: [3, 2], {settings})
        show dx: {grad})
    """, run)


regions("roi_pool", "roi_pool", lambda x, b: boxes.roi_pool(x, b, (3, 2), 0.75), "scale: 0.75")
for ratio, aligned in [(0, 0), (2, 0), (0, 1), (3, 1)]:
    regions(f"roi_align_{ratio}_{aligned}", "roi_align",
            lambda x, b, r=ratio, a=aligned: boxes.roi_align(x, b, (3, 2), 0.75, r, a),
            f"scale: 0.75, ratio: {ratio}, aligned: {aligned}")

# ---- elementwise ----
rows = {
    "abs": torch.abs, "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round,
    "exp": torch.exp, "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "erf": torch.erf, "relu": F.relu,
    "softplus": F.softplus, "silu": F.silu, "gelu": F.gelu, "elu": F.elu, "mish": F.mish, "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish, "neg": torch.neg, "not": torch.logical_not,
}
case("functions", 'x = input("x", shape: [12])\n' + "\n".join(f"show {n}_: {n}(x)" if n != "not" else "show not_: not x"
                                                              for n in rows),
     lambda x: [f(x) for f in rows.values()])
case("positive", """
        x = input("x", shape: [12])
        a = x*x + 0.1
        show a: sqrt(a)
        show b: log(a)
        show c: log1p(a)
        show d: a^1.7
        show e: x % 0.7
    """, lambda x: [(x * x + 0.1).sqrt(), (x * x + 0.1).log(), (x * x + 0.1).log1p(), (x * x + 0.1) ** 1.7,
                    torch.remainder(x, 0.7)])
case("broadcast", """
        x = input("x", shape: [2, 3, 4])
        c = param("c", shape: [2, 1, 1], role: "weight", init: "constant", values: [0])
        r = input("r", shape: [1, 3, 1])
        s = input("s", shape: [])
        show a: x*c + r - s
        show b: where(x > c, r, s)
        show d: maximum(x, c) / (minimum(r, s) - 9)
        show e: c * batch_size()
    """, lambda x, c, r, s: [x * c + r - s[:, None, None, None], torch.where(x > c, r, s[:, None, None, None]),
                             torch.maximum(x, c) / (torch.minimum(r, s[:, None, None, None]) - 9), c * N])

# ---- output ----
print("/* Written by tests/peer/ops.py from PyTorch " + torch.__version__.split("+")[0] + ": do not edit. */")
for name, text, numbers in cases:
    quoted = "".join(f'\n     "  {line}\\n"' for line in
                     [line.replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")])
    print(f'CASE({name}, "graph {name} {{\\n"{quoted}\n     "}}\\n",')
    line = "    "
    for x in numbers:
        item = f" {x:.10g},"
        if len(line) + len(item) > 118:
            print(line)
            line = "    "
        line += item
    print(line.rstrip(",") + ")")
