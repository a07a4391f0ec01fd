#!/bin/sh
# Computes tests/peer/golden again with PyTorch, Keras and Pillow, in a virtual environment of its own under build/.
set -e
cd "$(dirname "$0")/../.."
venv=${VENV:-${BUILD:-build}/venv}
if [ ! -x "$venv/bin/python" ]; then
  echo "making a virtual environment with PyTorch in $venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" -q install numpy pillow safetensors torch torchvision keras scipy scikit-image tensorboard pycocotools --extra-index-url https://download.pytorch.org/whl/cpu
fi
export KERAS_BACKEND=torch
# Those that write their files themselves, and those that print a header.
for script in models zoo pictures odd_pictures arrays augment mix_boxes standardize pipeline explain detections; do
  "$venv/bin/python" "tests/peer/$script.py"
done
for script in ops layers regions proposals yolo_cases optimizers plateau; do
  "$venv/bin/python" "tests/peer/$script.py" > "$venv/$script.h"
  cp "$venv/$script.h" "tests/peer/golden/$script.h"
done
"$venv/bin/python" tests/peer/read_events.py "${BUILD:-build}/${MODE:-release}/netc"
if [ -d ../shared/data/weights ]; then
  "$venv/bin/python" tests/peer/coco64.py "${BUILD:-build}/${MODE:-release}/netc" ../shared/data
  "$venv/bin/python" tests/peer/darknet.py ../shared/data
  "$venv/bin/python" tests/peer/pretrained.py ../shared/data
fi
