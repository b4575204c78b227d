# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The smallest models, and one with loops and branches on tensor values."""

import torch
from torch import nn
from torch.nn import functional as F

from .model import Input, Recipe, Symbol

BATCH = {"b": Symbol(example=1, min=1, max=32)}


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(64, 128)
        self.down = nn.Linear(128, 10)

    def forward(self, x):
        return self.down(F.relu(self.up(x)))


class Block(nn.Module):
    """The feed-forward half of a transformer layer, with its residual and norm."""

    def __init__(self):
        super().__init__()
        self.up = nn.Linear(768, 3072)
        self.down = nn.Linear(3072, 768)
        self.norm = nn.LayerNorm(768)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.1)

    def forward(self, x):
        h = F.gelu(self.up(x))
        return self.norm(x + self.down(h))


class Equilibrium(nn.Module):
    """A small deep-equilibrium model: iterates z = tanh(W z + x) until it settles, then picks a head by its sum.

    Returns the scores [b, 10] and the number of iterations, an int64 scalar.
    """

    tolerance: float
    limit: int

    def __init__(self, width=64):
        super().__init__()
        self.step = nn.Linear(width, width)
        self.positive = nn.Linear(width, 10)
        self.negative = nn.Linear(width, 10)
        nn.init.orthogonal_(self.step.weight, gain=0.6)  # a contraction: the residual shrinks by 0.6 or better
        self.tolerance = 1e-3
        self.limit = 50

    def forward(self, x):
        z = torch.zeros_like(x)
        residual = torch.full([], float("inf"))
        steps = 0
        while bool(residual > self.tolerance) and steps < self.limit:
            z_next = torch.tanh(self.step(z) + x)
            residual = torch.linalg.vector_norm(z_next - z)
            z = z_next
            steps += 1
        if bool(z.sum() > 0):
            y = self.positive(z)
        else:
            y = self.negative(z).neg()
        return y, torch.tensor(steps)


class EquilibriumExport(Equilibrium):
    """The same function with the control flow that torch.export holds."""

    def forward(self, x):
        def unsettled(z, residual, steps):
            return torch.logical_and(residual > self.tolerance, steps < self.limit)

        def iterate(z, residual, steps):
            z_next = torch.tanh(self.step(z) + x)
            return z_next, torch.linalg.vector_norm(z_next - z), steps + 1

        start = (torch.zeros_like(x), torch.full([], float("inf")), torch.zeros([], dtype=torch.int64))
        z, _, steps = torch.while_loop(unsettled, iterate, start)
        y = torch.cond(z.sum() > 0, lambda z: self.positive(z), lambda z: self.negative(z).neg(), (z,))
        return y, steps


RECIPES = {
    "mlp": Recipe(MLP, {"x": Input(("b", 64))}, BATCH),
    "block": Recipe(Block, {"x": Input(("b", 768))}, BATCH),
    "scripted": Recipe(Equilibrium, {"x": Input(("b", 64))}, BATCH, scripted=True, make_export=EquilibriumExport),
}
