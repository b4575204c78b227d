# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The backend of torch.compile: torch.compile(model, backend="lcompile")."""

from __future__ import annotations

import warnings
from typing import Any, Callable, Optional

import torch
from torch._dynamo.backends.common import aot_autograd
from torch._guards import TracingContext
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import _disable_current_modes

from . import graph, partition, tracing
from .piece import Piece
from .statistics import current


class FallbackWarning(UserWarning):
    """Something runs as before instead of being compiled; results are the same."""


_warned: set = set()


def _warn(text: str) -> None:
    """Once a text and process."""
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, FallbackWarning, stacklevel=2)


def compile_graph(
    module: torch.fx.GraphModule, inputs: list, *, options: Optional[dict] = None, **more: Any
) -> Callable:
    """Compiles a graph of torch.compile; where gradients are wanted, its backward graph too.

    What cannot be compiled runs as before, with one warning that lists the operators. `options` are those of the
    command line, with underscores: {"threads": 2}.
    """
    options = {**(options or {}), **{k: v for k, v in more.items() if k != "mode"}}
    current.graphs += 1
    if torch.is_grad_enabled() and any(isinstance(x, torch.Tensor) and x.requires_grad for x in inputs):
        return _compile_training(module, inputs, options)

    def compile_inference(traced: torch.fx.GraphModule, fakes: list) -> Callable:
        return _Compiled(traced, options)

    compiler = aot_autograd(
        fw_compiler=compile_inference,
        inference_compiler=compile_inference,
        decompositions=tracing.decomposition_table(),
        keep_inference_input_mutations=False,
    )
    with tracing.keep_composites():
        return compiler(module, inputs)


def _compile_training(module: torch.fx.GraphModule, inputs: list, options: dict) -> Callable:
    """A function whose forward and backward graphs are compiled. Weights are inputs of both: optimizers change them."""

    def compile_part(traced: torch.fx.GraphModule, fakes: list) -> Callable:
        compiled = _Compiled(traced, options, has_weights=False)

        def run(inputs: list) -> Any:  # torch wraps what runs backwards, and looks at functions only
            return compiled(inputs)

        run._boxed_call = True
        return run

    compiler = aot_autograd(
        fw_compiler=compile_part,
        bw_compiler=compile_part,
        inference_compiler=compile_part,
        decompositions=tracing.training_decomposition_table(),
        keep_inference_input_mutations=False,
    )
    # Attention as products and a softmax: the fused operators keep what only their own gradients understand.
    with sdpa_kernel(SDPBackend.MATH):
        return compiler(module, inputs)


class _Compiled:
    """A traced graph. It is compiled in the first call, when the weights are there.

    Called with a list of inputs by AOTAutograd, which clears the list so that inputs can be freed early.
    """

    _boxed_call = True

    def __init__(self, traced: torch.fx.GraphModule, options: dict, has_weights: bool = True):
        context = TracingContext.try_get()
        metadata = context.fw_metadata if context else None
        static = list(getattr(metadata, "static_input_indices", None) or ())
        # What the graph itself changes is an input like any other.
        mutated = set(getattr(metadata, "mutated_inp_runtime_indices", None) or ())
        placeholders = [node.name for node in traced.graph.find_nodes(op="placeholder")]
        constant = [i for i in static if i < len(placeholders) and i not in mutated] if has_weights else []
        weights = {placeholders[i] for i in constant}
        with _disable_current_modes():  # constants are tensors, not fakes
            self._run = _build(traced, weights, graph.options_of(options), int(options.get("threads", 0)))

    def __call__(self, inputs: list) -> Any:
        arguments = list(inputs)
        if isinstance(inputs, list):
            inputs.clear()
        current.calls += 1
        before = current.compiles
        if torch.is_grad_enabled():
            with torch.no_grad():
                result = self._run(*arguments)
        else:
            result = self._run(*arguments)
        current.cache_hits += current.compiles == before
        return result


def _normalize(traced: torch.fx.GraphModule) -> None:
    """What torch writes into the graph after decompositions, in operators that have rules."""
    for node in traced.graph.find_nodes(op="call_function", target=torch.ops.prims.convert_element_type.default):
        node.target = torch.ops.aten._to_copy.default
        node.args, node.kwargs = node.args[:1], {"dtype": node.args[1]}


def _build(traced: torch.fx.GraphModule, weights: set, options: list, threads: int) -> Callable:
    """A function that runs the graph: one piece, or several with what runs as before between them."""
    _normalize(traced)
    refused = {n.name: (partition.name_of(n), why) for n in traced.graph.nodes if (why := partition.refusal(n))}
    while True:
        pieces, found, run = {}, {}, None
        if not refused:
            pieces = {"": Piece(traced, weights, options, threads)}
            run = pieces[""].forward
        else:
            run = partition.split(traced, refused)
            for name, module in list(run.named_children()):
                if partition.is_compiled(name):
                    pieces[name] = Piece(module, weights, options, threads)
                    run.register_module(name, pieces[name])
        for piece in pieces.values():
            found.update(piece.check())
        new = {name: issue for name, issue in found.items() if name not in refused}
        if not new:
            break
        refused.update(new)
    if refused:
        operators = {}
        for op, why in refused.values():
            operators.setdefault(f"{op} ({why})", 0)
            operators[f"{op} ({why})"] += 1
        current.eager_operators.update({op: 0 for op, _ in refused.values()})
        for op, _ in refused.values():
            current.eager_operators[op] += 1
        listed = "\n".join(f"  {text}" + (f", {n} places" if n > 1 else "") for text, n in operators.items())
        _warn(f"lcompile: these operators run as before, the rest is compiled:\n{listed}")
    for piece in pieces.values():
        if piece.failure:
            current.fallbacks[piece.failure] += 1
            _warn(f"lcompile: a part of the graph runs as before: {piece.failure}")
    return run
