# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Index space, coordinates, descriptors, and the rest of the machine."""
from .model import TYPES, Function, Param, function, predicated

BINARY = [("add", "a + b"), ("sub", "a - b"), ("mul", "a * b"), ("max", "a > b ? a : b"), ("min", "a < b ? a : b"), ("and", "a & b"),
          ("or", "a | b"), ("xor", "a ^ b"), ("shl", "lc_tpc::s_shift<int>(a, b, true)"), ("shr", "lc_tpc::s_shift<int>(a, b, false)")]
PADS = [("float", "float"), ("bf16", "bf16"), ("half", "half"), ("int", "int"), ("uint", "unsigned"), ("short", "short"),
        ("ushort", "unsigned short"), ("char", "char"), ("uchar", "unsigned char"), ("f32", "float"), ("i32", "int"), ("u32", "unsigned"),
        ("i16", "short"), ("u16", "unsigned short"), ("i8", "char"), ("u8", "unsigned char")]


def rows():
    yield function("get_index_space_offset", "int5", "", "lc_tpc::space(lc_tpc::here.launch->offset)", "LOAD", "free")
    yield function("get_index_space_size", "int5", "", "lc_tpc::space(lc_tpc::here.launch->size)", "LOAD", "free")
    for op, expr in BINARY:
        yield from predicated(f"i_i32_{op}", "int5", "a:int5 b:int5 dims:int",
                              f"lc_tpc::coordinates([](int a, int b) {{ return {expr}; }}, a, b, dims, income)", "SPU", "index", row=f"i_i32_{op}")
    for op, expr in [("mov", "a"), ("not", "~a")]:
        yield from predicated(f"i_i32_{op}", "int5", "a:int5 dims:int",
                              f"lc_tpc::coordinates([](int a, int) {{ return {expr}; }}, a, a, dims, income)", "SPU", "index", row=f"i_i32_{op}")
    yield from predicated("set_indx", "int5", "value:int income:int5 dims:int",
                          "lc_tpc::coordinates([](int a, int) { return a; }, int5(value), income, dims, income)", "LOAD", "index")
    yield from predicated("mov_irf_dim", "int", "a:int5 dim:int", "lc_tpc::coordinate(a, dim)", "LOAD", "index")
    yield from predicated("prmt_indx", "int5", "a:int5 order:int", "lc_tpc::permute(a, order)", "LOAD", "index")

    number = "number:int dim:int"
    yield function("get_dim_size", "int", number, "lc_tpc::dim_size(number, dim, line)", "LOAD", "load", line=True)
    yield function("get_dim_stride", "int", number, "lc_tpc::dim_stride(number, dim, line)", "LOAD", "load", line=True)
    yield function("set_dim_size", "void", number + " value:unsigned", "lc_tpc::change_dim_size(number, dim, value, line)", "STORE", "store",
                   line=True)
    yield function("set_dim_stride", "void", number + " value:unsigned", "lc_tpc::change_dim_stride(number, dim, value, line)", "STORE",
                   "store", line=True)
    for name, scalar in PADS:
        yield function(f"get_pad_value_{name}", scalar, "number:int", f"lc_tpc::pad_value<{scalar}>(number, line)", "LOAD", "load", line=True,
                       row="get_pad_value_*")
        yield function(f"set_pad_value_{name}", "void", f"number:int value:{scalar.replace(' ', '~')}",
                       f"lc_tpc::change_pad<{scalar}>(number, value, line)", "STORE", "store", line=True, row="set_pad_value_*")

    yield from predicated("aso", "void", "", "lc_tpc::fence(switches, line)", "STORE", "store", income=None, line=True, suffixes=("",))
    yield from predicated("event", "void", "slot:int=0", "(void)slot", "STORE", "store", income=None, suffixes=("",))
    for name in ("cache_flush", "cache_invalidate"):
        yield from predicated(name, "void", "", "(void)0", "STORE", "store", income=None, suffixes=("",))
