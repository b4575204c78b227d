# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bits of lanes, masks, and the parts of floats."""
from .model import ALL, FLOATS, INTEGERS, TYPES, predicated, vector_op

MASKS = [64, 128, 256]


def rows():
    for op in ("and", "or", "xor"):
        yield from vector_op(op, ALL, "a:{V} b:{V}", f"lc_tpc::bit_{op}(a, b)", "simple")
    yield from vector_op("not", ALL, "a:{V}", "lc_tpc::bit_not(a)", "simple")
    yield from vector_op("shl", ALL, "a:{V} b:{X}", "lc_tpc::shift_left(a, ({S})b)", "simple")
    yield from vector_op("shr", ALL, "a:{V} b:{X}", "lc_tpc::shift_right(a, ({S})b)", "simple")
    yield from vector_op("ash", INTEGERS, "a:{V} b:{X}", "lc_tpc::shift_arithmetic(a, ({S})b, switches)", "simple")
    yield from vector_op("popcnt", ALL, "a:{V}", "lc_tpc::popcount(a, switches)", "simple", result="{X}")
    yield from vector_op("find_first", ALL, "a:{V}", "lc_tpc::find_first(a, switches)", "simple", result="{X}")
    yield from vector_op("brev", ALL, "a:{V}", "lc_tpc::reverse_bits(a)", "simple")

    # The classes of NaN have no room in lanes of 8 bits.
    classified = ["f32", "bf16", "f16"]
    yield from vector_op("fclass", classified, "a:{V}", "lc_tpc::classes(a)", "simple", result="{X}")
    yield from vector_op("extract_exp", FLOATS, "a:{V}", "lc_tpc::exponents(a, switches)", "simple", result="{X}")
    yield from vector_op("form_fp_num", FLOATS, "exponent:{X} sign:{X} mantissa:{X}",
                         "lc_tpc::form<{V}>(({U})exponent, ({U})sign, ({U})mantissa, false, switches)", "simple")
    yield from vector_op("form_fp_num_ie", FLOATS, "exponent:{X} sign:{X} mantissa:{X}",
                         "lc_tpc::form<{V}>(({U})exponent, ({U})sign, ({U})mantissa, true, switches)", "simple")
    # The function's number stands where other intrinsics have switches.
    for name in classified:
        t = TYPES[name]
        yield from predicated(f"v_{name}_calc_fp_special", t.vector, f"class1:{t.flexible} class2:{t.flexible} which:int",
                              f"lc_tpc::special_lanes<{t.vector}>(({t.signs})class1, ({t.signs})class2, which, income)", "VPU", "simple",
                              t.generation, t.mask, switches=False, row="v_*_calc_fp_special", types=(name,))

    for n in MASKS:
        mask = f"bool{n}"
        for op, sign in [("and", "&"), ("or", "|"), ("xor", "^")]:
            yield from predicated(f"v_i1_{op}", mask, f"a:{mask} b:{mask}", f"a {sign} b", "VPU", "compare", mask=mask, row=f"v_i1_{op}")
        yield from predicated("v_i1_not", mask, f"a:{mask}", "~a", "VPU", "compare", mask=mask, row="v_i1_not")
        yield from predicated("v_i1_mov", mask, f"a:{mask}", "a", "VPU", "compare", mask=mask, row="v_i1_mov")
    yield from predicated("v_i1_mov_flavor", "bool256", "a:int flavor:int", "lc_tpc::flavored(a, flavor, income)", "VPU", "compare",
                          row="v_i1_mov_flavor")
