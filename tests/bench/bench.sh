#!/bin/sh
# Times what netc makes beside PyTorch, ONNX Runtime and OpenVINO, in turns on this machine, and writes tests/bench/results.md,
# results.csv and roofline.svg. Python with these comes from the virtual environment of `make peer`. Options, from the environment:
#   MODELS="lenet unet"   networks of nets.py (all)          PARTS="train predict memory conv"   what is measured (all)
#   ROUNDS=5              turns of each side, at most        THREADS=2                      of every side (all cores)
#   COMPILE=0             leaves torch.compile out, which compiles for minutes; what it compiled is kept in build/bench/inductor
#   VENV=folder           another virtual environment
# Samples are kept in build/bench/samples.csv: PARTS=none only writes the tables again.
cd "$(dirname "$0")/../.." || exit 1
export PYTHONDONTWRITEBYTECODE=1
venv=${VENV:-${BUILD:-build}/venv}
[ -x "$venv/bin/python" ] || { echo "no PyTorch in $venv: make peer makes it, VENV=... names another"; exit 1; }
"$venv/bin/python" -c 'import onnx, onnxruntime, openvino' 2> /dev/null || "$venv/bin/pip" -q install onnx onnxruntime openvino || exit 1
"$venv/bin/python" tests/bench/bench.py && "$venv/bin/python" tests/bench/report.py
