# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""No rule of the ATen table is without a test."""
import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import harness  # noqa: E402
import test_operators  # noqa: E402
import test_scalars  # noqa: E402

# Rules without a result of their own, and where they are tested.
ELSEWHERE = {
    # They promise something about data that the compiled program does not check.
    "aten::_assert_async", "aten::_assert_async.msg", "aten::_assert_scalar", "aten::_assert_tensor_metadata",
    "aten::_functional_assert_async.msg", "aten::_functional_assert_scalar", "aten::_functional_sym_constrain_range",
    "aten::_functional_sym_constrain_range_for_size", "aten::sym_constrain_range", "aten::sym_constrain_range_for_size",
}
