# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a zoo entry is: a module, its named inputs and which of their sizes may vary."""

from typing import NamedTuple

import torch
from torch import nn

SEED = 0


class Symbol(NamedTuple):
    """A size that may vary: its value in the example and its bounds."""

    example: int
    min: int
    max: int


class Input(NamedTuple):
    """An input: sizes as numbers or symbol names; `vocab` > 0 makes int64 ids below it, otherwise normal f32."""

    dims: tuple
    vocab: int = 0

    def tensor(self, sizes, generator):
        shape = [sizes.get(d, d) for d in self.dims]
        if self.vocab:
            return torch.randint(0, self.vocab, shape, generator=generator)
        return torch.randn(shape, generator=generator)


class Mask(Input):
    """An int64 attention mask [.., s] whose last quarter is padding, so that a mask that is ignored shows."""

    def tensor(self, sizes, generator):
        mask = torch.ones([sizes.get(d, d) for d in self.dims], dtype=torch.int64)
        mask[..., -(-3 * mask.shape[-1] // 4) :] = 0
        return mask


class Recipe(NamedTuple):
    """How to make an entry.

    `make` returns the module to trace or script; `make_export` returns the one to export where it has to differ.
    `inputs` and `symbols` are keyed by name, inputs in the order of `forward`.
    """

    make: object
    inputs: dict
    symbols: dict
    scripted: bool = False
    make_export: object = None


class Model(NamedTuple):
    """A built entry. `dynamic` maps input -> {dim: (symbol name, min, max)}."""

    module: nn.Module
    args: tuple
    dynamic: dict

    @property
    def names(self):
        return list(self.dynamic)


def build(recipe, for_export=False, seed=SEED, **sizes):
    """Makes the entry with the same weights for every `sizes` (symbol name -> size; default: the example's)."""
    torch.manual_seed(seed)
    make = recipe.make_export if for_export and recipe.make_export else recipe.make
    module = make().eval().requires_grad_(False)
    unknown = set(sizes) - set(recipe.symbols)
    if unknown:
        raise ValueError(f"no symbol {sorted(unknown)}; this model has {sorted(recipe.symbols)}")
    sizes = {name: s.example for name, s in recipe.symbols.items()} | sizes
    generator = torch.Generator().manual_seed(seed + 1)
    args = tuple(i.tensor(sizes, generator) for i in recipe.inputs.values())
    dynamic = {
        name: {k: (d, *recipe.symbols[d][1:]) for k, d in enumerate(i.dims) if isinstance(d, str)}
        for name, i in recipe.inputs.items()
    }
    return Model(module, args, dynamic)


def calibrate_batch_norm(module, *shape):
    """Gives batch norms the statistics of a random batch; with mean 0 and variance 1 activations grow block by block."""
    norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [m.momentum for m in norms]
    for m in norms:
        m.momentum = 1.0
    with torch.no_grad():
        module.train()(torch.randn(*shape))
    for m, momentum in zip(norms, momenta):
        m.momentum = momentum
        m.num_batches_tracked.zero_()
    return module.eval()
