# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles the scripted programs and compares what they compute with PyTorch, on inputs that take every branch."""

import os
import subprocess

import numpy as np
import programs
import pytest
import torch

TOOLS = os.environ.get("LCOMPILE_TOOLS") or os.path.join(os.path.dirname(__file__), "../../../../build/bin")
COMPILER, RUNNER = os.path.join(TOOLS, "lcompile"), os.path.join(TOOLS, "lcompile-run")
if not (os.path.exists(COMPILER) and os.path.exists(RUNNER)):
    pytest.skip("lcompile or lcompile-run is not built", allow_module_level=True)

SCALES = ((1, 0), (1, 1), (1, -1), (5, 0), (0.1, 5), (0.1, -5), (30, 0), (1, 20), (0, 0))


def flat(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return [leaf for part in value for leaf in flat(part)]
    return [torch.tensor(value)]


@pytest.mark.parametrize("program", programs.ACCEPTED, ids=lambda c: c.__name__)
@pytest.mark.parametrize("rows", ["4", "n=1..8"], ids=["static", "dynamic"])
def test_numbers(program, rows, tmp_path):
    torch.manual_seed(0)
    module = torch.jit.script(program().eval())
    module.save(str(tmp_path / "m.pt"))
    library = tmp_path / "m.so"
    result = subprocess.run([COMPILER, tmp_path / "m.pt", "--input", f"x: {rows}x3xf32", "-o", library],
                            capture_output=True, text=True, timeout=300)
    if rows != "4" and "depends on" in result.stderr:
        pytest.skip("needs the number of rows")
    assert result.returncode == 0, result.stderr
    info = subprocess.run([RUNNER, library, "--info"], capture_output=True, text=True, check=True).stdout
    names = [line.split()[1].rstrip(":") for line in info.splitlines() if line.strip().startswith("output")]
    for k, (scale, offset) in enumerate(SCALES):
        x = torch.randn(4, 3) * scale + offset
        np.save(tmp_path / "x.npy", x.numpy())
        wanted = flat(module(x))
        assert len(names) == len(wanted)
        arguments = ["--input", f"x=@{tmp_path / 'x.npy'}"]
        for name, value in zip(names, wanted):
            path = tmp_path / f"{name}.npy"
            np.save(path, value.detach().numpy())
            arguments += ["--expect", f"{name}=@{path}"]
        run = subprocess.run([RUNNER, library, *arguments], capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, f"input {k}: {run.stdout}{run.stderr}"
