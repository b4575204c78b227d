# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Moves between lanes."""
from .model import ALL, Function, Param, predicated, vector_op


def rows():
    yield from vector_op("shuffle", ALL, "a:{V} map:lc_tpc::lanes8", "lc_tpc::shuffle(a, (uchar256)map, income)", "shuffle")
    yield from vector_op("pack", ALL, "a:{V}", "lc_tpc::pack(a, switches, income)", "shuffle")
    yield from vector_op("unpack", ALL, "a:{V}", "lc_tpc::unpack(a, switches, income)", "shuffle")
    yield from vector_op("mov_group", ALL, "a:{V} bytes:unsigned", "lc_tpc::move_group(a, bytes, switches, income)", "shuffle")
    yield from vector_op("mov_dual_group", ALL, "a:{V} bytes:unsigned source:int target:int",
                         "lc_tpc::move_dual_group(a, bytes, source, target, switches, income)", "move_dual_group")
    yield from vector_op("mov_dual_group_all", ALL, "a:{V} bytes:unsigned s0:int s1:int s2:int s3:int",
                         "lc_tpc::move_dual_groups(a, bytes, s0, s1, s2, s3, switches, income)", "move_dual_group")
    for name, vector, mask in [("4b", "uint64", "bool64"), ("2b", "ushort128", "bool128"), ("1b", "uchar256", "bool256")]:
        yield from predicated(f"read_lane_id_{name}", vector, "", f"lc_tpc::lane_id<{vector}>()", "LOAD", "load", mask=mask,
                              row="read_lane_id_*")
    yield from predicated("read_lfsr", "uint64", "", "lc_tpc::lfsr(true)", "LOAD", "load", row="read_lfsr")
    yield from predicated("read_lfsrnc", "uint64", "", "lc_tpc::lfsr(false)", "LOAD", "load", row="read_lfsrnc")
    yield from predicated("s_read_lfsr", "unsigned", "", "lc_tpc::lfsr(true)[0]", "LOAD", "load", row="s_read_lfsr")
    yield from predicated("s_read_lfsrnc", "unsigned", "", "lc_tpc::lfsr(false)[0]", "LOAD", "load", row="s_read_lfsrnc")
    yield Function("write_lfsr", "void", [Param("uint64", "a")], "lc_tpc::set_lfsr(a)", "STORE", "store", row="write_lfsr")
