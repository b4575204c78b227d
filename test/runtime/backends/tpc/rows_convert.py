# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""References of conversions: rounding by switch, saturation, and the order of lanes."""
import numpy as np
import tpc_reference as ref
from rows_arithmetic import T, integer, whole
from tpc_rows import row

ROUNDINGS = (0, 1 << 16, 2 << 16, 3 << 16, 5 << 16, 6 << 16, 1 << 20, 1 << 20 | 1 << 16)


def converted(a, source, target, sw):
    mode = sw >> 16 & 7
    return ref.encode(ref.values(a, source), target, ref.RHNE if mode == ref.CSR else mode, bool(sw >> 20 & 1))


@row(["v_convert_*_to_*", "s_convert_*_to_*"], switches=ROUNDINGS)
def convert(types, a, sw):
    return converted(a, T(types), T(types, 1), sw)


@row("v_convert_*_to_* (lane)", switches=ROUNDINGS, numbers={"lane": range(4)})
def into(types, a, sw, lane, income):
    source, target = T(types), T(types, 1)
    parts = target.lanes // source.lanes
    result = income.copy()
    result[lane % parts :: parts] = converted(a, source, target, sw)
    return result


@row("v_convert_*_to_*_single", switches=ROUNDINGS)
def single(types, a, sw, income):
    return into(types, a, sw, 0, income)


@row("v_convert_*_to_* (first lane)", switches=ROUNDINGS)
def first(types, a, sw):
    return converted(a[:: T(types).lanes // T(types, 1).lanes], T(types), T(types, 1), sw)


@row("v_convert_*_to_*_all (down)", switches=ROUNDINGS)
def down(types, a, sw):
    return ref.interleave([converted(x, T(types), T(types, 1), sw) for x in a])


@row("v_convert_*_to_*_all (up)", switches=ROUNDINGS)
def up(types, a, sw):
    return [converted(x, T(types), T(types, 1), sw) for x in ref.split(a, T(types).lanes // T(types, 1).lanes)]


@row("convert_*_to_*", switches=(0, 1 << 24, 1 << 16, 1 << 24 | 1 << 20))
def by_type_names(types, a, sw):
    source, target = T(types), T(types, 1)
    lists = a if isinstance(a, list) else [a]
    linear = sw >> 24 & 1
    lanes = np.concatenate(lists) if linear else ref.interleave(lists)
    r = converted(lanes, source, target, sw)
    count = r.size // target.lanes
    return np.split(r, count) if linear else ref.split(r, count)


def shifted(a, shift, source, target, sw):
    """a / 2^shift rounded; integers are exact in float64."""
    scaled = ref.values(a, source) / 2.0 ** (shift & 31)
    mode = sw >> 16 & 7
    return ref.encode(scaled, target, ref.RHNE if mode == ref.CSR else mode)


@row("v_convert_int*_to_*", switches=ROUNDINGS[:6], numbers={"lane": range(4)})
def with_shift(types, a, shift, sw, lane, income):
    source, target = T(types), T(types, 1)
    parts = target.lanes // source.lanes
    result = income.copy()
    result[lane % parts :: parts] = shifted(a, shift.astype(np.int64), source, target, sw)
    return result


@row("s_convert_int*_to_*", switches=ROUNDINGS[:6], numbers={"shift": range(32)})
def s_with_shift(types, a, sw, shift):
    return shifted(a, np.int64(shift), T(types), T(types, 1), sw)


@row(["v_*_nearbyint", "s_*_nearbyint"], switches=ROUNDINGS[:6])
def nearbyint(types, a, sw):
    t, mode = T(types), sw >> 16 & 7
    return ref.encode(ref.rounded(ref.values(a, t), ref.RHNE if mode == ref.CSR else mode), t)
