# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles many cases as one program and runs it.

A program that fails as a whole is taken apart: what the compiler names is left out, and
otherwise halves are tried, so that each failure belongs to a case.
"""
import functools
import os
import pathlib
import re
import subprocess
import warnings

import numpy as np
import torch
from case import BY_NAME, STATIC_SIZE, View, Weight, on_leaves, plain

ROOT = pathlib.Path(__file__).resolve().parents[4]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
CHUNK = 400  # cases in one program


def flat(value):
    """The tensors of a result; numbers become tensors."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in flat(part)]
    return [] if value is None else [torch.tensor(value)]


class One(torch.nn.Module):
    """One case: its name is in the compiler's messages as the module."""

    def __init__(self, case, arguments, slots):
        super().__init__()
        self.operator, self.arguments, self.count = case.operator, arguments, case.results
        self.slots = slots  # id of a tensor -> place among the inputs
        self.weights = torch.nn.ParameterList()
        self.places = {}

        def keep(v):
            if isinstance(v, Weight):
                self.places[id(v)] = len(self.weights)
                self.weights.append(torch.nn.Parameter(v.tensor, requires_grad=False))

        on_leaves(keep, arguments)

    def forward(self, *inputs):
        def leaf(v):
            if isinstance(v, Weight):
                return self.weights[self.places[id(v)]]
            if isinstance(v, View):
                return v.make(inputs[self.slots[id(v.tensor)]])
            return inputs[self.slots[id(v)]] if isinstance(v, torch.Tensor) else v

        call = on_leaves(leaf, self.arguments)
        return flat(self.operator(*call.args, **call.kwargs))[: self.count]


class Many(torch.nn.Module):
    def __init__(self, ones):
        super().__init__()
        self.ones = torch.nn.ModuleDict({f"case{i}": one for i, one in enumerate(ones)})

    def forward(self, *inputs):
        return [leaf for one in self.ones.values() for leaf in one(*inputs)]


def input_tensors(arguments, found):
    """Adds the tensors that are inputs of the program."""

    def leaf(v):
        if isinstance(v, View):
            v = v.tensor
        if isinstance(v, torch.Tensor):
            found.append(v)

    on_leaves(leaf, arguments)
    return found


def follows_size(case):
    """The dimensions of a case's inputs that are n, or None when something else depends on n."""
    small, large = (input_tensors(case.arguments(n), []) for n in (STATIC_SIZE, STATIC_SIZE + 16))
    result = []
    for a, b in zip(small, large, strict=True):
        if a.dim() != b.dim():
            return None
        dims = set()
        for k, (x, y) in enumerate(zip(a.shape, b.shape)):
            if x != y:
                if (x, y) != (STATIC_SIZE, STATIC_SIZE + 16):
                    return None
                dims.add(k)
        result.append(dims)

    def numbers(n):
        rest = []
        on_leaves(lambda v: rest.append(v) if not isinstance(v, (torch.Tensor, Weight, View)) else rest.append(
            v.tensor.shape if isinstance(v, Weight) else 0), case.arguments(n))
        return repr(rest)

    return result if any(result) and numbers(STATIC_SIZE) == numbers(STATIC_SIZE + 16) else None


def export(cases, dynamic):
    """(program, how many outputs each case has)."""
    arguments = [case.arguments() for case in cases]
    inputs = [t for a in arguments for t in input_tensors(a, [])]
    slots = {id(t): i for i, t in enumerate(inputs)}
    module = Many([One(c, a, slots) for c, a in zip(cases, arguments)])
    shapes = None
    if dynamic:
        n = torch.export.Dim("n", min=1, max=64)
        dims = [d for case in cases for d in follows_size(case)]
        shapes = {"inputs": tuple({k: n for k in d} for d in dims)}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(module, tuple(inputs), dynamic_shapes=shapes, strict=False)
    targets = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    return program, targets


@functools.cache
def expected(name, n=STATIC_SIZE):
    """(eager's results, the same in f64 or None) of the case with this name."""
    case = BY_NAME[name]
    call = plain(case.arguments(n))
    want = flat(case.operator(*call.args, **call.kwargs))[: case.results]

    def widen(v):
        return v.double() if isinstance(v, torch.Tensor) and v.is_floating_point() else v

    try:
        wide = on_leaves(widen, call)
        exact = flat(case.operator(*wide.args, **wide.kwargs))[: case.results]
    except (RuntimeError, TypeError):
        exact = want
    return want, exact


