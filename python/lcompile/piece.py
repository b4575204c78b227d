# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A graph of ATen operators that is compiled as a whole."""

from __future__ import annotations

import copy
import threading
from typing import Any, Optional

import sympy
import torch

from . import graph, jit, partition
from .errors import Error, UnsupportedError
from .statistics import current

#: After so many changes of its weights, a piece takes them as inputs: slower, but right without compiling again.
WEIGHT_CHANGES = 2
#: A graph can be shared by modules with weights of their own (the layers of a model): so many are kept.
WEIGHT_SETS = 64


class _Weights:
    """An artefact for one set of weights."""

    def __init__(self, model, tensors: list):
        self.model = model
        self.tensors = tensors
        self.state = _state(tensors)


def _state(tensors: list) -> list:
    """What changes when the data of the tensors do."""
    return [(t._version, t.data_ptr()) for t in tensors]


class Piece(torch.nn.Module):
    """Runs like the module that it is made from. Compiles in its first call, for the weights of that call."""

    def __init__(self, module: torch.fx.GraphModule, weights: set, options: list, threads: int):
        super().__init__()
        self._lock = threading.Lock()
        self._options, self._threads = options, threads
        #: Runs where compiling fails.
        self._eager = [module]
        #: Why it runs as before, if it does.
        self.failure: Optional[str] = None
        try:
            self._prepare(module)
        except ValueError as error:
            self.failure = str(error)
            return
        self._weights = [i for i, name in enumerate(self._names) if name in weights]
        # Which inputs the artefact takes, with the weights inside of it and without.
        place = {name: i for i, name in enumerate(self._names)}
        self._all = [place[name] for name in self._used if name not in self._constants]
        self._data = [i for i in self._all if i not in set(self._weights)]
        self._sets: dict = {}
        self._changes = 0
        self._general = None

    def _prepare(self, module: torch.fx.GraphModule) -> None:
        """A copy of the graph whose inputs and outputs are all tensors or sizes, and how to get back."""
        nodes = copy.deepcopy(module.graph)
        _copy_values(module.graph, nodes)
        self._constants: dict = {}
        _lift_constants(module, nodes, self._constants)
        placeholders = nodes.find_nodes(op="placeholder")
        given = len(placeholders) - len(self._constants)
        # Constants come first among the placeholders, as the names of the constants.
        self._names = [node.name for node in placeholders if node.name not in self._constants]
        assert len(self._names) == given
        place = {name: i for i, name in enumerate(self._names)}
        output = nodes.output_node()
        results, is_tuple = output.args[0], isinstance(output.args[0], (tuple, list))
        self._single = not is_tuple
        kept: list = []
        self._plan: list = []
        for node in results if is_tuple else [results]:
            if not isinstance(node, torch.fx.Node):
                self._plan.append(("known", node))
            elif node.op == "placeholder" and node.name in place:
                self._plan.append(("input", place[node.name]))
            elif partition.is_number(node):
                self._plan.append(("size", self._size(node.meta["val"], placeholders, place)))
            else:
                if node not in kept:
                    kept.append(node)
                self._plan.append(("output", kept.index(node)))
        self._strides = [_permutation(node.meta["val"]) for node in kept]
        self._is_permuted = any(self._strides)
        self._is_plain = self._plan == [("output", i) for i in range(len(kept))]
        output.args = (tuple(kept),)
        nodes.eliminate_dead_code()
        for node in nodes.find_nodes(op="placeholder"):
            if not node.users:
                nodes.erase_node(node)
        self._used = [n.name for n in nodes.find_nodes(op="placeholder")]
        self._graph = torch.fx.GraphModule(module, nodes)
        self._is_empty = not kept

    @staticmethod
    def _size(value, placeholders, place):
        """A function of the inputs that gives a size."""
        if not isinstance(value, (torch.SymInt, torch.SymFloat, torch.SymBool)):
            return lambda inputs: value
        expr = value.node.expr
        where = {}
        for symbol in expr.free_symbols:
            for node in placeholders:
                known = node.meta["val"]
                if isinstance(known, torch.SymInt) and known.node.expr == symbol:
                    where[symbol] = (place[node.name], None)
                elif isinstance(known, torch.Tensor):
                    for d, size in enumerate(known.shape):
                        if isinstance(size, torch.SymInt) and size.node.expr == symbol:
                            where.setdefault(symbol, (place[node.name], d))
        if set(where) != set(expr.free_symbols):
            raise ValueError(f"the size {expr} does not follow from the inputs")
        kind = int if isinstance(value, torch.SymInt) else float if isinstance(value, torch.SymFloat) else bool

        def size(inputs):
            known = {s: inputs[i] if d is None else inputs[i].shape[d] for s, (i, d) in where.items()}
            return kind(expr.subs(known) if isinstance(expr, sympy.Basic) else expr)

        return size

    def _text(self, weights: set) -> str:
        names = weights | set(self._constants)
        return graph.program_text(self._graph, graph.signature_of(self._graph, names), graph.ranges_of(self._graph))

    def check(self) -> dict:
        """What cannot be compiled: {node: (operator, reason)}."""
        if self.failure or self._is_empty:
            return {}
        try:
            self._open(None)
        except UnsupportedError as error:
            known = {node.name for node in self._graph.graph.nodes}
            found = {i["node"]: (i["op"], i["reason"]) for i in error.issues if i["node"] in known}
            if not found:
                self.failure = str(error)
            return found
        except Exception as error:  # whatever the reason: results matter more
            self.failure = _describe(error)
        return {}

    def _open(self, given: Optional[dict]):
        """A compiler that holds the program, with these weights inside; all are inputs for None."""
        tensors = {**self._constants, **(given or {})}
        tensors = {name: graph.dense(t) for name, t in tensors.items() if name in self._used}
        return jit.import_graph(self._text(set(given or {})), tensors, self._options), tensors

    def _compile(self, given: dict):
        """The model, or None when compiling fails: then the failure is said and kept."""
        try:
            return jit.build(*self._open(given), self._threads)
        except Exception as error:
            self.failure = _describe(error)
            current.fallbacks[self.failure] += 1
            from .backend import _warn

            _warn(f"lcompile: a part of the graph runs as before: {self.failure}")
            return None

    def forward(self, *inputs: Any) -> Any:
        if self.failure or self._is_empty:
            return self._eager[0](*inputs)
        entry = self._general if self._changes > WEIGHT_CHANGES else None
        if entry is None:
            weights = [inputs[i] for i in self._weights]
            key = tuple(map(id, weights))
            entry = self._sets.get(key)
            if entry is None or entry.state != _state(weights):
                with self._lock:
                    entry = self._specialize(key, weights)
        if self.failure:
            return self._eager[0](*inputs)
        outputs = entry.model.run([inputs[i] for i in (self._all if entry is self._general else self._data)])
        if self._is_permuted:
            outputs = [o if p is None else _permuted(o, p) for o, p in zip(outputs, self._strides)]
        if self._is_plain:
            return outputs[0] if self._single else tuple(outputs)
        results = []
        for kind, value in self._plan:
            if kind == "output":
                results.append(outputs[value])
            elif kind == "input":
                results.append(inputs[value])
            elif kind == "size":
                results.append(value(inputs))
            else:
                results.append(value)
        return results[0] if self._single else tuple(results)

    def _specialize(self, key: tuple, weights: list):
        """The artefact for these weights; compiled when there is none, or when they have changed since."""
        entry = self._sets.get(key)
        if entry and entry.state == _state(weights):
            return entry
        if entry:
            self._changes += 1
            current.weight_changes += 1
        varies = self._changes > WEIGHT_CHANGES or any(t.is_inference() for t in weights)
        if varies or len(self._sets) >= WEIGHT_SETS:
            if self._general is None:
                model = self._compile({})
                self._general = _Weights(model, []) if model else None
            if self._changes > WEIGHT_CHANGES:
                self._sets.clear()  # and what they hold packed
            return self._general
        model = self._compile({self._names[i]: t for i, t in zip(self._weights, weights)})
        if model:
            self._sets[key] = _Weights(model, weights)
        return self._sets.get(key)


