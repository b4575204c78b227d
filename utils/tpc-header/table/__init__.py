# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The intrinsics of TPC-C as data, a module per family."""
from . import arithmetic, bits, compare, convert, coordinates, lanes, lut, memory, scalar, special

FAMILIES = [arithmetic, scalar, compare, bits, convert, lanes, lut, special, coordinates, memory]


def functions():
    """All functions, in the order of families and rows; overloads share a name."""
    result = []
    for family in FAMILIES:
        for function in family.rows():
            function.family = family.__name__.rsplit(".", 1)[-1]
            result.append(function)
    return result
