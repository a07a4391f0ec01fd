#!/bin/sh
# Computes tests/peer/golden again with PyTorch, in a virtual environment of its own under build/.
set -e
cd "$(dirname "$0")/../.."
venv=${VENV:-${BUILD:-build}/venv}
if [ ! -x "$venv/bin/python" ]; then
  echo "making a virtual environment with PyTorch in $venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" -q install numpy pillow safetensors torch torchvision keras scipy tensorboard --extra-index-url https://download.pytorch.org/whl/cpu
fi
"$venv/bin/python" tests/peer/models.py
"$venv/bin/python" tests/peer/zoo.py
"$venv/bin/python" tests/peer/ops.py > "$venv/ops.h"
cp "$venv/ops.h" tests/peer/golden/ops.h
"$venv/bin/python" tests/peer/layers.py > "$venv/layers.h"
cp "$venv/layers.h" tests/peer/golden/layers.h
KERAS_BACKEND=torch "$venv/bin/python" tests/peer/standardize.py
KERAS_BACKEND=torch "$venv/bin/python" tests/peer/pipeline.py
"$venv/bin/python" tests/peer/read_events.py "${BUILD:-build}/${MODE:-release}/netc"
"$venv/bin/python" tests/peer/optimizers.py > "$venv/optimizers.h"
cp "$venv/optimizers.h" tests/peer/golden/optimizers.h
"$venv/bin/python" tests/peer/plateau.py > "$venv/plateau.h"
cp "$venv/plateau.h" tests/peer/golden/plateau.h
if [ -d ../shared/data/weights ]; then
  "$venv/bin/python" tests/peer/pretrained.py ../shared/data
fi
