#!/usr/bin/env python3
"""Writes golden/layers.h: what PyTorch computes for the layers and losses of the prelude; tests/unit/test_layers.c holds the
interpreter and the compiled code against it. What a case is stands in layer_cases.py.
Run: python tests/peer/layers.py > tests/peer/golden/layers.h
"""
import math
import re
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

from layer_cases import BATCH, case, each, layer, loss

print("/* Written by tests/peer/layers.py from PyTorch " + torch.__version__.split("+")[0] + ": do not edit. */")


# ---- convolution ----
layer("conv", "conv(4, 3)", [3, 6, 5], nn.Conv2d(3, 4, 3, padding=1))
layer("conv_stride", "conv(5, 3, stride: 2, bias: false)", [3, 8, 6], nn.Conv2d(3, 5, 3, 2, 1, bias=False))
layer("conv_wide", "conv(20, 3)", [10, 5, 5], nn.Conv2d(10, 20, 3, padding=1))
layer("conv_both_ways", "a: conv(64, 3, bias: false) -> b: conv(64, 3, bias: false) -> n: batchnorm", [64, 5, 6], # gradient as forward
      nn.Sequential(OrderedDict(a=nn.Conv2d(64, 64, 3, 1, 1, bias=False), b=nn.Conv2d(64, 64, 3, 1, 1, bias=False), n=nn.BatchNorm2d(64))),
      path="")
layer("conv_groups", "conv(6, [3, 2], groups: 2, pad: [1, 0])", [4, 6, 5], nn.Conv2d(4, 6, (3, 2), padding=(1, 0), groups=2))
layer("conv_depthwise", "conv(10, 3, groups: 10)", [10, 6, 6], nn.Conv2d(10, 10, 3, padding=1, groups=10))
layer("conv_dilation", "conv(4, 3, dilation: 2)", [3, 7, 7], nn.Conv2d(3, 4, 3, padding=2, dilation=2))
layer("conv_sides", "conv(4, 3, pad: [0, 2, 1, 0])", [3, 6, 6], nn.Conv2d(3, 4, 3), pad=(1, 0, 0, 2))
layer("conv_tf_same", "conv(4, 3, stride: 2, pad: tf_same)", [3, 8, 7], nn.Conv2d(3, 4, 3, 2), pad=(1, 1, 0, 1))
layer("conv_transpose", "conv_transpose(4, 4, stride: 2)", [3, 4, 5], nn.ConvTranspose2d(3, 4, 4, 2, 1))
layer("conv_transpose_output_pad", "conv_transpose(4, 3, stride: 2, pad: 1, output_pad: 1)", [3, 4, 5],
      nn.ConvTranspose2d(3, 4, 3, 2, 1, output_padding=1))
layer("conv_transpose_groups", "conv_transpose(6, 3, stride: [2, 1], pad: 1, groups: 2, bias: false)", [4, 4, 5],
      nn.ConvTranspose2d(4, 6, 3, (2, 1), 1, groups=2, bias=False))
layer("conv_transpose_dilation", "conv_transpose(3, 3, stride: 2, pad: [1, 0], dilation: 2)", [2, 4, 3],
      nn.ConvTranspose2d(2, 3, 3, 2, (1, 0), dilation=2))
layer("depthwise_conv", "depthwise_conv(3, multiplier: 2)", [4, 5, 5], nn.Conv2d(4, 8, 3, padding=1, groups=4),
      path="depthwise_conv_0.conv_0")
layer("separable_conv", "separable_conv(6, 3, stride: 2)", [4, 6, 6], nn.Sequential(OrderedDict(
    depthwise=nn.Conv2d(4, 4, 3, 2, 1, groups=4), pointwise=nn.Conv2d(4, 6, 1))))
layer("dense", "dense(6)", [5], nn.Linear(5, 6))
layer("dense_sequence", "dense(9, bias: false)", [2, 4, 5], nn.Linear(5, 9, bias=False))

# ---- pooling, sizes, places ----
each("maxpool", "maxpool(2)", [3, 6, 8], lambda x: F.max_pool2d(x, 2))
each("maxpool_overlap", "maxpool(3, stride: 2, pad: 1)", [3, 7, 6], lambda x: F.max_pool2d(x, 3, 2, 1))
each("maxpool_ceil", "maxpool(3, stride: 2, ceil: true)", [3, 6, 8], lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True))
each("avgpool", "avgpool([2, 3])", [3, 6, 6], lambda x: F.avg_pool2d(x, (2, 3)))
each("avgpool_pad", "avgpool(3, stride: 2, pad: 1)", [3, 7, 6], lambda x: F.avg_pool2d(x, 3, 2, 1))
each("avgpool_uncounted", "avgpool(3, stride: 2, pad: 1, ceil: true, count_pad: false)", [3, 6, 7],
     lambda x: F.avg_pool2d(x, 3, 2, 1, True, False))
each("global_avgpool", "global_avgpool", [9, 5, 3], lambda x: x.mean((2, 3)))
each("global_maxpool", "global_maxpool", [9, 5, 3], lambda x: x.amax((2, 3)))
for size, name in (3, "even"), ([4, 2], "uneven"), ([7, 9], "wider"), (1, "one"):
    each(f"adaptive_avgpool_{name}", f"adaptive_avgpool({size})", [3, 6, 9], lambda x: F.adaptive_avg_pool2d(x, size))
    each(f"adaptive_maxpool_{name}", f"adaptive_maxpool({size})", [3, 6, 9], lambda x: F.adaptive_max_pool2d(x, size))
