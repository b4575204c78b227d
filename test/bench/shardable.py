# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small models whose trainings are compared bit by bit and byte by byte, beside those of test_distributed."""
import pathlib, sys

import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "passes" / "3_distribute"), str(ROOT / "test" / "utils")]
import test_distributed as base  # noqa: E402


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.first, self.second = heads, nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out, self.up, self.down = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = (y.view(b, t, self.heads, -1).transpose(1, 2) for y in self.qkv(self.first(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, w)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.second(x))))


class Gpt(nn.Module):
    """Six blocks; the embedding is the head's weight too."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(61, 24), nn.Embedding(13, 24)
        self.blocks, self.norm = nn.ModuleList(Block(24, 3) for _ in range(6)), nn.LayerNorm(24)

    def forward(self, ids):
        x = self.tokens(ids) + self.places(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return (self.norm(x) @ self.tokens.weight.t())[:, -1]


class Experts(nn.Module):
    """A small mixture of experts, all computed and weighed by the gate."""

    def __init__(self):
        super().__init__()
        self.gate, self.experts, self.head = nn.Linear(17, 3), nn.ModuleList(nn.Linear(17, 17) for _ in range(3)), nn.Linear(17, 11)

    def forward(self, x):
        weights = torch.softmax(self.gate(x), -1)
        return self.head(sum(weights[:, i : i + 1] * torch.tanh(expert(x)) for i, expert in enumerate(self.experts)))


class Nothing(nn.Module):
    """A parameter without elements, and ones with fewer elements than ranks."""

    def __init__(self):
        super().__init__()
        self.none, self.gain, self.head = nn.Parameter(torch.zeros(0)), nn.Parameter(torch.ones(1)), nn.Linear(17, 11)

    def forward(self, x):
        return self.head(x * self.gain) + self.none.sum()


base.MODELS |= {
    "gpt": (Gpt, lambda n: torch.randint(0, 61, (n, 13))),
    "experts": (Experts, lambda n: torch.randn(n, 17)),
    "nothing": (Nothing, lambda n: torch.randn(n, 17)),
}
