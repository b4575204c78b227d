# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.compile: whole models ahead of time."""

import subprocess
import sys

import pytest
import torch
from conftest import PACKAGE, ROOT, assert_same
from zoo import RECIPES, build, convert

import lcompile

TINY = ["mlp", "block", *(name for name in RECIPES if name.startswith("tiny_"))]


@pytest.mark.parametrize("name", TINY)
def test_zoo_with_dynamic_shapes(name):
    symbols = RECIPES[name].symbols
    compiled = lcompile.compile(convert.exported_dynamic(name))
    for sizes in ({s: v.example for s, v in symbols.items()}, {s: v.min for s, v in symbols.items()}):
        model = build(name, **sizes)
        with convert.plain_pytorch():
            assert_same(compiled(*model.args), model.module(*model.args))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(8, 8)

    def forward(self, x, *, scale=1.0, mask=None):
        y = self.linear(x) * scale
        return {"y": y if mask is None else y * mask, "none": None, "shape": (x.shape[0], y.sum())}


def test_keywords_and_structures():
    module, x, mask = Net().eval(), torch.randn(3, 8), torch.rand(3, 8)
    compiled = lcompile.compile(module, (x,), {"scale": 2.0, "mask": mask})
    with torch.no_grad():
        want = module(x, scale=2.0, mask=mask)
    assert_same(compiled(x, scale=2.0, mask=mask), want)
    assert_same(compiled(x, mask=mask, scale=2.0), want)
    with pytest.raises(lcompile.InvalidArgumentError, match="was 2.0 when the model was compiled, found 3.0"):
        compiled(x, scale=3.0, mask=mask)
    with pytest.raises(lcompile.InvalidArgumentError, match="structure"):
        compiled(x)
    with pytest.raises(lcompile.InvalidArgumentError, match="dimension 0 to be 3, found 4"):
        compiled(torch.randn(4, 8), scale=2.0, mask=mask)


def test_dynamic_shapes():
    module = Net().eval()
    batch = torch.export.Dim("batch", min=1, max=32)
    compiled = lcompile.compile(module, (torch.randn(3, 8),), dynamic_shapes={"x": {0: batch}})
    assert [tuple(s) for s in compiled.symbols.values()] == [(1, 32, 1)]
    for n in (1, 3, 32):
        x = torch.randn(n, 8)
        with torch.no_grad():
            assert_same(compiled(x), module(x))


def test_functions():
    x = torch.randn(4, 4)
    compiled = lcompile.compile(lambda a, b: a @ b, (torch.randn(5, 4), x), dynamic_shapes=({0: torch.export.Dim("n", max=9)}, None))
    assert_same(compiled(torch.ones(7, 4), x), torch.ones(7, 4) @ x)


def test_save_load_and_run_the_tool(tmp_path):
    model = build("tiny_resnet")
    compiled = lcompile.compile(model.module, model.args)
    compiled.save(tmp_path / "m.so")
    assert (tmp_path / "m.h").exists()
    with torch.no_grad():
        want = model.module(*model.args)
    assert_same(compiled(*model.args), want)
    assert_same(lcompile.load(tmp_path / "m.so")(*model.args), want)
    compiled.save(tmp_path / "m")
    convert.save_arrays(tmp_path, {"x": model.args[0], "y": want})
    subprocess.run([tmp_path / "m", f"--input=x=@{tmp_path}/x.npy", f"--expect=@{tmp_path}/y.npy"], check=True)


def test_saved_artefact_is_that_of_the_command_line(tmp_path):
    program = convert.exported("tiny_bert")
    torch.export.save(program, tmp_path / "model.pt2")
    subprocess.run([ROOT / "build/bin/lcompile", tmp_path / "model.pt2", "-o", tmp_path / "tool.so"], check=True)
    lcompile.compile(program).save(tmp_path / "python.so")
    tool, python = lcompile.load(tmp_path / "tool.so"), lcompile.load(tmp_path / "python.so")
    assert (tool.inputs, tool.outputs) == (python.inputs, python.outputs)
    args = build("tiny_bert").args
    assert_same(python(*args), tool(*args), tolerance=0)


