# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""References of comparisons, bits, masks and the parts of floats."""
import numpy as np
import tpc_reference as ref
from rows_arithmetic import T, integer, whole
from tpc_rows import row

COMPARE = {"eq": np.equal, "neq": np.not_equal, "less": np.less, "leq": np.less_equal, "grt": np.greater, "geq": np.greater_equal}


def outcome(name, types, a, b):
    t = T(types)
    return COMPARE[name](ref.values(a, t), ref.values(b, t))


def comparisons(name):
    @row([f"v_*_cmp_{name}", f"s_*_cmp_{name}"])
    def compare(types, a, b, sw):
        return outcome(name, types, a, b).astype(np.uint8)

    @row(f"v_*_sel_{name}_*")
    def select(types, a, b, c, d, sw):
        return np.where(outcome(name, types, a, b), c, d)

    @row(f"v_*_sel2_{name}_*")
    def select2(types, a, b, c, d, sw):
        on = outcome(name, types, a, b)
        return [np.where(on, c, d), np.where(on, a, b)]


for each in COMPARE:
    comparisons(each)


@row(["v_*_and", "s_*_and", "v_i1_and"])
def bit_and(types, a, b, sw):
    return a & b


@row(["v_*_or", "s_*_or", "v_i1_or"])
def bit_or(types, a, b, sw):
    return a | b


@row(["v_*_xor", "s_*_xor", "v_i1_xor"])
def bit_xor(types, a, b, sw):
    return a ^ b


@row(["v_*_not", "s_*_not"])
def bit_not(types, a, sw):
    return ~a


@row("v_i1_not")
def mask_not(types, a, sw):
    return 1 - a


@row("v_i1_mov")
def mask_mov(types, a, sw):
    return a


@row("v_i1_mov_flavor", numbers={"a": (0x12345678, -5, 0), "flavor": range(9)})
def flavor(types, sw, a, flavor, income):
    bits = np.unpackbits(np.array([a & 0xFFFFFFFF], "<u4").view(np.uint8), bitorder="little")
    result = income.copy()
    for part in range(8):
        if flavor in (8, part):
            result[part * 32 : part * 32 + 32] = bits
    return result


def counts(rng_name, rng):
    """Operands of shifts: often counts around the width."""
    t = ref.TYPES[rng_name]
    usual = rng.integers(-t.width - 2, t.width + 3, t.lanes).astype(np.int64)
    return np.where(rng.random(t.lanes) < 0.7, usual & ((1 << t.width) - 1), ref.operands(t, rng)).astype(t.bits)


@row("v_*_shl", generate=counts)
def shl(types, a, count, sw):
    t = T(types)
    return integer([int(x) << int(n) if n < t.width else 0 for x, n in zip(a, count)], t)


@row("v_*_shr", generate=counts)
def shr(types, a, count, sw):
    t = T(types)
    return integer([int(x) >> int(n) if n < t.width else 0 for x, n in zip(a, count)], t)


@row("s_*_shl", numbers={"b": range(-2, 35)})
def s_shl(types, a, sw, b):
    t = T(types)
    return integer([int(x) << b if 0 <= b < t.width else 0 for x in a], t)


@row("s_*_shr", numbers={"b": range(-2, 35)})
def s_shr(types, a, sw, b):
    t = T(types)
    return integer([int(x) >> b if 0 <= b < t.width else 0 for x in a], t)


def arithmetic_shift(t, x, n, sw):
    if n >= 0:
        return x << min(n, t.width + 1)
    n = min(-n, 99)
    return ((x + (1 << n >> 1)) if sw & 2 else x) >> n


@row("v_*_ash", generate=counts, switches=(0, 1, 2))
def ash(types, a, count, sw):
    t = T(types)
    signed = {8: np.int8, 16: np.int16, 32: np.int32}[t.width]
    return ashes(t, [arithmetic_shift(t, int(x), int(n), sw) for x, n in zip(whole(a, t), count.view(signed))], count.view(signed), sw)


def ashes(t, shifted, counts, sw):
    saturated, wrapped = integer(shifted, t, True), integer(shifted, t)
    return np.where((np.asarray(counts) >= 0) & bool(sw & 1), saturated, wrapped)


@row("s_*_ash", numbers={"b": range(-40, 41)}, switches=(0, 1, 2, 0, 1, 2))
def s_ash(types, a, sw, b):
    t = T(types)
    return ashes(t, [arithmetic_shift(t, int(x), b, sw) for x in whole(a, t)], [b] * a.size, sw)


@row(["v_*_popcnt", "s_*_popcnt"], switches=(0, 1))
def popcnt(types, a, sw):
    t = T(types)
    return [np.array([t.width - int(x).bit_count() if sw & 1 else int(x).bit_count() for x in a])]


