# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a training step differentiates: a model and a loss as one exported program."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from typing import Any, Callable, Optional

import torch
from torch.export import ExportedProgram, ShapesCollection
from torch.utils import _pytree as pytree

from . import tracing
from .errors import InvalidArgumentError

_MODEL, _LOSS = "model", "loss_fn"


class Objective(torch.nn.Module):
    """Gives the loss. Its last `targets` positional arguments go to the loss function, all others to the model."""

    def __init__(self, model: torch.nn.Module, loss_fn: Optional[Callable], targets: int):
        super().__init__()
        self.add_module(_MODEL, model)
        self.loss_fn = loss_fn
        self.targets = targets

    def forward(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        given = len(args) - self.targets
        output = getattr(self, _MODEL)(*args[:given], **kwargs)
        loss = self.loss_fn(output, *args[given:]) if self.loss_fn else _loss_in(output)
        if not isinstance(loss, torch.Tensor):
            raise InvalidArgumentError(f"expected a loss that is a tensor, found {type(loss).__name__}")
        if loss.numel() != 1 or not loss.is_floating_point():
            raise InvalidArgumentError(
                f"expected a loss that is one floating point number, found {loss.dtype} of shape {tuple(loss.shape)}"
            )
        return loss.reshape(())

    def name_of(self, target: str) -> str:
        """What the model itself calls a tensor of this module."""
        return target.removeprefix(_MODEL + ".")


def _loss_in(output: Any) -> Any:
    """The loss that a model computes itself."""
    if getattr(output, "loss", None) is not None:
        return output.loss
    if isinstance(output, dict) and "loss" in output:
        return output["loss"]
    return output[0] if isinstance(output, (tuple, list)) else output


def targets_of(loss_fn: Optional[Callable]) -> int:
    """How many arguments a loss function takes beside the model's output."""
    if loss_fn is None:
        return 0
    function = loss_fn.forward if isinstance(loss_fn, torch.nn.Module) else loss_fn
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        raise InvalidArgumentError("how many targets the loss function takes does not follow from it: say targets=1")
    return max(sum(p.kind in kinds and p.default is p.empty for p in parameters) - 1, 0)


@contextlib.contextmanager
def _as_it_was(objective: Objective, modes: dict, trained: set):
    """The modes of the modules as they were when the step was made; only these parameters ask for gradients."""
    now = {module: module.training for module in objective.modules()}
    asks = {p: p.requires_grad for p in objective.parameters()}
    try:
        for module, mode in modes.items():
            module.training = mode
        for p in asks:
            p.requires_grad_(id(p) in trained)
        yield
    finally:
        for module, mode in now.items():
            module.training = mode
        for p, asked in asks.items():
            p.requires_grad_(asked)


@dataclasses.dataclass
class Example:
    """Arguments to trace with, and which of their sizes vary."""

    args: tuple
    kwargs: dict
    #: As torch.export takes it: (one entry for each of args, {name: entry}); None: `varying` says it.
    shapes: Any = None
    #: Dimensions that vary, by leaf.
    varying: dict = dataclasses.field(default_factory=dict)


def export(objective: Objective, modes: dict, trained: set, example: Example) -> ExportedProgram:
    """The program of the loss. Tensors are called as the model calls them.

    modes: {module: training}; trained: the ids of the parameters that are trained.
    """
    shapes = example.shapes
    if shapes is not None:
        shapes = {**({"args": tuple(shapes[0])} if example.args else {}), **shapes[1]}
    elif example.varying:
        collection, leaves = ShapesCollection(), pytree.tree_leaves((example.args, example.kwargs))
        for leaf, dims in example.varying.items():
            # Exporting one tensor under two names is possible, marking it is not.
            collection[leaves[leaf]] = {d: torch.export.Dim.AUTO for d in dims}
        shapes = collection.dynamic_shapes(objective, example.args, example.kwargs)
    buffers = {name: (b, b.clone()) for name, b in objective.named_buffers()}
    with _as_it_was(objective, modes, trained), tracing.for_export(), torch.enable_grad():
        program = torch.export.export(objective, example.args, example.kwargs, dynamic_shapes=shapes, strict=False)
    for buffer, value in buffers.values():  # tracing must not count as a step
        if not torch.equal(buffer, value):
            buffer.copy_(value)
    return program
