# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Scalar semantics of TPC numbers in numpy, written without the headers: float64, ml_dtypes for bits, exact rounding by scaling."""
from dataclasses import dataclass

import ml_dtypes
import numpy as np

RHNE, RZ, RU, RD, SR, CSR, RHAZ, SR_RNE = range(8)


@dataclass(frozen=True)
class Type:
    name: str
    dtype: np.dtype
    bits: type  # unsigned integer of the same width
    lanes: int
    precision: int = 0  # of a float, with its hidden bit
    lowest: int = 0  # exponent of the smallest normal number

    @property
    def width(self):
        return 2048 // self.lanes

    @property
    def is_float(self):
        return self.precision > 0

    @property
    def nan(self):
        return (1 << (self.width - 1)) - 1

    @property
    def largest(self):
        return float(ml_dtypes.finfo(self.dtype).max)


TYPES = {name: Type(name, np.dtype(dtype), bits, lanes, *float_shape) for name, dtype, bits, lanes, *float_shape in [
    ("f32", np.float32, np.uint32, 64, 24, -126), ("bf16", ml_dtypes.bfloat16, np.uint16, 128, 8, -126),
    ("f16", np.float16, np.uint16, 128, 11, -14), ("f8_143", ml_dtypes.float8_e4m3, np.uint8, 256, 4, -6),
    ("f8_152", ml_dtypes.float8_e5m2, np.uint8, 256, 3, -14), ("i32", np.int32, np.uint32, 64), ("u32", np.uint32, np.uint32, 64),
    ("i16", np.int16, np.uint16, 128), ("u16", np.uint16, np.uint16, 128), ("i8", np.int8, np.uint8, 256), ("u8", np.uint8, np.uint8, 256)]}


def values(bits, t):
    """Numbers as float64, subnormals as zeros."""
    x = bits.view(t.dtype).astype(np.float64)
    if t.is_float:
        x = np.where(np.abs(x) < 2.0**t.lowest, np.copysign(0.0, x), x)
    return x


def rounded(x, mode, random=None):
    """A whole float64 near x."""
    down = np.floor(x)
    if mode == RZ:
        return np.trunc(x)
    if mode == RU:
        return np.ceil(x)
    if mode == RD:
        return down
    if mode == RHAZ:
        return np.copysign(np.where(np.abs(x) - np.floor(np.abs(x)) >= 0.5, np.ceil(np.abs(x)), np.floor(np.abs(x))), x)
    return np.rint(x)


def encode(x, t, mode=RHNE, clip=False):
    """Bits of float64 numbers rounded to a type."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        if not t.is_float:
            info = np.iinfo(t.dtype)
            return np.nan_to_num(np.clip(rounded(x, mode), info.min, info.max), nan=0).astype(np.int64).astype(t.dtype).view(t.bits)
        finite = np.isfinite(x)
        _, exponent = np.frexp(np.where(finite, x, 1))
        quantum = np.maximum(exponent - 1, t.lowest) - t.precision + 1
        r = np.ldexp(rounded(np.ldexp(np.where(finite, x, 1), -quantum), mode), quantum)
        toward_zero = mode == RZ or mode == RU, mode == RZ or mode == RD  # what is too small, what is too large, stays finite
        over = np.abs(r) > t.largest
        stays = np.where(x < 0, toward_zero[0], toward_zero[1]) | clip
        r = np.where(over, np.copysign(np.where(stays, t.largest, np.inf), x), r)
        r = np.where(np.abs(r) < 2.0**t.lowest, np.copysign(0.0, x), r)
        r = np.where(finite, r, np.where(np.isinf(x) & clip, np.copysign(t.largest, x), x))
        bits = r.astype(np.float32).astype(t.dtype).view(t.bits)
    return np.where(np.isnan(x), t.bits(t.nan), bits)


def single(x):
    """float64 rounded to f32 as an operation does, still as float64."""
    return values(encode(x, TYPES["f32"]), TYPES["f32"])


def fused(a, b, c):
    """a * b + c as float64 that rounds to f32 correctly: to odd where it is inexact."""
    with np.errstate(all="ignore"):
        p = a * b  # exact: two times 24 bits
        s = p + c
        t = s - p
        error = (p - (s - t)) + (c - t)
        odd = s.view(np.uint64) & 1 == 1
        nudged = np.where(np.isfinite(s) & (error != 0) & ~odd, np.nextafter(s, np.where(error > 0, np.inf, -np.inf)), s)
    return nudged


def op(t, *numbers, f):
    """f in f32, then one rounding to the type."""
    with np.errstate(all="ignore"):
        return encode(single(f(*numbers)), t)


def operands(t, rng, count=None):
    """Bits of a type: special values, numbers of usual size, any bits."""
    n = count or t.lanes
    bits = rng.integers(0, 1 << t.width, n, np.uint64).astype(t.bits)
    if not t.is_float:
        small = rng.integers(-20, 20, n).astype(t.dtype).view(t.bits)
        info = np.iinfo(t.dtype)
        edges = np.array([0, 1, info.max, info.min, info.max - 1, info.min + 1, info.max // 2], t.dtype).view(t.bits)
    else:
        small = (rng.standard_normal(n) * rng.choice([1, 3, 40], n)).astype(np.float32).astype(t.dtype).view(t.bits)
        sign, m = 1 << (t.width - 1), t.precision - 1
        infinity = ((1 << (t.width - 1)) - 1) & ~((1 << m) - 1)
        plus = [0, 1, (1 << m) - 1, 1 << m, infinity - 1, infinity, infinity | 1, infinity | 1 << (m - 1), t.nan, 1 << (t.width - 3)]
        halves = [int(np.array(v, np.float32).astype(t.dtype).view(t.bits)) for v in (0.5, 1.0, 1.5, 2.5, 3.5, -0.5, -1.5)]
        edges = np.array(plus + [v | sign for v in plus] + halves, t.bits)
    pick = rng.integers(0, 3, n)
    return np.where(pick == 0, bits, np.where(pick == 1, small, rng.choice(edges, n))).astype(t.bits)


def interleave(parts):
    """Lane k*i + p of the narrow order is lane i of part p."""
    return np.stack(parts, -1).reshape(-1)


def split(lanes, parts):
    return [lanes[p::parts] for p in range(parts)]


def select(on, a, b):
    return np.where(on, a, b)
