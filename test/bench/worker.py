# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One process for one peer and one model: builds the artefact, or loads it and answers each line with a round.

Prints one JSON object a line. `compare.py` starts it; stdin says `CORE SAMPLES SECONDS` for each round.
"""

import argparse
import glob
import importlib
import json
import os
import resource
import sys
import time

import machine
import peers


def arrays(folder):
    """The .npy files of a folder by name."""
    import numpy as np

    return {os.path.basename(p)[: -len(".npy")]: np.load(p) for p in glob.glob(os.path.join(folder, "*.npy"))}


def as_arrays(result):
    """What a peer returned, as a list of f32 or integer arrays."""
    import numpy as np

    results = result if isinstance(result, (tuple, list)) else [result]
    if "torch" in sys.modules:
        import torch

        tensors = [torch.as_tensor(r) for r in results]
        return [(t.float() if t.is_floating_point() else t).numpy() for t in tensors]
    return [np.asarray(r) for r in results]


def worst_error(got, want):
    """The largest absolute difference of each output over that output's range (max - min); the worst output counts."""
    import numpy as np

    if [g.shape for g in got] != [w.shape for w in want]:
        raise ValueError(f"outputs of shape {[g.shape for g in got]}, expected {[w.shape for w in want]}")
    errors = []
    for g, w in zip(got, want):
        g, w = g.astype(np.float64), w.astype(np.float64)
        error = np.abs(g - w).max() / (np.ptp(w) or np.abs(w).max() or 1.0)
        errors.append(float("inf") if np.isnan(error) else float(error))
    return max(errors)


def measure(call, samples, seconds):
    """CPU milliseconds a call: at least `samples` samples and `seconds` of CPU time, after one that warms caches.

    A sample is one call, or as many as take half a millisecond: the clock costs a microsecond itself.
    """
    repeat, times = 1, []
    start = time.process_time()
    while len(times) <= samples or time.process_time() - start < seconds:
        before = time.process_time_ns()
        for _ in range(repeat):
            call()
        took = (time.process_time_ns() - before) / 1e6
        if took * 2 < 0.5 and not times:
            repeat *= 2
        else:
            times.append(took / repeat)
    return times[1:]


def serve(peer, library, job, answer):
    stored = arrays(job.inputs)
    inputs = [stored[name] for name in job.input_names()]
    expected = [array for _, array in sorted(arrays(job.expected).items())]
    importlib.import_module(library)  # a user's process has it: the clock starts at the artefact
    wall, cpu = time.perf_counter(), time.process_time()
    call = peer.load(job, inputs)
    result = call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    answer(load_wall_s=wall, load_cpu_s=cpu, error=worst_error(as_arrays(result), expected))
    del result
    for line in sys.stdin:
        core, samples, seconds = line.split()
        machine.pin(int(core))
        times = measure(call, int(samples), float(seconds))
        answer(cpu_ms=times, peak_rss=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("build", "serve"))
    parser.add_argument("peer", choices=peers.PEERS)
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--precision", default="f32")
    parser.add_argument("--dynamic", action="store_true")
    args = parser.parse_args()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print: stdout is for the answers alone

    def answer(**fields):
        print(json.dumps(fields), file=out, flush=True)

    machine.pin(args.core)
    job = peers.Job(args.model, args.folder, args.precision, args.dynamic)
    peer = peers.PEERS[args.peer]
    try:
        if args.action == "build":
            peer.build(job)
        else:
            serve(peer, peers.LIBRARY[args.peer], job, answer)
    except Exception as error:  # a peer that fails is a row of the table
        text = " ".join(str(error).split())[:300]
        answer(failed=text if isinstance(error, peers.Unsupported) else f"{type(error).__name__}: {text}")
    out.flush()
    os._exit(0)  # some runtimes hang in their exit handlers


main()