each("spatial_pyramid_pool", "spatial_pyramid_pool", [2, 5, 7],
     lambda x: torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in (1, 2, 4)], 1))
each("upsample", "upsample(2)", [3, 4, 5], lambda x: F.interpolate(x, scale_factor=2))
each("upsample_bilinear", "upsample([2, 3], mode: bilinear)", [3, 4, 3],
     lambda x: F.interpolate(x, scale_factor=(2, 3), mode="bilinear"))
each("upsample_corners", "upsample(2, mode: bilinear, corners: true)", [3, 4, 3],
     lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True))
each("resize", "resize([5, 3])", [3, 7, 4], lambda x: F.interpolate(x, (5, 3)))
each("resize_bilinear", "resize([5, 9], mode: bilinear)", [3, 7, 4], lambda x: F.interpolate(x, (5, 9), mode="bilinear"))
each("center_crop", "center_crop(4, 3)", [3, 7, 5], lambda x: x[:, :, 1:5, 1:4])
for name, mode in ("zero_pad", "constant"), ("reflection_pad", "reflect"), ("replication_pad", "replicate"):
    each(name, f"{name}([2, 1, 0, 3])", [2, 4, 5], lambda x: F.pad(x, (0, 3, 2, 1), mode=mode))
each("pixel_shuffle", "pixel_shuffle(2)", [12, 3, 4], lambda x: F.pixel_shuffle(x, 2))
each("pixel_unshuffle", "pixel_unshuffle(3)", [2, 3, 6], lambda x: F.pixel_unshuffle(x, 3))
each("channel_shuffle", "channel_shuffle(3)", [6, 2, 3], lambda x: F.channel_shuffle(x, 3))


def squeeze_excite(c, n, activation, gate): # torchvision's SqueezeExcitation
    scale = OrderedDict(pool=nn.AdaptiveAvgPool2d(1), fc1=nn.Conv2d(c, n, 1), act=activation, fc2=nn.Conv2d(n, c, 1), gate=gate)
    return Times(scale)


class Hardsigmoid(nn.Module): # PyTorch's own divides by a float
    def forward(self, x):
        return (x / 6 + 0.5).clamp(0, 1)


class Times(nn.Sequential):
    def forward(self, x):
        return x * super().forward(x)


class ChannelsLast(nn.LayerNorm): # torchvision's LayerNorm2d
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


layer("squeeze_excite", "squeeze_excite(4)", [8, 4, 3], squeeze_excite(8, 2, nn.ReLU(), nn.Sigmoid()))
layer("squeeze_excite_silu", "squeeze_excite(squeezed: 3, activation: silu, gate: hardsigmoid)", [8, 4, 3],
      squeeze_excite(8, 3, nn.SiLU(), Hardsigmoid()))

# ---- normalisation ----
layer("batchnorm", "batchnorm", [9, 3, 4], nn.BatchNorm2d(9))
layer("batchnorm_options", "batchnorm(eps: 0.001, momentum: 0.3)", [5], nn.BatchNorm1d(5, 0.001, 0.3))
layer("batchnorm_eval", "batchnorm", [9, 3, 4], nn.BatchNorm2d(9), training=False)
layer("layernorm", "layernorm", [4, 7], nn.LayerNorm(7))
layer("layernorm_whole", "layernorm(axes: [0, 1, 2], eps: 1e-6)", [3, 4, 5], nn.LayerNorm([3, 4, 5], 1e-6))
layer("layernorm_bare", "layernorm(affine: false)", [4, 7], nn.LayerNorm(7, elementwise_affine=False))
layer("layernorm_channels", "layernorm(axes: [0])", [6, 4, 3], ChannelsLast(6))
layer("rmsnorm", "rmsnorm(eps: 1e-5)", [4, 7], nn.RMSNorm(7, 1e-5))
layer("groupnorm", "groupnorm(3)", [6, 4, 3], nn.GroupNorm(3, 6))
layer("groupnorm_bare", "groupnorm(1, affine: false)", [6, 5], nn.GroupNorm(1, 6, affine=False))
layer("instancenorm", "instancenorm", [5, 4, 3], nn.InstanceNorm2d(5))
layer("instancenorm_affine", "instancenorm(affine: true)", [5, 4, 3], nn.InstanceNorm2d(5, affine=True))
layer("lrn", "lrn", [8, 3, 4], nn.LocalResponseNorm(5))
layer("lrn_alexnet", "lrn(5, alpha: 5e-4, k: 2)", [8, 3, 4], nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0))
layer("lrn_even", "lrn(4, alpha: 0.5, beta: 0.5)", [7, 2, 3], nn.LocalResponseNorm(4, 0.5, 0.5))
each("normalize", "normalize", [6, 2], lambda x: F.normalize(x, dim=1))
for name in "dropout", "spatial_dropout", "alpha_dropout", "drop_path", "gaussian_noise":
    each(f"{name}_eval", name, [3, 2, 2], lambda x: x.clone(), training=False)

