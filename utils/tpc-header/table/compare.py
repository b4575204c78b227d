# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Comparisons, and selections by them."""
from .model import ALL, TYPES, predicated, vector_op

COMPARISONS = ["eq", "neq", "less", "leq", "grt", "geq"]


def rows():
    for op in COMPARISONS:
        yield from vector_op(f"cmp_{op}", ALL, "a:{V} b:{V}", f"lc_tpc::compare_mask<lc_tpc::cmp_{op}>(a, b)", "compare", result="{M}")
    for op in COMPARISONS:
        for a in map(TYPES.get, ALL):
            for r in map(TYPES.get, ALL):
                if a.lanes != r.lanes:
                    continue
                generation = max(a.generation, r.generation)
                args = f"a:{a.vector} b:{a.vector} c:{r.vector} d:{r.vector}"
                yield from predicated(f"v_{a.name}_sel_{op}_{r.name}", r.vector, args, f"lc_tpc::select<lc_tpc::cmp_{op}>(a, b, c, d)", "VPU",
                                      "simple", generation, a.mask, row=f"v_*_sel_{op}_*", types=(a.name, r.name))
                yield from predicated(f"v_{a.name}_sel2_{op}_{r.name}", f"lc_tpc::pair<{r.vector}, {a.vector}>", args,
                                      f"lc_tpc::select2<lc_tpc::cmp_{op}>(a, b, c, d)", "VPU", "simple", generation, a.mask,
                                      row=f"v_*_sel2_{op}_*", types=(a.name, r.name))
