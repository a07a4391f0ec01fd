#!/usr/bin/env python3
"""Writes golden/augment.h: what Keras, torchvision and Pillow make of a small picture by given numbers, against which
tests/unit/test_augment.c holds augment's steps.

Run: python tests/peer/augment.py   (needs keras, scipy, torch, torchvision, pillow)
"""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
import scipy.ndimage
import torch
from keras.src.legacy.preprocessing import image as keras_image
from PIL import Image, ImageEnhance, ImageOps

torch.library.register_fake = lambda *_, **__: lambda f: f  # torchvision's compiled operations may not fit this torch; none is used
from torchvision.transforms import InterpolationMode, functional as F

if not hasattr(scipy.ndimage, "interpolation"):
    scipy.ndimage.interpolation = scipy.ndimage  # Keras uses the old name

SIDE = 12
lines = []


def numbers(values):
    out, line = [], "     "
    for v in np.asarray(values, dtype=float).flatten():
        text = f" {v:.4f}".rstrip("0").rstrip(".") + ","
        if len(line) + len(text) > 118:
            out.append(line)
            line = "     "
        line += text
    return "\n".join(out + [line.rstrip(",")])


y, x = np.mgrid[0:SIDE, 0:SIDE]
waves = [127 + 90 * np.sin(x * (.5 + .2 * k) + k) * np.cos(y * (.4 + .1 * k) - k) + (7 * x * y + 3 * x + 5 * k) % 23
         for k in range(3)]
rgb = np.clip(np.stack(waves, -1), 0, 255).astype("uint8")
rgb[2:5, 3:9] = (250, 20, 10)
grey = rgb[..., 0]
lines.append(f"enum {{ SIDE = {SIDE} }};")
lines.append("static const unsigned char picture[3 * SIDE * SIDE] = { /* planes; the grey picture is the first */")
lines.append(numbers(rgb.transpose(2, 0, 1)) + "};")

# ---- Keras: apply_affine_transform. Written for x, y, then swapped: tx goes along the columns. ----
lines.append("""static const struct {
  float rotate, right, down, shear, across, along; /* Keras's theta, tx, ty, shear, zx, zy */
  const char *fill;
  float value;
  int order;
  float expected[SIDE * SIDE];
} keras[] = {""")
MODES = {"wrap": "grid-wrap"}  # scipy's wrap repeats after n - 1 pixels, its grid-wrap as Keras's manual says
for case in [(25, 0, 0, 0, 1, 1, "nearest", 0, 1), (-40, 1.5, -2.25, 0, 1, 1, "nearest", 0, 1),
             (0, 0, 0, 20, 1, 1, "reflect", 0, 1), (0, 0, 0, 0, .8, 1.3, "nearest", 0, 1),
             (17, 2.4, -1.2, -15, 1.25, .9, "nearest", 0, 1), (17, 2.4, -1.2, -15, 1.25, .9, "reflect", 0, 1),
             (17, 2.4, -1.2, -15, 1.25, .9, "constant", 77, 1), (17, 2.4, -1.2, -15, 1.25, .9, "wrap", 0, 1),
             (30, -3.1, 4.7, 10, 1.6, 1.4, "reflect", 0, 0), (30, -3.1, 4.7, 10, 1.6, 1.4, "nearest", 0, 0),
             (17, 2.4, -1.2, -15, 1.25, .9, "nearest", 0, 3), (17, 2.4, -1.2, -15, 1.25, .9, "reflect", 0, 3),
             (17, 2.4, -1.2, -15, 1.25, .9, "constant", 77, 3), (17, 2.4, -1.2, -15, 1.25, .9, "wrap", 0, 3)]:
    theta, tx, ty, shear, zx, zy, fill, cval, order = case
    got = keras_image.apply_affine_transform(grey[..., None].astype("float32"), theta, tx, ty, shear, zx, zy, row_axis=0, col_axis=1,
                                             channel_axis=2, fill_mode=MODES.get(fill, fill), cval=cval, order=order)
    lines.append(f'    {{{theta}, {tx}, {ty}, {shear}, {zx}, {zy}, "{fill}", {cval}, {order},\n     {{\n{numbers(got)}}}}},')
lines.append("};")


def array(name, values):
    lines.append(f"static const float {name}[] = {{\n{numbers(values)}}};")


planes = torch.from_numpy(rgb.transpose(2, 0, 1).copy()).float()
as_bytes = planes.to(torch.uint8)
pil = Image.fromarray(rgb)


def pil_planes(image):
    return np.asarray(image).transpose(2, 0, 1)


array("keras_shifted", keras_image.apply_channel_shift(rgb.astype("float32"), 31.5, 2).transpose(2, 0, 1))
array("keras_brighter", keras_image.apply_brightness_shift(rgb.astype("float32"), 1.4, False).transpose(2, 0, 1))

# ---- torchvision. Its tensors of floats are colours from 0 to 1; its bytes are rounded down. ----
array("affine_turned", F.affine(planes[:1], 20, [1, -2], 1.2, [10, -5], InterpolationMode.BILINEAR))
array("cropped", np.asarray(Image.fromarray(grey).resize((8, 5), Image.BILINEAR, box=(1.25, .5, 11.5, 11.75))))
array("brightness_1_3", F.adjust_brightness(planes / 255, 1.3) * 255)
array("contrast_1_4", F.adjust_contrast(planes / 255, 1.4) * 255)
array("saturation_0_4", F.adjust_saturation(planes / 255, .4) * 255)
array("hue_0_2", F.adjust_hue(planes / 255, .2) * 255)
array("hue_minus_0_35", F.adjust_hue(planes / 255, -.35) * 255)
array("grayscale", F.rgb_to_grayscale(planes / 255, 3) * 255)
array("blurred", F.gaussian_blur(planes, [5, 5], [1.3, 1.3]))
array("autocontrasted", F.autocontrast(planes / 255) * 255)
array("equalized", F.equalize(as_bytes))
array("posterized", F.posterize(as_bytes, 3))
array("solarized", F.solarize(as_bytes, 128))
array("sharpened", F.adjust_sharpness(planes / 255, 1.8) * 255)
# ---- Pillow, which rounds to bytes ----
array("pil_equalized", pil_planes(ImageOps.equalize(pil)))
array("pil_sharpened", pil_planes(ImageEnhance.Sharpness(pil).enhance(1.8)))

path = os.path.join(os.path.dirname(__file__), "golden", "augment.h")
with open(path, "w") as f:
    f.write("/* Written by tests/peer/augment.py. */\n" + "\n".join(lines) + "\n")