# ---- activations ----
functions = {
    "relu": F.relu, "relu6": lambda x: F.relu6(x), "gelu": F.gelu, "silu": F.silu, "mish": F.mish, "softsign": F.softsign,
    "elu(0.7)": lambda x: F.elu(x, 0.7), "elu": F.elu, "selu": F.selu, "celu(2)": lambda x: F.celu(x, 2.0),
    "leaky_relu": F.leaky_relu, "leaky_relu(0.2)": lambda x: F.leaky_relu(x, 0.2), "softplus": F.softplus,
    "softplus(3)": lambda x: F.softplus(x, 3), "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "logsigmoid": F.logsigmoid,
    "hardtanh": F.hardtanh, "hardtanh(-0.5, 1.5)": lambda x: F.hardtanh(x, -0.5, 1.5), "softshrink": F.softshrink,
    "hardshrink(0.7)": lambda x: F.hardshrink(x, 0.7), "threshold(0.1, 20)": lambda x: F.threshold(x, 0.1, 20.0),
    "tanhshrink": F.tanhshrink, "swish": F.silu, "swish(2)": lambda x: x * torch.sigmoid(2 * x), "glu": lambda x: F.glu(x, 1),
    "glu(-1)": lambda x: F.glu(x, -1), "hardswish": lambda x: x * Hardsigmoid()(x), "hardsigmoid": Hardsigmoid(), "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "softmax": lambda x: F.softmax(x, 1), "softmax(-1)": lambda x: F.softmax(x, -1),
    "log_softmax": lambda x: F.log_softmax(x, 1), "softmin(1)": lambda x: F.softmin(x, 2),
    "maxout(2)": lambda x: x.reshape(BATCH, 2, 2, 6).amax(2), "erf": torch.erf, "atan": torch.atan,
}
for stage, f in functions.items():
    each("act_" + re.sub(r"\W+", "_", stage).strip("_"), stage, [4, 6], f)
layer("prelu", "prelu", [4, 5], nn.PReLU(4))
layer("prelu_shared", "prelu(shared: true)", [4, 5], nn.PReLU())

# ---- attention ----
mha = nn.MultiheadAttention(6, 2, batch_first=True)


class SelfAttention(nn.MultiheadAttention): # need_weights: PyTorch's faster way has no second derivative
    def forward(self, x):
        return super().forward(x, x, x, need_weights=True)[0]


def attend(module, w, dot, q, k, causal):
    mask = torch.ones(q.shape[1], k.shape[1], dtype=torch.bool).triu(1) if causal else None
    return functional_call(module, {n[len(dot):]: t for n, t in w.items() if n != "nudge"}, (q, k, k),
                           {"need_weights": False, "attn_mask": mask})[0]


def heads(name, stage, causal=False, context=None, module=mha):
    dot = stage.split("(")[0] + "_0."
    fields = {"x": [4, 6]} | ({"x2": context} if context else {})
    case(name, f"out x -> {stage}", fields, {dot + n: list(p.shape) for n, p in module.named_parameters()},
         lambda w, x, c=None: attend(module, w, dot, x, x if c is None else c, causal))


heads("attention", "attention(2)")
heads("attention_causal", "attention(2, causal: true)", causal=True)
heads("attention_bare", "attention(3, bias: false)", module=nn.MultiheadAttention(6, 3, bias=False, batch_first=True))
heads("cross_attention", "cross_attention(x2, 2)", context=[5, 6])
heads("cross_attention_sizes", "cross_attention(x2, 2)", context=[3, 7],
      module=nn.MultiheadAttention(6, 2, kdim=7, vdim=7, batch_first=True))
case("scaled_dot_product", "out scaled_dot_product(x -> elu, x2, x3, causal: true)", {"x": [2, 4, 3], "x2": [2, 4, 3], "x3": [2, 4, 5]},
     {}, lambda w, q, k, v: F.scaled_dot_product_attention(F.elu(q), k, v, is_causal=True))
layer("transformer_encoder", "transformer_encoder(2, 9, activation: gelu)", [4, 6],
      nn.TransformerEncoderLayer(6, 2, 9, 0.0, F.gelu, batch_first=True), training=False)
layer("transformer_encoder_first", "transformer_encoder(3, 8, drop: 0, norm_first: true)", [4, 6],
      nn.TransformerEncoderLayer(6, 3, 8, 0.0, norm_first=True, batch_first=True))
for name, first in ("transformer_decoder", False), ("transformer_decoder_first", True):
    decoder = nn.TransformerDecoderLayer(6, 2, 8, 0.0, norm_first=first, batch_first=True).double()
    case(name, f"out x -> transformer_decoder(x2, 2, 8, drop: 0, norm_first: {str(first).lower()})", {"x": [4, 6], "x2": [5, 6]},
         {"transformer_decoder_0." + n: list(p.shape) for n, p in decoder.named_parameters()},
         lambda w, x, c: functional_call(decoder, {n.split(".", 1)[1]: t for n, t in w.items()}, (x, c),
                                         {"tgt_mask": torch.ones(4, 4, dtype=torch.bool).triu(1)}))
case("position_embedding", "out x -> position_embedding", {"x": [4, 6]}, {"position_embedding_0.weight": [4, 6]},
     lambda w, x: x + w["position_embedding_0.weight"])