def test_weights_are_shared():
    """Weights that no kernel wants packed are used where they are."""

    class Bias(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = torch.nn.Parameter(torch.zeros(1000))

        def forward(self, x):
            return x + self.bias

    module = Bias()
    compiled = lcompile.compile(module, (torch.zeros(1000),))
    module.bias.data.fill_(3)
    assert compiled(torch.zeros(1000))[0].item() == 3


def test_buffers_that_change():
    class Counter(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(3))

        def forward(self, x):
            self.count.add_(x)
            return self.count * 2

    module, same = Counter(), Counter()
    compiled = lcompile.compile(module, (torch.ones(3),))
    for i in range(3):
        assert_same(compiled(torch.full((3,), float(i))), same(torch.full((3,), float(i))))
        assert_same(module.count, same.count)


@pytest.mark.xfail(reason="lc.var has no code generation yet")
def test_batch_norm_in_training_mode():
    module, same = torch.nn.BatchNorm1d(4), torch.nn.BatchNorm1d(4)
    compiled = lcompile.compile(module, (torch.randn(8, 4),))
    for _ in range(3):
        x = torch.randn(8, 4) * 3 + 1
        with torch.no_grad():
            assert_same(compiled(x), same(x))
        assert_same(dict(module.named_buffers()), dict(same.named_buffers()))


def test_unsupported_operators_are_listed():
    with pytest.raises(lcompile.UnsupportedError) as error:
        lcompile.compile(Odd(), (torch.randn(3, 3),))
    text = str(error.value)
    assert "digamma" in text and "special_i1" in text and "test_compile.py" in text
    assert {"op", "reason", "file", "line"} <= set(error.value.issues[0])
    assert isinstance(error.value, NotImplementedError)


def test_errors_are_those_of_the_command_line(tmp_path, capfd):
    torch.export.save(torch.export.export(Odd(), (torch.randn(3, 3),)), tmp_path / "m.pt2")
    tool = subprocess.run([ROOT / "build/bin/lcompile", tmp_path / "m.pt2"], capture_output=True, text=True)
    with pytest.raises(lcompile.UnsupportedError) as error:
        lcompile.compile(torch.export.load(tmp_path / "m.pt2"))
    assert str(error.value) == tool.stderr.strip()
    tool = subprocess.run([ROOT / "build/bin/lcompile", "--thread=2"], capture_output=True, text=True)
    with pytest.raises(lcompile.InvalidArgumentError) as error:
        lcompile.compile(convert.exported("mlp"), thread=2)
    assert tool.stderr.strip() == f"lcompile: error: {error.value}"
    assert "".join(capfd.readouterr()) == ""  # the library prints nothing


class Odd(torch.nn.Module):
    def forward(self, x):
        return torch.digamma(x) + torch.special.i1(x)


def test_options_and_what_it_tells(tmp_path):
    compiled = lcompile.compile(convert.exported("mlp"), cpu="x86-64-v3", threads=1, dump_phases=str(tmp_path / "ir"))
    assert (tmp_path / "ir" / "000-import.mlir").exists()
    assert compiled._model.info()["target"] == "x86-64-v3" and compiled._model.info()["threads"] == 1
    assert any(unit == "cpu-library" for _, unit, _ in compiled.plan)
    report = compiled.report()
    for word in ("x86-64-v3, 1 threads", "operators:", "arena:", "codegen"):
        assert word in report
    assert lcompile.stats().compiles == 1
    with pytest.raises(lcompile.InvalidArgumentError, match="unknown CPU 'z80'"):
        lcompile.compile(convert.exported("mlp"), cpu="z80")


def test_artefact_in_memory(tmp_path):
    """The C API's way without a file: weights are inside whatever their size."""
    from lcompile import _compiler

    torch.export.save(convert.exported("mlp"), tmp_path / "m.pt2")
    compiler = _compiler.Compiler(["--embed-weights=0"])
    with pytest.raises(lcompile.InvalidArgumentError, match="no program is imported"):
        compiler.run()
    compiler = _compiler.Compiler(["--embed-weights=0"])
    assert compiler.import_file(str(tmp_path / "m.pt2")) and compiler.operator_count() == 3
    assert "lc.linear" in compiler.text() or "lc.matmul" in compiler.text()
    compiler.run()
    (tmp_path / "n.so").write_bytes(compiler.emit(leave_given=False))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.pt2", "n.so"]
    model = build("mlp")
    with torch.no_grad():
        assert_same(lcompile.load(tmp_path / "n.so")(*model.args), model.module(*model.args))
    assert [name for name, *_ in compiler.phases()][:2] == ["import", "normalize"]
    assert "lcompile 0.1.0" in _compiler.version() and "aten::add.Tensor" in _compiler.operators()


def test_weights_that_must_be_given(tmp_path):
    from lcompile import _compiler, _runtime, graph

    # Products of few rows take their weights repacked: those are never given.
    program = torch.export.export(torch.nn.Linear(4, 4), (torch.ones(16, 4),))
    weights = {name: t.detach() for name, t in program.state_dict.items()}
    compiler = _compiler.Compiler([])
    text = graph.program_text(program.graph_module, program.graph_signature, program.range_constraints)
    assert compiler.import_graph("model", text, weights)
    compiler.run()
    compiler.write(str(tmp_path / "m.so"), leave_given=True)
    with pytest.raises(lcompile.InvalidArgumentError, match="does not hold its constant '(weight|bias)': it must be given"):
        lcompile.load(tmp_path / "m.so")
    with pytest.raises(lcompile.InvalidArgumentError, match="constant 'weight': expected 64 bytes, found 16"):
        _runtime.Model(str(tmp_path / "m.so"), 1, False, None, {**weights, "weight": torch.ones(4)})
    x = torch.randn(16, 4)
    (y,) = _runtime.Model(str(tmp_path / "m.so"), 1, False, None, weights).run([x])
    assert_same(y, torch.nn.functional.linear(x, weights["weight"], weights["bias"]))
    assert not compiler.issues() and compiler.diagnostics() == ""


def test_failed_save_leaves_nothing(tmp_path):
    with pytest.raises(lcompile.Error, match="cannot write"):
        lcompile.compile(convert.exported("mlp")).save(tmp_path / "no" / "m.so")
    assert list(tmp_path.iterdir()) == []


def test_tools_of_the_package(tmp_path):
    torch.export.save(convert.exported("mlp"), tmp_path / "m.pt2")
    run = lambda tool, *args: subprocess.run(
        [sys.executable, "-c", f"import sys; from lcompile import tools; sys.exit(tools.{tool}())", *map(str, args)],
        capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(PACKAGE), "PATH": ""},
    )
    done = run("lcompile_main", tmp_path / "m.pt2", "-o", tmp_path / "m.so")
    assert done.returncode == 0, done.stderr
    assert "no such" in run("lcompile_main", "none.pt2").stderr.lower()
    done = run("lcompile_run_main", tmp_path / "m.so", "--info")
    assert done.returncode == 0 and "x" in done.stdout, done.stderr
