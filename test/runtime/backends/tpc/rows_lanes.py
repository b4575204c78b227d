# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""References of moves between lanes, by index formulas over bytes."""
import numpy as np
import tpc_reference as ref
from rows_arithmetic import T
from tpc_rows import row

BYTES = (0xFFFFFFFF, 0x0000FFFF, 0xA5C30F81)


def as_bytes(x):
    return x.view(np.uint8).copy()


@row("v_*_shuffle")
def shuffle(types, a, map, sw, income):
    t = T(types)
    group, size = t.lanes // 8, t.width // 8
    result = income.copy()
    for lane in range(t.lanes):
        code = int(map[lane * size])
        if code & 0x80:
            element = code & 31 if group == 32 else code & (group - 1)
            result[lane] = a[lane // (2 * group) * 2 * group + (code >> 5 & 1) * group + element]
    return result


def packing(types, switches):
    """(lane of the spread side, lane of the dense side) of each element."""
    t = T(types)
    group = t.lanes // 8
    stride = 4 if switches >> 9 & 1 else 2
    for dual in range(4):
        for i in range(2 * group // stride):
            dense = (switches >> 8 & 1) * group + (group // 2 if stride == 4 and switches >> 10 & 1 else 0) + i
            yield dual * 2 * group + i * stride, dual * 2 * group + dense


PACKS = tuple(g << 8 | s << 9 | h << 10 for g in (0, 1) for s in (0, 1) for h in (0, 1))


@row("v_*_pack", switches=PACKS)
def pack(types, a, sw, income):
    result = income.copy()
    for spread, dense in packing(types, sw):
        result[dense] = a[spread]
    return result


@row("v_*_unpack", switches=PACKS)
def unpack(types, a, sw, income):
    result = income.copy()
    for spread, dense in packing(types, sw):
        result[spread] = a[dense]
    return result


@row("v_*_mov_group", numbers={"bytes": BYTES}, switches=(63, 0b000101, 0b101010, 0b111101, 0))
def mov_group(types, a, sw, bytes, income):
    source, result = as_bytes(a), as_bytes(income)
    for i in range(256):
        group, dual = i // 32 % 2, i // 64
        if sw >> group & 1 and sw >> (2 + dual) & 1 and bytes >> (i % 32) & 1:
            result[i] = source[i ^ 32]
    return result.view(a.dtype)


def dual_groups(a, bytes, sources, writes, income):
    source, result = as_bytes(a), as_bytes(income)
    for i in range(256):
        group, dual = i // 32 % 2, i // 64
        if writes[dual] >> group & 1 and bytes >> (i % 32) & 1:
            result[i] = source[sources[dual] * 64 + i % 64]
    return result.view(a.dtype)


@row("v_*_mov_dual_group", numbers={"bytes": BYTES, "source": range(4), "target": range(4)}, switches=(0x1000, 0x2000, 0x3000, 0x3000))
def mov_dual_group(types, a, sw, bytes, source, target, income):
    return dual_groups(a, bytes, [source] * 4, [sw >> 12 & 3 if d == target else 0 for d in range(4)], income)


@row("v_*_mov_dual_group_all", numbers={"bytes": BYTES, **{f"s{i}": range(4) for i in range(4)}}, switches=(0xFF0000, 0x1B0000, 0xE40000))
def mov_dual_group_all(types, a, sw, bytes, s0, s1, s2, s3, income):
    return dual_groups(a, bytes, [s0, s1, s2, s3], [sw >> (16 + 2 * d) & 3 for d in range(4)], income)


@row("read_lane_id_*")
def lane_id(types, sw, income):
    return np.arange(income.size).astype(income.dtype)
