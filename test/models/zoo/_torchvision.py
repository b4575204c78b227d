# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Imports torchvision beside a CPU-only torch."""

import ctypes
import glob
import importlib.util
import os

import torch


def _extension_loads():
    folder = importlib.util.find_spec("torchvision").submodule_search_locations[0]
    for path in glob.glob(os.path.join(folder, "_C*.so")):
        try:
            ctypes.CDLL(path)
            return True
        except OSError:
            pass
    return False


if not _extension_loads():
    # The wheel's extension links CUDA. The models are plain Python, but the import names these two operators.
    _library = torch.library.Library("torchvision", "DEF")
    for _op in ("nms", "qnms"):
        _library.define(f"{_op}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision  # noqa: E402
