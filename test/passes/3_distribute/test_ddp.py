# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trainings on several ranks beside torch's DistributedDataParallel over Gloo, on the same batches."""
import copy, os

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from test_distributed import BATCH, Job
from ranks import free_port

STEPS = 20


def train_with_ddp(rank, world, port, module, samples, target, results):
    """One rank: its parameters and running statistics at the end, and its losses."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    module = copy.deepcopy(module)  # spawned processes share the memory of tensors
    torch.distributed.init_process_group("gloo", rank=rank, world_size=world)
    model = torch.nn.parallel.DistributedDataParallel(module)
    optimizer = torch.optim.AdamW([p for p in module.parameters() if p.requires_grad], 1e-3)
    losses = []
    for step in range(STEPS):
        first = (step * world + rank) * BATCH
        loss = F.cross_entropy(model(samples[first : first + BATCH]), target[first : first + BATCH])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    state = {name: value.detach().numpy() for name, value in module.state_dict().items()}
    torch.save((losses, state), f"{results}-{rank}")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize("name,world,stage", [("primes", 2, 2), ("images", 3, 3), ("images", 2, 0)])
def test_like_ddp(name, world, stage, tmp_path):
    job = Job(tmp_path, name, samples=BATCH * world * STEPS)
    losses, states, _ = job.train(world, f"--zero={stage}", optimizer="adamw,lr=1e-3", steps=STEPS)
    arguments = (world, free_port(), job.module, job.samples, job.target, str(tmp_path / "ddp"))
    torch.multiprocessing.spawn(train_with_ddp, arguments, nprocs=world)
    for rank in range(world):
        expected, ends = torch.load(f"{tmp_path / 'ddp'}-{rank}", weights_only=False)
        assert np.abs(losses[:, rank] / expected - 1).max() <= 1e-5
    for key, value in ends.items():
        if key in states and not key.endswith("num_batches_tracked") and (rank == 0 or "running" not in key):
            assert np.abs(states[key].reshape(value.shape) - value).max() <= 1e-5 * np.abs(value).max(), key
    assert any(key in states for key in ends)
