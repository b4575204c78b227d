# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled training steps, for tests."""
import math, os, pathlib, subprocess, sys

import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
sys.path[:0] = [str(BIN.parent / "python"), str(ROOT / "test" / "models")]
import lcompile  # noqa: E402

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "f64": torch.float64, "i64": torch.int64}


def train(folder, module, example, *flags):
    if isinstance(module, torch.jit.ScriptModule):
        path = folder / "m.pt"
        torch.jit.save(module, path)
    else:
        path = folder / "m.pt2"
        program = module if isinstance(module, torch.export.ExportedProgram) else torch.export.export(module, example)
        torch.export.save(program, path)
    command = [BIN / "lcompile", "train", path, *flags, "-o", folder / "step.so"]
    return subprocess.run(command, capture_output=True, text=True)


class Step:
    """A compiled step with its parameters and states, which begin as the module's (their masters too) and as zeros."""

    def __init__(self, folder, module, example, *flags):
        done = train(folder, module, example, *flags)
        assert done.returncode == 0, done.stderr
        self.model = lcompile.load(folder / "step.so")
        own = module.state_dict if isinstance(module, torch.export.ExportedProgram) else module.state_dict()
        masters = {f"{name}.master": value.float() for name, value in own.items()}
        known = {**own, **masters, "loss_scale": torch.tensor(65536.0), "random": torch.tensor([0, 0])}
        self.order, self.tensors, batch = [spec.name for spec in self.model.inputs], {}, []
        for spec in self.model.inputs:
            if spec.name in known:
                self.tensors[spec.name] = known[spec.name].to(DTYPES[spec.dtype], copy=True)
            elif len(batch) <= len(example):  # the example's, and the target
                batch.append(spec.name)
            else:
                self.tensors[spec.name] = torch.zeros(tuple(spec.shape), dtype=DTYPES[spec.dtype])

    def __call__(self, *batch):
        rest = iter(batch)
        return float(self.model._handle.run([self.tensors[name] if name in self.tensors else next(rest) for name in self.order])[0])


def compare(step, module, optimizer, batches, loss=F.cross_entropy, before=lambda i: None, after=lambda i: None, tolerance=2e-5):
    """Runs both: the same losses, and at the end the same parameters and states."""
    for i, (x, y) in enumerate(batches):
        before(i)
        optimizer.zero_grad()
        expected = loss(module(x), y)
        expected.backward()
        optimizer.step()
        found = step(x, y)
        assert math.isclose(found, expected.item(), rel_tol=1e-5), f"step {i}: {found}, expected {expected.item()}"
        after(i)
    compare_states(step, module, optimizer, tolerance)


def compare_states(step, module, optimizer, tolerance=2e-5):
    names = {p: name for name, p in module.named_parameters()}
    for p in (p for group in optimizer.param_groups for p in group["params"] if p.grad is not None):
        states = {f".{k}": v for k, v in optimizer.state[p].items() if k != "step" and v is not None}
        for kind, value in {"": p.detach(), **states}.items():
            found = step.tensors[names[p] + kind]
            assert torch.equal(found.isnan(), value.isnan()), names[p] + kind
            error = (found - value).nan_to_num().abs().max() / value.nan_to_num().abs().max().clamp(min=1e-30)
            assert error <= tolerance, f"{names[p]}{kind}: {error}"


def assert_refused(folder, flags, message):
    done = train(folder, nn.Linear(3, 4), (torch.randn(8, 3),), "--loss=mse", "--optimizer=adamw,lr=1", *flags)
    assert done.returncode == 1 and message in done.stderr, done.stderr


class Net(nn.Module):
    """Odd sizes, a tied weight, a buffer."""

    def __init__(self):
        super().__init__()
        self.embed, self.hidden, self.norm, self.out = nn.Embedding(11, 7), nn.Linear(7, 13), nn.LayerNorm(13), nn.Linear(13, 7)
        self.register_buffer("scale", torch.full((7,), 0.5))

    def forward(self, ids):
        x = self.embed(ids).mean(1)
        x = x + self.out(F.gelu(self.norm(self.hidden(x)))) * self.scale
        return x @ self.embed.weight.t()


def words(count):
    return torch.randint(0, 11, (count, 5)), torch.randint(0, 11, (count,))
