# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors, addresses, local memory."""
from .model import ALL, TYPES, predicated

AT = "at:int5 number:int"


def rows():
    yield from predicated("gen_addr", "lc_tpc::address", AT, "lc_tpc::address_of(at, number, line)", "LOAD", "index", line=True,
                          suffixes=("",))
    yield from predicated("prefetch", "void", "address:const~volatile~void*", "(void)address", "LOAD", "load", 2, income=None,
                          suffixes=("",))
    for t in map(TYPES.get, ALL):
        yield from tensors(t)
        yield from local_vectors(t)
        yield from scalars(t)
    yield from masks()


def load(t, name, args, expr):
    return predicated(f"v_{t.name}_{name}", t.vector, args, expr, "LOAD", "load", t.generation, t.mask, line=True, row=f"v_*_{name}",
                      types=(t.name,))


def store(t, name, args, expr, switches=True):
    return predicated(f"v_{t.name}_{name}", "void", args, expr, "STORE", "store", t.generation, income=None, switches=switches, line=True,
                      row=f"v_*_{name}", types=(t.name,))


def tensors(t):
    v = t.vector
    yield from load(t, "ld_tnsr", AT, f"lc_tpc::load<{v}>(at, number, switches, line)")
    for half, index in (("low", 0), ("high", 1)):
        yield from load(t, f"ld_tnsr_{half}", AT, f"lc_tpc::load_half<{v}>(at, number, {index}, income, line)")
        yield from store(t, f"st_tnsr_{half}", f"{AT} a:{v}", f"lc_tpc::store_half<{v}>(at, number, a, {index}, line)")
        yield from store(t, f"st_tnsr_{half}_rmw", f"{AT} a:{v} rmw:int",
                         f"lc_tpc::store_rmw_half<{v}>(at, number, a, {index}, rmw, line)")
    part = "last:int lane:int"
    yield from load(t, "ld_tnsr_partial", f"{AT} {part}", f"lc_tpc::load_part<{v}>(at, number, last, lane, income, line)")
    yield from store(t, "st_tnsr", f"{AT} a:{v}", f"lc_tpc::store<{v}>(at, number, a, switches, line)")
    yield from store(t, "st_tnsr_partial", f"{AT} a:{v} {part}", f"lc_tpc::store_part<{v}>(at, number, a, last, lane, line)")
    yield from store(t, "st_tnsr_rmw", f"{AT} a:{v} rmw:int", f"lc_tpc::store_rmw<{v}>(at, number, a, rmw, line)")
    yield from store(t, "st_tnsr_partial_rmw", f"{AT} a:{v} rmw:int {part}",
                     f"lc_tpc::store_rmw_part<{v}>(at, number, a, rmw, last, lane, line)")
    yield from predicated(f"v_{t.name}_ld_g", v, "address:const~volatile~void*",
                          f"lc_tpc::broadcast<{v}>(lc_tpc::load_global<{t.scalar}>(address, line))", "LOAD", "load", t.generation, t.mask,
                          line=True, row="v_*_ld_g", types=(t.name,))


def local_vectors(t):
    v, a = t.vector, "address:lc_tpc::local"
    yield from load(t, "ld_l_v", a, f"lc_tpc::load_local<{v}>(address, line)")
    for half, index in (("low", 0), ("high", 1)):
        yield from load(t, f"ld_l_v_{half}", a, f"lc_tpc::load_local_half<{v}>(address, {index}, income, line)")
    yield from store(t, "st_l_v", f"{a} a:{v}", f"lc_tpc::store_local<{v}>(address, a, line)")
    for half, index in (("low", 0), ("high", 1)):
        yield from store(t, f"st_l_v_{half}", f"{a} a:{v}", f"lc_tpc::store_local_half<{v}>(address, a, {index}, line)")


def scalars(t):
    e, safe = t.scalar, t.scalar.replace(" ", "~")
    tail = dict(line=True, types=(t.name,), generation=t.generation)
    yield from predicated(f"s_{t.name}_ld_l", e, "address:lc_tpc::local", f"lc_tpc::load_scalar<{e}>(address, switches, line)", "LOAD", "load",
                          row="s_*_ld_l", **tail)
    yield from predicated(f"s_{t.name}_ld_g", e, "address:const~volatile~void*", f"lc_tpc::load_global<{e}>(address, line)", "LOAD", "load",
                          row="s_*_ld_g", **tail)
    yield from predicated(f"s_{t.name}_st_l", "void", f"address:lc_tpc::local a:{safe}",
                          f"lc_tpc::store_scalar<{e}>(address, a, switches, line)", "STORE", "store", income=None, row="s_*_st_l", **tail)
    yield from predicated(f"s_{t.name}_st_g", "void", f"address:const~volatile~void* a:{safe}",
                          f"lc_tpc::store_global<{e}>(address, a, line)", "STORE", "store", income=None, row="s_*_st_g", **tail)


def masks():
    yield from predicated("v_i1_ld_tnsr", "bool256", AT, "lc_tpc::load_mask(at, number, line)", "LOAD", "load", line=True)
    yield from predicated("v_i1_st_tnsr", "void", f"{AT} a:bool256", "lc_tpc::store_mask(at, number, a, line)", "STORE", "store", income=None,
                          line=True)
    yield from predicated("v_i1_ld_l_v", "bool256", "address:lc_tpc::local", "lc_tpc::load_local<bool256>(address, line)", "LOAD", "load",
                          line=True)
    yield from predicated("v_i1_st_l_v", "void", "address:lc_tpc::local a:bool256", "lc_tpc::store_local(address, a, line)", "STORE", "store",
                          income=None, line=True)
    yield from predicated("s_i1_ld_l", "bool", "address:lc_tpc::local", "lc_tpc::load_scalar<unsigned char>(address, switches, line) != 0", "LOAD", "load",
                          line=True)
    yield from predicated("s_i1_st_l", "void", "address:lc_tpc::local a:bool", "lc_tpc::store_scalar<bool>(address, a, switches, line)",
                          "STORE", "store", income=None, line=True)
    yield from predicated("s_i1_ld_g", "bool", "address:const~volatile~void*", "lc_tpc::load_global<unsigned char>(address, line) != 0", "LOAD", "load",
                          line=True)
