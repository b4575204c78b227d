# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How models are traced, so that the compiler sees operators that it has rules for."""

from __future__ import annotations

import contextlib
import functools
from unittest import mock

import torch
from torch._decomp import core_aten_decompositions, decompositions, get_decompositions
from torch.export import exported_program

from . import _compiler
from .decompositions import TABLE as decompositions_of_gradients


@functools.cache
def rules() -> frozenset:
    """The schemas of the operators that the compiler has rules for: "aten::add.Tensor"."""
    return frozenset(_compiler.operators())


def schema_of(op: torch._ops.OpOverload) -> str:
    """ "aten::add.Tensor", "aten::relu": the compiler's name of an operator."""
    return op.name()


def has_rule(op) -> bool:
    return isinstance(op, torch._ops.OpOverload) and schema_of(op) in rules()


@functools.cache
def decomposition_table() -> dict:
    """Decompositions of the operators that have no rule."""
    aten, prims = torch.ops.aten, torch.ops.prims
    table = {
        **core_aten_decompositions(),
        **get_decompositions([aten._native_batch_norm_legit_functional, aten._batch_norm_with_update_functional]),
        # What decompositions are written in themselves.
        prims.convert_element_type.default: lambda x, dtype: aten._to_copy(x, dtype=dtype),
    }
    return {op: f for op, f in table.items() if not has_rule(op)}


@functools.cache
def training_decomposition_table() -> dict:
    """The same for graphs with gradients. Dropout stays whole: what draws random numbers runs as before, so that the
    numbers are torch's."""
    kept = (torch.ops.aten.native_dropout.default,)
    return {op: f for op, f in {**decomposition_table(), **decompositions_of_gradients}.items() if op not in kept}


@functools.cache
def _kept_composites() -> tuple:
    """Composite operators (linear, scaled_dot_product_attention) that have a rule, so need not be taken apart."""
    from torch._export.utils import _collect_all_valid_cia_ops_for_aten_namespace

    return tuple(op for op in _collect_all_valid_cia_ops_for_aten_namespace() if has_rule(op))


def keep_composites():
    """A context in which tracing after autograd leaves composite operators with a rule as they are."""

    def keep(*args, **kwargs):
        return NotImplemented

    return exported_program._override_composite_implicit_decomp({op: keep for op in _kept_composites()})


@contextlib.contextmanager
def for_export():
    """What models are exported under: no gradients, attention as separate operators, LSTMs of any length.

    nn.MultiheadAttention has a fast path that is one opaque operator. The shapes of aten.lstm are inferred by
    unrolling it, which would fix the length of the sequence; the other implementation of the same operator in torch
    does not.
    """
    was = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    layer = getattr(decompositions, "mkldnn_one_layer_lstm", None)
    lstm = (
        mock.patch.object(decompositions, "select_one_layer_lstm_function", lambda *_: layer)
        if layer and hasattr(decompositions, "select_one_layer_lstm_function")
        else contextlib.nullcontext()
    )
    try:
        with torch.no_grad(), lstm:
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was)
