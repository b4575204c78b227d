# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every row of the table against its reference, for all its types, suffixes, switches and predicates."""
import pytest
import rows_arithmetic, rows_bits, rows_convert, rows_lanes, rows_special  # noqa: F401
import tpc_rows


@pytest.fixture(scope="module", autouse=True)
def libraries():
    tpc_rows.build_all()


@pytest.mark.parametrize("name", sorted(set(tpc_rows.ROWS) & set(tpc_rows.by_row())))
def test_row(name):
    tpc_rows.check_row(name)