waves = torch.arange(5)[:, None] * torch.exp(torch.arange(0, 6, 2) * (-math.log(10000) / 6))
each("sinusoidal_positions", "sinusoidal_positions", [5, 6],
     lambda x: x + torch.stack([waves.sin(), waves.cos()], 2).reshape(5, 6))
case("embedding", "in index\nout (index -> embedding(5, 4))*x", {"x": [3, 1], "t": ["class", 3]}, {"embedding_0.weight": [5, 4]},
     lambda w, x, t: w["embedding_0.weight"][t] * x, ins=["x", "t"])


# ---- between convolutions with channels in blocks, as wide as a vector, or left over ----
def between(name, stage, module, c=20, out=12, shape=(6, 7)):
    named = [(f"{stage.split('(')[0]}_0.{n}", f"1.{n}", p) for n, p in module.named_parameters()]
    net = nn.Sequential(nn.Conv2d(3, c, 3, padding=1), module, nn.Conv2d(out, 9, 3, padding=1)).double()
    weights = {"conv_0.weight": "0.weight", "conv_0.bias": "0.bias"} | {a: b for a, b, _ in named}
    weights |= {"conv_1.weight": "2.weight", "conv_1.bias": "2.bias"}
    case(f"between_{name}", f"out x -> conv({c}, 3) -> {stage} -> conv(9, 3)", {"x": [3, *shape]},
         {path: list(net.get_parameter(n).shape) for path, n in weights.items()},
         lambda w, x: functional_call(net, {n: w[path] for path, n in weights.items()}, (x,)))


class Call(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


between("lrn", "lrn(5, alpha: 0.1)", nn.LocalResponseNorm(5, 0.1), out=20)
between("groupnorm", "groupnorm(5)", nn.GroupNorm(5, 20), out=20)
between("instancenorm", "instancenorm(affine: true)", nn.InstanceNorm2d(20, affine=True), out=20)
between("layernorm", "layernorm(axes: [0])", ChannelsLast(20), out=20)
between("prelu", "prelu", nn.PReLU(20), out=20)
between("squeeze_excite", "squeeze_excite(4)", squeeze_excite(20, 5, nn.ReLU(), nn.Sigmoid()), out=20)
between("adaptive_avgpool", "adaptive_avgpool([4, 3])", nn.AdaptiveAvgPool2d((4, 3)), out=20)
between("adaptive_maxpool", "adaptive_maxpool([2, 5])", nn.AdaptiveMaxPool2d((2, 5)), out=20)
between("avgpool", "avgpool(3, stride: 2, pad: 1)", nn.AvgPool2d(3, 2, 1), out=20)
between("upsample", "upsample(2, mode: bilinear)", nn.Upsample(scale_factor=2, mode="bilinear"), out=20)
between("corners", "upsample(2, mode: bilinear, corners: true)", nn.UpsamplingBilinear2d(scale_factor=2), out=20)
between("pixel_shuffle", "pixel_shuffle(2)", nn.PixelShuffle(2), c=32, out=8)
between("channel_shuffle", "channel_shuffle(4)", nn.ChannelShuffle(4), out=20)
between("glu", "glu", nn.GLU(1), c=24)
between("softmax", "softmax", nn.Softmax(1), out=20)
between("global", "global_avgpool -> reshape([20, 1, 1])", Call(lambda x: x.mean((2, 3), keepdim=True)), out=20)
between("crop", "center_crop(3, 4)", Call(lambda x: x[:, :, 1:4, 1:5]), out=20)
between("transpose", "conv_transpose(12, 4, stride: 2)", nn.ConvTranspose2d(20, 12, 4, 2, 1))

# ---- losses ----
none = {"reduction": "none"}


def mean(v):
    return v.flatten(1).mean(1) if v.dim() > 1 else v


def focal(x, m, alpha=0.25, gamma=2): # torchvision's sigmoid_focal_loss
    p = torch.sigmoid(x)
    v = F.binary_cross_entropy_with_logits(x, m, **none) * (1 - p * m - (1 - p) * (1 - m)) ** gamma
    return v * (alpha * m + (1 - alpha) * (1 - m)) if alpha >= 0 else v


class_weights = torch.tensor([1, 2, 0.5, 3, 0.25])
loss("cross_entropy", "cross_entropy(x, t)", lambda x, t: F.cross_entropy(x, t, **none), x=[5], t="class")
loss("cross_entropy_smoothing", "cross_entropy(x, t, smoothing: 0.1)",
     lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1, **none), x=[5], t="class")
loss("cross_entropy_pixels", "cross_entropy(x, t, smoothing: 0.2)",
     lambda x, t: mean(F.cross_entropy(x, t, label_smoothing=0.2, **none)), x=[5, 3, 4], t=["class", 3, 4])
loss("cross_entropy_soft", "cross_entropy(x, p)", lambda x, p: F.cross_entropy(x, p, **none), x=[5], p=[5])
loss("cross_entropy_soft_smoothing", "cross_entropy(x, softmax(p), smoothing: 0.1)",
     lambda x, p: F.cross_entropy(x, torch.softmax(p, 1), label_smoothing=0.1, **none), x=[5], p=[5])
loss("cross_entropy_weights", "cross_entropy(x, t, weights: [1, 2, 0.5, 3, 0.25])",
     lambda x, t: F.cross_entropy(x, t, class_weights), x=[5], t="class")
