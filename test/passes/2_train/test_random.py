# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random numbers of training steps: which ones, and what dropout makes of them, beside PyTorch with the same numbers."""
import math, sys

import numpy as np
import pytest
import torch
from steps import ROOT, Step, train
from torch import nn
from torch.nn import functional as F

sys.path[:0] = [str(ROOT / "test" / "passes" / "3_distribute"), str(ROOT / "test" / "utils")]
from test_distributed import ADAMW, Job, MODELS, assert_equal  # noqa: E402

WORD = np.uint64(0xFFFFFFFF)


def philox(place, offset, seed):
    """All four words of Philox4x32-10: the counter is (place, offset), low words first, the key the seed."""
    place = np.asarray(place, np.uint64)
    split = lambda n: (np.uint64(n & 0xFFFFFFFF), np.uint64((n >> 32) & 0xFFFFFFFF))
    c = [place & WORD, place >> np.uint64(32), *(np.full_like(place, word) for word in split(offset))]
    k = list(split(seed))
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(q >> np.uint64(32)) ^ c[1] ^ k[0], q & WORD, (p >> np.uint64(32)) ^ c[3] ^ k[1], p & WORD]
        k = [(k[0] + np.uint64(0x9E3779B9)) & WORD, (k[1] + np.uint64(0xBB67AE85)) & WORD]
    return c


def test_the_reference_is_philox():
    """Known answers of the authors' library, Random123."""
    ones = (1 << 64) - 1
    assert [int(w) for w in philox(0, 0, 0)] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert [int(w) for w in philox(ones, ones, ones)] == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


class Source:
    """The numbers that the sites of a step draw, in the order of the program."""

    def __init__(self, seed=0, sites=1):
        self.seed, self.sites, self.offset, self.site = seed, sites, 0, 0

    def uniform(self, *sizes):
        words = philox(np.arange(math.prod(sizes), dtype=np.uint64), self.offset + self.site, self.seed)[0]
        self.site += 1
        return torch.from_numpy((words >> np.uint64(8)).astype(np.float32) * np.float32(2**-24)).reshape(sizes)

    def next_step(self):
        self.offset += self.sites
        self.site = 0


def dropped(source, x, p, sizes=None):
    return x * (source.uniform(*(sizes or x.shape)) >= p) / (1 - p)


def alpha_dropped(source, x, p, sizes=None):
    lowest = -1.7580993408473766
    scale = 1 / math.sqrt((lowest**2 * p + 1) * (1 - p))
    return torch.where(source.uniform(*(sizes or x.shape)) < p, lowest, x) * scale - lowest * scale * p


def attention(source, q, k, v, p):
    return dropped(source, torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1), p) @ v


#: By name: sites, what the model draws, and the same with given numbers; x is [6, 5, 7] and positive and negative.
CASES = {
    "dropout": (1, lambda x: F.dropout(x, 0.3), lambda s, x: dropped(s, x, 0.3)),
    "in place": (1, lambda x: (x * 2).dropout_(0.25, True) if hasattr(x, "dropout_") else F.dropout(x * 2, 0.25, inplace=True), lambda s, x: dropped(s, x * 2, 0.25)),
    "two": (2, lambda x: F.dropout(F.dropout(x, 0.5).tanh(), 0.5), lambda s, x: dropped(s, dropped(s, x, 0.5).tanh(), 0.5)),
    "all": (1, lambda x: F.dropout(x, 1.0) + x, lambda s, x: x),
    "none": (0, lambda x: F.dropout(x, 0.0), lambda s, x: x),
    "channels": (1, lambda x: F.dropout1d(x, 0.4), lambda s, x: dropped(s, x, 0.4, (6, 5, 1))),
    "native": (1, lambda x: torch.native_dropout(x, 0.4, True)[0], lambda s, x: dropped(s, x, 0.4)),
    "alpha": (1, lambda x: F.alpha_dropout(x, 0.2, True), lambda s, x: alpha_dropped(s, x, 0.2)),
    "alpha of channels": (1, lambda x: F.feature_alpha_dropout(x, 0.2, True), lambda s, x: alpha_dropped(s, x, 0.2, (6, 5, 1))),
    "attention": (1, lambda x: F.scaled_dot_product_attention(x[:, None], x[:, None].sin(), x[:, None], dropout_p=0.2)[:, 0], lambda s, x: attention(s, x, x.sin(), x, 0.2)),
    "rand": (1, lambda x: x * torch.rand_like(x), lambda s, x: x * s.uniform(*x.shape)),
    "rand of sizes": (1, lambda x: x * torch.rand(7), lambda s, x: x * s.uniform(7)),
    "bernoulli": (1, lambda x: x * torch.bernoulli(torch.sigmoid(x).detach()), lambda s, x: x * (s.uniform(*x.shape) < torch.sigmoid(x).detach())),
}


