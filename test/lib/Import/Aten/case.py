# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a case is: a call of one ATen operator, for tensors that depend on one size.

A case names the operator's schema and makes its arguments for a size n. The same case
is compiled with n fixed, and with n as a symbol for all tensors' dimensions that follow n.
"""
import dataclasses
import math
import zlib

import torch

F32, F64, F16, BF16 = torch.float32, torch.float64, torch.float16, torch.bfloat16
I64, I32, I16, I8, U8, BOOL = torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool
FLOATS = (F32, BF16, F16, F64)
INTEGERS = (I64, I32, I16, I8, U8)
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + (BOOL,)
STATIC_SIZE = 17


@dataclasses.dataclass
class Weight:
    """An argument that is a weight of the model, not an input."""

    tensor: torch.Tensor


@dataclasses.dataclass
class View:
    """An argument that the model makes from an input: a transposed or strided view, for example."""

    tensor: torch.Tensor
    make: object


@dataclasses.dataclass
class Call:
    args: tuple
    kwargs: dict


def call(*args, **kwargs):
    return Call(args, kwargs)


@dataclasses.dataclass
class Case:
    rule: str  # "add.Tensor"
    name: str
    build: object  # n -> Call
    exact: bool = False  # every bit as eager, NaN apart
    ulps: float = None  # allowed beyond what eager itself is off; None: 2 for f32 and f64, 1 for narrower
    scale: float = 0  # allowed beyond that, times the largest element of the result
    dynamic: bool = True  # n may be a symbol
    results: int = None  # how many results are compared; None: all
    shapes_only: bool = False  # the contents mean nothing (empty)
    splits_sums: bool = False  # the library divides sums among threads, so their number shows in the last bits

    def arguments(self, n=STATIC_SIZE):
        """The call for size n; its weights are those of the program, whatever n is."""
        torch.manual_seed(zlib.crc32(self.name.encode()))
        made = self.build(n)
        if n == STATIC_SIZE:
            return made
        weights = []
        on_leaves(lambda v: weights.append(v) if isinstance(v, Weight) else None, self.arguments())
        return on_leaves(lambda v: weights.pop(0) if isinstance(v, Weight) else v, made)

    @property
    def operator(self):
        packet, _, overload = self.rule.partition(".")
        return getattr(getattr(torch.ops.aten, packet), overload or "default")


CASES = []
BY_NAME = {}


def case(rules, build, label="", **options):
    """Adds a case for each of the rules (separated by blanks)."""
    for rule in rules.split():
        stem = "-".join(filter(None, [rule, label]))
        assert stem not in BY_NAME, f"two cases of the name {stem}"
        BY_NAME[stem] = Case(rule, stem, build, **options)
        CASES.append(BY_NAME[stem])


def short(dtype):
    return str(dtype).removeprefix("torch.").replace("bfloat", "bf").replace("float", "f").replace("uint", "u").replace("int", "i")


def for_dtypes(rules, dtypes, build, label="", **options):
    """A case a dtype; `build` takes n and the dtype. Dtypes that eager refuses are left out."""
    for rule in rules.split():
        for dtype in dtypes:
            trial = Case(rule, rule, lambda n, d=dtype: build(n, d), **options)
            if accepted(trial):
                case(rule, trial.build, "-".join(filter(None, [label, short(dtype)])), **options)


def accepted(trial):
    """Whether eager takes the arguments; what it raises says that it does not."""
    arguments = plain(trial.arguments())
    try:
        trial.operator(*arguments.args, **arguments.kwargs)
        return True
    except (RuntimeError, TypeError, NotImplementedError, IndexError):
        return False


def over(fn, value):
    """`fn` applied to every leaf of nested lists, tuples and dicts."""
    if isinstance(value, (list, tuple)):
        return type(value)(over(fn, v) for v in value)
    if isinstance(value, dict):
        return {k: over(fn, v) for k, v in value.items()}
    return fn(value)


def on_leaves(fn, arguments):
    return Call(over(fn, arguments.args), over(fn, arguments.kwargs))


def plain(arguments):
    """The call with tensors only."""

    def leaf(v):
        if isinstance(v, Weight):
            return v.tensor
        return v.make(v.tensor) if isinstance(v, View) else v

    return on_leaves(leaf, arguments)


# ---- tensors ----------------------------------------------------------------


def rand(*shape, dtype=F32, low=-4, high=4):
    """Random values; integers in [low, high], half of the bools true."""
    if dtype == BOOL:
        return torch.rand(shape) < 0.5
    if dtype.is_floating_point:
        return (torch.rand(shape, dtype=F64) * (high - low) + low).to(dtype)
    return torch.randint(max(low, 0) if dtype == U8 else low, high + 1, shape, dtype=I64).to(dtype)


SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e-3, -1e-3, 1e-7, 7.25, -7.25, 20.0, -20.0, 88.0, -88.0,
           104.0, -104.0, 1e4, -1e4, 1e30, -1e30, 1e-30, 1e-40, math.inf, -math.inf, math.nan)


def special(dtype=F32, rows=1, values=SPECIAL):
    """Values at which functions are not smooth, and random ones: as many as vectors of all lengths and a rest."""
    if not dtype.is_floating_point:
        limits = [] if dtype == BOOL else [torch.iinfo(dtype).min, torch.iinfo(dtype).max]
        small = rand(33, dtype=dtype)
        return torch.cat([small, torch.tensor(limits, dtype=dtype)]).repeat(rows, 1).squeeze(0)
    around = torch.tensor(values, dtype=F64)
    return torch.cat([around, rand(35, dtype=F64), rand(12, dtype=F64, low=-90, high=90)]).to(dtype).repeat(rows, 1).squeeze(0)


def pairs(dtype=F32, values=(0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -3.0, 2.5, 7.0, 1e10, math.inf, -math.inf, math.nan)):
    """Two tensors that hold every pair of values between them."""
    if not dtype.is_floating_point:
        if dtype == BOOL:
            values = (0, 1)
        else:
            info = torch.iinfo(dtype)
            values = (0, 1, 2, 3, 5, 7, info.max, info.max - 1) + (() if dtype == U8 else (-1, -2, -3, -7, info.min, info.min + 1))
    v = torch.tensor(values).to(dtype)
    return v.repeat_interleave(len(v)), v.repeat(len(v))
