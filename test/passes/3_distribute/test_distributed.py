# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Training steps on several ranks: the same bits for every stage of sharding, bucket and schedule, and the losses of
torch on the whole batch."""
import math, os, pathlib, re, subprocess, sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
sys.path.insert(0, str(ROOT / "test" / "utils"))
from checkpoints import load_checkpoint  # noqa: E402


class Words(nn.Module):
    """Odd sizes, a tied weight, a weight without influence, a buffer, tensors with fewer elements than ranks."""

    def __init__(self):
        super().__init__()
        self.embed, self.hidden, self.norm, self.out = nn.Embedding(11, 7), nn.Linear(7, 13), nn.LayerNorm(13), nn.Linear(13, 7)
        self.unused, self.gain = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(1))
        self.register_buffer("scale", torch.full((7,), 0.5))

    def forward(self, ids):
        x = self.embed(ids).mean(1)
        x = x + self.out(F.gelu(self.norm(self.hidden(x)))) * self.scale * self.gain
        return x @ self.embed.weight.t()


class Primes(nn.Module):
    """Sizes that no number of ranks divides; a frozen layer between; one layer twice."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.twice = nn.Linear(17, 31), nn.Linear(31, 29), nn.Linear(29, 11), nn.Linear(29, 29)
        self.b.requires_grad_(False)

    def forward(self, x):
        x = self.b(torch.tanh(self.a(x)))
        return self.c(torch.relu(self.twice(torch.relu(self.twice(x)))))


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 5, 3, stride=2, padding=1, bias=False), nn.Conv2d(5, 6, 3)
        self.norm, self.head = nn.BatchNorm2d(5), nn.Linear(6, 11)

    def forward(self, x):
        x = F.max_pool2d(self.norm(self.first(x)).relu(), 2, 1)
        return self.head(F.adaptive_avg_pool2d(self.second(x).relu(), 1).flatten(1))


MODELS = {
    "words": (Words, lambda n: torch.randint(0, 11, (n, 5))),
    "primes": (Primes, lambda n: torch.randn(n, 17)),
    "images": (Images, lambda n: torch.randn(n, 3, 11, 9)),
}
BATCH, STEPS = 4, 6
ADAMW = "adamw,lr=1e-2"


class Job:
    """A model, its data, and trainings of it."""

    def __init__(self, folder, name, samples=BATCH * 4 * STEPS):
        torch.manual_seed(0)
        kind, make = MODELS[name]
        self.folder, self.module, self.samples = folder, kind(), make(samples)
        self.target = torch.randint(0, 11, (samples,))
        program = torch.export.export(self.module, (self.samples[:BATCH],))
        torch.export.save(program, folder / "m.pt2")
        (self.input,) = program.graph_signature.user_inputs
        (folder / "data").mkdir()
        np.save(folder / "data" / f"{self.input}.npy", self.samples.numpy())
        np.save(folder / "data" / "target.npy", self.target.numpy())

    def compile(self, *flags, optimizer=ADAMW):
        command = [BIN / "lcompile", "train", self.folder / "m.pt2", "--loss=cross_entropy", f"--optimizer={optimizer}", *flags]
        return subprocess.run([*command, "-o", self.folder / "step.so"], capture_output=True, text=True)

    def run(self, world, *flags, steps=STEPS, load=None, name="end"):
        """The losses [steps, ranks], the states at the end, and what was printed."""
        command = [BIN / "lcompile-run", self.folder / "step.so", "--data", self.folder / "data", "--steps", str(steps), "--save", self.folder / name,
                   "--output", f"loss={self.folder / 'loss.npy'}", "--timeout", "20", *(["--world", str(world)] if world > 1 else []), *(["--load", load] if load else []), *flags]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return np.load(self.folder / "loss.npy"), load_checkpoint(self.folder / name), done.stdout

    def train(self, world, *flags, optimizer=ADAMW, **options):
        done = self.compile(f"--world={world}", *flags, optimizer=optimizer)
        assert done.returncode == 0, done.stderr
        return self.run(world, **options)


def assert_equal(found, expected):
    assert found[0].tobytes() == expected[0].tobytes()
    assert found[1].keys() == expected[1].keys()
    for name, value in expected[1].items():
        assert found[1][name].tobytes() == value.tobytes(), name


