#!/usr/bin/env python3
"""Writes golden/keras_pipeline.csv: what the training of tests/cli/keras.sh reports of its batches, computed by Keras. Each sample of each
epoch goes through ImageDataGenerator's apply_transform with the numbers that the runtime draws for it (Philox, by seed, epoch
and position; runtime/augment/pick.c), and through standardize with the mean and deviation of fit.

Run: KERAS_BACKEND=torch python tests/peer/pipeline.py        (pip install keras scipy torch)
"""
import os

import numpy as np
import scipy.ndimage
from keras.src.legacy.preprocessing.image import ImageDataGenerator

if not hasattr(scipy.ndimage, "interpolation"):
    scipy.ndimage.interpolation = scipy.ndimage  # Keras uses the old name

here = os.path.join(os.path.dirname(__file__), "golden")
SEED, EPOCHS, SITE_STEP = 11, 3, 0xA06000
f32 = np.float32


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def uniform(epoch, position, site, count):
    words = sum((philox((i, position, 0, site), (SEED, epoch)) for i in range((count + 3) // 4)), [])
    return [f32(w >> 8) * f32(2.0**-24) for w in words[:count]]


def order(n, epoch):
    site = 2166136261
    for b in b"order of the epoch":
        site = (site ^ b) * 16777619 & 0xFFFFFFFF
    out = list(range(n))
    for i in range(n - 1, 0, -1):
        w = philox((0, i, 0, site), (SEED, epoch))
        j = ((w[1] << 32 | w[0]) * (i + 1)) >> 64
        out[i], out[j] = out[j], out[i]
    return out


raw = open(os.path.join(here, "keras_images.idx"), "rb").read()
shape = np.frombuffer(raw[4:20], ">i4")
pictures = np.frombuffer(raw[20:], np.uint8).reshape(shape).transpose(0, 2, 3, 1).astype("float64")
n, h, w, c = pictures.shape
keras = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True, rotation_range=20, width_shift_range=0.2,
                           height_shift_range=0.2, horizontal_flip=True, dtype="float64")
keras.fit(pictures)


def sample(i, epoch, position):
    rotate, shift, flip = (uniform(epoch, position, SITE_STEP + place, 4) for place in range(3))
    how = {"theta": float(f32(-20 + float(rotate[0]) * 40)),
           "tx": float((2 * shift[0] - 1) * f32(0.2) * f32(w)), "ty": float((2 * shift[1] - 1) * f32(0.2) * f32(h)),
           "flip_horizontal": flip[0] < 0.5}
    return keras.standardize(keras.apply_transform(pictures[i].copy(), how))


pixels = [(k % c, k * 2 % h, k * 3 % w) for k in range(10)]
with open(os.path.join(here, "keras_pipeline.csv"), "w") as f:
    for epoch in range(EPOCHS):
        batch = np.stack([sample(i, epoch, position) for position, i in enumerate(order(n, epoch))])
        values = [batch[:, y, x, k] for k, y, x in pixels]
        f.write(",".join(f"{v:.7g}" for v in [p.mean() for p in values] + [(p * p * p).mean() for p in values]) + "\n")
