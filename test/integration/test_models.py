# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small models of every family, compiled and compared with eager PyTorch.

The largest error may be 1e-4 of the output's range. Models with a symbol run at
several sizes from one artefact.
"""
import numpy as np
import pytest
import torch
from beside_eager import KERNELS
from zoo import RECIPES, convert

pytestmark = pytest.mark.slow

TOLERANCE = 1e-4
TINY = ["mlp", "block", "tiny_resnet", "tiny_mobilenet", "tiny_convnext", "tiny_unet", "tiny_vit",
        "tiny_bert", "tiny_gpt2", "tiny_llama", "tiny_t5", "tiny_lstm"]


def run(tools, artefact, name, folder, **sizes):
    """Largest error of each output over its range."""
    inputs, expected = convert.reference(name, **sizes)
    convert.save_arrays(folder, inputs)
    arguments = [f"--input={key}=@{folder}/{key}.npy" for key in inputs]
    outputs = [folder / f"out{i}.npy" for i in range(len(expected))]
    result = tools.run("lcompile-run", artefact, *arguments, *[f"--output={path}" for path in outputs])
    assert result.returncode == 0, result.stdout + result.stderr
    for path, want in zip(outputs, expected.values()):
        got, want = np.load(path).astype(np.float64), want.numpy().astype(np.float64)
        assert got.shape == want.shape
        span = np.ptp(want) or np.abs(want).max() or 1.0
        assert np.abs(got - want).max() <= TOLERANCE * span


@pytest.mark.parametrize("name", TINY)
@KERNELS
def test_static(name, kernels, tools, tmp_path):
    torch.export.save(convert.exported(name), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", *kernels, "-o", tmp_path / "m.so")
    run(tools, tmp_path / "m.so", name, tmp_path)


@pytest.mark.parametrize("name", TINY)
@KERNELS
def test_dynamic(name, kernels, tools, tmp_path):
    torch.export.save(convert.exported_dynamic(name), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", *kernels, "-o", tmp_path / "m.so")
    symbols = RECIPES[name].symbols
    for pick in (lambda s: s.example, lambda s: s.min, lambda s: min(s.max, 7)):
        run(tools, tmp_path / "m.so", name, tmp_path, **{key: pick(s) for key, s in symbols.items()})


@pytest.mark.parametrize("name", ["mlp", "tiny_resnet"])
def test_executable(name, tools, tmp_path):
    torch.export.save(convert.exported(name), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m")
    inputs, expected = convert.reference(name)
    convert.save_arrays(tmp_path, inputs)
    convert.save_arrays(tmp_path / "want", expected)
    import subprocess

    result = subprocess.run([str(tmp_path / "m"), f"--input=x=@{tmp_path}/x.npy", f"--expect=@{tmp_path}/want/output.npy"],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_dumps_resume_everywhere(tools, tmp_path):
    """Every dumped stage gives the same artefact, to the byte."""
    torch.export.save(convert.exported_dynamic("block"), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m.so", f"--dump-phases={tmp_path}/dump")
    want = (tmp_path / "m.so").read_bytes()
    stages = ["normalize", "optimize", "partition", "lower"]
    dumps = sorted((tmp_path / "dump").glob("*.mlir"))
    assert [d.stem.split("-")[1] for d in dumps] == ["import", *stages]
    for dump, stage in zip(dumps, stages):
        tools.compile(dump, f"--start-from={stage}", "-o", tmp_path / "m.so")
        assert (tmp_path / "m.so").read_bytes() == want, dump.name


def test_rebuild_is_identical(tools, tmp_path):
    torch.export.save(convert.exported("tiny_bert"), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m.so")
    first = (tmp_path / "m.so").read_bytes()
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m.so")
    assert (tmp_path / "m.so").read_bytes() == first
