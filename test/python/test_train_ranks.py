# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.train_step in processes that torch.distributed connected, beside DistributedDataParallel."""

import os
import subprocess
import sys

import pytest

BEGIN = """
import copy, os, sys, torch, lcompile
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.a, self.norm, self.b = nn.Embedding(11, 7), nn.Linear(7, 13), nn.LayerNorm(13), nn.Linear(13, 11)
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, ids):
        return self.b(F.gelu(self.norm(self.a(self.embed(ids).mean(1))))) * self.gain


def batch(step):
    torch.manual_seed(1000 * step + rank)
    return torch.randint(0, 11, (4, 5)), torch.randint(0, 11, (4,))
"""

BESIDE_DDP = BEGIN + """
dist.init_process_group("gloo")
torch.manual_seed(rank)  # all begin with what rank 0 has
mine = Net()
theirs = nn.parallel.DistributedDataParallel(copy.deepcopy(mine))
optimizer = torch.optim.AdamW(theirs.parameters(), lr=1e-2)
step = lcompile.train_step(mine, F.cross_entropy, torch.optim.AdamW, lr=1e-2, zero=int(sys.argv[1]), world=world)
for i in range(20):
    x, y = batch(i)
    optimizer.zero_grad()
    want = F.cross_entropy(theirs(x), y)
    want.backward()
    optimizer.step()
    got = step(x, y)
    assert abs(got - want.item()) <= 1e-5 * want.item(), (i, got, want)
step.sync_to()
for (name, p), q in zip(mine.named_parameters(), theirs.parameters()):
    assert (p - q).abs().max() <= 1e-5 * q.abs().max(), (name, (p - q).abs().max())
stats = step.stats()
step.save(sys.argv[2])
after = [step(*batch(i)).item() for i in range(3)]
step.load(sys.argv[2])
assert [step(*batch(i)).item() for i in range(3)] == after
if rank == 0:
    print(stats["engine"], stats["steps"], stats["bytes_sent"] > 0, stats["state_bytes"])
step.close()
dist.destroy_process_group()
"""


def run(code, world, folder, *arguments, expect=0, **environment):
    """Runs code as `world` processes that find each other; gives the output of rank 0, or of the one that failed."""
    port = 20000 + os.getpid() % 20000
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "RANK": str(r), "WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), **environment},
        )
        for r in range(world)
    ]
    try:
        results = [p.communicate(timeout=150) for p in processes]
    finally:
        for p in processes:
            p.kill()
    codes = [p.returncode for p in processes]
    assert codes == [expect] * world, "\n".join(error[-2000:] for _, error in results)
    return results[0][0] if not expect else results[0][1]


@pytest.mark.parametrize("world,zero", [(2, 2), (3, 3)])
def test_beside_ddp(world, zero, tmp_path):
    engine, steps, sent, held = run(BESIDE_DDP, world, tmp_path, zero, tmp_path / "saved").split()
    assert (engine, steps, sent) == ("c10d", "20", "True")
    numbers = 11 * 7 + 7 * 13 + 13 * 3 + 13 * 11 + 11 + 1
    whole = {0: 3, 1: 1, 2: 1, 3: 0}[zero]
    assert whole * 4 * numbers <= int(held) <= (whole * world + 3 - whole) * 4 * numbers / world + 8 + 100


LAUNCHED = BEGIN + """
step = lcompile.train_step(Net(), F.cross_entropy, "adamw", lr=1e-2, zero=1)
losses = [step(*batch(i)).item() for i in range(3)]
if rank == 0:
    print(step.stats()["engine"], len(losses))
step.close()
"""


def test_torchrun_without_a_process_group(tmp_path):
    assert run(LAUNCHED, 2, tmp_path) == "gloo 3\n"


DIFFERS = BEGIN + """
dist.init_process_group("gloo")
step = lcompile.train_step(nn.Linear(3, 4 + rank), lambda y: y.sum(), "sgd", lr=0.1)
step(torch.randn(2, 3))
"""


def test_modules_that_differ(tmp_path):
    assert "lcompile.errors.IncompatibleError" in run(DIFFERS, 2, tmp_path, expect=1)
