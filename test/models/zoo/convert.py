# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Entries as files: torch.export archives of fixed and varying sizes, TorchScript, inputs with expected outputs."""

import contextlib
import os
import warnings
from unittest import mock

import numpy as np
import torch
from torch._decomp import decompositions

from . import RECIPES, build


@contextlib.contextmanager
def plain_pytorch():
    """What every conversion runs under: no gradients, no fused fast path, no warnings about either.

    nn.MultiheadAttention and nn.TransformerEncoder have an inference fast path that is one opaque operator.
    """
    was = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was)


def _lstm_of_any_length():
    """aten.lstm stays one node, but torch.export infers its shapes by unrolling it, which fixes the sequence length."""
    layer = decompositions.mkldnn_one_layer_lstm
    return mock.patch.object(decompositions, "select_one_layer_lstm_function", lambda *_: layer)


def exported(name):
    """The ExportedProgram of the example's sizes."""
    model = build(name, for_export=True)
    with plain_pytorch(), _lstm_of_any_length():
        return torch.export.export(model.module, model.args, strict=False)


def exported_dynamic(name):
    """The ExportedProgram with every symbol of the entry as a torch.export.Dim of the same name and bounds."""
    symbols = RECIPES[name].symbols
    # Sizes 0 and 1 would be taken as constants, and equal sizes as the same.
    sizes = {s: symbol.example + 2 + k for k, (s, symbol) in enumerate(symbols.items())}
    model = build(name, for_export=True, **sizes)
    dims = {s: torch.export.Dim(s, min=symbol.min, max=symbol.max) for s, symbol in symbols.items()}
    shapes = {i: {k: dims[s] for k, (s, _, _) in sizes.items()} for i, sizes in model.dynamic.items()}
    with plain_pytorch(), _lstm_of_any_length():
        return torch.export.export(model.module, model.args, dynamic_shapes=shapes, strict=False)


def scripted(name):
    """The TorchScript module: compiled where it has control flow, traced otherwise; not frozen."""
    model = build(name)
    with plain_pytorch():
        if RECIPES[name].scripted:
            return torch.jit.script(model.module)
        return torch.jit.trace(model.module, model.args, check_trace=False)


def reference(name, **sizes):
    """(inputs, outputs) by name; the outputs are those of eager mode in f32."""
    model = build(name, **sizes)
    with plain_pytorch():
        outputs = as_tuple(model.module(*model.args))
    names = ["output"] if len(outputs) == 1 else [f"output_{k}" for k in range(len(outputs))]
    return dict(zip(model.names, model.args)), dict(zip(names, outputs))


def as_tuple(outputs):
    return outputs if isinstance(outputs, tuple) else (outputs,)


def save_arrays(folder, tensors):
    os.makedirs(folder, exist_ok=True)
    for name, tensor in tensors.items():
        np.save(os.path.join(folder, name + ".npy"), tensor.numpy())


def worst_error(function, name, **sizes):
    """The largest difference between `function` and eager mode over the range (max - min) of an output; NaN if any."""
    model = build(name, **sizes)
    with plain_pytorch():
        pairs = list(zip(as_tuple(function(*model.args)), as_tuple(model.module(*model.args)), strict=True))
    return max((_range_error(got, want) for got, want in pairs), key=lambda e: (e != e, e))


def _range_error(got, want):
    if got.shape != want.shape or got.dtype != want.dtype:
        raise ValueError(f"got {got.dtype} {tuple(got.shape)}, expected {want.dtype} {tuple(want.shape)}")
    difference = (got.double() - want.double()).abs().max().item()
    span = (want.max() - want.min()).item() or want.abs().max().item() or 1.0
    return difference / span
