# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checkpoints of lcompile-run --save, for tests."""
import pathlib

import numpy as np
import torch
from safetensors import safe_open


def load_checkpoint(folder):
    """All states by name, flat where ranks held parts of them; bf16 as its bits. Parts must cover their wholes exactly."""
    folder = pathlib.Path(folder)
    number, ranks = (folder / "latest").read_text().split()
    states, parts, held = {}, {}, {}
    for rank in range(int(ranks)):
        with safe_open(folder / number / f"rank-{rank}-of-{ranks}.safetensors", "pt") as file:
            metadata = file.metadata()
            for name in file.keys():
                value = file.get_tensor(name).ravel()
                value = (value.view(torch.uint16) if value.dtype == torch.bfloat16 else value).numpy()
                if f"part:{name}" not in metadata:
                    assert name not in states, f"{name} is saved twice"
                    states[name] = value
                    continue
                begin, whole = map(int, metadata[f"part:{name}"].split())
                parts.setdefault(name, np.zeros(whole, value.dtype))[begin : begin + value.size] = value
                held[name] = held.get(name, 0) + value.size
    assert all(held[name] == value.size for name, value in parts.items())
    return {**states, **parts}
