#!/usr/bin/env python3
"""Writes golden/keras_images.idx, golden/keras_labels.idx and golden/keras_standardize.txt: small random pictures, and what Keras's
ImageDataGenerator makes of the first of them, against which tests/cli/standardize.sh holds the finished program.

Run: KERAS_BACKEND=torch python tests/peer/standardize.py        (pip install keras scipy torch)
"""
import os

import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

here = os.path.join(os.path.dirname(__file__), "golden")
n, c, h, w, shown = 90, 3, 5, 5, 2  # square: of other pictures Keras turns the corner, not the centre
rng = np.random.default_rng(5)
smooth = rng.normal(size=(n, 1, h, 1)) + rng.normal(size=(n, c, 1, w)) + 0.5 * rng.normal(size=(n, c, h, w))
pictures = np.clip(smooth * [[[40]], [[25]], [[50]]] + [[[120]], [[90]], [[150]]], 0, 255).astype(np.uint8)
with open(os.path.join(here, "keras_images.idx"), "wb") as f:
    f.write(bytes([0, 0, 8, 4]) + np.array(pictures.shape, ">i4").tobytes() + pictures.tobytes())
with open(os.path.join(here, "keras_labels.idx"), "wb") as f:
    f.write(bytes([0, 0, 8, 1]) + np.array([n], ">i4").tobytes() + bytes(i % 3 for i in range(n)))


def gamma(x):
    return 255 * (x / 255) ** 2.2


def only_std():
    """Which Keras does not do: it centres too."""
    x = pictures.astype("float64")
    return x[:shown] / (x.std(axis=(0, 2, 3), keepdims=True) + 1e-6)


def standardized(first=lambda x: x, **options):
    x = first(pictures.transpose(0, 2, 3, 1).astype("float64"))
    g = ImageDataGenerator(data_format="channels_last", dtype="float64", **options)
    g.fit(x)
    return np.stack([g.standardize(x[i].copy()) for i in range(shown)]).transpose(0, 3, 1, 2)


with open(os.path.join(here, "keras_standardize.txt"), "w") as f:
    for name, out in {
        "both": standardized(rescale=1 / 255, featurewise_center=True, featurewise_std_normalization=True),
        "center": standardized(featurewise_center=True),
        "std": only_std(),
        "sample": standardized(rescale=1 / 255, samplewise_center=True, samplewise_std_normalization=True),
        "zca": standardized(rescale=1 / 255, featurewise_center=True, zca_whitening=True, zca_epsilon=1e-6),
        "soft": standardized(rescale=1 / 255, featurewise_center=True, zca_whitening=True, zca_epsilon=0.5),
        "gamma": standardized(gamma, rescale=1 / 255, featurewise_center=True, featurewise_std_normalization=True),
    }.items():
        for i in range(shown):
            f.write(f"{name} {i}: " + " ".join(f"{v:.7g}" for v in out[i].ravel()) + "\n")
