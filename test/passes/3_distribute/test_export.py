# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What several ranks write into one file: the model, and the trace of a training."""
import json, subprocess

import pytest
import ranks
import torch
from safetensors.torch import load_file
from test_distributed import BIN, Job


@pytest.mark.parametrize("engine", ranks.ENGINES)
@pytest.mark.parametrize("stage", [0, 3])
def test_the_model_in_one_file(stage, engine, tmp_path):
    """The same parameters and statistics as in the checkpoint, in the module's shapes, under its names."""
    if reason := ranks.missing(engine):
        pytest.skip(reason)
    world, job = 3, Job(tmp_path, "images")
    _, states, _ = job.train(world, f"--zero={stage}", steps=2, engine=engine, flags=["--export", tmp_path / "model.safetensors"])
    exported, own = load_file(tmp_path / "model.safetensors"), job.module.state_dict()
    assert set(exported) == {name for name in own if "num_batches" not in name}
    for name, value in exported.items():
        assert value.shape == own[name].shape, name
        assert value.numpy().tobytes() == states[name].tobytes(), name
    job.module.load_state_dict(exported, strict=False)
    assert not [path for path in tmp_path.iterdir() if ".rank-" in path.name]


def test_the_model_of_a_checkpoint(tmp_path):
    """Without a step, and without data."""
    job = Job(tmp_path, "primes")
    _, states, _ = job.train(2, "--zero=3", "--parameters=bf16", steps=1)
    words = [BIN / "lcompile-run", tmp_path / "step.so", "--world", "2", "--load", tmp_path / "end", "--export", tmp_path / "model.safetensors"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    exported = load_file(tmp_path / "model.safetensors")
    trained = {name for name, p in job.module.named_parameters() if p.requires_grad}
    assert set(exported) == trained
    for name in trained:
        assert exported[name].dtype == torch.bfloat16
        assert exported[name].view(torch.uint16).numpy().tobytes() == states[name].tobytes(), name


def test_an_export_that_cannot_be_written(tmp_path):
    job = Job(tmp_path, "primes")
    assert job.compile("--world=2").returncode == 0
    words = [BIN / "lcompile-run", tmp_path / "step.so", "--world", "2", "--export", tmp_path / "no" / "model.safetensors"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "no/model.safetensors.rank-" in done.stderr


@pytest.mark.parametrize("engine", ranks.ENGINES)
def test_one_trace_of_all_ranks(engine, tmp_path):
    if reason := ranks.missing(engine):
        pytest.skip(reason)
    world, steps, job = 3, 2, Job(tmp_path, "primes")
    job.train(world, "--zero=2", "--bucket=0", steps=steps, engine=engine, flags=["--profile", tmp_path / "trace.json"])
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert [e["args"]["name"] for e in events if e["ph"] == "M"] == [f"rank {r}" for r in range(world)]
    for rank in range(world):
        own = [e for e in events if e["pid"] == rank]
        kernels, begins, ends = ([e for e in own if e["ph"] == phase] for phase in "Xbe")
        waits = [e for e in kernels if e["name"].startswith("wait ")]
        # Every wait ends a transfer; one after the other, each has begun before it ended.
        assert len(begins) == len(ends) == len(waits) > 0 and len(waits) % steps == 0
        assert all(b["id"] == e["id"] and b["name"] == e["name"] and b["ts"] <= e["ts"] for b, e in zip(begins, ends))
        assert {b["name"] for b in begins} == {w["name"].removeprefix("wait ") for w in waits}
        times = [e["ts"] for e in kernels]
        assert times == sorted(times) and all(e["dur"] >= 0 for e in kernels)
        assert any(e["cat"] == "cpu-codegen" for e in kernels)
    assert not [path for path in tmp_path.iterdir() if ".rank-" in path.name]