def save(path, tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        np.save(path, tensor.view(torch.int16).numpy().view("V2"))
    else:
        np.save(path, tensor.numpy())


def load(path, dtype):
    array = np.load(path)
    if dtype == torch.bfloat16:
        return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
    return torch.from_numpy(array)


def tool(name, *args):
    return subprocess.run([str(BIN / name), *map(str, args)], capture_output=True, text=True, timeout=570)


class Program:
    """Cases in one archive, and artefacts of it."""

    def __init__(self, cases, folder, dynamic=False):
        self.cases, self.folder = list(cases), folder
        folder.mkdir(parents=True, exist_ok=True)
        self.program, self.targets = export(self.cases, dynamic)
        torch.export.save(self.program, folder / "m.pt2")

    def compile(self, cpu):
        """None, or the compiler's message."""
        result = tool("lcompile", self.folder / "m.pt2", f"--cpu={cpu}", "-o", self.folder / "m.so")
        return None if result.returncode == 0 else f"exit code {result.returncode}: {result.stderr}"

    def blamed(self, message):
        """Cases that the compiler's message names."""
        names = {int(i) for i in re.findall(r"module: ones\.case(\d+)\b", message)}
        return [case for i, case in enumerate(self.cases) if i in names]

    def run(self, n=STATIC_SIZE, threads=None):
        """(results of each case, None) or (None, message)."""
        artefact = self.folder / "m.so"
        inputs = [t for case in self.cases for t in input_tensors(case.arguments(n), [])]
        info = tool("lcompile-run", artefact, "--info").stdout
        names, outputs = (re.findall(rf"^\s*{kind}\s+(\w+)", info, re.M) for kind in ("input", "output"))
        wanted = [expected(case.name, n)[0] for case in self.cases]
        arguments = [f"--threads={threads}"] if threads else []
        for i, (name, tensor) in enumerate(zip(names, inputs, strict=True)):
            save(self.folder / f"in{i}.npy", tensor)
            arguments.append(f"--input={name}=@{self.folder}/in{i}.npy")
        arguments += [f"--output={name}={self.folder}/out{i}.npy" for i, name in enumerate(outputs)]
        result = tool("lcompile-run", artefact, *arguments)
        if result.returncode:
            return None, f"exit code {result.returncode}: {result.stdout}{result.stderr}"
        results, at = [], 0
        for want in wanted:
            results.append([load(self.folder / f"out{at + i}.npy", w.dtype) for i, w in enumerate(want)])
            at += len(want)
        return results, None


def compute(cases, folder, cpus=("native",), sizes=(STATIC_SIZE,), dynamic=False, threads=(None,)):
    """({case name: {(cpu, n, threads): results} or message}, the operators that were in the programs)."""
    answers, targets = {}, set()
    pending = [list(cases[i : i + CHUNK]) for i in range(0, len(cases), CHUNK)]
    serial = 0
    while pending:
        group = pending.pop()
        if not group:
            continue
        serial += 1
        found = {case.name: {} for case in group}
        program = None
        try:
            program = Program(group, folder / f"{serial}", dynamic)
            targets |= program.targets
            message = fill(program, found, cpus, sizes, threads)
        except Exception as error:  # torch.export's own refusals
            message = f"{type(error).__name__}: {error}"
        if message is None:
            answers |= found
            continue
        blamed = program.blamed(message) if program else []
        if len(group) == 1:
            answers[group[0].name] = message
        elif blamed and len(blamed) < len(group):
            pending += [[case] for case in blamed]
            pending.append([case for case in group if case not in blamed])
        else:
            half = len(group) // 2
            pending += [group[:half], group[half:]]
    return answers, targets


def fill(program, found, cpus, sizes, threads):
    """Compiles and runs in all ways; None or the first message."""
    for cpu in cpus:
        message = program.compile(cpu)
        if message is not None:
            return message
        for n in sizes:
            for team in threads:
                results, message = program.run(n, team)
                if message is not None:
                    return f"{cpu}, n = {n}: {message}"
                for case, result in zip(program.cases, results):
                    found[case.name][cpu, n, team] = result
    return None
