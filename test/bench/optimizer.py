#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""CPU seconds of an update alone, beside torch.optim's implementations: for loop, foreach (multi-tensor) and fused.

The parameters have the shapes of a model's; their gradients are the inputs of the step, since the loss is the sum of
their products. lcompile's seconds hold the forward walk over both, too; torch's hold the update only.
"""
import argparse, time

import torch
from torch import nn

import trainees


class Products(nn.Module):
    def __init__(self, shapes):
        super().__init__()
        self.weights = nn.ParameterList(torch.randn(shape) * 0.02 for shape in shapes)

    def forward(self, *gradients):
        return sum((w * g).sum() for w, g in zip(self.weights, gradients))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(trainees.TRAINEES))
    parser.add_argument("--optimizer", choices=("AdamW", "Adam", "SGD"), default="AdamW")
    parser.add_argument("--steps", type=int, default=10)
    options = parser.parse_args()
    import lcompile

    torch.set_num_threads(1)
    shapes = [p.shape for p in trainees.make(options.model, 1)[0].parameters()]
    gradients = [torch.randn(shape) for shape in shapes]
    make = getattr(torch.optim, options.optimizer)
    numbers = {"lr": 1e-4, **({"momentum": 0.9} if options.optimizer == "SGD" else {})}
    step = lcompile.train_step(Products(shapes), None, make, **numbers)
    peers = {"lcompile": lambda: step(*gradients)}
    for name, how in {"for loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}.items():
        module = Products(shapes)
        for p, g in zip(module.weights, gradients):
            p.grad = g
        peers[name] = make(module.parameters(), **numbers, **how).step
    times = {name: [] for name in peers}
    for _ in range(options.steps + 1):  # the first of each compiles, or allocates
        for name, run in peers.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    elements = sum(g.numel() for g in gradients)
    print(f"{options.optimizer} over {elements:,} parameters in {len(shapes)} tensors ({options.model}):")
    for name in peers:
        print(f"  {name}: {min(times[name][1:]):.4f} s")


if __name__ == "__main__":
    main()
