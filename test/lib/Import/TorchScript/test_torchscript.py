# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Imports scripted and traced programs with ts-import; looks at the form, the names and the messages."""

import os
import re
import shutil
import subprocess
import warnings
import zipfile

import programs
import pytest
import torch
from torch import nn

TOOL = os.environ.get("LCOMPILE_TS_IMPORT") or os.path.join(
    os.path.dirname(__file__), "../../../../build/bin/ts-import")
if not os.path.exists(TOOL):
    pytest.skip("ts-import is not built", allow_module_level=True)


def run(path, *specs, env=None):
    result = subprocess.run([TOOL, str(path), *specs], capture_output=True, text=True, timeout=120,
                            env={**os.environ, **(env or {})})
    assert result.returncode in (0, 1), result.stderr
    return result


def imported(path, *specs):
    result = run(path, *specs)
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(path, *specs, env=None):
    result = run(path, *specs, env=env)
    assert result.returncode == 1
    return result.stderr


def scripted(module, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(module.eval()).save(str(path))
    return path


def traced(module, path, *example):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(module.eval(), example, check_trace=False).save(str(path))
    return path


def count(text, op):
    return len(re.findall(rf"\b{re.escape(op)}\b", text))


def results(text):
    """(name, type) of what the function returns."""
    head = re.search(r"func\.func @forward\(.*?\) -> \((.*?)\)(?: attributes .*)? \{\n", text).group(1)
    return re.findall(r'(tensor<[^{]*>) \{(?:lc\.alias = \d+ : i64, )?lc\.name = "([^"]*)"\}', head)


@pytest.mark.parametrize("program", programs.ACCEPTED, ids=lambda c: c.__name__)
def test_accepted(program, tmp_path):
    path = scripted(program(), tmp_path / "m.pt")
    imported(path, "x: 4x3xf32")


@pytest.mark.parametrize("program", programs.REFUSED, ids=lambda c: c.__name__)
def test_refused(program, tmp_path):
    path = scripted(program(), tmp_path / "m.pt")
    message = refused(path, "x: 4x3xf32")
    assert programs.REFUSED[program] in message
    assert re.search(r"\b1 issues", message), message


def form(program, tmp_path, spec="x: 4x3xf32"):
    text = imported(scripted(program(), tmp_path / "m.pt"), spec)
    return count(text, "scf.if"), count(text, "scf.while")


def test_what_is_known_leaves_no_control_flow(tmp_path):
    for program in (programs.KnownBranch, programs.ForLoop, programs.StepLoop, programs.ListAppend,
                    programs.ListAlias, programs.DictOutputs, programs.Check, programs.Stack, programs.Dtypes):
        assert form(program, tmp_path) == (0, 0), program


def test_what_data_decides_stays(tmp_path):
    assert form(programs.Branch, tmp_path) == (1, 0)
    assert form(programs.NestedBranch, tmp_path) == (2, 0)
    assert form(programs.LongLoop, tmp_path) == (0, 1)
    assert form(programs.WhileLoop, tmp_path)[1] == 1
    assert form(programs.NestedLoop, tmp_path)[1] == 1
    assert form(programs.ReturnFromLoop, tmp_path)[1] == 1
    assert form(programs.TupleInLoop, tmp_path)[1] == 1


def test_loops_are_unrolled_with_their_numbers(tmp_path):
    text = imported(scripted(programs.ForLoop(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert count(text, "lc.mul") == 5
    text = imported(scripted(programs.SizeLoop(), tmp_path / "m.pt"), "x: 6x3xf32")
    assert count(text, "lc.add") == 6


def test_list_append(tmp_path):
    text = imported(scripted(programs.ListAppend(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert results(text) == [("tensor<16x3xf32>", "output")]


def test_alias_of_a_list(tmp_path):
    """Three elements before pop, two after, in both names."""
    text = imported(scripted(programs.ListAlias(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert results(text) == [("tensor<2x4x3xf32>", "output")]
    assert "2.000000e+00 : f32 : tensor<2x4x3xf32>" in text  # len(a)


def test_outputs_have_names(tmp_path):
    text = imported(scripted(programs.DictOutputs(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert [name for _, name in results(text)] == ["a", "b", "sum"]
    text = imported(scripted(programs.NamedOutputs(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert results(text) == [("tensor<f32>", "low"), ("tensor<f32>", "high")]
    text = imported(scripted(programs.WhileLoop(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert results(text) == [("tensor<4x3xf32>", "output0"), ("tensor<i64>", "output1")]
    text = imported(scripted(nn.LSTM(3, 5), tmp_path / "m.pt"), "4x2x3xf32")
    assert [name for _, name in results(text)] == ["output0", "output1.0", "output1.1"]


def test_exceptions_that_data_decides_are_remarked(tmp_path):
    result = run(scripted(programs.Check(), tmp_path / "m.pt"), "x: 4x3xf32")
    assert result.returncode == 0
    assert result.stderr.count("does not check it: AssertionError: no NaN") == 1
    assert "three columns" not in result.stderr


def test_weights_keep_their_names(tmp_path):
    module = programs.Stack()
    text = imported(scripted(module, tmp_path / "m.pt"), "x: 4x3xf32")
    assert set(re.findall(r'lc.parameter "([^"]*)"', text)) == {
        f"layers.{i}.{kind}" for i in range(3) for kind in ("weight", "bias")}


class Constants(nn.Module):
    def __init__(self):
        super().__init__()
        self.empty = torch.zeros(0, 3)
        self.number = torch.tensor(3)
        self.flags = torch.tensor([True, False, True])
        self.register_buffer("turned", torch.arange(12.0).reshape(3, 4).t())
        self.half = torch.ones(3, dtype=torch.bfloat16)

    def forward(self, x):
        return torch.cat([x, self.empty]) * self.number + self.half, x[0] * self.flags, x + self.turned


def test_constants(tmp_path):
    text = imported(scripted(Constants(), tmp_path / "m.pt"), "x: 4x3xf32")
    parameters = dict(re.findall(r'lc.parameter "([^"]*)" : (\S+)', text))
    assert parameters == {"empty": "tensor<0x3xf32>", "number": "tensor<i64>", "flags": "tensor<3xi1>",
                          "turned": "tensor<4x3xf32>", "half": "tensor<3xbf16>"}


class Shapes(nn.Module):
    """What traces compute with sizes, as 0-d tensors."""

    def forward(self, x):
        n, k = x.size(0), x.shape[1]
        return x.reshape(n * k // 3, 3), torch.zeros(n + 1, k * 2), x.transpose(0, 1)[: k // 3]


def test_trace_has_its_example(tmp_path):
    text = imported(traced(Shapes(), tmp_path / "m.pt", torch.randn(4, 6)))
    assert results(text) == [("tensor<8x3xf32>", "output0"), ("tensor<5x12xf32>", "output1"),
                             ("tensor<2x4xf32>", "output2")]


def test_sizes_of_a_trace_stay_symbolic(tmp_path):
    text = imported(traced(Shapes(), tmp_path / "m.pt", torch.randn(4, 6)), "x: n=1..8xk=3..9:3xf32")
    assert '#lc.symbol<"n", 1, 8>, #lc.symbol<"k", 3, 9, 3>' in text
    assert "(s0 * s1) floordiv 3, 3" in text and "s0 + 1, s1 * 2" in text


def test_source_lines_and_modules(tmp_path):
    class Bad(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Sequential(Fft())

        def forward(self, x):
            return self.inner(x)

    for make in (lambda p: scripted(Bad(), p), lambda p: traced(Bad(), p, torch.randn(4))):
        message = refused(make(tmp_path / "m.pt"), "4xf32")
        assert re.search(r"aten::fft_rfft at \S*/test_torchscript\.py:\d+ in inner\.0: no rule", message), message


class Fft(nn.Module):
    def forward(self, x):
        return torch.fft.rfft(x).abs()


def test_inputs_of_all_kinds(tmp_path):
    path = scripted(programs.Inputs(), tmp_path / "m.pt")
    tensors = ["pair.0: 2x3xf32", "pair.1: 2x3xf32", "more.0: 3xf32", "more.1: 1x3xf32", "named.k: 2x3xf32"]
    text = imported(path, *tensors)
    names = re.findall(r'%arg\d+: tensor<\S+> \{lc.name = "([^"]*)"\}', text)
    assert names == ["pair.0", "pair.1", "more.0", "more.1", "named.k", "n"]
    fixed = imported(path, *tensors, "n: =3", "scale: =0.5", "mask: 3xf32")
    assert '"n"' not in fixed and '"mask"' in fixed and "5.000000e-01" in fixed


def test_inputs_that_are_missing_or_unknown(tmp_path):
    path = scripted(programs.Branch(), tmp_path / "m.pt")
    assert "does not tell the sizes of x: state them, such as --input 'x: " in refused(path)
    assert "there is no input 'y' for 'y: 4xf32', the inputs are: x" in refused(path, "x: 4xf32", "y: 4xf32")
    assert "has no dtype" in refused(path, "x: 4x3")
    assert "column" in refused(path, "x: 4xq3")
    path = scripted(programs.Text(), tmp_path / "m.pt")
    assert "m.pt: " in refused(path)
    path = traced(Shapes(), tmp_path / "m.pt", torch.randn(4, 6))
    assert "was traced with 2 dimensions" in refused(path, "x: 4xf32")


def test_input_that_changes(tmp_path):
    class Changes(nn.Module):
        def forward(self, x):
            x.add_(1)
            return x * 2

    text = imported(scripted(Changes(), tmp_path / "m.pt"), "x: 3xf32")
    assert results(text)[-1] == ("tensor<3xf32>", "x") and "lc.alias = 0" in text


def test_files_that_are_something_else(tmp_path):
    model = nn.Linear(3, 2)
    good = scripted(model, tmp_path / "good.pt").read_bytes()
    files = {
        "gone": (None, "No such file"),
        "empty": (b"", "not a TorchScript archive: the file is empty"),
        "text": (b"hello", "it is no zip archive"),
        "lfs": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        "half": (good[: len(good) // 2], "not a TorchScript archive"),
    }
    for name, (data, message) in files.items():
        path = tmp_path / f"{name}.pt"
        if data is not None:
            path.write_bytes(data)
        assert message in refused(path), name
    torch.save(model.state_dict(), tmp_path / "state.pt")
    assert "such as a state dict" in refused(tmp_path / "state.pt")
    torch.save(model.state_dict(), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert "it is a pickle" in refused(tmp_path / "old.pt")
    torch.save(model, tmp_path / "module.pt")
    assert "is a pickled nn.Module" in refused(tmp_path / "module.pt")
    torch.export.save(torch.export.export(model, (torch.randn(1, 3),)), tmp_path / "p.pt2")
    shutil.move(tmp_path / "p.pt2", tmp_path / "p.pt")
    assert "give it the ending .pt2" in refused(tmp_path / "p.pt")


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.ones(2)

    def forward(self, x):
        return x + self.w

    @torch.jit.export
    def __getstate__(self):
        return (self.w, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[torch.Tensor, bool]):
        self.w = state[0]
        self.training = state[1]


def test_nothing_is_run(tmp_path):
    path = scripted(Packed(), tmp_path / "m.pt")
    assert "__setstate__ runs when it is loaded, which lcompile does not do" in refused(path, "2xf32")


def rewritten(source, target, change, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return target


def test_tensors_that_reach_outside(tmp_path):
    good = scripted(nn.Linear(64, 64), tmp_path / "good.pt")
    short = rewritten(good, tmp_path / "short.pt", lambda name, data: data[:64] if "/data/" in name else data)
    assert "reaches outside of its record" in refused(short, "1x64xf32")
    packed = rewritten(good, tmp_path / "packed.pt", lambda name, data: data, zipfile.ZIP_DEFLATED)
    assert "packed again with compression" in refused(packed, "1x64xf32")


def test_plugin_that_is_missing(tmp_path):
    path = scripted(programs.Branch(), tmp_path / "m.pt")
    message = refused(path, "x: 3xf32", env={"LCOMPILE_TORCHSCRIPT": str(tmp_path / "none.so")})
    assert "LCOMPILE_BUILD_TORCHSCRIPT" in message and "torch.export" in message
    (tmp_path / "bad.so").write_bytes(b"no library")
    message = refused(path, "x: 3xf32", env={"LCOMPILE_TORCHSCRIPT": str(tmp_path / "bad.so")})
    assert "install PyTorch" in message
