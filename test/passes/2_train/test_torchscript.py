# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Training steps of TorchScript archives, traced and scripted, beside PyTorch."""
import copy

import pytest
import torch
from steps import Step, compare, train
from torch import nn
from torch.nn import functional as F


class Images(nn.Module):
    """Running statistics, a frozen parameter, a weight that is used twice, a buffer that nothing changes."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.still = nn.Conv2d(3, 5, 3, bias=False), nn.BatchNorm2d(5), nn.BatchNorm2d(5)
        self.twice, self.head = nn.Linear(5, 5), nn.Linear(5, 4)
        self.register_buffer("scale", torch.full((5,), 0.5))
        self.head.bias.requires_grad_(False)

    def forward(self, x):
        x = self.still(F.relu(self.norm(self.conv(x)))).mean([2, 3]) * self.scale
        return self.head(self.twice(torch.tanh(self.twice(x))))


def make():
    torch.manual_seed(0)
    module = Images()
    for norm in (module.norm, module.still):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 1.5)
    module.train().still.eval()
    return module


def data(count, n=6):
    return [(torch.randn(n, 3, 7, 5), torch.randint(0, 4, (n,))) for _ in range(count)]


@pytest.mark.parametrize("kind", ["traced", "scripted"])
def test_like_torch(kind, tmp_path):
    module, batches = make(), data(6)
    own = copy.deepcopy(module)
    flags = ["--loss=cross_entropy", "--optimizer=adamw,lr=1e-2"]
    if kind == "traced":
        archive = torch.jit.trace(own, batches[0][0], check_trace=False)
        own.load_state_dict(module.state_dict())  # tracing ran it
    else:
        archive = torch.jit.script(own)
        flags.append("--input=x: 6x3x7x5xf32")
    step = Step(tmp_path, archive, batches[0][:1], *flags)
    parameters = [p for p in module.parameters() if p.requires_grad]
    compare(step, module, torch.optim.AdamW(parameters, 1e-2), batches)
    for key in ("norm.running_mean", "norm.running_var"):
        assert (step.tensors[key] - module.state_dict()[key]).abs().max() <= 1e-5, key
    if kind == "scripted":
        assert step.tensors["norm.num_batches_tracked"] == 6
    # Neither trained nor changed: not among the states.
    assert not {"head.bias", "scale", "still.running_mean", "still.num_batches_tracked"} & set(step.order)


class Rounds(nn.Module):
    """Loops that count: up by twos, down, over a size, by a flag, more rounds than are unrolled, one in another."""

    def __init__(self):
        super().__init__()
        self.layer, self.head = nn.Linear(5, 5), nn.Linear(5, 4)

    def forward(self, x):
        i = 1
        while i < 8:
            x = torch.tanh(self.layer(x)) * (1 + 0.1 * i)
            i += 2
        while i >= 7:
            x = x + torch.sin(x) * (i * 0.01)
            i -= 1
        for k in range(x.size(0)):
            x = x * torch.cos(x * 0.1) + k * 0.01
        for k in range(40):
            j = 0
            while j < 2:
                x = x * 0.99 + torch.tanh(self.layer(x)) * 0.01
                j += 1
        return self.head(x)


@pytest.mark.parametrize("sizes", ["6", "?"])
def test_loops_that_count(sizes, tmp_path):
    module = Rounds()
    batches = [(torch.randn(6, 5), torch.randint(0, 4, (6,))) for _ in range(4)]
    step = Step(tmp_path, torch.jit.script(copy.deepcopy(module)), batches[0][:1], "--loss=cross_entropy", "--optimizer=adamw,lr=1e-2", f"--input=x: {sizes}x5xf32")
    compare(step, module, torch.optim.AdamW(module.parameters(), 1e-2), batches)


def test_the_mode_is_that_of_the_archive(tmp_path):
    module, batches = make().eval(), data(3)
    step = Step(tmp_path, torch.jit.script(copy.deepcopy(module)), batches[0][:1], "--loss=cross_entropy", "--optimizer=sgd,lr=0.1", "--input=x: 6x3x7x5xf32")
    compare(step, module, torch.optim.SGD((p for p in module.parameters() if p.requires_grad), 0.1), batches)
    assert not any("running" in name for name in step.order)


def test_states_have_the_names_of_exported_programs(tmp_path):
    module, (batch,) = make(), data(1)
    flags = ["--loss=cross_entropy", "--optimizer=adamw,lr=1e-2"]
    orders = []
    for name, program in (("pt2", module), ("pt", torch.jit.script(copy.deepcopy(module)))):
        (tmp_path / name).mkdir()
        more = ["--input=x: 6x3x7x5xf32"] if name == "pt" else []
        orders.append(Step(tmp_path / name, program, batch[:1], *flags, *more).order)
    assert sorted(orders[0]) == sorted(name for name in orders[1] if name != "norm.num_batches_tracked")


def test_dropout(tmp_path):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.drop = nn.Linear(3, 8), nn.Linear(8, 4), nn.Dropout(0.5)

        def forward(self, x):
            return self.b(self.drop(self.a(x)))

    archive = torch.jit.script(Net().train())
    flags = ["--loss=mse", "--optimizer=sgd,lr=0", "--input=x: 5x3xf32"]
    step = Step(tmp_path, archive, (torch.zeros(5, 3),), *flags)
    x, y = torch.randn(5, 3), torch.randn(5, 4)
    assert len({step(x, y) for _ in range(4)}) == 4
    (tmp_path / "eval").mkdir()
    assert "random" not in Step(tmp_path / "eval", archive.eval(), (x,), *flags).tensors


def test_what_has_no_parameters(tmp_path):
    class Double(nn.Module):
        def forward(self, x):
            return x * 2

    done = train(tmp_path, torch.jit.script(Double()), (), "--loss=mse", "--optimizer=sgd,lr=0.1", "--input=x: 5xf32")
    assert done.returncode != 0 and "the model has no parameters" in done.stderr
