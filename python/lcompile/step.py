# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One compiled training step: the artefact for some shapes of the batch, and the trainer that runs it."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Optional, Union

import torch
from torch.export.graph_signature import ConstantArgument, InputKind

from . import _runtime, graph, jit, tracing
from .errors import InvalidArgumentError, UnsupportedError
from .model import Model, SymbolRange, TensorSpec
from .objective import Example, Objective, export
from .optimizers import Recipe

_WEIGHTS = (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)


class Step:
    """A compiled step. Its states are bound to tensors by whoever made it (States)."""

    def __init__(
        self,
        objective: Objective,
        modes: dict,
        trained: set,
        example: Example,
        recipe: Recipe,
        zero: int,
        channel: Optional[_runtime.Channel],
        options: dict,
    ):
        program = export(objective, modes, trained, example)
        world = channel.world if channel else 1
        optimizer, self._rates = recipe.options(_names_of(objective, program))
        options = {**options, "loss": "output", **optimizer}
        if world > 1:
            options |= {"world": world, "zero": zero}
        self._compiler, program, weights = _import(objective, program, graph.options_of(options))
        self._model = jit.build(self._compiler, weights, int(options.get("threads", 0)))
        self.description = self._model.training()
        if channel:
            channel.agree(self.description["digest"], "the training step")
        self.trainer = _runtime.Trainer(self._model, channel)
        self._constants = _constants_of(program)
        self._spec = program.call_spec.in_spec
        fixed = {place for place, _ in self._constants}
        self._leaves = [i for i in range(self._spec.num_leaves) if i not in fixed]
        specs = self._model.inputs()
        self._batch = [TensorSpec(*specs[i][:3]) for i in self.trainer.inputs()[: len(self._leaves)]]
        #: Integer buffers that count steps: (name, increment); see _counters_of.
        self.counters = _counters_of(objective, program)

    def run(self, leaves: list, spec: Any, rates: list[float]) -> torch.Tensor:
        """One step on the leaves of a call's arguments, of this structure, with the learning rate of each group. All
        together, when there are ranks."""
        if spec != self._spec:
            raise InvalidArgumentError(f"expected arguments of the structure {self._spec}, found {spec}")
        for place, value in self._constants:
            if leaves[place] != value:
                raise InvalidArgumentError(
                    f"argument {place} was {value!r} when the step was compiled, found {leaves[place]!r}"
                )
        return self.trainer.step([*(leaves[i] for i in self._leaves), *(rates[i] for i in self._rates)])[0]

    def accepts(self, leaves: list, spec: Any) -> bool:
        """Whether a call with these leaves can run it."""
        if spec != self._spec or any(leaves[place] != value for place, value in self._constants):
            return False
        found: dict = {}
        ranges = self.symbols
        for i, expected in zip(self._leaves, self._batch):
            if not isinstance(leaves[i], torch.Tensor) or leaves[i].dim() != len(expected.shape):
                return False
            for have, want in zip(leaves[i].shape, expected.shape):
                if isinstance(want, str):
                    if want not in ranges:  # an expression: the runtime checks it
                        continue
                    known = ranges[want]
                    if found.setdefault(want, have) != have or have < known.min or have > (known.max or have):
                        return False
                elif have != want:
                    return False
        return True

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Writes the step as an artefact ("step.so", or an executable for a path without an ending) that begins with
        the parameters of this moment and with nothing in the optimizer."""
        self._compiler.write(os.fspath(path), leave_given=False)

    @property
    def plan(self) -> list[tuple[str, str, str]]:
        return self._model.dispatches()

    @property
    def inputs(self) -> list[TensorSpec]:
        """The batch, as the step takes it."""
        return list(self._batch)

    @property
    def symbols(self) -> dict[str, SymbolRange]:
        return Model.symbols.fget(Model(self._model, ""))

    @property
    def info(self) -> dict[str, Any]:
        return self._model.info()

    @property
    def operator_count(self) -> int:
        return self._compiler.operator_count()

    @property
    def phases(self) -> list:
        return self._compiler.phases()


def _names_of(objective: Objective, program: torch.export.ExportedProgram) -> dict[int, str]:
    """What the parameters that the program reads are called, by their ids."""
    parameters = dict(objective.named_parameters(remove_duplicate=False))
    read = {node.name for node in program.graph.nodes if node.op == "placeholder" and node.users}
    return {
        id(parameters[spec.target]): objective.name_of(spec.target)
        for spec in program.graph_signature.input_specs
        if spec.kind == InputKind.PARAMETER and spec.arg.name in read
    }


def _import(objective: Objective, program: torch.export.ExportedProgram, options: list[str]):
    """(compiler, program, weights): the program as it is or, where that has operators without a rule, with these
    taken apart."""
    try:
        return _try_import(objective, program, options)
    except UnsupportedError as error:
        simpler = program.run_decompositions(tracing.decomposition_table())
        try:
            return _try_import(objective, simpler, options)
        except UnsupportedError:
            raise error from None


def _try_import(objective: Objective, program: torch.export.ExportedProgram, options: list[str]):
    signature = program.graph_signature
    parameters, buffers = objective.named_parameters(remove_duplicate=False), objective.named_buffers()
    tensors = {**program.constants, **dict(buffers), **dict(parameters)}
    specs, weights = [], {}
    for spec in signature.input_specs:
        if spec.kind in _WEIGHTS:
            name = objective.name_of(spec.target)
            if name in weights:
                raise InvalidArgumentError(f"the model and the loss function both have a tensor '{name}'")
            weights[name] = graph.dense(tensors[spec.target])
            spec = dataclasses.replace(spec, target=name)
        specs.append(spec)
    outputs = [
        dataclasses.replace(spec, target=objective.name_of(spec.target)) if spec.target else spec
        for spec in signature.output_specs
    ]
    renamed = dataclasses.replace(signature, input_specs=specs, output_specs=outputs)
    text = graph.program_text(program.graph_module, renamed, program.range_constraints, program.module_call_graph)
    return jit.import_graph(text, weights, options), program, weights


def _constants_of(program: torch.export.ExportedProgram) -> list[tuple[int, Any]]:
    """The leaves of the arguments that are no tensors, and their values: they are part of the program."""
    users = [s for s in program.graph_signature.input_specs if s.kind not in _WEIGHTS]
    return [(i, s.arg.value) for i, s in enumerate(users) if isinstance(s.arg, ConstantArgument)]


def _counters_of(objective: Objective, program: torch.export.ExportedProgram) -> list[tuple[str, int]]:
    """The buffers that a step only adds a number to (batch norm counts its batches): no part of the artefact."""
    buffers = program.graph_signature.inputs_to_buffers
    found = []
    for node in program.graph.nodes:
        if node.target in (torch.ops.aten.add_.Tensor, torch.ops.aten.add.Tensor) and len(node.args) == 2:
            source, amount = node.args
            if getattr(source, "name", None) in buffers and isinstance(amount, int):
                name = buffers[source.name]
                tensor = objective.get_buffer(name)
                if tensor.dim() == 0 and not tensor.is_floating_point():
                    found.append((objective.name_of(name), amount))
    return found
