# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Splits a graph of ATen operators into pieces that can be compiled and pieces that run as before."""

from __future__ import annotations

import operator

import torch
from torch.fx.passes.split_module import split_module

from . import tracing

_DTYPES = {
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
}


def is_number(node: torch.fx.Node) -> bool:
    """True for sizes and what is computed from them: Python computes these in no time."""
    return isinstance(node.meta.get("val"), (torch.SymInt, torch.SymFloat, torch.SymBool, int, float, bool))


def refusal(node: torch.fx.Node) -> str | None:
    """Why a node cannot be compiled, as far as that is visible here; None when it is not."""
    if node.op not in ("call_function", "get_attr"):
        return None if node.op in ("placeholder", "output") else f"calls of the kind '{node.op}'"
    for used in [node, *node.all_input_nodes]:
        for value in _tensors(used.meta.get("val")):
            if value.device.type != "cpu":
                return f"tensors on the device '{value.device}'"
            if value.layout != torch.strided:
                return f"tensors of the layout {value.layout}"
            if value.dtype not in _DTYPES:
                return f"tensors of {value.dtype}"
    if node.op == "get_attr" or node.target is operator.getitem or is_number(node):
        return None
    if isinstance(node.target, torch._ops.HigherOrderOperator):
        return None  # the compiler says what it thinks of it
    if not isinstance(node.target, torch._ops.OpOverload):
        return "not an operator of torch"
    if node.target is torch.ops.aten.native_dropout.default and node.args[2] is not False:
        return "draws random numbers"
    if not tracing.has_rule(node.target):
        return "no rule for this operator"
    return None


def _tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _tensors(element)


def name_of(node: torch.fx.Node) -> str:
    if isinstance(node.target, torch._ops.OpOverload):
        return node.target.name()
    return str(node.target)


def split(module: torch.fx.GraphModule, refused: dict) -> torch.fx.GraphModule:
    """A module that calls submodules: those named compiled_* hold none of the nodes in `refused`.

    Each node goes into the earliest piece of its kind that all its operands allow, so there are as few pieces as the
    longest chain of changes between the kinds asks for.
    """
    level: dict = {}
    for node in module.graph.nodes:
        if node.op in ("placeholder", "output", "get_attr"):
            continue
        operands = [level[n] for n in node.all_input_nodes if n in level]
        wanted = int(node.name in refused)
        if is_number(node) or node.target is operator.getitem:
            level[node] = max(operands, default=0)
            continue
        level[node] = max([wanted, *(n + (n % 2 != wanted) for n in operands)])
    return split_module(module, None, lambda node: level.get(node, 0), keep_original_order=True)


def is_compiled(name: str) -> bool:
    """Whether the submodule of this name (submod_N) is to be compiled."""
    return int(name.rsplit("_", 1)[1]) % 2 == 0
