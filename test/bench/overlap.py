#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How much of the communication of a training step is hidden behind its kernels.

Ranks are threads, and their links are throttled so that the kernels that can run beside transfers, those behind the first
collective of a step (of the backward program in stages 0 to 2), take 1.3 times as long as the transfers. Waiting is then
compared with transferring. Wants as many idle cores as ranks.
"""
import argparse, json, pathlib, re, subprocess, sys, tempfile

import shardable
import torch
from shardable import base


class Wide(shardable.Gpt):
    """Four blocks of 256."""

    def __init__(self):
        torch.nn.Module.__init__(self)
        self.tokens, self.places = torch.nn.Embedding(1009, 256), torch.nn.Embedding(64, 256)
        self.blocks, self.norm = torch.nn.ModuleList(shardable.Block(256, 4) for _ in range(4)), torch.nn.LayerNorm(256)


def seconds(text, pattern):
    return [tuple(map(float, match)) for match in re.findall(pattern, text)]


def hiding_seconds(trace):
    """Kernels of a step behind its first collective: the least of the steps, on rank 0."""
    events = [e for e in json.loads(pathlib.Path(trace).read_text())["traceEvents"] if e["pid"] == 0 and e["ph"] == "X"]
    starts = [i for i, e in enumerate(events) if e["args"]["dispatch"] == 0] + [len(events)]
    least = float("inf")
    for begin, end in zip(starts, starts[1:]):
        step = events[begin:end]
        first = next(i for i, e in enumerate(step) if e["cat"] == "collective")
        least = min(least, sum(e["dur"] for e in step[first:] if e["cat"] != "collective"))
    return least / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--world", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--ratio", type=float, default=1.3, help="computing over communicating")
    parser.add_argument("--stages", type=int, nargs="*", default=[0, 1, 2, 3])
    options = parser.parse_args()
    base.MODELS["wide"] = (Wide, lambda n: torch.randint(0, 1009, (n, 64)))
    world, steps = options.world, options.steps
    with tempfile.TemporaryDirectory() as folder:
        job = base.Job(pathlib.Path(folder), "wide", samples=base.BATCH * world * 4)
        command = [base.BIN / "lcompile-run", job.folder / "step.so", "--data", job.folder / "data", "--steps", steps, "--world", world, "--threads", 1]
        run = lambda *more: subprocess.run([str(w) for w in [*command, *more]], capture_output=True, text=True, check=True).stdout
        print("stage  overlap  kernels ms  beside transfers ms  transfers ms  waiting ms  exposed")
        for stage in options.stages:
            for overlap in ("off", "on"):
                flags = [f"--world={world}", f"--zero={stage}", f"--overlap={overlap}"]
                sent = max(row["sent"] for row in base.plan_of(job, *flags))
                job.compile(*flags, "--overlap=on")  # where the first collective starts when it may
                trace = job.folder / "trace.json"
                computing = min(float(re.search(r"([\d.]+) s of wall time a step", run("--profile", trace))[1]) for _ in range(3))
                hiding = hiding_seconds(trace)
                rate = sent / (hiding / options.ratio)
                job.compile(*flags, f"--link-rate={int(rate)}")  # the compiler orders for a rate
                text = run("--link-rate", int(rate), "--link-latency", 100)
                waited = max(w for w, _ in seconds(text, r"([\d.]+) s waited of ([\d.]+) s under way")) / steps
                moving = sent / rate
                print(f"{stage:5}  {overlap:>7}  {computing * 1e3:10.1f}  {hiding * 1e3:19.1f}  {moving * 1e3:12.1f}  {waited * 1e3:10.1f}  {waited / moving:6.1%}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
