# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What lcompile-run and executables say about inputs that do not fit, and empty ones that do."""
import numpy as np
import pytest
import torch


class Pair(torch.nn.Module):
    def forward(self, x, n):
        return torch.relu(x) @ x.mT + n.sum(), x.sum(1)


@pytest.fixture(scope="module", params=["m.so", "m"])
def model(request, tools, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    rows = torch.export.Dim("rows", min=0, max=16)
    program = torch.export.export(Pair(), (torch.randn(3, 4), torch.arange(5)), dynamic_shapes=({0: rows}, {}))
    torch.export.save(program, folder / "m.pt2")
    tools.compile(folder / "m.pt2", "-o", folder / request.param)
    return folder / request.param


def run(tools, model, *args, **options):
    program = ["lcompile-run", model] if model.suffix else [model]
    return tools.run(str(program[0]), *program[1:], *args, **options)


def save(folder, name, array):
    np.save(folder / name, array)
    return f"@{folder}/{name}"


GOOD = {"x": np.ones((3, 4), np.float32), "n": np.arange(5)}
CASES = {
    "too few rows of n": ({"n": np.arange(4)}, ["'n'", "dimension 0", "5", "4"]),
    "too many rows of x": ({"x": np.ones((17, 4), np.float32)}, ["'x'", "dimension 0", "16", "17"]),
    "columns": ({"x": np.ones((3, 5), np.float32)}, ["'x'", "dimension 1", "4", "5"]),
    "rank": ({"x": np.ones((3, 4, 1), np.float32)}, ["'x'", "rank", "2", "3"]),
    "rank 0": ({"n": np.array(3)}, ["'n'", "rank", "1", "0"]),
    "dtype": ({"x": np.ones((3, 4))}, ["'x'", "f32", "f64"]),
    "integer dtype": ({"n": np.arange(5, dtype=np.int32)}, ["'n'", "i64", "i32"]),
    "complex": ({"x": np.ones((3, 4), np.complex64)}, ["c8"]),
    "big endian": ({"x": np.ones((3, 4), ">f4")}, [">f4"]),
    "record": ({"x": np.zeros(3, [("a", "f4"), ("b", "f4")])}, ["record"]),
    "fortran order": ({"x": np.asfortranarray(np.ones((3, 4), np.float32))}, ["Fortran order", "ascontiguousarray"]),
}


@pytest.mark.parametrize("case", CASES)
def test_wrong_array(case, tools, model, tmp_path):
    arrays, words = CASES[case]
    arguments = [f"--input={name}={save(tmp_path, name + '.npy', array)}" for name, array in {**GOOD, **arrays}.items()]
    result = run(tools, model, *arguments, f"--output=output0={tmp_path}/y.npy")
    assert result.returncode == 1 and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["n.npy", "x.npy"]


@pytest.mark.parametrize("arguments,words", [
    (["--input=z=0"], "no input 'z'"),
    (["--input=x=0", "--input=x=1"], "given twice"),
    (["--input=@x.npy"], "the model has 2 inputs: say which one"),
    (["--input=x=@missing.npy"], "missing.npy"),
    (["--input=x: 3xf32"], "'x'"),
    (["--input=x: 3x4xi64"], "'x'"),
    (["--input=x: 99999999999x4xf32"], "'x'"),
    (["--input=x: 3xx=0"], "bad shape"),
    (["--output=z=y.npy"], "no output 'z'"),
    (["--output=/proc/y.npy"], "2 outputs"),
    (["--dim=row=3"], "did you mean"),
    (["--inptu=x=0"], "did you mean '--input'"),
    (["x.npy"], "unexpected argument"),
])
def test_wrong_use(arguments, words, tools, model, tmp_path):
    result = run(tools, model, *arguments, cwd=tmp_path)
    assert result.returncode == 1 and words in result.stderr, result.stderr
    assert list(tmp_path.iterdir()) == []


def test_empty_input(tools, model, tmp_path):
    """Zero rows are legal here, and give empty results, as in PyTorch."""
    x = np.ones((0, 4), np.float32)
    outputs = run(tools, model, f"--input=x={save(tmp_path, 'x.npy', x)}", "--input=n=0", f"--output=output0={tmp_path}/a.npy",
                  f"--output=output1={tmp_path}/b.npy")
    assert outputs.returncode == 0, outputs.stderr
    want = Pair()(torch.from_numpy(x), torch.zeros(5, dtype=torch.int64))
    assert np.load(tmp_path / "a.npy").shape == want[0].shape and np.load(tmp_path / "b.npy").shape == want[1].shape


def test_unwritable_result(tools, model, tmp_path):
    for path in ("/proc/y.npy", f"{tmp_path}/none/y.npy", "/dev/full"):
        result = run(tools, model, f"--output=output0={path}")
        assert result.returncode == 1 and f"cannot write '{path}'" in result.stderr
