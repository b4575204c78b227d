# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs models of the zoo through torch.compile(backend="lcompile") and compares them with eager.

    PYTHONPATH=build/python python test/models/torch_compile.py [NAME...]

Each model runs in a process of its own: together they need more memory than most machines have. A line a model: the
largest error over the range of an output, seconds for the first call, graphs, artefacts, and what was not compiled.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

BIG = [
    "resnet50",
    "mobilenet_v3_large",
    "convnext_tiny",
    "unet",
    "vit_b_16",
    "bert_base",
    "gpt2",
    "llama",
    "t5_small",
    "lstm_tagger",
]
LIMIT = 1e-4


def measure(name):
    import torch
    from zoo import build, convert

    import lcompile

    # torch.compile leaves recurrent modules to eager unless told otherwise.
    torch._dynamo.config.allow_rnn = True
    model = build(name)
    with torch.no_grad():
        want = convert.as_tuple(model.module(*model.args))
        function = torch.compile(model.module, backend="lcompile")
        start = time.time()
        got = convert.as_tuple(function(*model.args))
        seconds = time.time() - start
    errors = []
    for g, w in zip(got, want, strict=True):
        assert g.shape == w.shape and g.dtype == w.dtype
        span = (w.max() - w.min()).item() or 1.0
        errors.append((g.double() - w.double()).abs().max().item() / span)
    stats = lcompile.stats()
    return {
        "error": max(errors),
        "seconds": seconds,
        "graphs": stats.graphs,
        "compiles": stats.compiles,
        "eager": dict(stats.eager_operators),
        "fallbacks": dict(stats.fallbacks),
        "breaks": len(stats.graph_breaks),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=BIG)
    parser.add_argument("--one", action="store_true", help="measure one model here, print JSON")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.names[0])))
        return 0
    bad = 0
    print(f"{'model':20} {'error':>8} {'first call':>10} {'graphs':>6} {'artefacts':>9} {'peak MiB':>8}  not compiled")
    for name in args.names:
        run = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True)
        if run.returncode:
            bad += 1
            print(f"{name:20} failed: {(run.stderr.strip().splitlines() or ['?'])[-1][:200]}", flush=True)
            continue
        r = json.loads(run.stdout.splitlines()[-1])
        bad += not r["error"] <= LIMIT or bool(r["fallbacks"])
        rest = ", ".join([*(f"{op} ({n})" for op, n in r["eager"].items()), *r["fallbacks"]]) or "-"
        print(
            f"{name:20} {r['error']:8.1e} {r['seconds']:8.1f} s {r['graphs']:6} {r['compiles']:9} {r['peak_mib']:8.0f}  {rest[:200]}",
            flush=True,
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
