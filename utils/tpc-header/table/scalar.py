# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The scalar unit."""
from .model import ALL, FLOATS, INTEGERS, TYPES, function, predicated, scalar_cycle, scalar_op

NARROW = ["bf16", "f16", "f8_143", "f8_152"]
COMPARISONS = ["eq", "neq", "less", "leq", "grt", "geq"]


def rows():
    two = "a:{E} b:{E}"
    for op, expr in [("add", "lc_tpc::s_add<{E}>(a, b, switches)"), ("sub", "lc_tpc::s_sub<{E}>(a, b, switches)"),
                     ("max", "lc_tpc::s_extreme<{E}>(a, b, true)"), ("min", "lc_tpc::s_extreme<{E}>(a, b, false)"),
                     ("and", "lc_tpc::s_and<{E}>(a, b)"), ("or", "lc_tpc::s_or<{E}>(a, b)"), ("xor", "lc_tpc::s_xor<{E}>(a, b)")]:
        yield from scalar_op(op, ALL, two, expr, scalar_cycle)
    yield from scalar_op("mul", FLOATS + ["i32", "u32"], two, "lc_tpc::s_mul<{E}>(a, b, switches)", scalar_cycle)
    yield from scalar_op("mul", ["i16", "u16", "i8", "u8"], two, "lc_tpc::s_wide_mul<{WE}>(a, b, switches)", scalar_cycle, result="{WE}")
    yield from scalar_op("mac", FLOATS + ["i32", "u32"], two + " acc:{E}", "lc_tpc::s_mac<{E}>(a, b, acc, switches)", scalar_cycle,
                         income="acc")
    yield from scalar_op("mac", ["i16", "u16", "i8", "u8"], two + " acc:{WE}", "lc_tpc::s_wide_mac<{WE}>(a, b, acc, switches)", scalar_cycle,
                         result="{WE}", income="acc")
    yield from scalar_op("madd", FLOATS, two + " c:{E}", "lc_tpc::s_mac<{E}>(a, b, c, switches)", scalar_cycle, generation=2)
    yield from scalar_op("mul_acc32", NARROW, two, "lc_tpc::s_wide_mul<float>(a, b, switches)", scalar_cycle, result="float")
    yield from scalar_op("mac_acc32", NARROW, two + " acc:float", "lc_tpc::s_wide_mac<float>(a, b, acc, switches)", scalar_cycle,
                         result="float", income="acc")
    for op, expr in [("abs", "lc_tpc::s_abs<{E}>(a, switches)"), ("not", "lc_tpc::s_not<{E}>(a)"), ("mov", "a")]:
        yield from scalar_op(op, ALL, "a:{E}", expr, "scalar_integer")
    for op in COMPARISONS:
        yield from scalar_op(f"cmp_{op}", ALL, two, f"lc_tpc::s_compare<lc_tpc::cmp_{op}, {{E}}>(a, b)", "compare", result="bool")
    yield from scalar_op("shl", ALL, "a:{E} b:int", "lc_tpc::s_shift<{E}>(a, b, true)", "scalar_integer")
    yield from scalar_op("shr", ALL, "a:{E} b:int", "lc_tpc::s_shift<{E}>(a, b, false)", "scalar_integer")
    yield from scalar_op("ash", INTEGERS, "a:{E} b:int", "lc_tpc::shift_one<{E}>(a, b, switches)", "scalar_integer")
    yield from scalar_op("popcnt", ALL, "a:{E}", "lc_tpc::popcount_one(lc_tpc::to_raw(a), switches)", "scalar_integer", result="int")
    yield from scalar_op("find_first", ALL, "a:{E}", "lc_tpc::find_one(lc_tpc::to_raw(a), switches)", "scalar_integer", result="int")
    yield from scalar_op("brev", ALL, "a:{E}", "lc_tpc::from_raw<{E}>(lc_tpc::reverse_one(lc_tpc::to_raw(a)))", "scalar_integer")
    yield from scalar_op("nearbyint", FLOATS, "a:{E}", "lc_tpc::s_nearest<{E}>(a, switches)", "scalar_integer")
    yield from scalar_op("fclass", FLOATS, "a:{E}", "lc_tpc::class_one(a)", "scalar_integer", result="int")
    yield from scalar_op("extract_exp", FLOATS, "a:{E}", "lc_tpc::exponent_one(a, switches)", "scalar_integer", result="int")
    yield from scalar_op("form_fp_num", FLOATS, "a:{E} b:{E} c:{E}",
                         "lc_tpc::form_one<{E}>(lc_tpc::to_raw(a), lc_tpc::to_raw(b), lc_tpc::to_raw(c), false, switches)", "scalar_integer")
    yield from scalar_op("form_fp_num_ie", FLOATS, "a:int b:{E} c:{E}",
                         "lc_tpc::form_one<{E}>((unsigned)a, lc_tpc::to_raw(b), lc_tpc::to_raw(c), true, switches)", "scalar_integer")
    for op, expr in [("and", "a & b"), ("or", "a | b"), ("xor", "a != b")]:
        yield from predicated(f"s_i1_{op}", "bool", "a:bool b:bool", expr, "SPU", "scalar_integer", row=f"s_i1_{op}")
    for op, expr in [("not", "!a"), ("mov", "a")]:
        yield from predicated(f"s_i1_{op}", "bool", "a:bool", expr, "SPU", "scalar_integer", row=f"s_i1_{op}")
    for name in ("u32", "u16", "u8"):
        t = TYPES[name]
        pair = f"lc_tpc::pair<{t.scalar}, {t.scalar}>"
        yield from predicated(f"s_{name}_udiv", pair, f"a:{t.scalar.replace(' ', '~')} b:{t.scalar.replace(' ', '~')}", "lc_tpc::s_divide(a, b)",
                              "SPU", "divide", 2, row="s_*_udiv", types=(name,))