loss("cross_entropy_weights_pixels", "cross_entropy(x, t, weights: [1, 2, 0.5, 3, 0.25], smoothing: 0.1)",
     lambda x, t: F.cross_entropy(x, t, class_weights, label_smoothing=0.1), x=[5, 2, 3], t=["class", 2, 3])
loss("cross_entropy_weights_soft", "cross_entropy(x, p, weights: [1, 2, 0.5, 3, 0.25])",
     lambda x, p: F.cross_entropy(x, p, class_weights, **none), x=[5], p=[5])
loss("nll", "nll(log_softmax(x), t)", lambda x, t: mean(F.nll_loss(F.log_softmax(x, 1), t, **none)), x=[5, 2, 2], t=["class", 2, 2])
loss("bce_with_logits", "bce_with_logits(x, p)", lambda x, p: mean(F.binary_cross_entropy_with_logits(x, p, **none)), x=[2, 5], p=[2, 5])
loss("bce_with_logits_positive", "bce_with_logits(x, mask, positive: 3)",
     lambda x, m: mean(F.binary_cross_entropy_with_logits(x, m, pos_weight=torch.tensor(3.0), **none)), x=[2, 5], mask=[2, 5])
loss("bce", "bce(sigmoid(x), mask)", lambda x, m: mean(F.binary_cross_entropy(torch.sigmoid(x), m, **none)), x=[2, 5], mask=[2, 5])
loss("focal_loss", "focal_loss(x, mask)", lambda x, m: mean(focal(x, m)), x=[2, 5], mask=[2, 5])
loss("focal_loss_bare", "focal_loss(x, mask, alpha: -1, gamma: 1.5)",
     lambda x, m: mean(focal(x, m, -1, 1.5)), x=[2, 5], mask=[2, 5])
def peaks(x, goal, alpha=2, beta=4): # CenterNet's _neg_loss, for each sample
    p, peak = torch.sigmoid(x), (goal == 1).double()
    each = peak * (1 - p)**alpha * F.logsigmoid(x) + (1 - peak) * (1 - goal)**beta * p**alpha * F.logsigmoid(-x)
    return -each.flatten(1).sum(1) / peak.flatten(1).sum(1).clamp(min=1)


loss("peak_loss", "peak_loss(x, min(1.3*p, 1))", lambda x, p: peaks(x, (1.3 * p).clamp(max=1)), x=[2, 4, 5], p=[2, 4, 5])
loss("focal_cross_entropy", "focal_cross_entropy(x, t, gamma: 3)",
     lambda x, t: mean((1 - torch.exp(-F.cross_entropy(x, t, **none))) ** 3 * F.cross_entropy(x, t, **none)),
     x=[5, 2, 3], t=["class", 2, 3])
loss("mse", "mse(x, y)", lambda x, y: mean(F.mse_loss(x, y, **none)), x=[2, 5], y=[2, 5])
loss("l1", "l1(x, y)", lambda x, y: mean(F.l1_loss(x, y, **none)), x=[2, 5], y=[2, 5])
loss("huber", "huber(x, y, delta: 0.7)", lambda x, y: mean(F.huber_loss(x, y, delta=0.7, **none)), x=[2, 5], y=[2, 5])
loss("smooth_l1", "smooth_l1(x, y, beta: 0.7)", lambda x, y: mean(F.smooth_l1_loss(x, y, beta=0.7, **none)), x=[2, 5], y=[2, 5])
loss("log_cosh", "log_cosh(x, y)", lambda x, y: mean(torch.log(torch.cosh(x - y))), x=[2, 5], y=[2, 5])


def tversky(p, m, alpha, beta, eps, axes):
    both = (p * m).sum(axes)
    return 1 - (both + eps) / (both + alpha * (p * (1 - m)).sum(axes) + beta * ((1 - p) * m).sum(axes) + eps)


loss("dice_loss", "dice_loss(sigmoid(x), mask)", lambda x, m: tversky(torch.sigmoid(x), m, 0.5, 0.5, 0.5, (1, 2, 3)),
     x=[1, 3, 4], mask=[1, 3, 4])
loss("dice_loss_batch", "dice_loss(sigmoid(x), mask, over: batch)",
     lambda x, m: tversky(torch.sigmoid(x), m, 0.5, 0.5, 0.5, (0, 1, 2, 3)), x=[1, 3, 4], mask=[1, 3, 4])
loss("jaccard_loss", "jaccard_loss(sigmoid(x), mask)", lambda x, m: tversky(torch.sigmoid(x), m, 1, 1, 1, (1, 2, 3)),
     x=[1, 3, 4], mask=[1, 3, 4])
loss("tversky_loss", "tversky_loss(sigmoid(x), mask)", lambda x, m: tversky(torch.sigmoid(x), m, 0.3, 0.7, 1, (1, 2, 3)),
     x=[1, 3, 4], mask=[1, 3, 4])
loss("tversky_loss_batch", "tversky_loss(sigmoid(x), mask, over: batch)",
     lambda x, m: tversky(torch.sigmoid(x), m, 0.3, 0.7, 1, (0, 1, 2, 3)), x=[1, 3, 4], mask=[1, 3, 4])
