# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""No rule of the ATen table is without a test."""
import pathlib
import sys

import pytest
import torch

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "TorchScript")]
import case  # noqa: E402
import harness  # noqa: E402
import programs  # noqa: E402
import test_operators  # noqa: E402, F401  (loads the cases)
import test_scalars  # noqa: E402

# Without a result: promises about data, which a compiled program does not check.
PROMISES = {"aten::_assert_async", "aten::_assert_async.msg", "aten::_assert_scalar", "aten::_assert_tensor_metadata",
            "aten::_functional_assert_async.msg", "aten::_functional_assert_scalar", "aten::_functional_sym_constrain_range",
            "aten::_functional_sym_constrain_range_for_size", "aten::sym_constrain_range", "aten::sym_constrain_range_for_size"}

# Forms that one release or another of torch writes into an archive or a trace for a rule that has a case under its
# other name; the program that would contain exactly them cannot be written in Python.
OTHER_NAMES = {
    "aten::add": "_operator.add", "aten::sub": "_operator.sub", "aten::mul": "_operator.mul", "aten::div": "_operator.truediv",
    "aten::floordiv": "_operator.floordiv", "aten::remainder": "_operator.mod", "_operator.pos": "_operator.neg",
    "_operator.eq": "aten::eq.int", "_operator.ne": "aten::ne.int", "_operator.lt": "aten::lt.int", "_operator.le": "aten::le.int",
    "_operator.gt": "aten::gt.int", "_operator.ge": "aten::ge.int", "_operator.and_": "aten::__and__.bool",
    "_operator.or_": "aten::__or__.bool", "_operator.not_": "aten::__not__", "torch.sym_not": "aten::__not__",
    "torch.sym_sqrt": "math.sqrt", "torch._sym_sqrt": "math.sqrt", "aten::Int.int": "aten::Int.bool", "aten::Float.float": "aten::Float.int",
    "aten::Int.Scalar": "aten::Int.float", "aten::Float.Scalar": "aten::Float.int", "aten::Bool.Scalar": "aten::Bool.int",
    "aten::IntImplicit": "aten::Int.Tensor", "aten::FloatImplicit": "aten::Float.Tensor", "aten::ScalarImplicit": "aten::Float.Tensor",
    "aten::_local_scalar_dense": "aten::Float.Tensor", "aten::item": "aten::Float.Tensor", "aten::ceil.Scalar": "aten::ceil.float",
    "aten::floor.Scalar": "aten::floor.float", "aten::sym_size": "aten::size", "aten::sym_size.int": "aten::size.int",
    "aten::sym_numel": "aten::numel", "aten::sym_stride.int": "aten::stride.int", "aten::sym_storage_offset": "aten::storage_offset",
    "aten::sym_is_contiguous": "aten::is_contiguous", "aten::_batch_norm_impl_index": "aten::native_batch_norm",
    "aten::_euclidean_dist": "aten::cdist", "aten::lift_fresh": "aten::lift", "aten::to.prim_Device": "aten::to.device",
    "aten::to.prim_dtype": "aten::to.dtype", "aten::to.prim_other": "aten::to.other", "aten::narrow.Tensor": "aten::narrow",
    "aten::bucketize.Scalar": "aten::bucketize.Tensor", "aten::searchsorted.Scalar": "aten::searchsorted.Tensor",
    "math.ceil": "aten::ceil.float", "math.floor": "aten::floor.float", "prim::NumToTensor": "aten::tensor.int", "prim::NumToTensor.Scalar": "aten::tensor.int", "prim::NumToTensor.bool": "aten::tensor.bool",
    "aten::__is__": "aten::__isnot__", "aten::tensor": "aten::tensor.int",
}

# The size of the result follows from data: refused by name.
REFUSED = {
    "aten::nonzero": lambda x: torch.nonzero(x), "aten::masked_select": lambda x: torch.masked_select(x, x > 0),
    "aten::_unique2": lambda x: torch.unique(x), "aten::unique_dim": lambda x: torch.unique(x, dim=0),
    "aten::unique_consecutive": lambda x: torch.unique_consecutive(x),
    "aten::repeat_interleave.self_Tensor": lambda x: x.repeat_interleave(torch.tensor([1, 2, 3])),
    "aten::repeat_interleave.Tensor": lambda x: torch.repeat_interleave(torch.tensor([1, 2, 3])) + x[0].long(),
}


# Training steps only: test/passes/2_train/test_random.py.
RANDOM = {"aten::rand", "aten::rand_like", "aten::bernoulli", "aten::bernoulli.p"}


def in_scripts():
    """Schemas of the calls in the scripted programs, which test_numbers.py compares with eager mode."""
    found = set()

    def walk(block):
        for node in block.nodes():
            schema = node.schema()
            found.add(node.kind() if schema == "(no schema)" else schema.partition("(")[0])
            for inner in node.blocks():
                walk(inner)

    # The expressions of test_scalars.py, too: each becomes a tensor.
    source = test_scalars.scripted(test_scalars.SCRIPT.values())
    for program in programs.ACCEPTED:
        walk(torch.jit.freeze(torch.jit.script(program().eval())).inlined_graph)
    if "torch.tensor" in source:
        found |= {"aten::tensor.int", "aten::tensor.float", "aten::tensor.bool"}
    return found


def test_every_rule_has_a_case():
    rules = set(harness.tool("lcompile", "--list-ops").stdout.split())
    assert len(rules) > 500
    tested = {f"aten::{c.rule}" for c in case.CASES} | set(test_scalars.SCRIPT) | set(test_scalars.SIZES) | in_scripts()
    tested |= PROMISES | RANDOM | set(REFUSED)
    tested |= {name for name, of in OTHER_NAMES.items() if of in tested}
    assert sorted(rules - tested) == []


@pytest.mark.parametrize("rule", REFUSED)
def test_refused_by_name(rule, tmp_path):
    class Model(torch.nn.Module):
        def forward(self, x):
            return REFUSED[rule](x)

    torch.jit.save(torch.jit.script(torch.jit.trace(Model(), torch.tensor([3.0, 1.0, 2.0]))), str(tmp_path / "m.pt"))
    result = harness.tool("lcompile", tmp_path / "m.pt", "--input", "x: 3xf32", "-o", tmp_path / "m.so")
    assert result.returncode == 1
    assert f"cannot compile {rule.partition('.')[0]}" in result.stderr and "follows from data" in result.stderr
