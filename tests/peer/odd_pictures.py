#!/usr/bin/env python3
"""Writes golden/odd_pictures.h: a small file of every form that PNG and JPEG have, and what Pillow makes of it by
ImageOps.exif_transpose(image).convert("RGB"). tests/unit/test_image_odd.c holds the runtime's decoders against it.

Pillow cuts 16-bit grey off at 255, so there the pixels are rounded by hand.

Run: python tests/peer/odd_pictures.py
"""
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

random = np.random.RandomState(5)
H, W = 9, 11


def smooth(channels):
    y, x = np.mgrid[0:H, 0:W]
    waves = [127 + 110 * np.sin(x * (.4 + .15 * k) + k) * np.cos(y * (.3 + .1 * k) - k) for k in range(channels)]
    return np.clip(np.stack(waves, -1) + random.randint(-6, 7, (H, W, channels)), 0, 255).astype("uint8")


# ---- PNG, written by hand: Pillow writes neither interlaced nor 16-bit colour files ----
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(pixels, depth):
    """pixels [h, w, c] as unfiltered rows"""
    out = b""
    for row in pixels:
        if depth == 16:
            line = row.astype(">u2").tobytes()
        elif depth == 8:
            line = row.astype("u1").tobytes()
        else:
            bits = np.unpackbits(row.astype("u1").reshape(-1, 1), axis=1)[:, 8 - depth:].flatten()
            line = np.packbits(bits).tobytes()
        out += b"\0" + line
    return out


def png(pixels, kind, depth=8, interlaced=False, extra=b"", end=True):
    h, w = pixels.shape[:2]
    pixels = pixels.reshape(h, w, -1)
    if interlaced:
        adam7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        data = b"".join(rows(pixels[y::dy, x::dx], depth) for y, x, dy, dx in adam7 if pixels[y::dy, x::dx].size)
    else:
        data = rows(pixels, depth)
    head = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(data)) +
            (chunk(b"IEND", b"") if end else b""))


GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
colours = chunk(b"PLTE", bytes(random.randint(0, 256, 48).tolist())) + chunk(b"tRNS", bytes([0, 128, 255]))
exif = Image.Exif()
exif[0x112] = 6
turned = chunk(b"eXIf", exif.tobytes()[6:])
wide = smooth(1).astype("u2") * 250 + 77

files = {
    "grey": png(smooth(1), GREY),
    "grey_1": png(smooth(1) >> 7, GREY, 1),
    "grey_2": png(smooth(1) >> 6, GREY, 2),
    "grey_4": png(smooth(1) >> 4, GREY, 4),
    "grey_16": png(wide, GREY, 16),
    "grey_alpha": png(smooth(2), GREY_ALPHA),
    "rgb": png(smooth(3), RGB),
    "rgb_16": png(smooth(3).astype("u2") * 257, RGB, 16),
    "rgba": png(smooth(4), RGBA),
    "rgba_16": png(smooth(4).astype("u2") * 257, RGBA, 16),
    "palette_8": png(smooth(1) >> 4, PALETTE, 8, extra=colours),
    "palette_4": png(smooth(1) >> 4, PALETTE, 4, extra=colours),
    "palette_1": png(smooth(1) >> 7, PALETTE, 1, extra=colours),
    "interlaced": png(smooth(3), RGB, 8, True),
    "interlaced_1": png(smooth(1) >> 7, GREY, 1, True),
    "turned_png": png(smooth(3), RGB, extra=turned),
    "endless": png(smooth(3), RGB, end=False),
}


def jpeg(image, **options):
    b = io.BytesIO()
    image.save(b, "JPEG", **options)
    return b.getvalue()


photo = Image.fromarray(smooth(3))
ink = jpeg(Image.fromarray(smooth(4), "CMYK"), quality=95)
adobe = ink.index(b"Adobe")
files |= {
    "jpeg": jpeg(photo, quality=90),
    "jpeg_grey": jpeg(Image.fromarray(smooth(1)[..., 0]), quality=90),
    "jpeg_444": jpeg(photo, quality=90, subsampling=0),
    "jpeg_progressive": jpeg(photo, quality=90, progressive=True),
    "jpeg_restarts": jpeg(photo, quality=90, restart_marker_blocks=1),
    "jpeg_turned": jpeg(photo, quality=90, exif=exif.tobytes()),
    "jpeg_cmyk": ink,
    "jpeg_ycck": ink[:adobe + 11] + b"\2" + ink[adobe + 12:],  # the same numbers, said to be YCCK
}


def array(name, values):
    lines = [f"static const unsigned char {name}[] = {{"]
    for i in range(0, len(values), 24):
        lines.append("    " + ", ".join(str(v) for v in values[i:i + 24]) + ",")
    return lines + ["};"]


out, table = ["/* Written by tests/peer/odd_pictures.py. */", "#include <stddef.h>"], []
for name, data in files.items():
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    pixels = np.asarray(image.convert("RGB"))
    if name == "grey_16":
        pixels = np.repeat(np.round(wide / 257).astype("uint8"), 3, 2)
    out += array(f"odd_{name}", list(data)) + array(f"odd_{name}_pixels", pixels.flatten().tolist())
    table.append(f'    {{"{name}", odd_{name}, sizeof odd_{name}, {image.width}, {image.height}, odd_{name}_pixels, '
                 f'{int(name.startswith("jpeg"))}}},')
out += ["static const struct odd_picture {", "  const char *name;", "  const unsigned char *file;", "  size_t size;",
        "  int width, height;", "  const unsigned char *pixels;", "  int jpeg;", "} odd_pictures[] = {"] + table + ["};"]
with open(os.path.join(os.path.dirname(__file__), "golden", "odd_pictures.h"), "w") as f:
    f.write("\n".join(out) + "\n")
