# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conversions between types."""
from .model import ALL, FLOATS, TYPES, function, predicated, vector_op


def rows():
    for a in map(TYPES.get, ALL):
        for r in map(TYPES.get, ALL):
            if a is r:
                continue
            generation = max(a.generation, r.generation)
            name, types = f"v_convert_{a.name}_to_{r.name}", (a.name, r.name)
            tail = dict(generation=generation, types=types)
            s, e = a.scalar.replace(" ", "~"), r.scalar
            yield from predicated(f"s_convert_{a.name}_to_{r.name}", e, f"a:{s}", f"lc_tpc::s_convert<{e}, {a.scalar}>(a, switches)", "SPU",
                                  "scalar_integer", row="s_convert_*_to_*", **tail)
            if a.lanes == r.lanes:
                yield from predicated(name, r.vector, f"a:{a.vector}", f"lc_tpc::convert<{r.vector}>(a, switches)", "VPU", "simple",
                                      mask=r.mask, row="v_convert_*_to_*", **tail)
                continue
            if a.lanes < r.lanes:  # narrower lanes: into one of each slot, or all from several vectors
                yield from predicated(name, r.vector, f"a:{a.vector} lane:int", f"lc_tpc::convert_into<{r.vector}>(a, lane, switches, income)",
                                      "VPU", "simple", mask=r.mask, row="v_convert_*_to_* (lane)", **tail)
                parts = many(a, r.lanes // a.lanes)
                yield from predicated(name + "_all", r.vector, f"a:{parts}", f"lc_tpc::convert_down<{r.vector}>(a, switches)", "VPU", "simple",
                                      mask=r.mask, row="v_convert_*_to_*_all (down)", **tail)
                yield from predicated(name + "_single", r.vector, f"a:{a.vector}",
                                      f"lc_tpc::convert_into<{r.vector}>(a, 0, switches, income)", "VPU", "simple", mask=r.mask,
                                      row="v_convert_*_to_*_single", **tail)
            else:
                yield from predicated(name, r.vector, f"a:{a.vector}", f"lc_tpc::convert_from<{r.vector}>(a, 0, switches)", "VPU", "simple",
                                      mask=r.mask, row="v_convert_*_to_* (first lane)", **tail)
                parts = many(r, a.lanes // r.lanes)
                yield from predicated(name + "_all", parts, f"a:{a.vector}", f"lc_tpc::convert_up<{parts}>(a, switches)", "VPU", "simple",
                                      mask=a.mask, row="v_convert_*_to_*_all (up)", **tail)
    for a, r in [("i32", "i16"), ("i32", "i8"), ("u32", "u16"), ("u32", "u8"), ("i16", "i8"), ("u16", "u8")]:
        a, r = TYPES[a], TYPES[r]
        long = f"{'u' if a.kind == 'u' else ''}int{a.bits}"
        yield from predicated(f"v_convert_{long}_to_{r.name}", r.vector, f"a:{a.vector} shift:{a.flexible} lane:int",
                              f"lc_tpc::shift_convert<{r.vector}>(a, ({a.signs})shift, lane, switches, income)", "VPU", "simple", mask=r.mask,
                              row="v_convert_int*_to_*", types=(a.name, r.name))
        yield from predicated(f"s_convert_{long}_to_{r.name}", r.scalar, f"a:{a.scalar.replace(' ', '~')} shift:int",
                              f"lc_tpc::shift_convert_one<{r.scalar}>(a, shift, switches)", "SPU", "scalar_integer", row="s_convert_int*_to_*",
                              types=(a.name, r.name))
    yield from vector_op("nearbyint", FLOATS, "a:{V}", "lc_tpc::nearest(a, switches)", "simple")
    yield from by_type_names()


def many(t, count):
    """The vector, pair or quad of a type with `count` times the lanes."""
    base = t.vector.rstrip("0123456789")
    return f"{base}{t.lanes * count}"


def by_type_names():
    """convert_<from>_to_<to>: whole vectors of the same number of lanes, in linear order by switch."""
    for lanes in (64, 128, 256):
        sized = [(t, many(t, lanes // t.lanes)) for t in map(TYPES.get, ALL) if t.lanes <= lanes]
        for a, source in sized:
            for r, target in sized:
                if a is not r:
                    yield function(f"convert_{source}_to_{target}", target, f"a:{source} switches:int=0",
                                   f"lc_tpc::convert_order<{target}>(a, switches)", "VPU", "simple", max(a.generation, r.generation),
                                   row="convert_*_to_*", types=(a.name, r.name))
