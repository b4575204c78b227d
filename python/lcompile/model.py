# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled models as Python callables. Needs NumPy or torch, not both."""

from __future__ import annotations

import os
from typing import Any, Mapping, NamedTuple, Optional, Union

from . import _runtime
from .errors import InvalidArgumentError


class TensorSpec(NamedTuple):
    """An input or output of a model.

    `shape` has an int for each fixed size and a string for each size that varies: the name of a symbol ("batch") or
    an expression of symbols ("2*s0+1"). `dtype` is "f32", "f64", "f16", "bf16", "i64", "i32", "i16", "i8", "u8" or
    "bool". An output with `updates` is not returned: it is written into the input of that index.
    """

    name: str
    dtype: str
    shape: tuple
    updates: Optional[int] = None


class SymbolRange(NamedTuple):
    """The values that a symbolic size may have: min <= size <= max (None: no limit), a multiple of `divisor`."""

    min: int
    max: Optional[int]
    divisor: int


class Model:
    """A compiled model. Call it like the module that it was made from.

    Inputs are torch tensors, NumPy arrays or whatever speaks DLPack, in the CPU's memory, by position, by name, or as
    one dictionary; numbers for 0-d inputs. They are not copied unless their memory is not dense and row-major. Outputs
    are what the inputs are: torch tensors when one of those is given, NumPy arrays otherwise. They are new in each
    call and belong to the caller. No gradient flows through a compiled model.

    Inputs that the model updates in place are updated in place.

    Calls from several threads run at the same time and share the weights.
    """

    def __init__(self, handle: "_runtime.Model", path: str):
        self._handle = handle
        self._path = path
        self._names = [name for name, *_ in handle.inputs()]
        self._build = _builder([name for name, _, _, alias in handle.outputs() if alias < 0])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or (len(args) == 1 and isinstance(args[0], Mapping)):
            args = self._arrange(args, kwargs)
        return self._build(self._handle.run(args))

    def _arrange(self, args: tuple, kwargs: dict) -> list:
        """The inputs in their order."""
        if args and isinstance(args[0], Mapping):
            args, kwargs = args[1:], {**args[0], **kwargs}
        names = self._names
        for name in kwargs:
            if name not in names:
                raise InvalidArgumentError(f"no input '{name}'; the inputs are: {', '.join(names)}")
            if name in names[: len(args)]:
                raise InvalidArgumentError(f"input '{name}' is given twice")
        missing = [name for name in names[len(args) :] if name not in kwargs]
        if missing:
            raise InvalidArgumentError(f"input '{missing[0]}' is missing")
        return [*args, *(kwargs[name] for name in names[len(args) :])]

    @property
    def name(self) -> str:
        """What the model is called."""
        return self._handle.info()["name"]

    @property
    def path(self) -> str:
        """The artefact's file."""
        return self._path

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec(*spec[:3]) for spec in self._handle.inputs()]

    @property
    def outputs(self) -> list[TensorSpec]:
        return [TensorSpec(*spec[:3], None if spec[3] < 0 else spec[3]) for spec in self._handle.outputs()]

    @property
    def symbols(self) -> dict[str, SymbolRange]:
        """The sizes that vary, by name."""
        return {name: SymbolRange(*values) for name, values in self._handle.symbols().items()}

    @property
    def info(self) -> dict[str, Any]:
        """Name, build id, target, threads, and memory in bytes (weights, arenas of all threads)."""
        return self._handle.info()

    def __repr__(self) -> str:
        def show(spec: TensorSpec) -> str:
            return f"{spec.name}: {'x'.join([*map(str, spec.shape), spec.dtype])}"

        outputs = [spec for spec in self.outputs if spec.updates is None]
        return f"<lcompile.Model {self.name}({', '.join(map(show, self.inputs))}) -> {', '.join(map(show, outputs))}>"


def load(
    path: Union[str, os.PathLike],
    *,
    threads: int = 0,
    weights: Union[str, os.PathLike, None] = None,
    verify_weights: bool = False,
) -> Model:
    """Opens a compiled shared object.

    The file is checked before any of its code runs: digest, version, instruction sets, libraries.

    path: "model.so"; its weights are found beside it unless `weights` says where.
    threads: how many a call uses; 0: what the artefact says, else as many as there are cores.
    verify_weights: read all weights and check their digest; otherwise only size, header and build id are checked.

    Raises lcompile.InvalidArgumentError (no such file), IncompatibleError (damaged or of another version) or
    UnavailableError (this machine lacks an instruction set or a library).
    """
    path = os.fspath(path)
    weights = None if weights is None else os.fspath(weights)
    return Model(_runtime.Model(path, threads, verify_weights, weights, {}), path)


def _builder(names: list[str]):
    """A function from the list of outputs to the structure that their names tell.

    One output "output" is a tensor; "output0", "output1", ... are a tuple; other names are keys of a dictionary, in
    which "a.b" is the key b in the dictionary a, and numbers are places in a tuple.
    """
    if names == ["output"]:
        return lambda outputs: outputs[0]
    if names == [f"output{i}" for i in range(len(names))]:
        return tuple
    tree: dict = {}
    for index, name in enumerate(names):
        node, (*parents, leaf) = tree, name.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
            if not isinstance(node, dict):  # not a tree after all: leave the names as they are
                return lambda outputs: dict(zip(names, outputs))
        if leaf in node:
            return lambda outputs: dict(zip(names, outputs))
        node[leaf] = index

    def build(node, outputs):
        if not isinstance(node, dict):
            return outputs[node]
        values = [build(child, outputs) for child in node.values()]
        if list(node) == [str(i) for i in range(len(values))] or (
            node is tree and list(node) == [f"output{i}" for i in range(len(values))]
        ):
            return tuple(values)
        return dict(zip(node, values))

    return lambda outputs: build(tree, outputs)
