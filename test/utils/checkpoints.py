# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checkpoints of lcompile-run --save, for tests."""
import hashlib, pathlib

import numpy as np
import torch
from safetensors import safe_open


def latest(folder):
    """(number, ranks) of the checkpoint that counts in a folder, or None."""
    file = pathlib.Path(folder) / "latest"
    return tuple(map(int, file.read_text().split())) if file.exists() else None


def digest(states):
    """Of the bits of states by name."""
    result = hashlib.sha256()
    for name, value in sorted(states.items()):
        result.update(name.encode() + value.tobytes())
    return result.hexdigest()


def load_checkpoint(folder):
    """All states by name, flat where ranks held parts of them; bf16 as its bits. Parts must cover their wholes exactly."""
    folder = pathlib.Path(folder)
    number, ranks = latest(folder)
    states, parts, held = {}, {}, {}
    for rank in range(ranks):
        with safe_open(folder / str(number) / f"rank-{rank}-of-{ranks}.safetensors", "pt") as file:
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
