# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile --verify: every output beside eager PyTorch, and the operation that is wrong."""
import os, subprocess, sys

import pytest
import torch
from zoo import convert

pytestmark = pytest.mark.slow

PYTHON = f"--python={sys.executable}"


def archive(folder, name, dynamic=False):
    path = folder / f"{name}.pt2"
    torch.export.save(convert.exported_dynamic(name) if dynamic else convert.exported(name), path)
    return path


@pytest.mark.parametrize("name,dynamic,output", [("mlp", False, "m"), ("tiny_bert", True, "m.so"), ("scripted", False, "m.so")])
def test_good_model(name, dynamic, output, tools, tmp_path):
    result = tools.compile(archive(tmp_path, name, dynamic), "--verify", PYTHON, "-o", tmp_path / output)
    lines = result.stdout.splitlines()
    assert len(lines) == (2 if name == "scripted" else 1)
    assert all(line.startswith("verify: output") and ": matches: largest error " in line for line in lines)
    assert (tmp_path / output).exists()


@pytest.mark.parametrize("name,operation", [("mlp", "relu (aten.relu.default) at basic.py:"),
                                            ("tiny_resnet", "relu (aten.relu.default) at vision.py:")])
def test_wrong_operation_is_named(name, operation, tools, tmp_path):
    """With a fault: |x| in the place of relu(x)."""
    result = tools.run("lcompile", archive(tmp_path, name), "--verify", PYTHON, "-o", tmp_path / "m.so",
                       "--inject-fault=normalize:wrong", env={"TMPDIR": str(tmp_path)})
    assert result.returncode == 1
    assert "verify: output: DIFFERS: largest error " in result.stdout
    assert f"verify: first operation that differs: {operation}" in result.stdout
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(("m.", name))]


def test_random_inputs_without_examples(tools, tmp_path):
    program = convert.exported("tiny_bert")
    program.example_inputs = None
    torch.export.save(program, tmp_path / "m.pt2")
    assert "matches" in tools.compile(tmp_path / "m.pt2", "--verify", PYTHON, "-o", tmp_path / "m.so").stdout


PAIR = """
import torch

class Pair:
    def __init__(self, *both):
        self.both = both

torch.utils._pytree.register_pytree_node(Pair, lambda p: (list(p.both), None), lambda both, _: Pair(*both),
                                         serialized_type_name="pair_of_results.Pair")
"""


def test_results_of_a_class_of_the_user(tools, tmp_path, monkeypatch):
    (tmp_path / "pair_of_results.py").write_text(PAIR)
    monkeypatch.syspath_prepend(tmp_path)
    from pair_of_results import Pair

    class Both(torch.nn.Module):
        def forward(self, x):
            return Pair(x.exp(), x.tanh())

    torch.export.save(torch.export.export(Both(), (torch.randn(5),)), tmp_path / "m.pt2")
    command = "lcompile", tmp_path / "m.pt2", "--verify", PYTHON, "-o", tmp_path / "m.so"
    result = tools.run(*command, env={"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 0 and result.stdout.count("matches") == 2, result.stderr
    result = tools.run(*command, env={"PYTHONPATH": ""})
    assert result.returncode == 1
    assert "results are of type pair_of_results.Pair, which this Python cannot import" in result.stderr


def test_tolerance(tools, tmp_path):
    result = tools.run("lcompile", archive(tmp_path, "tiny_bert"), "--verify", PYTHON, "-o", tmp_path / "m.so", "--rtol=0")
    assert result.returncode == 1 and "DIFFERS" in result.stdout


def test_without_torch(tools, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} -S -E -c 'import sys; sys.stderr.write(\"No module named torch\"); sys.exit(3)'\n")
    python.chmod(0o755)
    message = tools.refuse(archive(tmp_path, "mlp"), "--verify", f"--python={python}", "-o", tmp_path / "m.so")
    assert "has no torch (No module named torch); --python=PATH or LCOMPILE_PYTHON names one that has" in message
    message = tools.refuse(archive(tmp_path, "mlp"), "--verify", "--python=none-such", "-o", tmp_path / "m.so")
    assert "there is no 'none-such'" in message


@pytest.mark.parametrize("arguments,message", [(["m.pt"], "expected a .pt2 file"), (["m.pt2", "--emit=plan"], "expected --emit=so or exe"),
                                               (["m.pt2", "-o", "m.o"], "expected --emit=so or exe")])
def test_what_cannot_be_verified(arguments, message, tools):
    assert message in tools.refuse(*arguments, "--verify")
