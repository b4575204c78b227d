# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One artefact at many sizes, 1 and the largest among them: batches of a convolutional network, sequences of a transformer.

Also: code for AVX2, and results that do not depend on the number of threads.
"""
import warnings

import numpy as np
import pytest
import torch
from torch import nn

pytestmark = pytest.mark.slow

TOLERANCE = 1e-5


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1, groups=4), nn.BatchNorm2d(16), nn.ReLU())
        self.third = nn.Conv2d(16, 24, 3, stride=2, padding=1)
        self.last = nn.Linear(24, 10)

    def forward(self, x):
        x = self.first(x)
        x = x + self.second(x)
        x = nn.functional.max_pool2d(torch.relu(self.third(x)), 2)
        return self.last(x.mean([2, 3]))


class Sequences(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.tokens, self.places = nn.Embedding(100, width), nn.Embedding(512, width)
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.mixed = nn.ModuleList(nn.Linear(width, 3 * width) for _ in range(2))
        self.out = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, ids):
        x = self.tokens(ids) + self.places(torch.arange(ids.shape[1]))
        for i in range(2):
            q, k, v = self.mixed[i](self.norms[2 * i](x)).chunk(3, -1)
            q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (q, k, v))
            seen = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out[i](seen.transpose(1, 2).flatten(2))
            x = x + self.down(nn.functional.gelu(self.up(self.norms[2 * i + 1](x))))
        return x


MODELS = {
    "images": (Images, lambda n: torch.randn(n, 3, 17, 15), 0, 32, (1, 2, 3, 7, 16, 31, 32)),
    "sequences": (Sequences, lambda n: torch.randint(0, 100, (2, n)), 1, 512, (1, 2, 3, 17, 64, 255, 511, 512)),
}


@pytest.fixture(scope="module", params=MODELS)
def exported(request, tmp_path_factory):
    make, example, dim, largest, sizes = MODELS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(0)
    model = make().eval().requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.5, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes = ({dim: torch.export.Dim("n", min=1, max=largest)},)
        program = torch.export.export(model, (example(largest // 2 + 1),), dynamic_shapes=shapes, strict=False)
    torch.export.save(program, folder / "m.pt2")
    return model, example, sizes, folder


def run(tools, folder, x, threads):
    np.save(folder / "x.npy", x.numpy())
    info = tools.run("lcompile-run", folder / "m.so", "--info").stdout
    name = next(line.split()[1] for line in info.splitlines() if line.split()[:1] == ["input"]).rstrip(":")
    result = tools.run("lcompile-run", folder / "m.so", f"--input={name}=@{folder}/x.npy", f"--output={folder}/y.npy", f"--threads={threads}")
    assert result.returncode == 0, result.stdout + result.stderr
    return np.load(folder / "y.npy")


@pytest.mark.parametrize("cpu", ["native", "x86-64-v3"])
def test_all_sizes(cpu, exported, tools):
    model, example, sizes, folder = exported
    tools.compile(folder / "m.pt2", f"--cpu={cpu}", "-o", folder / "m.so")
    for n in sizes:
        torch.manual_seed(n)
        x = example(n)
        want = model(x).numpy()
        got = run(tools, folder, x, 1)
        assert got.shape == want.shape
        assert np.abs(got - want).max() <= TOLERANCE * max(1, np.abs(want).max()), f"n = {n}"
        assert np.array_equal(got, run(tools, folder, x, 2)), f"n = {n}: the number of threads changes the result"


def test_beyond_the_bounds(exported, tools):
    model, example, sizes, folder = exported
    tools.compile(folder / "m.pt2", "-o", folder / "m.so")
    np.save(folder / "x.npy", example(sizes[-1] + 1).numpy())
    info = tools.run("lcompile-run", folder / "m.so", "--info").stdout
    name = next(line.split()[1] for line in info.splitlines() if line.split()[:1] == ["input"]).rstrip(":")
    result = tools.run("lcompile-run", folder / "m.so", f"--input={name}=@{folder}/x.npy")
    assert result.returncode == 1 and str(sizes[-1]) in result.stderr