class Net(nn.Module):
    def __init__(self, draw):
        super().__init__()
        self.draw, self.first, self.second = draw, nn.Linear(3, 7), nn.Linear(7, 2)

    def forward(self, x):
        return self.second(self.draw(self.first(x)))


@pytest.mark.parametrize("name", CASES)
def test_like_torch_with_the_same_numbers(name, tmp_path):
    sites, draw, reference = CASES[name]
    torch.manual_seed(0)
    module, x, y = Net(draw).train(), torch.randn(6, 5, 3), torch.randn(6, 5, 2)
    step = Step(tmp_path, module, (x,), "--loss=mse", "--optimizer=sgd,lr=0.1", "--seed=17")
    if "random" in step.tensors:
        step.tensors["random"] = torch.tensor([17, 0])
    source, optimizer = Source(17, sites), torch.optim.SGD(module.parameters(), 0.1)
    module.draw = lambda v: reference(source, v)
    for _ in range(3):
        loss = F.mse_loss(module(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert math.isclose(step(x, y), loss.item(), rel_tol=1e-5)
        source.next_step()
    for key, value in module.named_parameters():
        assert (step.tensors[key] - value).abs().max() <= 1e-5, key
    assert ("random" in step.tensors) == (sites > 0)
    if sites:
        assert step.tensors["random"].tolist() == [17, 3 * sites]


class Droppers(nn.Module):
    """Dropout after a layer, on tensors that no vector divides."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.drop = nn.Linear(17, 31), nn.Linear(31, 11), nn.Dropout(0.3)

    def forward(self, x):
        return self.b(self.drop(torch.tanh(self.a(x))))


@pytest.fixture
def job(tmp_path):
    MODELS["droppers"] = (Droppers, lambda n: torch.randn(n, 17))
    yield Job(tmp_path, "droppers")
    del MODELS["droppers"]


def test_stages_draw_the_same(job):
    expected = job.train(3, "--zero=0", "--bucket=0", "--overlap=off")
    assert expected[1]["random"].tolist() == [0, 6]
    for stage in (1, 2, 3):
        assert_equal(job.train(3, f"--zero={stage}"), expected)
    other = job.train(3, "--seed=5")
    assert not np.array_equal(other[0], expected[0])


def test_ranks_draw_their_own(job):
    """With the same samples for all, what differs between the ranks' losses is what was dropped."""
    job.samples[:] = job.samples[:4].repeat(len(job.samples) // 4, 1)
    job.target[:] = job.target[:4].repeat(len(job.target) // 4)
    np.save(job.folder / "data" / f"{job.input}.npy", job.samples.numpy())
    np.save(job.folder / "data" / "target.npy", job.target.numpy())
    losses = job.train(3, steps=2)[0]
    assert len(set(losses.reshape(-1).tolist())) == 6


def test_batches_of_a_step_draw_their_own(job):
    _, states, _ = job.train(1, "--accumulate=4", steps=2)
    assert states["random"].tolist() == [0, 8]


def test_a_loaded_checkpoint_draws_on(job, tmp_path):
    assert job.compile().returncode == 0
    losses, states, _ = job.run(1, steps=6)
    job.run(1, steps=3, name="half")
    data = {name: np.load(tmp_path / "data" / f"{name}.npy") for name in (job.input, "target")}
    for name, value in data.items():  # steps 4 to 6
        np.save(tmp_path / "data" / f"{name}.npy", value[3 * 4 :])
    found, after, _ = job.run(1, steps=3, load=tmp_path / "half", name="rest")
    assert found.tobytes() == losses[3:].tobytes()
    assert after["random"].tolist() == states["random"].tolist() == [0, 6]


def test_how_often(tmp_path):
    """The share of zeros of 10^6 numbers, over 20 steps, within five standard deviations."""

    class Share(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.zeros(1))

        def forward(self, x):
            return (F.dropout(x, 0.1) == 0).float().mean() + self.w.sum()

    x = torch.ones(1000, 50)
    step = Step(tmp_path, Share().train(), (x,), "--loss=output", "--optimizer=sgd,lr=0")
    found = np.mean([step(x) for _ in range(20)])
    assert abs(found - 0.1) < 5 * math.sqrt(0.1 * 0.9 / 1e6)


class InLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def forward(self, x):
        from torch._higher_order_ops.while_loop import while_loop

        return while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, F.dropout(v, 0.5, True)), (torch.tensor(0), self.layer(x)))[1]


def test_loops_are_refused(tmp_path):
    done = train(tmp_path, InLoop().train(), (torch.randn(2, 3),), "--loss=mse", "--optimizer=sgd,lr=0.1")
    assert done.returncode != 0 and "each round of a loop would draw the same random numbers" in done.stderr
    assert "test_random.py:" in done.stderr


def test_seeds_are_numbers(job):
    done = job.compile("--seed=x")
    assert done.returncode != 0 and "expected a number for --seed" in done.stderr
    assert job.compile(optimizer=ADAMW).returncode == 0
