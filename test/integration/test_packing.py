# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weights of library kernels, packed while compiling or while loading."""
import numpy as np
import pytest
import torch
from torch import nn
from beside_eager import compare

#: What oneDNN wants on a processor without AVX-512: another layout where this one has it, in any case a valid one.
OTHER = {"ONEDNN_MAX_CPU_ISA": "AVX2"}


class Layers(nn.Module):
    """One of each kind of weight that oneDNN takes, with channels that do not fill its blocks."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 20, 3, padding=1)
        self.depthwise = nn.Conv2d(20, 20, 3, groups=20)
        self.grouped = nn.Conv2d(20, 36, 3, groups=2)
        self.up = nn.ConvTranspose2d(36, 24, 2, stride=2)
        self.linear = nn.Linear(24, 50)
        self.square = nn.Parameter(torch.randn(50, 50) / 7)

    def forward(self, x):
        y = self.up(self.grouped(self.depthwise(self.first(x).relu()))).flatten(2).transpose(1, 2)
        return (self.linear(y) @ self.square,)


class Tied(nn.Module):
    """A table that a kernel reads as it is and a product reads as weights."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(40, 24)

    def forward(self, i):
        return (self.table(i) @ self.table.weight.t(),)


class Twice(nn.Module):
    """Two products with one weight, the second with it transposed: no layout serves both."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(32, 32) / 6)

    def forward(self, x):
        return ((x @ self.weight).relu() @ self.weight.t(),)


MODELS = {"layers": (Layers, (torch.randn(2, 3, 14, 14),)), "tied": (Tied, (torch.arange(32),)),
          "twice": (Twice, (torch.randn(20, 32),))}


@pytest.fixture(params=MODELS)
def program(request, tmp_path):
    torch.manual_seed(1)
    kind, inputs = MODELS[request.param]
    module = kind().eval()
    torch.export.save(torch.export.export(module, inputs), tmp_path / "m.pt2")
    return tmp_path, module, inputs


@pytest.mark.parametrize("here", [{}, OTHER], ids=["compiled-here", "compiled-elsewhere"])
@pytest.mark.parametrize("there", [{}, OTHER], ids=["run-here", "run-elsewhere"])
@pytest.mark.parametrize("place", ["--embed-weights=0", "--embed-weights=100000000"], ids=["file", "embedded"])
@torch.no_grad()
def test_packed_for_any_machine(here, there, place, tools, program, monkeypatch):
    folder, module, inputs = program
    with monkeypatch.context() as environment:
        for name, value in here.items():
            environment.setenv(name, value)
        tools.compile(folder / "m.pt2", place, "-o", folder / "m.so")
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    compare(tools, folder, module, inputs, 2e-6)


def reorders(tools, folder, x):
    np.save(folder / "x.npy", x.numpy())
    shown = tools.run("lcompile-run", folder / "m.so", f"--input=@{folder}/x.npy", "--threads=1", env={"ONEDNN_VERBOSE": "1"})
    assert shown.returncode == 0 and "exec,cpu,matmul" in shown.stdout + shown.stderr, shown.stdout + shown.stderr
    return (shown.stdout + shown.stderr).count("exec,cpu,reorder")


@torch.no_grad()
def test_nothing_is_packed_again(tools, tmp_path):
    x = torch.randn(32, 128)
    torch.export.save(torch.export.export(nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 128)), (x,)), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", "--threads=1", "-o", tmp_path / "m.so")
    assert reorders(tools, tmp_path, x) == 0
    tools.compile(tmp_path / "m.pt2", "--threads=1", "--pack=load", "-o", tmp_path / "m.so")
    assert reorders(tools, tmp_path, x) == 2


def test_a_level_of_processors_does_not_depend_on_this_one(tools, program, monkeypatch):
    folder, _, _ = program
    artefacts = []
    for environment in ({}, OTHER):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        tools.compile(folder / "m.pt2", "--cpu=x86-64-v3", "-o", folder / "m.so")
        artefacts.append((folder / "m.so").read_bytes())
    assert artefacts[0] == artefacts[1]


def test_unknown_time(tools):
    assert "expected compile or load for --pack, found 'never'" in tools.refuse("m.pt2", "--pack=never")
