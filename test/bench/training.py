#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""CPU seconds of a training step (forward, loss, backward, AdamW) beside eager PyTorch.

One core by default, steps of both in turn, the least of each; the losses of the last step show that both do the same.
With --bf16, eager computes under bf16 autocast and lcompile with --precision=bf16; parameters stay f32 in both.
"""
import argparse, time

import torch
import trainees


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(trainees.TRAINEES))
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--options", nargs="*", default=[], metavar="NAME=VALUE", help="options of the compiler, with underscores")
    options = parser.parse_args()
    import lcompile

    torch.set_num_threads(options.threads)
    ours, theirs, loss, batches = trainees.make(options.model, options.batch)
    adamw = torch.optim.AdamW(theirs.parameters(), 1e-4)
    compile_options = {"threads": options.threads, **({"precision": "bf16"} if options.bf16 else {}), **dict(pair.split("=", 1) for pair in options.options)}
    step = lcompile.train_step(ours, loss, torch.optim.AdamW, lr=1e-4, compile_options=compile_options)
    autocast = torch.bfloat16 if options.bf16 else None
    peers = {"lcompile": lambda args, kwargs: step(*args, **kwargs).item(),
             "eager": lambda args, kwargs: trainees.eager_step(theirs, loss, adamw, args, kwargs, autocast)}
    times, losses = {name: [] for name in peers}, {}
    for _ in range(options.steps + 1):  # the first of each compiles, or allocates
        args, kwargs = next(batches)
        for name, run in peers.items():
            start = time.process_time()
            losses[name] = run(args, kwargs)
            times[name].append(time.process_time() - start)
    for name in peers:
        print(f"{name}: {min(times[name][1:]):.3f} s a step, loss of the last {losses[name]:.6f}")
    print(f"{options.model}, batch {options.batch}, {'bf16' if options.bf16 else 'f32'}: {min(times['lcompile'][1:]) / min(times['eager'][1:]):.2f} x eager")


if __name__ == "__main__":
    main()
