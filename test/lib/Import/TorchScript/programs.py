# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Scripted modules with the control flow and containers that people write, and those that must be refused."""

from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn


class Pair(NamedTuple):
    low: Tensor
    high: Tensor


class Branch(nn.Module):
    def forward(self, x):
        if bool(x.sum() > 0):
            y = x + 1
        else:
            y = x - 1
        return y * 2


class NestedBranch(nn.Module):
    def forward(self, x):
        s = x.sum()
        if bool(s > 0):
            if bool(s > 10):
                y = x * 3
            else:
                y = x * 2
            z = y + 1
        else:
            z = -x
        return z


class KnownBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.mode = "relu"
        self.depth = 3

    def forward(self, x, bias: Optional[Tensor] = None):
        if self.training:
            x = x * 100
        if self.mode == "relu":
            x = torch.relu(x)
        elif self.mode == "tanh":
            x = torch.tanh(x)
        else:
            raise ValueError("unknown mode " + self.mode)
        if bias is not None:
            x = x + bias
        if x.dim() == 2 and self.depth > 2:
            x = x + x.size(1)
        return x


class ForLoop(nn.Module):
    def forward(self, x):
        for i in range(5):
            x = x * i + 1
        return x


class LongLoop(nn.Module):
    def forward(self, x):
        for i in range(100):
            x = x * 0.5 + i
        return x


class SizeLoop(nn.Module):
    """The number of iterations is an input's size."""

    def forward(self, x):
        s = torch.zeros_like(x[0])
        for i in range(x.size(0)):
            s = s * 0.5 + x[i]
        return s


class StepLoop(nn.Module):
    def forward(self, x):
        for i in range(10, 0, -3):
            x = x + i
        return x


class WhileLoop(nn.Module):
    def forward(self, x):
        n = 0
        while bool(x.abs().max() > 1.0) and n < 20:
            x = x * 0.5
            n += 1
        return x, n


class NestedLoop(nn.Module):
    def forward(self, x):
        n = 0
        while bool(x.sum() < 50.0):
            for i in range(3):
                if bool(x.sum() > 20.0):
                    x = x + i
                else:
                    x = x + 1
            n += 1
        return x, n


class Break(nn.Module):
    def forward(self, x):
        for i in range(10):
            x = x + 1
            if bool(x.sum() > 20):
                break
        return x


class EarlyReturn(nn.Module):
    def forward(self, x):
        if bool(x.sum() > 100):
            return x * 2
        y = x + 1
        if bool(y.sum() > 0):
            return y * 3
        return y * 4


class ReturnFromLoop(nn.Module):
    def forward(self, x):
        for i in range(40):
            x = x + 1
            if bool(x.sum() > 20):
                return x * 2
        return x


class ReturnPairFromLoop(nn.Module):
    def forward(self, x) -> Tuple[Tensor, int]:
        n = 0
        while n < 50:
            n += 1
            if bool(x.sum() > 20):
                return x * 2, n
            x = x + 1
        return x, -1


class ListAppend(nn.Module):
    def forward(self, x):
        parts: List[Tensor] = []
        for i in range(4):
            parts.append(x * i)
        return torch.cat(parts, 0)


class ListAlias(nn.Module):
    """Two names of one list see the same changes."""

    def forward(self, x):
        a = [x]
        b = a
        b.append(x + 1)
        a[0] = x + 2
        a.insert(0, x + 3)
        last = b.pop()
        return torch.stack(b) + len(a) + last


class ListConcat(nn.Module):
    """Functional changes of a list in a loop."""

    def forward(self, x):
        parts: List[Tensor] = []
        for i in range(3):
            parts = parts + [x + i]
        return torch.stack(parts[::-1] if False else parts[1:] + parts[:1])


class ListOfSizes(nn.Module):
    def forward(self, x):
        shape = list(x.shape)
        shape[0] = shape[0] * shape[1]
        shape.pop(1)
        return x.reshape(shape)


class ListInBranch(nn.Module):
    """Both branches give lists of one length."""

    def forward(self, x):
        if bool(x.sum() > 0):
            parts = [x, x + 1]
        else:
            parts = [x - 1, x]
        a, b = parts
        return a * b


class TupleInLoop(nn.Module):
    def forward(self, x):
        state = (x, x + 1)
        n = 0
        while n < 3 and bool(state[0].sum() < 1000):
            state = (state[1], state[0] + state[1])
            n += 1
        return state[0]


class DictOutputs(nn.Module):
    def forward(self, x) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = {}
        for i, name in enumerate(["a", "b"]):
            out[name] = x + i
        if "a" in out:
            out["sum"] = out["a"] + out["b"]
        return out


