#!/usr/bin/env python3
"""Writes golden/pictures.h and golden/transforms.h: small files as Pillow writes them and the pixels it reads from them, and what
Pillow makes of small pictures, against which tests/unit/test_image_*.c and test_data_transforms.c hold the runtime.

Run: python tests/peer/pictures.py
"""
import colorsys
import io
import os
import random

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

random.seed(7)
lines = []


def write(name):
    path = os.path.join(os.path.dirname(__file__), "golden", name)
    with open(path, "w") as f:
        f.write("/* Written by tests/peer/pictures.py. */\n" + "\n".join(lines) + "\n")
    lines.clear()


def array(name, values, kind="unsigned char"):
    lines.append(f"static const {kind} {name}[] = {{")
    line = "   "
    for v in values:
        text = f" {v},"
        if len(line) + len(text) > 118:
            lines.append(line)
            line = "   "
        line += text
    lines.append(line.rstrip(",") + "};")


def saved(image, kind, **options):
    b = io.BytesIO()
    image.save(b, kind, **options)
    return b.getvalue()


def pixels(image):
    return np.asarray(image).astype(int).flatten().tolist()


def planes(image):
    return np.asarray(image).transpose(2, 0, 1).flatten().tolist()


def opened(data):
    return Image.open(io.BytesIO(data))


def smooth(h, w, channels):
    y, x = np.mgrid[0:h, 0:w]
    waves = [127 + 100 * np.sin(x * (.5 + .2 * k) + k) * np.cos(y * (.4 + .1 * k) - k) + random.randint(-9, 9)
             for k in range(channels)]
    return np.clip(np.stack(waves, -1), 0, 255).astype("uint8")


grey = Image.fromarray(smooth(7, 9, 1)[..., 0])
rgb = Image.fromarray(smooth(5, 6, 3))

# ---- files ----
array("grey_png", saved(grey, "PNG"))
array("grey_pixels", pixels(grey))
array("rgb_png", saved(rgb, "PNG"))
array("rgb_pixels", pixels(rgb))
array("rgb_as_grey", pixels(rgb.convert("L")))
palette = rgb.quantize(8)
array("palette_png", saved(palette, "PNG"))
array("palette_pixels", pixels(palette.convert("RGB")))
array("palette_numbers", pixels(palette))
alpha = rgb.convert("RGBA")
alpha.putalpha(Image.fromarray(smooth(5, 6, 1)[..., 0]))
array("alpha_png", saved(alpha, "PNG"))
bits = Image.fromarray((np.asarray(grey) > 127).astype("uint8") * 255).convert("1")
array("bits_png", saved(bits, "PNG"))
array("bits_pixels", pixels(bits.convert("L")))
array("wide_png", saved(Image.fromarray(np.asarray(grey).astype("uint16") * 257), "PNG"))

file = saved(Image.fromarray(smooth(9, 13, 3)), "JPEG", quality=85)
array("rgb_jpeg", file)
array("rgb_jpeg_pixels", pixels(opened(file)))
file = saved(grey, "JPEG", quality=90)
array("grey_jpeg", file)
array("grey_jpeg_pixels", pixels(opened(file)))
file = saved(Image.fromarray(smooth(5, 6, 4), "CMYK"), "JPEG", quality=95)
array("cmyk_jpeg", file)
ink = np.asarray(opened(file)).astype(int)
array("cmyk_pixels", ((255 - ink[..., :3]) * (255 - ink[..., 3:]) // 255).flatten().tolist())

stored = Image.fromarray(smooth(8, 16, 1)[..., 0])
turned = []
for o in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = o
    file = saved(stored, "JPEG", quality=95, exif=exif.tobytes())
    array(f"turned_{o}", file)
    upright = ImageOps.exif_transpose(opened(file))
    a = np.asarray(upright)
    turned.append([upright.width, upright.height, a[0, 0], a[0, -1], a[-1, 0], a[-1, -1]])
lines.append("/* by orientation: width, height, the corners' pixels */")
array("turned_to", [v for row in turned for v in row])
write("pictures.h")

# ---- transforms ----
array("source", pixels(grey))
for h, w in [(3, 4), (14, 18), (7, 3), (20, 5)]:
    array(f"to_{h}x{w}", pixels(grey.resize((w, h), Image.BILINEAR)))
large = Image.fromarray(smooth(33, 47, 1)[..., 0])
array("large", pixels(large))
array("large_to_5x6", pixels(large.resize((6, 5), Image.BILINEAR)))
array("nearest_3x4", pixels(grey.resize((4, 3), Image.NEAREST)))
array("nearest_10x13", pixels(grey.resize((13, 10), Image.NEAREST)))
affine = (.9, -.3, 1.53, .25, 1.1, -1.04)
array("affine", pixels(grey.transform((9, 7), Image.AFFINE, affine, Image.BILINEAR)))
array("affine_nearest", pixels(grey.transform((9, 7), Image.AFFINE, affine, Image.NEAREST)))
array("colours", planes(rgb))
array("brighter", planes(ImageEnhance.Brightness(rgb).enhance(1.3)))
array("contrasted", planes(ImageEnhance.Contrast(rgb).enhance(1.4)))
array("saturated", planes(ImageEnhance.Color(rgb).enhance(0.4)))
hue = []
for p in np.asarray(rgb).reshape(-1, 3) / 255:
    h, s, v = colorsys.rgb_to_hsv(*p)
    hue.append([c * 255 for c in colorsys.hsv_to_rgb((h + .2) % 1, s, v)])
array("turned_hue", [f"{x:.2f}f" for x in np.array(hue).T.flatten()], "float")
write("transforms.h")
