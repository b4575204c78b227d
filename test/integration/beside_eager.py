# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a module and compares what it computes with eager PyTorch."""
import numpy as np
import pytest
import torch

KERNELS = pytest.mark.parametrize("kernels", [(), ("--cpu=x86-64-v3",), ("--kernels=native",), ("--kernels=native", "--cpu=x86-64-v3")],
                                  ids=["onednn", "onednn-avx2", "native", "native-avx2"])


def check(tools, folder, module, inputs, kernels, tolerance):
    torch.export.save(torch.export.export(module, tuple(inputs)), folder / "m.pt2")
    tools.compile(folder / "m.pt2", *kernels, "-o", folder / "m.so")
    compare(tools, folder, module, inputs, tolerance)


def compare(tools, folder, module, inputs, tolerance):
    """Runs the artefact m.so and compares each output with the module's, relative to its largest element."""
    info = tools.run("lcompile-run", folder / "m.so", "--info").stdout.split()
    inputs_named, outputs_named = ([info[i + 1].rstrip(":") for i, word in enumerate(info) if word == kind]
                                   for kind in ("input", "output"))
    arguments = []
    for name, x in zip(inputs_named, inputs):
        np.save(folder / f"{name}.npy", x.view(torch.int16).numpy().view("V2") if x.dtype == torch.bfloat16 else x.numpy())
        arguments.append(f"--input={name}=@{folder}/{name}.npy")
    expected = [y.float().numpy() for y in module(*inputs)]
    paths = [folder / f"out{i}.npy" for i in range(len(expected))]
    arguments += [f"--output={name}={path}" for name, path in zip(outputs_named, paths)]
    result = tools.run("lcompile-run", folder / "m.so", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    wrong = []
    for i, (path, want) in enumerate(zip(paths, expected)):
        got = np.load(path)
        got = (got.view(np.uint16).astype(np.uint32) << 16).view(np.float32) if got.dtype.itemsize == 2 else got
        assert got.shape == want.shape, i
        scale = np.abs(want).max(initial=0) or 1
        if not np.abs(got - want).max(initial=0) <= tolerance * scale:
            wrong.append((i, np.abs(got - want).max() / scale))
    assert not wrong, wrong