def _describe(error: Exception) -> str:
    """Ours have texts for people; of others the first line says most."""
    if isinstance(error, Error):
        return str(error)
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _copy_values(source: torch.fx.Graph, target: torch.fx.Graph) -> None:
    """What the compiler wants to know about nodes: shapes, source lines, modules."""
    for a, b in zip(source.nodes, target.nodes):
        b.meta = {key: a.meta[key] for key in ("val", "stack_trace") if a.meta.get(key) is not None}
        if stack := a.meta.get("nn_module_stack"):
            path, module = list(stack.values())[-1]
            path = path.removeprefix("L['self']").removeprefix(".")
            b.meta["nn_module_stack"] = {"module": (path, getattr(module, "__name__", str(module)))}


def _lift_constants(module: torch.fx.GraphModule, nodes: torch.fx.Graph, constants: dict) -> None:
    """Makes placeholders of the tensors that the graph takes from its module."""
    for node in nodes.find_nodes(op="get_attr"):
        value = module
        for part in node.target.split("."):
            value = getattr(value, part)
        if not isinstance(value, torch.Tensor):
            continue
        known = next((name for name, tensor in constants.items() if tensor is value), None)
        with nodes.inserting_before(next(iter(nodes.nodes))):
            if known is None:
                lifted = nodes.placeholder(node.name + "_constant")
                lifted.meta["val"] = node.meta.get("val", value)
                constants[lifted.name] = value
            else:
                lifted = next(n for n in nodes.find_nodes(op="placeholder") if n.name == known)
        node.replace_all_uses_with(lifted)
        nodes.erase_node(node)


def _permutation(value: torch.Tensor) -> Optional[list]:
    """The order of dimensions in the memory of an output that is a transposed dense tensor; None when it is row-major
    (or not dense: then row-major is as good)."""

    def hint(size):
        return size.node.hint if isinstance(size, torch.SymInt) else size

    sizes, strides = [hint(s) for s in value.shape], [hint(s) for s in value.stride()]
    if any(s is None for s in (*sizes, *strides)) or 0 in sizes:
        return None
    order = sorted(range(len(sizes)), key=lambda d: (-strides[d], d))
    expected = 1
    for d in reversed(order):
        if sizes[d] != 1 and strides[d] != expected:
            return None
        expected *= sizes[d]
    big = [d for d in order if sizes[d] != 1]
    return order if big != sorted(big) else None


def _permuted(tensor: torch.Tensor, order: list) -> torch.Tensor:
    """The same values with the dimensions in this order in memory."""
    inverse = [order.index(d) for d in range(len(order))]
    return tensor.permute(order).contiguous().permute(inverse)
