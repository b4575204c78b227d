# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile: compiles PyTorch models to native code.

    f = torch.compile(model, backend="lcompile")                # compiles what it can, the rest runs as before
    g = lcompile.compile(model, (x,)); g.save("model.so")       # the whole model, ahead of time
    m = lcompile.load("model.so"); y = m(x)                     # needs neither PyTorch nor a compiler
    s = lcompile.train_step(model, loss_fn, torch.optim.AdamW, lr=1e-3); loss = s(x, y)    # a whole training step
"""

from __future__ import annotations

import importlib

from .errors import (
    Error,
    IncompatibleError,
    InternalError,
    InvalidArgumentError,
    OutOfRangeError,
    ResourceExhaustedError,
    UnavailableError,
    UnsupportedError,
)
from .model import Model, SymbolRange, TensorSpec, load

__version__ = "0.1.0"

# What needs torch is imported when it is first used.
_LAZY = {
    "CompiledModel": "export",
    "FallbackWarning": "backend",
    "TrainStep": "training",
    "compile": "export",
    "reset_stats": "statistics",
    "stats": "statistics",
    "train_step": "training",
}

__all__ = [
    "CompiledModel",
    "Error",
    "FallbackWarning",
    "IncompatibleError",
    "InternalError",
    "InvalidArgumentError",
    "Model",
    "OutOfRangeError",
    "ResourceExhaustedError",
    "SymbolRange",
    "TensorSpec",
    "TrainStep",
    "UnavailableError",
    "UnsupportedError",
    "compile",
    "load",
    "reset_stats",
    "stats",
    "train_step",
]


def __getattr__(name: str):
    if name not in _LAZY:
        raise AttributeError(f"module 'lcompile' has no attribute '{name}'")
    return getattr(importlib.import_module("." + _LAZY[name], __name__), name)


def __dir__():
    return sorted({*globals(), *_LAZY})
