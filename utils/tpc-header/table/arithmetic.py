# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arithmetic of the vector unit."""
from .model import ALL, FLOATS, INTEGERS, TYPES, float_or_simple, multiply, predicated, vector_op

NARROW_FLOATS = ["bf16", "f16", "f8_143", "f8_152"]
NARROW_INTEGERS = ["i16", "u16", "i8", "u8"]


def rows():
    two = "a:{V} b:{V}"
    yield from vector_op("add", ALL, two, "lc_tpc::add(a, b, switches)", float_or_simple)
    yield from vector_op("sub", ALL, two, "lc_tpc::sub(a, b, switches)", float_or_simple)
    yield from vector_op("mul", FLOATS + ["i32", "u32"], two, "lc_tpc::mul(a, b, switches)", multiply)
    yield from vector_op("max", ALL, two, "lc_tpc::maximum(a, b)", "simple")
    yield from vector_op("min", ALL, two, "lc_tpc::minimum(a, b)", "simple")
    yield from vector_op("abs", ALL, "a:{V}", "lc_tpc::absolute(a, switches)", "simple")
    yield from vector_op("neg", FLOATS + ["i32", "i16", "i8"], "a:{V}", "lc_tpc::negate(a)", "simple")
    yield from vector_op("mac", FLOATS + ["i32", "u32"], two + " acc:{V}", "lc_tpc::mac(a, b, acc, switches)", multiply, income="acc")
    yield from vector_op("madd", FLOATS, two + " c:{V}", "lc_tpc::mac(a, b, c, switches)", "fma", generation=2)
    # Products of narrow types keep 32 bits: even and odd lanes, or every fourth.
    yield from vector_op("mul", NARROW_INTEGERS, two, "lc_tpc::wide_mul<{W}>(a, b, switches)", "integer_mac",
                         result="lc_tpc::product<{W},~{V}>")
    yield from vector_op("mac", NARROW_INTEGERS, two + " acc:{W}", "lc_tpc::wide_mac(a, b, acc, switches)", "integer_mac", result="{W}",
                         income="acc")
    yield from vector_op("mul_acc32", NARROW_FLOATS, two, "lc_tpc::wide_mul<{W}>(a, b, switches)", "fma", result="{W}")
    yield from vector_op("mac_acc32", NARROW_FLOATS, two + " acc:{W}", "lc_tpc::wide_mac(a, b, acc, switches)", "fma", result="{W}",
                         income="acc")
    yield from vector_op("madd_acc32", NARROW_FLOATS, two + " c:{W}", "lc_tpc::wide_mac(a, b, c, switches)", "fma", result="{W}", generation=2)
    for name in NARROW_FLOATS:
        t = TYPES[name]
        for op in ("add", "sub"):
            yield from predicated(f"v_{name}_{op}_acc32", t.wide, f"a:{t.vector} b:{t.vector}", f"lc_tpc::wide_{op}<{t.wide}>(a, b)", "VPU",
                                  "fma", t.generation, t.mask, row=f"v_*_{op}_acc32", types=(name,))
    yield from vector_op("msac", NARROW_INTEGERS, two + " acc:{V} shift:{X}",
                         "lc_tpc::msac(a, b, acc, ({S})shift, switches)", "msac", income="acc")
    yield from vector_op("mov", ALL, "a:{V}", "a", "simple")
