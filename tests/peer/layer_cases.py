"""What tests/peer/layers.py writes its cases with: a .net text beside the same computation in PyTorch, in float64 for a batch of
three. Leaves are filled by functions of their names, so only results are stored: of the value y, the gradients of the loss for x
and each weight ("d_NAME"), and the new states, the first number and the sum of all times random numbers."""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.func import functional_call

BATCH, CLASSES, SEED = 3, 5, 1
torch.set_default_dtype(torch.float64)


# ---- the numbers fed in, as in tests/unit/truth.h and test_layers.c ----

def mix(x):
    with np.errstate(over="ignore"):
        x = np.asarray(x, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return x ^ x >> np.uint64(31)


def units(name, count):
    key = mix(SEED)
    for b in name.encode():
        key = mix(key ^ np.uint64(b))
    return (mix(key + np.arange(count, dtype=np.uint64)) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def fill(name, shape, kind):
    u = torch.from_numpy(units(name, math.prod(shape))).reshape(shape)
    if kind == "class":
        return (CLASSES * u).floor().long()
    if kind == "param":
        u = 0.5 + u if "running_" in name else 2 * u - 1
    elif name.startswith("mask"):
        u = (u < 0.5).double()
    elif name.startswith("sign"):
        u = 1 - 2 * (u < 0.5).double()
    elif not name.startswith("p"):
        u = 4 * u - 2
    return u.float().double()


# ---- cases ----

def told(name, v):
    v = v.detach().double().flatten().numpy()
    return f'{{"{name}", {v[0]:.12g}, {(v * (2 * units("weigh", v.size) - 1)).sum():.12g}}}'


def emit(name, training, text, values):
    quoted = "".join('\n     "%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"') for line in text.strip().split("\n"))
    rows = ",\n     ".join(told(n, v) for n, v in values if v is not None)
    print(f"CASE({name}, {int(training)},{quoted},\n     {rows})")


def case(name, net, fields, weights, run, training=True, loss=None, ins=None):
    """net: the body of the net Case after its ins. fields: name -> shape, "class" or ["class", ...shape]. weights: path ->
    shape. run(w, x...): y, and the new states by name. loss: what `y =` calls, for losses."""
    data, feed = "", {}
    given = [f for f in fields if f[0] == "x"]
    ins = ins or given
    for f, shape in fields.items():
        label = shape == "class" or (shape and shape[0] == "class")
        sizes = [] if shape == "class" else list(shape[1:]) if label else list(shape)
        kind = f"class({CLASSES})" if label else ""
        data += f"  field {f} {kind}{' ' if label and sizes else ''}{sizes if sizes or not label else ''}\n"
        feed[f] = fill(f, [BATCH] + sizes, "class" if label else "value")
    params = {path: fill(path, list(shape), "param").requires_grad_("running_" not in path) for path, shape in weights.items()}
    if not any(p.requires_grad for p in params.values()): # what trains has a weight
        params["nudge"] = fill("nudge", [], "param").requires_grad_()
        net = "weight nudge [] init: 0\n" + ("" if loss else net.replace("out ", "z = ") + "\n") + f"out nudge*{'y' if loss else 'z'}"
    for f in given:
        feed[f].requires_grad_()
    y = run(params, *[feed[f] for f in given], *[feed[f] for f in fields if f not in given])
    y, new = y if isinstance(y, tuple) else (y, {})
    if "nudge" in params and not loss:
        y = y * params["nudge"]
    if loss:
        value, lines = y.mean() * params.get("nudge", 1), f"y = {loss}\n  minimize {'Case(y)' if 'nudge' in params else 'y'}"
    else:
        data += f"  field dy {list(y.shape[1:])}\n"
        feed["dy"] = fill("dy", list(y.shape), "value")
        value, lines = (y * feed["dy"]).sum() / BATCH, f"y = Case({', '.join(ins)})\n  minimize sum(y*dy)"
    at = [(f, feed[f]) for f in given] + [(p, t) for p, t in params.items() if t.requires_grad]
    grads = torch.autograd.grad(value, [t for _, t in at], allow_unused=True)
    grads = [torch.zeros_like(t) if g is None else g for g, (_, t) in zip(grads, at)]
    lets = "  in y\n" if loss and "nudge" in params else "".join(f"  in {f} {list(feed[f].shape[1:])}\n" for f in given)
    body = "".join(f"  {line}\n" for line in net.strip().split("\n"))
    text = (f"net Case {{\n{lets}{body}}}\ndata D {{\n{data}  source: shapes(count: 4)\n}}\n"
            f"train on D as ({', '.join(feed)}) {{\n  {lines}\n}}\n")
    emit(name, training, text, [("y", y)] + [("d_" + n.replace(".", "_"), g) for (n, _), g in zip(at, grads)] + list(new.items()))


def layer(name, stage, shape, module, training=True, path=None, pad=None):
    """A stage `x -> ...` beside a module of PyTorch, whose parameters have the same names below path. pad: what PyTorch pads."""
    path = stage.split("(")[0] + "_0" if path is None else path
    dot = path + "." if path else ""
    module.double().train(training)
    weights = {dot + n: list(p.shape) for n, p in module.named_parameters()}
    buffers = {n: b for n, b in module.named_buffers() if "running_" in n}
    weights.update({dot + n: list(b.shape) for n, b in buffers.items()})

    def run(w, x):
        state = {n[len(dot):]: t.clone() if "running_" in n else t for n, t in w.items() if n != "nudge"}
        y = functional_call(module, state, (F.pad(x, pad) if pad else x,))
        return y, {dot + n: state[n] for n in buffers} if training else {}

    case(name, f"out x -> {stage}", {"x": shape}, weights, run, training)


def each(name, stage, shape, run, training=True):
    """A stage without weights beside a function of PyTorch."""
    case(name, f"out x -> {stage}", {"x": shape}, {}, lambda w, x: run(x), training)


def loss(name, call, run, **fields):
    """A loss of x beside a function of PyTorch that gives one number for each sample, or one for the batch."""
    case(name, "out y", fields, {}, lambda w, *values: run(*values), loss=call)
