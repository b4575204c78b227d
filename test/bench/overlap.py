#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How much of the communication of a training step is hidden behind its kernels.

Ranks are threads, and their links are throttled so that the kernels that can run beside transfers, those behind the first
collective of a step (of the backward program in stages 0 to 2), take 1.3 times as long as the transfers. Waiting is then
compared with transferring: of each step that of the rank that waits least, since the others wait for that rank and not for
the link (this is the next column), and of steps the median. Wants as many idle cores as ranks.
"""
import argparse, json, pathlib, statistics, subprocess, sys, tempfile

import shardable
import torch
from shardable import base


class Wide(shardable.Gpt):
    """Six blocks of 256."""

    def __init__(self):
        torch.nn.Module.__init__(self)
        self.tokens, self.places = torch.nn.Embedding(1009, 256), torch.nn.Embedding(64, 256)
        self.blocks, self.norm = torch.nn.ModuleList(shardable.Block(256, 4) for _ in range(6)), torch.nn.LayerNorm(256)


def steps_of(trace, rank):
    """The events of each step of a rank, in order."""
    events = [e for e in json.loads(pathlib.Path(trace).read_text())["traceEvents"] if e["pid"] == rank and e["ph"] == "X"]
    events.sort(key=lambda e: e["ts"])
    starts = [i for i, e in enumerate(events) if e["args"]["dispatch"] == 0] + [len(events)]
    return [events[begin:end] for begin, end in zip(starts, starts[1:])]


def kernel_seconds(step):
    return sum(e["dur"] for e in step if e["cat"] != "collective") / 1e6


def hiding_seconds(step):
    """Kernels of a step behind its first collective."""
    return kernel_seconds(step[next(i for i, e in enumerate(step) if e["cat"] == "collective") :])


def waiting_seconds(step):
    return sum(e["dur"] for e in step if e["cat"] == "collective" and e["name"].startswith("wait ")) / 1e6


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
        trace = job.folder / "trace.json"
        command = [base.BIN / "lcompile-run", job.folder / "step.so", "--data", job.folder / "data", "--steps", steps, "--world", world, "--threads", 1, "--profile", trace]

        def run(*more):
            """The steps of each rank, without the first two."""
            subprocess.run([str(w) for w in [*command, *more]], capture_output=True, text=True, check=True)
            return [steps_of(trace, rank)[2:] for rank in range(world)]

        print("stage  overlap  kernels ms  beside transfers ms  transfers ms  waiting ms  of the other ms  exposed")
        for stage in options.stages:
            for overlap in ("off", "on"):
                flags = [f"--world={world}", f"--zero={stage}", f"--overlap={overlap}"]
                sent = max(row["sent"] for row in base.plan_of(job, *flags))
                job.compile(*flags, "--overlap=on")  # where the first collective starts when it may
                free = [step for _ in range(3) for step in run()[0]]
                computing, hiding = min(map(kernel_seconds, free)), min(map(hiding_seconds, free))
                rate = sent / (hiding / options.ratio)
                job.compile(*flags, f"--link-rate={int(rate)}")  # the compiler orders for a rate
                waits = [sorted(map(waiting_seconds, ranks)) for _ in range(3) for ranks in zip(*run("--link-rate", int(rate), "--link-latency", 100))]
                waited, others = (statistics.median(wait[i] for wait in waits) for i in (0, -1))
                moving = sent / rate
                print(f"{stage:5}  {overlap:>7}  {computing * 1e3:10.1f}  {hiding * 1e3:19.1f}  {moving * 1e3:12.1f}  {waited * 1e3:10.1f}  {others * 1e3:15.1f}  {waited / moving:6.1%}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