loss("hinge", "hinge(x, sign)", lambda x, s: mean((1 - s * x).clamp(min=0)), x=[2, 3], sign=[2, 3])
loss("multi_margin", "multi_margin(x, t)", lambda x, t: F.multi_margin_loss(x, t, **none), x=[5], t="class")
loss("kl_div", "kl_div(log_softmax(x), softmax(y))",
     lambda x, y: F.kl_div(F.log_softmax(x, 1), F.softmax(y, 1), **none).sum(1), x=[5], y=[5])
loss("kl_normal", "kl_normal(x, y)", lambda x, y: -0.5 * (1 + y - x**2 - y.exp()).sum(1), x=[5], y=[5])
loss("cosine_similarity", "sum(cosine_similarity(x, y))", lambda x, y: F.cosine_similarity(x, y, 1).sum(1), x=[5, 2], y=[5, 2])
loss("cosine_loss", "cosine_loss(x, y)", lambda x, y: 1 - F.cosine_similarity(x, y, 1), x=[5], y=[5])
loss("cosine_embedding", "cosine_embedding(x, y, sign, margin: 0.1)",
     lambda x, y, s: F.cosine_embedding_loss(x, y, s, 0.1, **none), x=[5], y=[5], sign=[])
loss("triplet_loss", "triplet_loss(x, y, z, margin: 2)", lambda x, y, z: F.triplet_margin_loss(x, y, z, 2, **none), x=[5], y=[5], z=[5])
loss("gaussian_nll", "gaussian_nll(x, y, p)", lambda x, y, p: mean(F.gaussian_nll_loss(x, y, p, **none)), x=[5], y=[5], p=[5])
loss("poisson_nll", "poisson_nll(x, p)", lambda x, p: mean(F.poisson_nll_loss(x, p, **none)), x=[5], p=[5])

# ---- boxes: torchvision's formulas; where two are equal, the second has the gradient, as in the language ----
def largest(a, b):
    return torch.where(a > b, a, b)


def least(a, b):
    return torch.where(a < b, a, b)


