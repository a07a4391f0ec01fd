"""The networks and convolutions that are timed, one line each. A network: netc's file (and options for it), batch, the input of one
sample, what `train` is in PyTorch, and the peer.

A peer is an expression over the names of peers.py; loss and target say what goes with it (see there). The optimizer is that of the
.net file. `entry` is the program's predict command, `finish` what it does to the network's output.
"""
from collections import namedtuple

Net = namedtuple("Net", "name file batch input peer target optimizer entry finish")
NETS = {row[0]: Net(*row) for row in [
    ("lenet", "examples/lenet.net", 64, (1, 28, 28), "models.LeNet()", "label(10)", "adam(2e-3)", "classify", "softmax"),
    ("resnet18", "examples/resnet18.net", 8, (3, 224, 224), "tv.resnet18()", "label(1000)", "sgd(0.0125, 0.9, 1e-4)", "classify", "softmax"),
    ("resnet50", "examples/resnet50.net", 4, (3, 224, 224), "tv.resnet50()", "label(1000)", "sgd(0.0125, 0.9, 1e-4)", "classify", "softmax"),
    ("vgg16", "examples/vgg16.net", 2, (3, 224, 224), "zoo.small_vgg16(1000, 224)", "label(1000)", "sgd(0.00125, 0.9, 5e-4)", "classify", "softmax"),
    ("mobilenet_v2", "examples/mobilenet_v2.net", 8, (3, 224, 224), "tv.mobilenet_v2()", "label(1000)", "sgd(0.0125, 0.9, 4e-5)", "classify", "softmax"),
    ("googlenet", "examples/googlenet.net", 8, (3, 224, 224), "zoo.GoogLeNet(1000, 224)", "label(1000)", "sgd(0.00125, 0.9, 1e-4)", "classify", "softmax"),
    ("vit_small", "examples/vit_small.net", 16, (3, 32, 32), "zoo.SmallViT(10, 32)", "label(10)", "adamw(1e-3, 0.05)", "classify", "softmax"),
    ("unet", "examples/unet.net", 8, (1, 128, 128), "models.UNet()", "mask(128)", "adam(1e-3)", "segment", "where_sigmoid"),
    ("unet_paper", "examples/unet_paper.net", 1, (1, 572, 572), "PaperUNet()", "weighed_mask(388)", "sgd(1e-3, 0.99)", "segment", "where_softmax"),
    ("yolov3_tiny", "tests/bench/yolov3_tiny.net -D cells=true -D size=416", 4, (3, 416, 416), "yolo_nets.Tiny(3, 416)", "boxes(3)", "adam(1e-3)", "all", "decode"),
    ("gan_generator", "tests/bench/gan_generator.net", 16, (100, 1, 1), "Generator()", "picture(64)", "adam(2e-4, 0.5)", "generate", "same"),
    ("gan_discriminator", "tests/bench/gan_discriminator.net", 16, (3, 64, 64), "Discriminator()", "truth()", "adam(2e-4, 0.5)", "judge", "sigmoid"),
]}

Conv = namedtuple("Conv", "inputs outputs size kernel stride transposed batch")
CONVS = [Conv(*row) for row in [
    (64, 64, 56, 3, 1, 0, 8),
    (128, 128, 28, 3, 1, 0, 8),
    (256, 256, 14, 3, 1, 0, 8),
    (512, 512, 7, 3, 1, 0, 8),
    (16, 16, 128, 3, 1, 0, 8),
    (32, 32, 64, 3, 1, 0, 8),
    (64, 64, 64, 3, 1, 0, 8),
    (128, 128, 112, 3, 1, 0, 8),
    (64, 128, 56, 3, 2, 0, 8),
    (64, 256, 56, 1, 1, 0, 8),
    (1024, 256, 13, 1, 1, 0, 8),
    (3, 64, 224, 7, 2, 0, 8),
    (3, 16, 416, 3, 1, 0, 8),
    (1, 32, 28, 3, 1, 0, 64),
    (512, 256, 4, 4, 2, 1, 8),
    (128, 64, 16, 4, 2, 1, 8),
]]
