# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Indices out of range, and indices into nothing, are errors of the run, as in eager mode."""
import numpy as np
import pytest
import torch

CASES = {
    "embedding": lambda table, i: torch.nn.functional.embedding(i, table),
    "index_select": lambda table, i: table.index_select(0, i),
    "gather": lambda table, i: table.gather(0, i[:, None].expand(-1, table.shape[1])),
    "index": lambda table, i: table[i],
    "scatter": lambda table, i: table.scatter(0, i[:, None].expand(-1, table.shape[1]), 1.0),
}


@pytest.mark.parametrize("name", CASES)
def test_out_of_range(name, tools, tmp_path):
    class Model(torch.nn.Module):
        def forward(self, table, i):
            return CASES[name](table, i)

    rows = torch.export.Dim("rows", min=0, max=64)
    program = torch.export.export(Model(), (torch.randn(5, 3), torch.tensor([0, 4])), dynamic_shapes=({0: rows}, None), strict=False)
    torch.export.save(program, tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m.so")

    def run(count, index):
        np.save(tmp_path / "table.npy", np.ones((count, 3), np.float32))
        np.save(tmp_path / "i.npy", np.array(index))
        return tools.run("lcompile-run", tmp_path / "m.so", f"--input=table=@{tmp_path}/table.npy", f"--input=i=@{tmp_path}/i.npy")

    assert run(5, [0, 4]).returncode == 0
    for count, index in ((5, [0, 5]), (5, [-6, 0]), (4, [0, 4]), (0, [0, 0])):
        result = run(count, index)
        assert result.returncode == 1, (count, index, result.stdout)
        assert "index" in result.stderr
