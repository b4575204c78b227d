# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""References of arithmetic, of both units."""
import numpy as np
import tpc_reference as ref
from tpc_rows import row

SAT, NEG, UPPER = 1, 2, 4


def T(types, i=0):
    return ref.TYPES[types[i]]


def whole(bits, t):
    return bits.view(t.dtype).astype(object)


def integer(x, t, saturate=False):
    """Python integers in a type: wrapped or saturated."""
    if saturate:
        info = np.iinfo(t.dtype)
        return np.array([min(max(int(v), info.min), info.max) for v in x], np.int64).astype(t.dtype).view(t.bits)
    return np.array([int(v) & ((1 << t.width) - 1) for v in x], np.uint64).astype(t.bits)


def binary(types, a, b, sw, f):
    t = T(types)
    if t.is_float:
        return ref.op(t, ref.values(a, t), ref.values(b, t), f=f)
    return integer(f(whole(a, t), whole(b, t)), t, sw & SAT)


@row(["v_*_add", "s_*_add"], switches=(0, SAT))
def add(types, a, b, sw):
    return binary(types, a, b, sw, lambda x, y: x + y)


@row(["v_*_sub", "s_*_sub"], switches=(0, SAT))
def sub(types, a, b, sw):
    return binary(types, a, b, sw, lambda x, y: x - y)


def product(types, a, b, sw, parts):
    """Of one type, or its narrow integers in parts of 32 bits."""
    t = T(types)
    if t.is_float:
        return ref.op(t, ref.values(a, t), ref.values(b, t), f=lambda x, y: (-x if sw & NEG else x) * y)
    p = whole(a, t) * whole(b, t)
    if t.width == 32:
        return integer([v >> 32 for v in p] if sw & UPPER else p, t)
    wide = integer(p, ref.TYPES["u32" if types[0][0] == "u" else "i32"])
    return ref.split(wide, t.lanes // 64) if parts else wide


@row("v_*_mul", switches=(0, NEG, UPPER))
def v_mul(types, a, b, sw):
    return product(types, a, b, sw if T(types).is_float or T(types).width == 32 else 0, True)


@row("s_*_mul", switches=(0, NEG, UPPER))
def s_mul(types, a, b, sw):
    return product(types, a, b, sw if T(types).is_float or T(types).width == 32 else 0, False)


def accumulate(t, a, b, acc, sw, wide):
    """acc +- a * b with the accumulator in type `wide`."""
    if t.is_float:
        x = ref.values(a, t)
        with np.errstate(all="ignore"):
            return ref.encode(ref.single(ref.fused(-x if sw & NEG else x, ref.values(b, t), ref.values(acc, wide))), wide)
    p = whole(a, t) * whole(b, t)
    return integer(whole(acc, wide) - p if sw & NEG else whole(acc, wide) + p, wide, sw & SAT and wide is not t)


def wide_of(t):
    return ref.TYPES["f32" if t.is_float else "u32" if t.name[0] == "u" else "i32"]


@row(["v_*_mac", "s_*_mac"], switches=(0, SAT, NEG, NEG | SAT))
def mac(types, a, b, acc, sw):
    t = T(types)
    if t.is_float or t.width == 32:
        return accumulate(t, a, b, acc, sw, t)
    return in_parts(t, a, b, acc, sw)


def in_parts(t, a, b, acc, sw):
    parts = t.lanes // 64
    if not isinstance(acc, list):
        return accumulate(t, a, b, acc, sw, wide_of(t))
    return [accumulate(t, x, y, c, sw, wide_of(t)) for x, y, c in zip(ref.split(a, parts), ref.split(b, parts), acc)]


@row(["v_*_mac_acc32", "v_*_madd_acc32", "s_*_mac_acc32"], switches=(0, NEG))
def mac_acc32(types, a, b, c, sw):
    return in_parts(T(types), a, b, c, sw)


@row(["v_*_madd", "s_*_madd"], switches=(0, NEG))
def madd(types, a, b, c, sw):
    return accumulate(T(types), a, b, c, sw, T(types))


def in_f32(types, a, b, f):
    t = T(types)
    with np.errstate(all="ignore"):
        return ref.encode(f(ref.values(a, t), ref.values(b, t)), ref.TYPES["f32"])


@row("v_*_mul_acc32", switches=(0, NEG))
def v_mul_acc32(types, a, b, sw):
    r = in_f32(types, a, b, lambda x, y: (-x if sw & NEG else x) * y)
    return ref.split(r, T(types).lanes // 64)


@row("s_*_mul_acc32", switches=(0, NEG))
def s_mul_acc32(types, a, b, sw):
    return in_f32(types, a, b, lambda x, y: (-x if sw & NEG else x) * y)


@row("v_*_add_acc32")
def add_acc32(types, a, b, sw):
    return ref.split(in_f32(types, a, b, lambda x, y: x + y), T(types).lanes // 64)


@row("v_*_sub_acc32")
def sub_acc32(types, a, b, sw):
    return ref.split(in_f32(types, a, b, lambda x, y: x - y), T(types).lanes // 64)


def extreme(types, a, b, largest):
    """A number wins over NaN, +0 over -0."""
    t = T(types)
    x, y = ref.values(a, t), ref.values(b, t)
    result = []
    for u, v in zip(x, y):
        if u != u or v != v:
            result.append(v if u != u else u)
        elif u == v == 0:
            signs = [np.signbit(u), np.signbit(v)]
            result.append(-0.0 if (all(signs) if largest else any(signs)) else 0.0)
        else:
            result.append(max(u, v) if largest else min(u, v))
    return ref.encode(np.array(result), t)


@row(["v_*_max", "s_*_max"])
def maximum(types, a, b, sw):
    return extreme(types, a, b, True)


@row(["v_*_min", "s_*_min"])
def minimum(types, a, b, sw):
    return extreme(types, a, b, False)


@row(["v_*_abs", "s_*_abs"], switches=(0, SAT))
def absolute(types, a, sw):
    t = T(types)
    if t.is_float:
        return ref.encode(np.abs(ref.values(a, t)), t)
    return integer([abs(v) for v in whole(a, t)], t, sw & SAT)


@row("v_*_neg")
def negated(types, a, sw):
    t = T(types)
    if t.is_float:
        return a ^ t.bits(1 << (t.width - 1))
    return integer([-v for v in whole(a, t)], t)


@row(["v_*_mov", "s_*_mov"])
def mov(types, a, sw):
    return a


@row("v_*_msac", switches=(0, NEG))
def msac(types, a, b, acc, shift, sw):
    t = T(types)
    result = []
    for x, y, c, n in zip(whole(a, t), whole(b, t), whole(acc, t), shift.view(np.uint8)[:: t.width // 8]):
        n = int(n) & 31
        p = (x * y + (1 << n >> 1)) >> n
        result.append(c - p if sw & NEG else c + p)
    return integer(result, t, True)




@row("s_i1_and")
def s_and1(types, a, b, sw):
    return a & b


@row("s_i1_or")
def s_or1(types, a, b, sw):
    return a | b


@row("s_i1_xor")
def s_xor1(types, a, b, sw):
    return a ^ b


@row("s_i1_not")
def s_not1(types, a, sw):
    return 1 - a


@row("s_i1_mov")
def s_mov1(types, a, sw):
    return a
