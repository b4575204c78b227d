# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Training steps on several ranks: the same bits for every stage of sharding, bucket and schedule, and the losses of
torch on the whole batch."""
import math, pathlib, re, signal, subprocess, sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test" / "utils"))
import ranks  # noqa: E402
from checkpoints import load_checkpoint  # noqa: E402
from ranks import BIN  # noqa: E402


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

    def compile(self, *flags, optimizer=ADAMW, artefact="step.so"):
        command = [BIN / "lcompile", "train", self.folder / "m.pt2", "--loss=cross_entropy", f"--optimizer={optimizer}", *flags]
        return subprocess.run([*command, "-o", self.folder / artefact], capture_output=True, text=True)

    def run(self, world, *, flags=(), steps=STEPS, load=None, name="end", engine="loopback", artefact="step.so", data="data", timeout=120):
        """The losses [steps, ranks], the states at the end, and what was printed; within `timeout` seconds, and a sixth of it
        without progress."""
        words = ["--save", self.folder / name, "--output", f"loss={self.folder / 'loss.npy'}", "--timeout", timeout / 6, *(["--load", load] if load else []), *flags]
        output, _ = ranks.job(ranks.command(self.folder / artefact, self.folder / data, steps, *words), engine, world, timeout)
        return np.load(self.folder / "loss.npy"), load_checkpoint(self.folder / name), output

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


def assert_like_torch(job, losses, states, batches):
    """The mean of the ranks' losses, and the update by their mean gradient, are those of one batch of `batches` batches."""
    optimizer = torch.optim.AdamW([p for p in job.module.parameters() if p.requires_grad], 1e-2)
    for step, found in enumerate(losses):
        batch = slice(step * batches * BATCH, (step + 1) * batches * BATCH)
        loss = F.cross_entropy(job.module(job.samples[batch]), job.target[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert math.isclose(found.mean(), loss.item(), rel_tol=1e-5), step
    for name, value in job.module.named_parameters():
        if value.requires_grad:
            assert np.abs(states[name].reshape(value.shape) - value.detach().numpy()).max() <= 1e-5 * value.abs().max().item(), name


@pytest.mark.parametrize("world", [2, 3])
def test_like_torch_on_the_whole_batch(world, tmp_path):
    job = Job(tmp_path, "primes")
    losses, states, _ = job.train(world, "--zero=2")
    assert_like_torch(job, losses, states, world)
    assert states["step"] == len(losses) == STEPS


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


def plan_text(job, *flags, optimizer=ADAMW):
    command = [BIN / "lcompile", "train", job.folder / "m.pt2", "--loss=cross_entropy", f"--optimizer={optimizer}", *flags, "--emit=plan", "-o", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def plan_rows(text):
    """The rows of a plan by rank: parameters, optimizer, others, frozen, arena, total, sent; before anything runs."""
    names = ["parameters", "optimizer", "others", "frozen", "arena", "total", "sent"]
    return [dict(zip(names, map(int, row.split()[1:]))) for row in re.findall(r"^ +\d+(?: +\d+){7}$", text, re.M)]


def plan_of(job, *flags):
    return plan_rows(plan_text(job, *flags))


def measured(text):
    """Bytes of states, of the arena, and sent, by rank, as lcompile-run printed them."""
    states = re.findall(r"rank \d+: (\d+) bytes of states, arena of (\d+)", text)
    sent = re.findall(r"rank \d+: \d+ collectives over \w+, (\d+) bytes sent", text)
    return [tuple(map(int, (*s, t))) for s, t in zip(states, sent)]


@pytest.mark.parametrize("name", ["words", "images"])
@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_plan_is_what_happens(stage, name, tmp_path):
    """To the byte, on every rank; what ranks hold of sharded states is the whole exactly."""
    world, job = 3, Job(tmp_path, name)
    plan = plan_of(job, f"--world={world}", f"--zero={stage}")
    (single,) = plan_of(job)
    text = job.train(world, f"--zero={stage}")[2]
    for row, (states, arena, sent) in zip(plan, measured(text), strict=True):
        assert states == row["parameters"] + row["optimizer"] + row["others"]
        assert arena == row["arena"]
        assert sent == STEPS * row["sent"]
    for kind, sharded in (("optimizer", stage > 0), ("parameters", stage == 3)):
        assert sum(row[kind] for row in plan) == single[kind] * (1 if sharded else world)


def test_memory_budgets(tmp_path):
    """Twenty budgets between the least and the most: none is exceeded; less than the least is refused with the least."""
    world, job = 3, Job(tmp_path, "primes")
    most = max(row["total"] for row in plan_of(job, f"--world={world}", "--zero=0"))
    done = job.compile(f"--world={world}", "--memory-budget=1KiB")
    assert done.returncode == 1
    least = int(re.search(r"does not fit into 1024 bytes: it needs at least (\d+) bytes on each of 3 ranks", done.stderr)[1])
    assert least < most
    stages = set()
    for i in range(20):
        budget = least + (most - least) * i // 19
        done = job.compile(f"--world={world}", f"--memory-budget={budget}")
        assert done.returncode == 0, done.stderr
        stages.add(re.search(r"--zero=(\d)", done.stderr)[1])
        frozen = 4 * sum(p.numel() for p in job.module.parameters() if not p.requires_grad)
        for states, arena, _ in measured(job.run(world, steps=1)[2]):
            assert states + arena + frozen <= budget
    assert {"0", "3"} <= stages
    assert job.compile(f"--world={world}", f"--memory-budget={least - 1}").returncode == 1


def test_parameters_are_kept_as_the_budget_allows(tmp_path, monkeypatch):
    """Between all parameters released after the forward program and none: the more memory, the less is sent, and the bits
    stay."""
    layers = lambda: [layer for _ in range(6) for layer in (nn.Linear(61, 61), nn.Tanh())]
    monkeypatch.setitem(MODELS, "deep", (lambda: nn.Sequential(*layers()), lambda n: torch.randn(n, 61)))
    flags, job = ["--world=2", "--zero=3", "--bucket=0"], Job(tmp_path, "deep")
    worst = lambda *more: [max(row[name] for row in plan_of(job, *flags, *more)) for name in ("total", "sent")]
    released, kept = worst(), worst("--memory-budget=1GiB")
    assert released[0] < kept[0] and released[1] > kept[1]
    expected, last = job.train(2, *flags), released[1]
    sent = set()
    for i in range(7):
        budget = released[0] + (kept[0] - released[0]) * i // 6
        plan = worst(f"--memory-budget={budget}")
        assert plan[0] <= budget and plan[1] <= last
        last = plan[1]
        if last not in sent:
            assert_equal(job.train(2, *flags, f"--memory-budget={budget}"), expected)
        sent.add(last)
    assert last == kept[1] and len(sent) > 3


@pytest.mark.parametrize("engine", ["mpi", "gloo"])
def test_engines_give_the_same_bits(engine, tmp_path):
    if reason := ranks.missing(engine):
        pytest.skip(reason)
    world, job = 3, Job(tmp_path, "words")
    expected = job.train(world, "--zero=3", "--bucket=512", name="loopback")
    assert_equal(job.run(world, engine=engine, name=engine), expected)


def test_a_killed_save_leaves_a_whole_checkpoint(tmp_path):
    """However a training ends, the checkpoint that counts is complete, and training goes on from it."""
    world, job = 2, Job(tmp_path, "words")
    assert job.compile(f"--world={world}", "--zero=2").returncode == 0
    command = [BIN / "lcompile-run", tmp_path / "step.so", "--data", tmp_path / "data", "--world", world, "--save", tmp_path / "kept"]
    command = [str(word) for word in command]
    assert subprocess.run([*command, "--steps", "1"]).returncode == 0
    pick, last = np.random.RandomState(0), 0
    for _ in range(10):
        process = subprocess.Popen([*command, "--steps", "1000000", "--save-every", "1", "--load", str(tmp_path / "kept")], stdout=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.05 + 0.2 * pick.rand())
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        states = load_checkpoint(tmp_path / "kept")
        assert states["step"] >= last
        last = states["step"]
    assert last > 1
    done = subprocess.run([*command, "--steps", "1", "--load", str(tmp_path / "kept")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert load_checkpoint(tmp_path / "kept")["step"] == last + 1
    assert len(list((tmp_path / "kept").iterdir())) == 2  # the one that counts, and its name


def test_a_stopped_rank_ends_the_training(tmp_path):
    """A rank that stops answering ends the job within the timeout, with its number."""
    if reason := ranks.missing("gloo"):
        pytest.skip(reason)
    world, job = 3, Job(tmp_path, "primes")
    assert job.compile(f"--world={world}", "--zero=1").returncode == 0
    words = ranks.command(tmp_path / "step.so", tmp_path / "data", 10**9, "--timeout", 3)
    jobs = ranks.start(words, "gloo", world, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert jobs[0].stdout.readline().startswith("step 1: loss")
        jobs[1].send_signal(signal.SIGSTOP)
        for rank in (0, 2):
            errors = jobs[rank].communicate(timeout=60)[1]
            assert jobs[rank].returncode == 1 and "rank 1" in errors, errors
    finally:
        for process in jobs:
            process.kill()
            process.wait()