@pytest.mark.parametrize("world", [2, 3, 4])
@pytest.mark.parametrize("name", MODELS)
def test_stages_give_the_same_bits(name, world, tmp_path):
    job = Job(tmp_path, name)
    expected = job.train(world, "--zero=0", "--bucket=0", "--overlap=off")
    variants = [["--zero=1"], ["--zero=2", "--bucket=512"], ["--zero=3", "--prefetch=0"], ["--zero=3", "--prefetch=3", "--bucket=all"], ["--zero=0", "--bucket=all"]]
    for flags in variants:
        assert_equal(job.train(world, *flags), expected)


@pytest.mark.parametrize("optimizer", ["lamb,lr=1e-2,weight_decay=0.1", "adamw,lr=1e-2,clip_norm=0.1", "sgd,lr=0.1,momentum=0.9,nesterov,clip_value=0.01"])
def test_optimizers_give_the_same_bits(optimizer, tmp_path):
    job = Job(tmp_path, "words")
    expected = job.train(3, "--zero=0", optimizer=optimizer)
    for stage in (1, 2, 3):
        assert_equal(job.train(3, f"--zero={stage}", optimizer=optimizer), expected)


@pytest.mark.parametrize("world", [2, 3])
def test_like_torch_on_the_whole_batch(world, tmp_path):
    """The mean of the ranks' losses, and the update by their mean gradient, are those of the batch of all."""
    job = Job(tmp_path, "primes")
    losses, states, _ = job.train(world, "--zero=2")
    optimizer = torch.optim.AdamW([p for p in job.module.parameters() if p.requires_grad], 1e-2)
    for step in range(STEPS):
        batch = slice(step * world * BATCH, (step + 1) * world * BATCH)
        loss = F.cross_entropy(job.module(job.samples[batch]), job.target[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert math.isclose(losses[step].mean(), loss.item(), rel_tol=1e-5), step
    for name, value in job.module.named_parameters():
        if value.requires_grad:
            assert np.abs(states[name].reshape(value.shape) - value.detach().numpy()).max() <= 1e-5 * value.abs().max().item(), name
    assert states["step"] == STEPS


@pytest.mark.parametrize("saved,loaded", [((3, 2), (2, 3)), ((1, 0), (4, 3)), ((4, 3), (1, 0)), ((2, 1), (2, 0))])
def test_checkpoints_fit_any_number_of_ranks_and_stage(saved, loaded, tmp_path):
    job = Job(tmp_path, "words")
    _, before, _ = job.train(saved[0], f"--zero={saved[1]}", name="first")
    # A training of no steps is none: one step from the same states, on the rank that loaded and on the one that saved.
    assert job.compile(f"--world={loaded[0]}", f"--zero={loaded[1]}").returncode == 0
    found = job.run(loaded[0], load=tmp_path / "first", steps=2, name="second")
    assert job.compile(f"--world={loaded[0]}", "--zero=0").returncode == 0
    expected = job.run(loaded[0], load=tmp_path / "first", steps=2, name="third")
    assert_equal(found, expected)
    assert any((before[name] != found[1][name]).any() for name in before)


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_sent_bytes(stage, tmp_path):
    """What each rank sends is what the formulas say, to the byte."""
    world, job = 3, Job(tmp_path, "primes")
    _, states, text = job.train(world, f"--zero={stage}")
    parameters = {name: value.size for name, value in states.items() if name + ".exp_avg" in states}
    whole = sum(parameters.values())
    sent = [int(n) for n in re.findall(r"rank \d+: .*? (\d+) bytes sent", text)]
    # Biases, and the weight of the first layer, are used in one direction only.
    both = {"c.weight", "twice.weight"}
    for rank in range(world):
        part = {name: (rank + 1) * n // world - rank * n // world for name, n in parameters.items()}
        own, again = sum(part.values()), sum(part[name] for name in both)
        gathers = {0: own, 1: own, 2: own, 3: own + again}[stage]
        assert sent[rank] == 4 * STEPS * (whole - own + (world - 1) * gathers), rank


def test_rank_counts_must_agree(tmp_path):
    job = Job(tmp_path, "primes")
    assert job.compile("--world=2").returncode == 0
    command = [BIN / "lcompile-run", tmp_path / "step.so", "--data", tmp_path / "data", "--steps", "1", "--world", "3"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "was compiled for 2 ranks, and this is rank" in done.stderr
