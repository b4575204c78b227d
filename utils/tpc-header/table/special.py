# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Special functions and reductions: macros of many instructions."""
from .model import TYPES, function, predicated

# name, implementation, cycle class, forms
ONE = [("exp", "exp"), ("exp_cephes", "exp"), ("log", "log"), ("log2", "log2"), ("pow2", "exp2"), ("sqrt", "sqrt"), ("rsqrt", "rsqrt"),
       ("reciprocal", "reciprocal"), ("tanh", "tanh"), ("sigmoid", "sigmoid"), ("sin", "sin"), ("cos", "cos"), ("expm1", "expm1"),
       ("sin_cephes", "sin"), ("cos_cephes", "cos"), ("tan_cephes", "tan"), ("asin_cephes", "asin"), ("acos_cephes", "acos"),
       ("atan_cephes", "atan"), ("sinh_cephes", "sinh"), ("cosh_cephes", "cosh"), ("tan", "tan"), ("asin", "asin"), ("acos", "acos"),
       ("atan", "atan"), ("sinh", "sinh"), ("cosh", "cosh"), ("asinh", "asinh"), ("acosh", "acosh"), ("atanh", "atanh"),
       ("log_cephes", "log"), ("reciprocal_cephes", "reciprocal"), ("sqrt_cephes", "sqrt"), ("rsqrt_cephes", "rsqrt"),
       ("tanh_cephes", "tanh"), ("sigmoid_cephes", "sigmoid")]
TWO = [("pow", "pow"), ("div", "div"), ("mod", "mod")]
# Those of newer compilers, too, have no prefix.
GENERATIONS = {"f32": 1, "bf16": 1, "f16": 2}
REDUCED = ["f32", "bf16", "f16", "i32", "u32", "i16", "u16", "i8", "u8"]


def rows():
    for name, generation in GENERATIONS.items():
        t = TYPES[name]
        for op, function_name in ONE:
            stem, _, kind = op.partition("_")
            spellings = [f"{op}_{name}", f"{stem}_fast_{name}"] if not kind else [f"{op}_{name}", f"{stem}_{kind}_fast_{name}"]
            for spelling in spellings:
                for prefix in ("v_", ""):
                    yield function(f"{prefix}{spelling}", t.vector, f"a:{t.vector}", f"lc_tpc::{function_name}(a)", "VPU", f"macro:{op}",
                                   generation, row=f"v_{op}_*", types=(name,))
        for op, function_name in TWO:
            for spelling in (f"{op}_{name}", f"{op}_fast_{name}"):
                for prefix in ("v_", ""):
                    yield function(f"{prefix}{spelling}", t.vector, f"a:{t.vector} b:{t.vector}", f"lc_tpc::{function_name}(a, b)", "VPU",
                                   f"macro:{op}", generation, row=f"v_{op}_*", types=(name,))
    for name in REDUCED:
        t = TYPES[name]
        for op in ("add", "mul", "min", "max"):
            spellings = [f"v_{name}_reduce_{op}"]
            if op != "mul":
                spellings.append(f"v_{name}_reduce_nolut_{op}")
            for spelling in spellings:
                yield from predicated(spelling, t.vector, f"a:{t.vector}", f"lc_tpc::reduce_{op}(a)", "VPU", f"macro:reduce_{op}", t.generation,
                                      row=f"v_*_reduce_{op}", types=(name,))
        for op in ("min", "max"):
            yield from predicated(f"v_{name}_reduce_arg{op}", f"lc_tpc::pair<{t.unsigned}, {t.vector}>", f"a:{t.vector}",
                                  f"lc_tpc::reduce_arg(a, {'true' if op == 'max' else 'false'})", "VPU", f"macro:reduce_arg{op}", t.generation,
                                  row=f"v_*_reduce_arg{op}", types=(name,))
