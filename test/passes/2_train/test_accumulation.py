# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps of several batches beside torch's usual loop: loss / G, backward, G times, then a step of the optimizer."""
import math

import pytest
import torch
from steps import Net, Step, compare_states, train, words
from test_training import Images, pictures
from torch import nn
from torch.nn import functional as F

OPTIMIZERS = {
    "sgd,lr=0.05,momentum=0.9": lambda p: torch.optim.SGD(p, 0.05, 0.9),
    "adamw,lr=1e-2": lambda p: torch.optim.AdamW(p, 1e-2),
}


def accumulate(module, optimizer, x, y, parts, loss=F.cross_entropy):
    optimizer.zero_grad()
    total = 0.0
    for a, b in zip(x.chunk(parts), y.chunk(parts)):
        part = loss(module(a), b) / parts
        part.backward()
        total += part.item()
    optimizer.step()
    return total


@pytest.mark.parametrize("text", OPTIMIZERS)
@pytest.mark.parametrize("kind,batch", [(Net, words), (Images, pictures)], ids=["words", "pictures"])
@pytest.mark.parametrize("parts", [2, 3])
def test_like_torch(kind, batch, text, parts, tmp_path):
    """Running statistics go from batch to batch."""
    torch.manual_seed(0)
    module = kind()
    step = Step(tmp_path, module, (batch(4)[0],), "--loss=cross_entropy", f"--optimizer={text}", f"--accumulate={parts}")
    optimizer = OPTIMIZERS[text](module.parameters())
    for i in range(30):
        x, y = batch(4 * parts)
        expected, found = accumulate(module, optimizer, x, y, parts), step(x, y)
        assert math.isclose(found, expected, rel_tol=1e-5), i
    compare_states(step, module, optimizer)
    for name, value in module.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            assert (step.tensors[name] - value).abs().max() <= 1e-5 * value.abs().max(), name


@pytest.mark.parametrize("flags", [["--loss-scale=128"], ["--loss-scale=dynamic", "--parameters=bf16"], ["--schedule=linear_warmup(2)+cosine(9)", "--group=*bias: lr=0.1"]], ids=["fixed", "dynamic", "schedule"])
def test_with_other_options(flags, tmp_path):
    """One step of three batches is one of a batch three times as large."""
    torch.manual_seed(0)
    module, found = Net(), []
    for rows, more in ((4, ["--accumulate=3"]), (12, [])):
        step = Step(tmp_path, module, (words(rows)[0],), "--loss=cross_entropy", "--optimizer=sgd,lr=0.05,momentum=0.9,clip_norm=0.5", *flags, *more)
        torch.manual_seed(1)
        found.append(([step(*words(12)) for _ in range(8)], step.tensors))
    bound = 2e-2 if "--parameters=bf16" in flags else 1e-5
    assert all(math.isclose(x, y, rel_tol=bound) for x, y in zip(found[0][0], found[1][0]))
    for name, value in found[1][1].items():
        assert (found[0][1][name].double() - value.double()).norm() <= bound * value.double().norm().clamp(min=1e-6), name


def test_sizes_that_are_not_known(tmp_path):
    """Each batch has a G-th of the rows, whatever their number."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 9), nn.Tanh(), nn.Linear(9, 3))
    program = torch.export.export(module, (torch.randn(4, 5),), dynamic_shapes=({0: torch.export.Dim("rows", min=2, max=16)},))
    step = Step(tmp_path, program, (torch.randn(4, 5),), "--loss=mse", "--optimizer=sgd,lr=0.1", "--accumulate=3")
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    for rows in (6, 12, 48):
        x, y = torch.randn(rows, 5), torch.randn(rows, 3)
        assert math.isclose(step(x, y), accumulate(module, optimizer, x, y, 3, F.mse_loss), rel_tol=1e-5)
    compare_states(step, module, optimizer)
    with pytest.raises(Exception, match="is not a multiple of 3"):
        step(torch.randn(7, 5), torch.randn(7, 3))


class Numbers(nn.Module):
    """An input of rank 0."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 3)

    def forward(self, x, factor):
        return self.inner(x) * factor


def test_numbers_become_vectors(tmp_path):
    torch.manual_seed(0)
    module = Numbers()
    step = Step(tmp_path, module, (torch.randn(4, 5), torch.tensor(1.0)), "--loss=mse", "--optimizer=sgd,lr=0.1", "--accumulate=2")
    x, factor, y = torch.randn(8, 5), torch.tensor([2.0, -3.0]), torch.randn(8, 3)
    found = step(x, factor, y)
    expected = (F.mse_loss(module(x[:4], factor[0]), y[:4]) + F.mse_loss(module(x[4:], factor[1]), y[4:])) / 2
    expected.backward()
    assert math.isclose(found, expected.item(), rel_tol=1e-6)
    for name, p in module.named_parameters():
        assert torch.allclose(step.tensors[name], p.detach() - 0.1 * p.grad, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("parts", ["0", "two", "-1", "1.5"])
def test_refusals(parts, tmp_path):
    done = train(tmp_path, nn.Linear(3, 4), (torch.randn(8, 3),), "--loss=mse", "--optimizer=adamw,lr=1", f"--accumulate={parts}")
    assert done.returncode == 1 and f"expected a number of batches, 1 or more, for --accumulate, found '{parts}'" in done.stderr, done.stderr
