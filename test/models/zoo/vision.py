# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Vision models: torchvision's with random weights, a U-Net, and a small sibling of each for quick tests."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from ._torchvision import torchvision
from .model import Input, Recipe, Symbol, calibrate_batch_norm

BATCH = {"b": Symbol(example=1, min=1, max=32)}


def images(make, side=224):
    """A recipe with one input x of [b, 3, side, side]."""
    return Recipe(make, {"x": Input(("b", 3, side, side))}, BATCH)


def resnet50():
    return calibrate_batch_norm(torchvision.models.resnet50(weights=None), 4, 3, 224, 224)


def mobilenet_v3_large():
    model = torchvision.models.mobilenet_v3_large(weights=None)
    return calibrate_batch_norm(_wake_classifier(model), 8, 3, 224, 224)


def _wake_classifier(model):
    """torchvision's classifiers start so small that the outputs are 1e-3: scale them to about 1."""
    for m in model.classifier.modules():
        if isinstance(m, nn.Linear):
            nn.init.kaiming_normal_(m.weight)
    return model


def convnext_tiny():
    model = torchvision.models.convnext_tiny(weights=None)
    return _wake_classifier(_wake_layer_scale(model))


def _wake_layer_scale(model):
    """Layer scale starts at 1e-6: every block would be the identity and an error in it invisible."""
    for name, p in model.named_parameters():
        if name.endswith("layer_scale"):
            nn.init.uniform_(p, 0.1, 0.5)
    return model


def vit_b_16():
    return _wake_vit(torchvision.models.vit_b_16(weights=None))


def _wake_vit(model):
    """torchvision starts the head and the class token at zero: every output would be zero."""
    nn.init.normal_(model.heads.head.weight, std=0.02)
    nn.init.normal_(model.class_token, std=0.02)
    return model


class DoubleConv(nn.Sequential):
    """Two 3x3 convolutions, each with batch norm and ReLU."""

    def __init__(self, cin, cout):
        layers = []
        for c in (cin, cout):
            layers += [nn.Conv2d(c, cout, 3, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True)]
        super().__init__(*layers)


class UNet(nn.Module):
    """The U-Net of Ronneberger et al. (2015): four levels, padded convolutions, transposed convolutions up."""

    def __init__(self, width=64, levels=4, classes=2):
        super().__init__()
        widths = [width << i for i in range(levels + 1)]
        self.stem = DoubleConv(3, width)
        self.down = nn.ModuleList(DoubleConv(a, b) for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(widths, widths[1:]))
        self.merge = nn.ModuleList(DoubleConv(b, a) for a, b in zip(widths, widths[1:]))
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        x = self.stem(x)
        skips = []
        for down in self.down:
            skips.append(x)
            x = down(F.max_pool2d(x, 2))
        for up, merge, skip in zip(reversed(self.up), reversed(self.merge), reversed(skips)):
            x = merge(torch.cat([skip, up(x)], dim=1))
        return self.head(x)


def unet():
    return calibrate_batch_norm(UNet(), 2, 3, 256, 256)


def tiny_unet():
    return calibrate_batch_norm(UNet(width=8, levels=2), 2, 3, 32, 32)


class TinyResNet(nn.Module):
    """ResNet's stem, one plain and one down-sampling basic block, and its head."""

    def __init__(self):
        super().__init__()
        block = torchvision.models.resnet.BasicBlock
        self.conv1 = nn.Conv2d(3, 16, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        shortcut = nn.Sequential(nn.Conv2d(16, 32, 1, stride=2, bias=False), nn.BatchNorm2d(32))
        self.layers = nn.Sequential(block(16, 16), block(16, 32, stride=2, downsample=shortcut))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.avgpool(self.layers(x)), 1))


def tiny_resnet():
    return calibrate_batch_norm(TinyResNet(), 8, 3, 64, 64)


def tiny_mobilenet():
    conf = partial(torchvision.models.mobilenetv3.InvertedResidualConfig, dilation=1, width_mult=1)
    blocks = [
        conf(16, 3, 16, 16, False, "RE", stride=1),
        conf(16, 3, 48, 24, True, "RE", stride=2),
        conf(24, 5, 72, 24, True, "HS", stride=1),
    ]
    model = torchvision.models.MobileNetV3(blocks, last_channel=64, num_classes=10)
    return calibrate_batch_norm(_wake_classifier(model), 8, 3, 64, 64)


def tiny_convnext():
    block = torchvision.models.convnext.CNBlockConfig
    model = torchvision.models.ConvNeXt([block(16, 32, 1), block(32, None, 2)], num_classes=10)
    return _wake_classifier(_wake_layer_scale(model))


def tiny_vit():
    make = torchvision.models.VisionTransformer
    return _wake_vit(
        make(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=32, mlp_dim=64, num_classes=10)
    )


RECIPES = {
    "resnet50": images(resnet50),
    "mobilenet_v3_large": images(mobilenet_v3_large),
    "convnext_tiny": images(convnext_tiny),
    "unet": images(unet, side=256),
    "vit_b_16": images(vit_b_16),
    "tiny_resnet": images(tiny_resnet, side=64),
    "tiny_mobilenet": images(tiny_mobilenet, side=64),
    "tiny_convnext": images(tiny_convnext, side=64),
    "tiny_unet": images(tiny_unet, side=32),
    "tiny_vit": images(tiny_vit, side=32),
}
