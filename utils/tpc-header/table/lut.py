# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Look-up tables of special functions."""
from .model import function, predicated


def rows():
    yield from predicated("v_f32_get_lut_entry_and_interval_start", "uint64_float64", "a:float64 shift:int",
                          "lc_tpc::intervals(a, shift, switches)", "VPU", "simple", mask="bool64", types=("f32",))
    for name, result, expr, cycle in [
        ("lookup", "float64", "lc_tpc::look_up((uint64)entry, id, switches, 0)", "lookup"),
        ("lookup_1c", "float64", "lc_tpc::look_up((uint64)entry, id, switches, 0)", "lookup2"),
        ("lookup_2c", "float128", "lc_tpc::look_up2((uint64)entry, id, switches)", "lookup2"),
    ]:
        yield from predicated(f"v_f32_{name}", result, "entry:lc_tpc::lanes32 id:int", expr, "LOAD", cycle, mask="bool64", types=("f32",))
    yield function("set_lut_32", "void", "number:int", "lc_tpc::use_table(number, line)", "LOAD", "load", 2, line=True)