def overlap(a, b): # torchvision's _loss_inter_union
    (x1, y1, x2, y2), (u1, v1, u2, v2) = a.unbind(-1), b.unbind(-1)
    w, h = least(x2, u2) - largest(x1, u1), least(y2, v2) - largest(y1, v1)
    both = torch.where((w > 0) & (h > 0), w * h, 0)
    return both, (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - both


def hull(a, b):
    (x1, y1, x2, y2), (u1, v1, u2, v2) = a.unbind(-1), b.unbind(-1)
    return largest(x2, u2) - least(x1, u1), largest(y2, v2) - least(y1, v1)


def iou(a, b, eps=1e-7):
    both, either = overlap(a, b)
    return both / (either + eps)


def giou(a, b, eps=1e-7):
    (w, h), either = hull(a, b), overlap(a, b)[1]
    return iou(a, b, eps) - (w * h - either) / (w * h + eps)


def diou(a, b, eps=1e-7):
    (x1, y1, x2, y2), (u1, v1, u2, v2), (w, h) = a.unbind(-1), b.unbind(-1), hull(a, b)
    far = ((x1 + x2) / 2 - (u1 + u2) / 2) ** 2 + ((y1 + y2) / 2 - (v1 + v2) / 2) ** 2
    return iou(a, b, eps) - far / (w**2 + h**2 + eps)


def ciou(a, b, eps=1e-7):
    (x1, y1, x2, y2), (u1, v1, u2, v2) = a.unbind(-1), b.unbind(-1)
    v = 4 / math.pi**2 * (torch.atan((u2 - u1) / largest(v2 - v1, eps)) - torch.atan((x2 - x1) / largest(y2 - y1, eps))) ** 2
    return diou(a, b, eps) - (v / (1 - iou(a, b, eps) + v + eps)).detach() * v


def corners(v): # of any numbers
    return torch.cat([v[..., :2], v[..., :2] + 2 * torch.sigmoid(v[..., 2:])], -1)


proper = "stack([{0}[:, 0], {0}[:, 1], {0}[:, 0] + 2*sigmoid({0}[:, 2]), {0}[:, 1] + 2*sigmoid({0}[:, 3])], axis: -1)"
bx, by = proper.format("x"), proper.format("y")
loss("box_iou", f"mean(box_iou({bx}, {by}))", lambda x, y: mean(iou(corners(x)[:, :, None], corners(y)[:, None])),
     x=[5, 4], y=[3, 4])
for f, name in (iou, "aligned_iou"), (giou, "giou"), (diou, "diou"), (ciou, "ciou"):
    sign, call = (1, "mean({}({}, {}))") if f is iou else (-1, "{}_loss({}, {})")
    loss(name, call.format(name, bx, by), lambda x, y: mean(f(corners(x), corners(y))) * sign + (sign < 0), x=[6, 4], y=[6, 4])
    loss(f"{name}_raw", call.format(name, "x", "y"), lambda x, y: mean(f(x, y)) * sign + (sign < 0), x=[6, 4], y=[6, 4])
    loss(f"{name}_equal", call.format(name, bx, f"stop({bx})") + " + mean(x)", # beside whose gradient those that cancel are small
         lambda x: mean(f(corners(x), corners(x).detach())) * sign + (sign < 0) + mean(x), x=[6, 4])
    loss(f"{name}_empty", call.format(name, "0*x", "0*y"), lambda x, y: mean(f(0 * x, 0 * y)) * sign + (sign < 0), x=[3, 4], y=[3, 4])
each("box_area", "box_area", [2, 3, 4], lambda x: (x[..., 2] - x[..., 0]) * (x[..., 3] - x[..., 1]))
each("box_clip", "clip_boxes_to_image([2, 1])", [6, 4],
     lambda x: torch.stack([x[..., i].clamp(0, 1 if i % 2 == 0 else 2) for i in range(4)], -1))


def convert(v, origin, to): # torchvision's box_convert
    a, b, c, d = v.unbind(-1)
    x1, y1 = (a - c / 2, b - d / 2) if origin == "cxcywh" else (a, b)
    x2, y2 = (c, d) if origin == "xyxy" else (x1 + c, y1 + d)
    w, h = x2 - x1, y2 - y1
    return torch.stack({"xyxy": (x1, y1, x2, y2), "xywh": (x1, y1, w, h), "cxcywh": (x1 + w / 2, y1 + h / 2, w, h)}[to], -1)


for origin in "xyxy", "xywh", "cxcywh":
    for to in "xyxy", "xywh", "cxcywh":
        each(f"box_convert_{origin}_{to}", f"box_convert({origin}, {to})", [3, 4], lambda x: convert(x, origin, to))

def encode(box, anchor, weights=(1, 1, 1, 1)): # torchvision's BoxCoder; for boxes without area it has no numbers
    (x, y, w, h), (u, v, k, l) = convert(box, "xyxy", "cxcywh").unbind(-1), convert(anchor, "xyxy", "cxcywh").unbind(-1)
    w, h = largest(w, 1e-6), largest(h, 1e-6)
    return torch.tensor(weights) * torch.stack([(x - u) / k, (y - v) / l, torch.log(w / k), torch.log(h / l)], -1)


def decode(offset, anchor, weights=(1, 1, 1, 1), clip=math.log(1000 / 16)):
    (x, y, w, h), (dx, dy, dw, dh) = convert(anchor, "xyxy", "cxcywh").unbind(-1), (offset / torch.tensor(weights)).unbind(-1)
    return convert(torch.stack([x + w * dx, y + h * dy, w * dw.clamp(max=clip).exp(), h * dh.clamp(max=clip).exp()], -1),
                   "cxcywh", "xyxy")


px, py = proper.format("x"), proper.format("x2")
for name, weights in ("", [1, 1, 1, 1]), ("_weights", [10, 10, 5, 5]):
    given = f", weights: {weights}" if name else ""
    case(f"box_encode{name}", f"out box_encode({px}, {py}{given})", {"x": [6, 4], "x2": [6, 4]}, {},
         lambda w, x, y: encode(corners(x), corners(y), weights))
    case(f"box_decode{name}", f"out box_decode(x, {py}{given})", {"x": [6, 4], "x2": [6, 4]}, {},
         lambda w, x, y: decode(x, corners(y), weights))
case("box_decode_clip", f"out box_decode(x, {py}, clip: 0.5)", {"x": [3, 4], "x2": [3, 4]}, {},
     lambda w, x, y: decode(x, corners(y), clip=0.5))
case("box_encode_empty", f"out box_encode(0*x, {py})", {"x": [3, 4], "x2": [3, 4]}, {}, lambda w, x, y: encode(0 * x, corners(y)))


def anchors(h, w, stride, sizes, ratios): # torchvision's AnchorGenerator
    root, sizes = torch.tensor(ratios).sqrt(), torch.tensor(sizes)
    hs, ws = (root[:, None] * sizes).flatten(), ((1 / root)[:, None] * sizes).flatten()
    base = (torch.stack([-ws, -hs, ws, hs], 1) / 2).round()
    y, x = (v.flatten() for v in torch.meshgrid(torch.arange(h) * stride[0], torch.arange(w) * stride[1], indexing="ij"))
    return (torch.stack([x, y, x, y], 1)[:, None] + base[None]).reshape(-1, 4)


case("anchor_grid", "out x + anchor_grid(2, 3, 16, [32, 64])", {"x": [36, 4]}, {},
     lambda w, x: x + anchors(2, 3, (16, 16), [32.0, 64.0], [0.5, 1.0, 2.0]))
case("anchor_grid_stride", "out x + anchor_grid(3, 2, [8, 4], [15], ratios: [1, 3])", {"x": [12, 4]}, {},
     lambda w, x: x + anchors(3, 2, (8, 4), [15.0], [1.0, 3.0]))


def distribution_focal(x, target): # Ultralytics' DFLoss
    target = target.clamp(0, x.shape[-1] - 1.01)
    left = target.long()
    logp, weight = F.log_softmax(x, -1), left + 1 - target
    pick = lambda i: logp.gather(-1, i[..., None])[..., 0]
    return mean(-pick(left) * weight - pick(left + 1) * (1 - weight))


loss("distribution_focal_loss", "distribution_focal_loss(x, 3*y)", lambda x, y: distribution_focal(x, 3 * y), x=[3, 4, 5], y=[3, 4])
each("distribution_mean", "distribution_mean", [3, 4, 5], lambda x: (torch.softmax(x, -1) * torch.arange(5.0)).sum(-1))

# ---- metrics: their gradients are 0, or those of a loss ----
loss("accuracy", "accuracy(x, t) + 0*sum(x)", lambda x, t: (x.argmax(1) == t).double() + 0 * x.sum(1), x=[5], t="class")
loss("top_k", "top_k(x, t, 2) + 0*sum(x)", lambda x, t: (x.topk(2, 1).indices == t[:, None]).any(1).double() + 0 * x.sum(1),
     x=[5], t="class")
loss("rmse", "rmse(x, y)", lambda x, y: mean((x - y) ** 2).sqrt(), x=[2, 5], y=[2, 5])
loss("mae", "mae(x, y)", lambda x, y: mean((x - y).abs()), x=[2, 5], y=[2, 5])
loss("psnr", "psnr(x, y, 255)", lambda x, y: 10 * torch.log10(255**2 / mean((x - y) ** 2)), x=[2, 5], y=[2, 5])


# ---- gradients of gradients: the penalty of a Wasserstein GAN with a critic (Gulrajani et al., 2017) ----
def penalty(name, stages, *modules, shape=(2, 6, 6)):
    """modules: PyTorch's, each with the path of its stage."""
    critic = nn.Sequential(*[m for _, m in modules]).double()
    paths = {n: f"{modules[int(n.split('.')[0])][0]}.{n.split('.', 1)[1]}" for n, _ in critic.named_parameters()}
    buffers = {n: f"{modules[int(n.split('.')[0])][0]}.{n.split('.')[1]}" for n, _ in critic.named_buffers() if "running_" in n}

    def run(w, x):
        state = {n: w[path] for n, path in paths.items()} | {n: w[path].clone() for n, path in buffers.items()}
        y = functional_call(critic, state, (x,))
        g = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
        return (g.flatten(1).norm(dim=1) - 1) ** 2, {path: state[n] for n, path in buffers.items()}

    shapes = {paths[n]: list(p.shape) for n, p in critic.named_parameters()}
    shapes |= {path: list(critic.get_buffer(n).shape) for n, path in buffers.items()}
    case(f"penalty_{name}", f"out x -> {stages}", {"x": list(shape)}, shapes, run,
         loss="(norm(grad(of: sum(Case(x)), to: x)) - 1)^2")


def critic(name, norm, module, c=4, planes=36):
    penalty(name, f"conv({c}, 3, stride: 2) -> {norm} -> leaky_relu(0.2) -> flatten -> dense(1)",
            ("conv_0", nn.Conv2d(2, c, 3, 2, 1)), (norm.split("(")[0] + "_0", module), ("", nn.LeakyReLU(0.2)), ("", nn.Flatten()),
            ("dense_0", nn.Linear(planes, 1)))


critic("instancenorm", "instancenorm(affine: true)", nn.InstanceNorm2d(4, affine=True))
critic("batchnorm", "batchnorm", nn.BatchNorm2d(4))
critic("batchnorm_wide", "batchnorm", nn.BatchNorm2d(20), c=20, planes=180)
critic("groupnorm", "groupnorm(2)", nn.GroupNorm(2, 4))
critic("layernorm", "layernorm(axes: [0, 1, 2])", nn.LayerNorm([4, 3, 3]))
critic("lrn", "lrn(3, alpha: 0.5)", nn.LocalResponseNorm(3, 0.5))
critic("prelu", "prelu", nn.PReLU(4))
critic("squeeze_excite", "squeeze_excite(2)", squeeze_excite(4, 2, nn.ReLU(), nn.Sigmoid()))
critic("transpose", "conv_transpose(4, 3, pad: 1)", nn.ConvTranspose2d(4, 4, 3, 1, 1))
critic("avgpool", "avgpool(2, stride: 1)", nn.AvgPool2d(2, 1), planes=16)
critic("upsample", "upsample(2, mode: bilinear)", nn.Upsample(scale_factor=2, mode="bilinear"), planes=144)
critic("softmax", "softmax", nn.Softmax(1))
critic("maxpool", "maxpool(2, stride: 1)", nn.MaxPool2d(2, 1), planes=16)
critic("maxpool_exact", "maxpool(3)", nn.MaxPool2d(3), c=20, planes=20)
critic("maxpool_wide", "maxpool(3, stride: 2, pad: 1)", nn.MaxPool2d(3, 2, 1), c=20, planes=80)
critic("global_maxpool", "global_maxpool", Call(lambda x: x.amax((2, 3))), planes=4)
for stage, module in {"silu": nn.SiLU(), "gelu": nn.GELU(), "elu": nn.ELU(), "selu": nn.SELU(), "softplus": nn.Softplus(),
                      "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid(), "mish": nn.Mish(), "logsigmoid": nn.LogSigmoid(),
                      "softsign": nn.Softsign(), "gelu_tanh": nn.GELU("tanh"), "tanhshrink": nn.Tanhshrink()}.items():
    critic(stage, stage, module)
penalty("attention", "attention(2) -> gelu -> flatten -> dense(1)",
        ("attention_0", SelfAttention(6, 2, batch_first=True)), ("", nn.GELU()), ("", nn.Flatten()), ("dense_0", nn.Linear(24, 1)),
        shape=(4, 6))
