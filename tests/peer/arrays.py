#!/usr/bin/env python3
"""Writes golden/arrays.h: files as NumPy saves them, of the types and layouts that tests/unit/test_data_npy.c reads.

Run: python tests/peer/arrays.py
"""
import io
import os

import numpy as np

N, C, H, W = 3, 3, 2, 4
bytes_ = (np.arange(N * C * H * W) * 37 % 256).reshape(N, C, H, W)
labels = np.array([2, 0, 1])
values = np.arange(N * 6).reshape(N, 2, 3) - 4.5
arrays = {
    "first": bytes_.astype("u1"),
    "last": bytes_.transpose(0, 2, 3, 1).astype("u1").copy(),
    "unit": (bytes_ / 255).astype("f4"),
    "whole": bytes_.astype("f8"),
    "wide": bytes_.astype("i4"),
    "grey": bytes_[:, 0].astype("u1").copy(),
    "mask": bytes_[:, 0] > 99,
    "labels_u1": labels.astype("u1"),
    "labels_i8": labels.astype("i8")[:, None],
    "labels_f4": labels.astype("f4"),
    "labels_one": np.eye(3)[labels],
    "values_f4": values.astype("f4"),
    "values_f8": values,
    "values_i2": values.astype("i2"),
    "values_big": values.astype(">f4"),
    "values_half": values.astype("f2"),
    "values_columns": np.asfortranarray(values),
    "values_complex": values.astype("c8"),
    "single": np.float32(3),
}
out = ["/* Written by tests/peer/arrays.py. */"]


def array(name, data):
    out.append(f"static const unsigned char npy_{name}[] = {{")
    out.extend("    " + ", ".join(str(v) for v in data[i:i + 24]) + "," for i in range(0, len(data), 24))
    out.append("};")


for name, a in arrays.items():
    b = io.BytesIO()
    np.save(b, a)
    array(name, b.getvalue())
b = io.BytesIO()
np.lib.format.write_array(b, arrays["first"], version=(2, 0))
array("version_2", b.getvalue())
array("pixels", bytes_.flatten().tolist())
with open(os.path.join(os.path.dirname(__file__), "golden", "arrays.h"), "w") as f:
    f.write("\n".join(out) + "\n")