class NamedOutputs(nn.Module):
    def forward(self, x) -> Pair:
        return Pair(low=x.min(), high=x.max())


class Check(nn.Module):
    """Exceptions that sizes decide go away; those that data decide become remarks."""

    def forward(self, x):
        if x.dim() != 2:
            raise ValueError("expected 2 dimensions, got {}".format(x.dim()))
        assert x.size(1) == 3, "three columns"
        assert bool((x == x).all()), "no NaN"
        return x + 1


class Inputs(nn.Module):
    """Tuples, lists, dicts, numbers and options as inputs."""

    def forward(self, pair: Tuple[Tensor, Tensor], more: List[Tensor], named: Dict[str, Tensor], n: int,
                mask: Optional[Tensor] = None, scale: float = 2.0):
        x = pair[0] + pair[1] * scale
        for t in more:
            x = x + t
        x = x + named["k"] * n
        if mask is not None:
            x = x * mask
        return x


class Stack(nn.Module):
    """Iterates over its submodules, as nn.Sequential does."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(3)])
        self.tied = self.layers[0]

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = torch.relu(layer(x)) + i
        return self.tied(x)


class NoGrad(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            y = x * 2
        return y


class Dtypes(nn.Module):
    def forward(self, x):
        y = x.to(torch.float64)
        if y.dtype == torch.float64 and y.device == torch.device("cpu"):
            z = torch.arange(3, dtype=torch.int64, device=x.device)
        else:
            z = torch.zeros(3, dtype=torch.int64)
        return y.to(x.dtype) + z


class ItemArithmetic(nn.Module):
    def forward(self, x):
        m = int(x.max().item())
        k = m * 2 + 1
        if k > 3 and not (k == 7):
            x = x * k
        return x, k


class Rotate(nn.Module):
    """Carried tensors take each other's place."""

    def forward(self, x):
        a, b, c = x, x * 2 - 1, x.sin()
        for i in range(int(x.abs().sum()) % 7 + 12):
            a, b, c = b, c, a
        return a, b, c


class RotateWhile(nn.Module):
    def forward(self, x):
        a, b = x, x * 2 - 1
        steps = int(x.abs().sum()) % 5
        while steps > -3:
            a, b = b, a
            steps -= 1
        return a, b


ACCEPTED = [Rotate, RotateWhile, Branch, NestedBranch, KnownBranch, ForLoop, LongLoop, SizeLoop, StepLoop, WhileLoop, NestedLoop, Break,
            EarlyReturn, ReturnFromLoop, ReturnPairFromLoop, ListAppend, ListAlias, ListConcat, ListOfSizes,
            ListInBranch, TupleInLoop, DictOutputs, NamedOutputs, Check, Stack, NoGrad, Dtypes, ItemArithmetic]


class AppendInBranch(nn.Module):
    def forward(self, x):
        parts = [x]
        if bool(x.sum() > 0):
            parts.append(x + 1)
        return torch.cat(parts)


class AppendInWhile(nn.Module):
    def forward(self, x):
        parts = [x]
        while bool(parts[-1].sum() > 0):
            parts.append(parts[-1] - 1)
        return torch.cat(parts)


class DifferentLengths(nn.Module):
    def forward(self, x):
        if bool(x.sum() > 0):
            parts = [x]
        else:
            parts = [x, x]
        return torch.cat(parts)


class GrowingTensor(nn.Module):
    def forward(self, x):
        while bool(x.sum() < 100):
            x = torch.cat([x, x])
        return x


class ChangesAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x + self.calls


class ChangesBuffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(3))

    def forward(self, x):
        self.seen.add_(x.sum(0))
        return x + self.seen


class NoneThenTensor(nn.Module):
    """What the loop carries is None at first."""

    def forward(self, x):
        best: Optional[Tensor] = None
        while bool(x.sum() < 20):
            if best is None:
                best = x
            x = x + 1
        return x if best is None else best


class AlwaysRaises(nn.Module):
    def forward(self, x):
        if x.size(1) != 4:
            raise ValueError("expected four columns")
        return x


class Text(nn.Module):
    def forward(self, x):
        return x, "text"


# What the message says.
REFUSED = {AppendInBranch: "decided while the model runs", AppendInWhile: "decided while the model runs",
           DifferentLengths: "expected lists of one length", GrowingTensor: "expected one type",
           ChangesAttribute: "sets the model's attribute 'calls'", ChangesBuffer: "'seen' in place",
           NoneThenTensor: "starts as None and becomes", AlwaysRaises: "always raises an exception here: expected four",
           Text: "expected a tensor or number"}
