# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.compile: a whole model ahead of time, through torch.export."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Callable, Optional, Union

import torch
from torch.export import ExportedProgram
from torch.export._tree_utils import reorder_kwargs
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind
from torch.utils import _pytree as pytree

from . import graph, jit, tracing
from .errors import InvalidArgumentError, UnsupportedError
from .model import Model, SymbolRange, TensorSpec

_WEIGHTS = (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)
_MUTATIONS = (OutputKind.BUFFER_MUTATION, getattr(OutputKind, "PARAMETER_MUTATION", None))


class CompiledModel:
    """A model that `lcompile.compile` made. Takes what the module takes and gives what it gives.

    Weights are shared with the module: they are packed where kernels want that, else used where they are. They must
    not change afterwards. Buffers that the module updates (counters, caches) are updated in place.
    """

    def __init__(self, program: ExportedProgram, options: dict):
        threads = int(options.get("threads", 0))
        self._compiler, self._program, self._weights = _import(program, graph.options_of(options))
        self._model = jit.build(self._compiler, self._weights, threads)
        signature = self._program.graph_signature
        self._state = _tensors_of(self._program)
        #: What fills the inputs of the artefact, in order: a tensor of the module's state, or a place among the leaves
        #: of the call's arguments.
        self._sources: list = []
        self._constants: list[tuple[int, Any]] = []
        leaf = 0
        for spec in signature.input_specs:
            if spec.kind in _WEIGHTS:
                if spec.target not in self._weights:
                    self._sources.append(self._state[spec.target])
                continue
            if isinstance(spec.arg, ConstantArgument):
                self._constants.append((leaf, spec.arg.value))
            else:
                self._sources.append(leaf)
            leaf += 1
        self._results = _results_of(self._program)
        # The usual case in short: tensors by position, one tensor as result.
        call = self._program.call_spec
        plain = pytree.tree_structure((tuple(range(leaf)), {}))
        self._tensors = leaf if call.in_spec == plain else -1
        self._is_tensor = call.out_spec == pytree.tree_structure(0) and self._results == [("output", None)]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == self._tensors and not kwargs and all(isinstance(x, torch.Tensor) for x in args):
            leaves = args
        else:
            leaves = self._flatten(args, kwargs)
        for place, value in self._constants:
            if leaves[place] != value:
                raise InvalidArgumentError(
                    f"argument {place} was {value!r} when the model was compiled, found {leaves[place]!r}"
                )
        inputs = [leaves[s] if isinstance(s, int) else s for s in self._sources]
        outputs = self._model.run(inputs)
        if self._is_tensor:
            return outputs[0]
        outputs = iter(outputs)
        results = []
        for kind, value in self._results:
            if kind == "output":
                results.append(next(outputs))
            elif kind == "number":
                results.append(next(outputs).item())
            else:
                results.append(value)
        return pytree.tree_unflatten(results, self._program.call_spec.out_spec)

    def _flatten(self, args: tuple, kwargs: dict) -> list:
        """The leaves of the arguments, whose structure must be that of the example."""
        spec = self._program.call_spec.in_spec
        leaves, found = pytree.tree_flatten((args, reorder_kwargs(kwargs, spec) if kwargs else kwargs))
        if found != spec:
            raise InvalidArgumentError(f"expected arguments of the structure {spec}, found {found}")
        return leaves

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Writes an artefact that needs neither this process nor torch: "model.so" (with model.h and, for large
        weights, model.weights beside it), or an executable for a path without an ending.

        Raises lcompile.Error when the file cannot be written; nothing is left of it then.
        """
        self._compiler.write(os.fspath(path), leave_given=False)

    @property
    def program(self) -> ExportedProgram:
        """What torch.export made of the module."""
        return self._program

    @property
    def inputs(self) -> list[TensorSpec]:
        return Model.inputs.fget(self._view())

    @property
    def outputs(self) -> list[TensorSpec]:
        return Model.outputs.fget(self._view())

    @property
    def symbols(self) -> dict[str, SymbolRange]:
        """The sizes that vary, by name."""
        return Model.symbols.fget(self._view())

    def _view(self) -> Model:
        return Model(self._model, "")

    @property
    def plan(self) -> list[tuple[str, str, str]]:
        """What a call runs, in order: (kernel, unit, the model's lines that it computes)."""
        return self._model.dispatches()

    def report(self) -> str:
        """For people: operators, kernels, memory, and what each phase of the compilation took."""
        info = self._model.info()
        units = Counter(unit for _, unit, _ in self.plan)
        weights = {t.untyped_storage().data_ptr(): t.nbytes for t in self._weights.values()}
        lines = [
            f"{info['name']} for {info['target']}, {info['threads']} threads",
            f"operators: {self._compiler.operator_count()}",
            "kernels:   " + ", ".join(f"{n} {unit}" for unit, n in sorted(units.items())),
            f"weights:   {sum(weights.values()) / 2**20:.1f} MiB, shared with the module",
            f"arena:     {info['arena_formula']} bytes",
            "",
            f"{'phase':12} {'seconds':>8} {'operations':>10}",
        ]
        lines += [f"{name:12} {seconds:8.3f} {count:10}" for name, seconds, count, _ in self._compiler.phases()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return repr(self._view()).replace("lcompile.Model", "lcompile.CompiledModel", 1)


def compile(
    model: Union[torch.nn.Module, Callable, ExportedProgram],
    args: tuple = (),
    kwargs: Optional[dict] = None,
    dynamic_shapes: Any = None,
    **options: Any,
) -> CompiledModel:
    """Compiles a whole model for the shapes of the example arguments.

    model: a module in the mode in which it shall run (usually `.eval()`), a function of tensors, or a program that
        torch.export made (then args, kwargs and dynamic_shapes are not needed).
    args, kwargs: example arguments; sizes are fixed unless `dynamic_shapes` (as torch.export.export takes it) says
        otherwise.
    options: those of the command line, with underscores: threads=2, cpu="x86-64-v3", dump_phases="folder".

    Raises lcompile.UnsupportedError, which lists all operators that cannot be compiled with their source lines, and
    what torch.export raises.
    """
    if not isinstance(model, ExportedProgram):
        if not isinstance(model, torch.nn.Module):
            function, model = model, torch.nn.Module()
            model.forward = function
        with tracing.for_export():
            model = torch.export.export(model, tuple(args), kwargs, dynamic_shapes=dynamic_shapes, strict=False)
    return CompiledModel(model, options)


def _import(program: ExportedProgram, options: list[str]):
    """(compiler, program, weights): the program as it is or, where that has operators without a rule or changes its
    buffers, with these operators taken apart and all changes as results."""
    try:
        return _try_import(program, options)
    except UnsupportedError as error:
        with tracing.for_export():
            simpler = program.run_decompositions(tracing.decomposition_table())
        try:
            return _try_import(simpler, options)
        except UnsupportedError:
            raise error from None


def _try_import(program: ExportedProgram, options: list[str]):
    signature = program.graph_signature
    mutated = {spec.target for spec in signature.output_specs if spec.kind in _MUTATIONS}
    tensors = _tensors_of(program)
    weights = {
        spec.target: graph.dense(tensors[spec.target])
        for spec in signature.input_specs
        if spec.kind in _WEIGHTS and spec.target not in mutated
    }
    text = graph.program_text(program.graph_module, signature, program.range_constraints, program.module_call_graph)
    return jit.import_graph(text, weights, options), program, weights


def _tensors_of(program: ExportedProgram) -> dict:
    return {**program.constants, **program.state_dict}


def _results_of(program: ExportedProgram) -> list[tuple[str, Any]]:
    """What the leaves of the result are: an output of the artefact, a number in one, or a value known since export."""
    results = []
    for spec in program.graph_signature.output_specs:
        if spec.kind != OutputKind.USER_OUTPUT:
            continue
        if isinstance(spec.arg, ConstantArgument):
            # Only None has no place among the outputs.
            results.append(("known", None) if spec.arg.value is None else ("number", None))
        elif type(spec.arg).__name__ == "TensorArgument":
            results.append(("output", None))
        else:
            results.append(("number", None))
    return results
