# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an update is made of (groups, schedules, accumulation, masters, scaled losses) on several ranks."""
import math, re

import numpy as np
import pytest
from test_distributed import ADAMW, BATCH, Job, assert_equal, assert_like_torch

#: Options of training steps: an average of gradients each, or a decision that all ranks must come to alike.
OPTIONS = {
    "groups": ["--group=*bias: weight_decay=0,lr=2e-2", "--schedule=linear_warmup(2)+cosine(6)"],
    "accumulate": ["--accumulate=2"],
    "masters": ["--parameters=bf16"],
    "scale": ["--parameters=bf16", "--loss-scale=dynamic", "--accumulate=2"],
}


@pytest.mark.parametrize("name,options", [("words", "groups"), ("primes", "accumulate"), ("images", "accumulate"), ("words", "masters"), ("primes", "scale")])
def test_options_give_the_same_bits(name, options, tmp_path):
    job = Job(tmp_path, name)
    flags, optimizer = OPTIONS[options], ADAMW + ",clip_norm=0.5"
    expected = job.train(3, "--zero=0", "--bucket=0", "--overlap=off", *flags, optimizer=optimizer, steps=4)
    for stage in (1, 2, 3):
        assert_equal(job.train(3, f"--zero={stage}", *flags, optimizer=optimizer, steps=4), expected)


def test_accumulated_like_torch(tmp_path):
    """A step of two ranks with two batches each is one of four batches."""
    job = Job(tmp_path, "primes")
    losses, states, _ = job.train(2, "--zero=2", "--accumulate=2", steps=4)
    assert len(losses) == 4
    assert_like_torch(job, losses, states, 4)


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_all_ranks_skip_a_step_alike(stage, tmp_path):
    """One sample of one rank is infinite: nobody updates, and the scale is halved."""
    job = Job(tmp_path, "primes")
    job.samples[BATCH * 4 + 2, 3] = math.inf  # the second step's, of rank 1 of 3
    np.save(tmp_path / "data" / f"{job.input}.npy", job.samples.numpy())
    flags = [f"--zero={stage}", "--loss-scale=dynamic"]
    _, first, _ = job.train(3, *flags, steps=1, name="first")
    _, second, _ = job.train(3, *flags, steps=2, name="second")
    assert (first["loss_scale"], second["loss_scale"], first["growth_tracker"], second["growth_tracker"]) == (65536, 32768, 1, 0)
    assert first["step"] == second["step"] == 1
    for name, value in first.items():
        if name not in ("loss_scale", "growth_tracker"):
            assert value.tobytes() == second[name].tobytes(), name


@pytest.mark.parametrize("stage", [0, 2])
def test_sent_bytes_of_few_bits(stage, tmp_path):
    """Gradients and parameters go over the wire in bf16, once for all batches of a step."""
    world, job = 2, Job(tmp_path, "primes")
    _, states, text = job.train(world, f"--zero={stage}", "--parameters=bf16", "--accumulate=3", steps=2)
    whole = sum(value.size for name, value in states.items() if name + ".exp_avg" in states)
    sent = [int(n) for n in re.findall(r"rank \d+: .*? (\d+) bytes sent", text)]
    assert sum(sent) == 2 * 2 * 2 * whole  # steps, reduction and gather, bytes
