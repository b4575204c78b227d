# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""References of special functions in float64, of look-up tables and reductions."""
import math

import numpy as np
import tpc_reference as ref
from rows_arithmetic import T, binary
from tpc_rows import row


def near(f, result, expected):
    """At most one unit of the last place, in the order of the bits; NaN and infinities exactly."""
    t = ref.TYPES[f.types[-1]]

    def ordered(bits):
        b = bits.astype(np.int64)
        return np.where(b >> (t.width - 1), (1 << (t.width - 1)) - b, b)

    bad = np.flatnonzero(np.abs(ordered(result) - ordered(expected)) > 1)
    assert not bad.size, (f"{f.name}: {bad.size} lanes, got {[hex(int(v)) for v in result[bad[:4]]]}, "
                          f"expected {[hex(int(v)) for v in expected[bad[:4]]]}")


def wide_range(name, rng):
    """Numbers of all sizes, with the special ones."""
    t = ref.TYPES[name]
    if not t.is_float:
        return ref.operands(t, rng)
    x = rng.standard_normal(t.lanes) * 10.0 ** rng.integers(-6, 3, t.lanes)
    return np.where(rng.random(t.lanes) < 0.7, x.astype(np.float32).astype(t.dtype).view(t.bits), ref.operands(t, rng))


def log(x):
    return np.where(x == 0, -np.inf, np.log(x))


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def power(x, y):
    return np.array([np.nan if (math.isnan(a) or math.isnan(b)) and b != 0 and a != 1 else np.float64(a) ** np.float64(b)
                     for a, b in zip(x, y)])


FUNCTIONS = {"exp": np.exp, "log": log, "log2": lambda x: np.where(x == 0, -np.inf, np.log2(x)), "pow2": np.exp2, "sqrt": np.sqrt,
             "rsqrt": lambda x: 1 / np.sqrt(x), "reciprocal": lambda x: 1 / x, "tanh": np.tanh, "sigmoid": sigmoid, "sin": np.sin, "cos": np.cos,
             "expm1": np.expm1, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh,
             "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh}


def special(name, function):
    @row([f"v_{name}_*", f"v_{name}_cephes_*"], compare=near, generate=wide_range)
    def one(types, a, sw):
        with np.errstate(all="ignore"):
            return ref.encode(function(ref.values(a, T(types))), T(types))


for each, function in FUNCTIONS.items():
    special(each, function)


def special2(name, function):
    @row(f"v_{name}_*", compare=near, generate=wide_range)
    def two(types, a, b, sw):
        t = T(types)
        with np.errstate(all="ignore"):
            return ref.encode(function(ref.values(a, t), ref.values(b, t)), t)


special2("pow", power)
special2("div", lambda x, y: x / y)
special2("mod", np.fmod)


def tree(types, a, step):
    """Dual groups (1,0,3,2), (2,3,0,1), groups, then halves of a group."""
    lanes = T(types).lanes
    for distance in [lanes // 4, lanes // 2] + [lanes // 8 >> i for i in range(6) if lanes // 8 >> i]:
        a = step(a, a[np.arange(lanes) ^ distance])
    return a


@row("v_*_reduce_add")
def reduce_add(types, a, sw):
    return tree(types, a, lambda x, y: binary(types, x, y, 0, lambda p, q: p + q))


@row("v_*_reduce_mul")
def reduce_mul(types, a, sw):
    return tree(types, a, lambda x, y: binary(types, x, y, 0, lambda p, q: p * q))


def extreme_of(types, a, largest):
    t = T(types)
    x = ref.values(a, t)
    known = x[~np.isnan(x)]
    if not known.size:
        return np.full(t.lanes, t.nan, t.bits)
    best = known.max() if largest else known.min()
    zeros = np.signbit(known[known == 0])
    value = best if best != 0 or not t.is_float else (-0.0 if (zeros.all() if largest else zeros.any()) else 0.0)
    return np.repeat(ref.encode(np.array([value]), t), t.lanes)


@row("v_*_reduce_max")
def reduce_max(types, a, sw):
    return extreme_of(types, a, True)


@row("v_*_reduce_min")
def reduce_min(types, a, sw):
    return extreme_of(types, a, False)


def position(types, a, largest):
    t = T(types)
    x = ref.values(a, t)
    known = np.where(np.isnan(x), -np.inf if largest else np.inf, x)
    numbers = np.flatnonzero(~np.isnan(x))
    target = known.max() if largest else known.min()
    best = next(i for i in numbers if known[i] == target)
    return [np.full(t.lanes, best).astype(t.bits), np.full(t.lanes, a[best])]


@row("v_*_reduce_argmax")
def reduce_argmax(types, a, sw):
    return position(types, a, True)


@row("v_*_reduce_argmin")
def reduce_argmin(types, a, sw):
    return position(types, a, False)


@row("v_f32_get_lut_entry_and_interval_start", switches=tuple(v << 13 for v in range(5)), numbers={"shift": range(14, 20)},
     generate=lambda name, rng: ref.operands(ref.TYPES[name], rng))
def intervals(types, a, sw, shift):
    bits = a & np.uint32(0x7FFFFFFF)
    exponent, mantissa = (bits >> 23).astype(np.int64) - 127, (bits & 0x7FFFFF).astype(np.int64) >> shift
    start = bits >> shift << shift
    width = 23 - shift
    variant = sw >> 13
    x = bits.view(np.float32).astype(np.float64)
    if variant == 0:
        return [mantissa, start]
    if variant == 2:
        return [mantissa | (exponent & 1) << width, start]
    if variant == 4:
        return [mantissa + np.where(exponent == 0, 0, 1 << width), start]
    with np.errstate(all="ignore"):
        if variant == 3:
            i = np.where(x < 1, np.floor(x * 64), 63)
            return [i, (i / 64).astype(np.float32).view(np.uint32)]
        small = np.floor(np.where(exponent < -4, ref.values(bits, ref.TYPES["f32"]), 0) * 512)
        octave = np.clip(exponent + 5, 0, 7)
        entry = np.where(exponent < -4, small, np.where(exponent > 2, 255, octave * 32 + (bits >> 18 & 31)))
        begin = np.where(exponent < -4, (small / 512).astype(np.float32).view(np.uint32),
                         np.where(exponent > 2, np.float32(7.875).view(np.uint32), bits >> 18 << 18))
    return [entry, begin]
