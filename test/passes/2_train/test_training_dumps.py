# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Dumps and reproducers of training steps can be compiled on, and give the same artefact's behaviour."""
import os, pathlib, re, shlex, subprocess

import numpy as np
import pytest
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
STEP = ["--loss=mse", "--optimizer=adamw,lr=1e-2"]


def call(*words, cwd=None, tool="lcompile"):
    return subprocess.run([str(word) for word in (BIN / tool, *words)], capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dumps")
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))
    torch.export.save(torch.export.export(module, (torch.randn(4, 5),)), folder / "m.pt2")
    return folder


def losses(folder, artefact, world):
    done = call(artefact, "--steps", 3, "--world", world, "--input", "input=rand(1)", "--output", f"loss={folder / 'loss.npy'}", tool="lcompile-run")
    assert done.returncode == 0, done.stderr
    return np.load(folder / "loss.npy")


DISTRIBUTION = ["--world=2", "--zero=2"]


@pytest.mark.parametrize("dump,flags", [
    ("000-import", ["train", STEP[1], *DISTRIBUTION]), ("010-normalize", ["train", "--start-from=train", STEP[1], *DISTRIBUTION]),
    ("020-train", ["--start-from=distribute", *DISTRIBUTION]), ("030-distribute", ["--start-from=optimize"]),
    ("050-partition", ["--start-from=lower"])])
def test_dumps_compile_on(dump, flags, folder):
    done = call("train", folder / "m.pt2", *STEP, *DISTRIBUTION, f"--dump-phases={folder / 'ir'}", "-o", folder / "step.so")
    assert done.returncode == 0, done.stderr
    again = call(*flags, folder / "ir" / f"{dump}.mlir", "-o", folder / "again.so")
    assert again.returncode == 0 and again.stderr == "", again.stderr
    expected = losses(folder, folder / "step.so", 2)
    assert losses(folder, folder / "again.so", 2).tobytes() == expected.tobytes() and expected[-1].sum() < expected[0].sum()


@pytest.mark.parametrize("fault", ["import:crash", "normalize:crash", "train:crash", "distribute:fail", "optimize:crash", "link:crash"])
def test_reproducers_replay(fault, folder, tmp_path):
    done = call("train", folder / "m.pt2", "--loss=mse", "--optimizer=adamw, lr=1e-2", *DISTRIBUTION, f"--inject-fault={fault}", "-o", "x.so", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    command = shlex.split(re.search(r"replay: +(.*)", done.stderr)[1])
    again = call(*command[1:], cwd=tmp_path)
    assert again.returncode == 2 and again.stderr.splitlines()[0] == done.stderr.splitlines()[0], again.stderr
    good = call(*[word for word in command[1:] if not word.startswith("--inject")], cwd=tmp_path)
    assert good.returncode == 0 and "no effect" not in good.stderr, good.stderr


def test_options_of_no_effect(folder):
    done = call("train", folder / "m.pt2", *STEP, "--gradients", "-o", folder / "step.so")
    assert done.returncode == 0 and "warning: --gradients has no effect with train" in done.stderr
    assert call("train", folder / "m.pt2", *STEP, f"--dump-phases={folder / 'ir'}", "-o", folder / "step.so").returncode == 0
    done = call("train", folder / "ir" / "010-normalize.mlir", "--start-from=train", *STEP, "-o", folder / "step.so")
    assert done.returncode == 0 and "warning: --loss has no effect for IR, which has its loss" in done.stderr


@pytest.mark.parametrize("flags,message", [
    (["train", "ir/010-normalize.mlir", "--start-from=train"], "lcompile train needs --optimizer=TEXT for IR before stage distribute"),
    (["ir/020-train.mlir", "--start-from=distribute", STEP[1]], "--optimizer has no effect behind stage train"),
    (["ir/000-import.mlir", "--world=2"], "--world is for training: lcompile train ..."),
])
def test_refusals(flags, message, folder):
    assert call("train", folder / "m.pt2", *STEP, f"--dump-phases={folder / 'ir'}", "-o", folder / "step.so").returncode == 0
    done = call(*flags, cwd=folder)
    assert done.returncode == 1 and message in done.stderr, done.stderr
