# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""CPU seconds of a training step beside eager PyTorch: python training.py MODEL.pt2 [--steps 5] [--optimizer adamw,lr=1e-4]

One core, f32, mean squared error to a random target, steps of both in turn, the least of each; the losses of the last
step show that both do the same. LCOMPILE names the compiler; PYTHONPATH holds the package.
"""
import argparse, os, pathlib, shlex, subprocess, tempfile, time

import torch
from torch.utils import _pytree as pytree


def eager_step(module, args, kwargs, target, optimizer):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(pytree.tree_leaves(module(*args, **kwargs))[0], target)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def compiled_step(program, module, batch, optimizer, folder):
    """A function that does one step, with parameters and states of its own."""
    import lcompile

    path = pathlib.Path(folder) / "step.so"
    tool = shlex.split(os.environ.get("LCOMPILE", "lcompile"))
    subprocess.run([*tool, "train", program, "--loss=mse", f"--optimizer={optimizer}", "--threads=1", "-o", path], check=True)
    model, known, rest, tensors = lcompile.load(path), module.state_dict(), list(batch), []
    for spec in model.inputs:
        if spec.name in known:
            tensors.append(known[spec.name].detach().clone())
        elif rest:
            tensors.append(rest.pop(0))
        else:
            tensors.append(torch.zeros(tuple(spec.shape), dtype=torch.int64 if spec.name == "step" else torch.float32))
    return lambda: float(model._handle.run(tensors)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--optimizer", default="adamw,lr=1e-4", help="for eager: AdamW with this learning rate")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    program = torch.export.load(options.program)
    module, (args, kwargs) = program.module(), program.example_inputs
    for p in module.parameters():
        p.requires_grad_()
    target = torch.randn_like(pytree.tree_leaves(module(*args, **kwargs))[0].detach())
    inputs = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    rate = float(dict(part.split("=") for part in options.optimizer.split(",")[1:])["lr"])
    adamw = torch.optim.AdamW(module.parameters(), rate)
    with tempfile.TemporaryDirectory() as folder:
        peers = {"lcompile": compiled_step(options.program, module, [*inputs, target], options.optimizer, folder),
                 "eager": lambda: eager_step(module, args, kwargs, target, adamw)}
        times, losses = {name: [] for name in peers}, {}
        for _ in range(options.steps):
            for name, step in peers.items():
                start = time.process_time()
                losses[name] = step()
                times[name].append(time.process_time() - start)
    for name in peers:
        print(f"{name}: {min(times[name]):.3f} s a step, loss of the last {losses[name]:.6f}")
    print(f"ratio: {min(times['lcompile']) / min(times['eager']):.2f} x eager")


if __name__ == "__main__":
    main()
