#!/usr/bin/env python3
"""One peer of a comparison, in a process of its own that does nothing until asked: side.py NET SIDE THREADS FOLDER

SIDE is nchw, nhwc (channels_last), compile (torch.compile), freeze (torch.jit.freeze and optimize_for_inference), onnxruntime or
openvino. Each line read is a request, each line written its answer, in JSON:
  train STEPS, predict STEPS, latency STEPS   milliseconds of each step, null where it cannot be done (stderr says why); predict
                                              takes the net's batch, latency one sample
  memory                                      one training step: [MB at most beyond those before the model, when it was done]
  ready                                       true
  export                                      writes the two ONNX files of FOLDER that onnxruntime and openvino read
Whatever a request needs is made at its first use, untimed.
"""
import json
import os
import sys
import time

from nets import NETS

name, side, threads, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
net = NETS[name]
WARM = 2
steps = {}  # of a measure: what one step calls


def status(key):
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 / 1e6 for line in f if line.startswith(key))


# ---- PyTorch ----

def torch_trainer():
    model, targets, loss, optimizer = peers.build(net)
    form = torch.channels_last if side == "nhwc" else torch.contiguous_format  # compile: channels last made ResNet-18 5 times slower
    model = model.to(memory_format=form).train()
    optimizer = optimizer(model.parameters())
    began = time.monotonic()
    x, target = torch.randn(net.batch, *net.input).to(memory_format=form), targets(net.batch)
    spent = time.monotonic() - began
    run = torch.compile(lambda x, *t: loss(model(x), *t)) if side == "compile" else lambda x, *t: loss(model(x), *t)

    def step():
        optimizer.zero_grad()
        run(x, *target).backward()
        optimizer.step()
    return step, spent


def torch_predictor(batch):
    form = torch.contiguous_format if side == "nchw" else torch.channels_last
    model = peers.Predictor(peers.build(net)[0], net.finish).to(memory_format=form).eval()
    x = torch.randn(batch, *net.input).to(memory_format=form)
    if side == "compile":
        model = torch.compile(model, dynamic=False)
    if side == "freeze":
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))

    def step():
        with torch.no_grad() if side == "compile" else torch.inference_mode():  # inductor freezes weights without gradients
            model(x)
    return step


def onnx_file(batch):
    return os.path.join(folder, f"{name}-{batch}.onnx")


def export():
    model = peers.Predictor(peers.build(net)[0], net.finish).eval()
    for batch in {1, net.batch}:
        torch.onnx.export(model, torch.randn(batch, *net.input), onnx_file(batch), input_names=["x"], opset_version=17, dynamo=False)
    return True


# ---- the others ----

def onnxruntime_predictor(batch):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    session = onnxruntime.InferenceSession(onnx_file(batch), options, providers=["CPUExecutionProvider"])
    x = numpy.random.standard_normal((batch, *net.input)).astype("float32")
    return lambda: session.run(None, {"x": x})


def openvino_predictor(batch):
    core = openvino.Core()
    model = core.compile_model(core.read_model(onnx_file(batch)), "CPU", {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
        "CPU_DENORMALS_OPTIMIZATION": True})
    request, x = model.create_infer_request(), numpy.random.standard_normal((batch, *net.input)).astype("float32")
    request.set_input_tensor(openvino.Tensor(x, shared_memory=True))
    return request.infer


# ---- requests ----

def make(what):
    batch = 1 if what == "latency" else net.batch
    if side in ("onnxruntime", "openvino"):
        return {"onnxruntime": onnxruntime_predictor, "openvino": openvino_predictor}[side](batch)
    return torch_trainer()[0] if what == "train" else torch_predictor(batch)


def timed(step):
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1e3


def measured(what, count):
    if what not in steps:
        steps[what] = make(what)
        steps[what]()
    for _ in range(min(WARM, count - 1)):  # a step that fills a turn alone needs none
        steps[what]()
    return [timed(steps[what]) for _ in range(count)]


def memory():
    before = status("VmRSS:")
    step, spent = torch_trainer()
    step()
    return [status("VmHWM:") - before, time.monotonic() - spent]


if side == "onnxruntime":
    import numpy
    import onnxruntime
elif side == "openvino":
    import numpy
    import openvino
else:
    import torch

    import peers
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)

for line in sys.stdin:
    what, *count = line.split()
    if what == "ready":
        answer = True
    elif what in ("memory", "export"):
        answer = memory() if what == "memory" else export()
    else:
        try:
            answer = measured(what, int(count[0]))
        except Exception as error:  # a compiler's failure must not end the comparison
            print(f"{name} {side} {what}: {error}", file=sys.stderr)
            answer = None
    print("=", json.dumps(answer), flush=True)