@row(["v_*_find_first", "s_*_find_first"], switches=(0, 1, 2, 3))
def find_first(types, a, sw):
    t = T(types)
    result = []
    for x in a:
        digits = format(int(x), f"0{t.width}b")
        at = (digits.find("0" if sw & 1 else "1") if sw & 2 else digits[::-1].find("0" if sw & 1 else "1"))
        result.append(t.width if at < 0 else t.width - 1 - at if sw & 2 else at)
    return [np.array(result)]


@row(["v_*_brev", "s_*_brev"])
def brev(types, a, sw):
    t = T(types)
    return np.array([int(format(int(x), f"0{t.width}b")[::-1], 2) for x in a]).astype(t.bits)


def fields(t, bits):
    """(sign, exponent field, mantissa) of floats."""
    m = t.precision - 1
    b = bits.astype(np.int64)
    return b >> (t.width - 1), b >> m & ((1 << (t.width - 1 - m)) - 1), b & ((1 << m) - 1)


@row(["v_*_fclass", "s_*_fclass"])
def fclass(types, a, sw):
    t = T(types)
    sign, exponent, mantissa = fields(t, a)
    top = (1 << (t.width - t.precision)) - 1
    kind = np.where(exponent == top, np.where(mantissa == 0, 3, np.where(mantissa >> (t.precision - 2) & 1, 9, 8)),
                    np.where(exponent == 0, np.where(mantissa == 0, 0, 1), 2))
    return [1 << np.where(kind >= 8, kind, np.where(sign == 1, 3 - kind, 4 + kind))]


@row(["v_*_extract_exp", "s_*_extract_exp"], switches=(0, 1))
def extract_exp(types, a, sw):
    t = T(types)
    bias = (1 << (t.width - t.precision - 1)) - 1
    return [fields(t, a)[1] - (0 if sw & 1 else bias)]


def formed(t, exponent, sign, mantissa, sw, number):
    m, top = t.precision - 1, (1 << (t.width - t.precision)) - 1
    bias = (1 << (t.width - t.precision - 1)) - 1
    signed = exponent.astype(np.int64) - (exponent.astype(np.int64) >> (t.width - 1) << t.width)
    small = (-2 * bias <= signed) & (signed <= top)
    e = np.where(number | small, exponent.astype(np.int64), fields(t, exponent)[1])
    s = sign.astype(np.int64) & 1 if sw >> 12 & 1 else fields(t, sign)[0]
    s = 0 * s if sw >> 9 & 1 else s
    s = 0 * s + 1 if sw >> 10 & 1 else s
    e = (e + (bias if sw >> 8 & 1 else 0)) & top
    return (s << (t.width - 1) | e << m | fields(t, mantissa)[2]).astype(t.bits)


FORMS = tuple([0] + [1 << i for i in range(8, 13)] + [0x900, 0x1800])


@row(["v_*_form_fp_num", "s_*_form_fp_num"], switches=FORMS)
def form_fp_num(types, a, b, c, sw):
    return formed(T(types), a, b, c, sw, False)


@row(["v_*_form_fp_num_ie", "s_*_form_fp_num_ie"], switches=FORMS)
def form_fp_num_ie(types, a, b, c, sw):
    return formed(T(types), a, b, c, sw, True)


@row("v_*_calc_fp_special", numbers={"which": range(8)}, switches=tuple(range(16)),
     generate=lambda name, rng: (1 << rng.integers(0, 10, ref.TYPES[name].lanes)).astype(ref.TYPES[name].bits))
def calc_fp_special(types, class1, class2, sw, which, income):
    t = T(types)
    example = [-np.inf, -2.0, -0.0, -0.0, 0.0, 0.0, 2.0, np.inf, np.nan, np.nan]
    result = income.copy()
    with np.errstate(all="ignore"):
        for i, (a, b) in enumerate(zip(class1, class2)):
            ka, kb = int(a).bit_length() - 1, int(b).bit_length() - 1
            x, y = np.float64(example[ka]), np.float64(example[kb])
            plain_a, plain_b = ka in (1, 6), kb in (1, 6)
            if which < 6:
                known = not plain_a or (which in (1, 2, 3) and ka == 1)
                value = [lambda: 1 / x, lambda: 1 / np.sqrt(x), lambda: np.sqrt(x), lambda: np.log(x), lambda: np.exp(x),
                         lambda: np.tanh(x)][which]()
            elif which == 6:
                known, value = not (plain_a and plain_b), x / y
            else:
                known = y == 0 or x != x or y != y or not plain_a
                value = 1.0 if y == 0 else np.nan if x != x or y != y else abs(x) ** y
                if known and kb in (0, 7) and ka in (0, 7):
                    value = np.inf if kb == 7 else 0.0
            if known:
                result[i] = ref.encode(np.array([value]), t)[0]
    return result
