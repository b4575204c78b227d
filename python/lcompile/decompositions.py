# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gradients of ATen operators in other operators, where torch has no such form."""

from __future__ import annotations

import math

import torch

aten = torch.ops.aten


def _pair(values: list, default: list) -> list:
    values = list(values) or list(default)
    return values * 2 if len(values) == 1 else values


def _window(x: torch.Tensor, place: tuple, stride: list, dilation: list, sizes: list) -> torch.Tensor:
    """What each window has at its place (i, j): [..., windows down, windows across]."""
    for d, (k, s, step, n) in enumerate(zip(place, stride, dilation, sizes), start=-2):
        start = k * step
        x = aten.slice.Tensor(x, x.dim() + d, start, start + (n - 1) * s + 1, s)
    return x


def max_pool2d_with_indices_backward(
    grad_output, self, kernel_size, stride, padding, dilation, ceil_mode, indices
) -> torch.Tensor:
    """From the input alone, so that no indices are kept: the first of a window's largest elements takes its gradient,
    and NaN is largest, as in torch. Tensors are [..., height, width]."""
    kernel, padding, dilation = _pair(kernel_size, []), _pair(padding, [0]), _pair(dilation, [1])
    stride = _pair(stride, kernel)
    sizes = list(grad_output.shape[-2:])
    # The last window reaches beyond the padding with ceil_mode. A known number, whatever the sizes are.
    high = [p + (s - 1 if ceil_mode else 0) for p, s in zip(padding, stride)]
    x = aten.constant_pad_nd(self, [padding[1], high[1], padding[0], high[0]], -math.inf)
    padded = x.shape[-2:]
    places = [(i, j) for i in range(kernel[0]) for j in range(kernel[1])]
    best = which = None
    for number, place in enumerate(places):
        value = _window(x, place, stride, dilation, sizes)
        if best is None:
            best, which = value, torch.zeros_like(value, dtype=torch.int32)
            continue
        wins = (value > best) | value.isnan()
        best, which = torch.where(wins, value, best), torch.where(wins, number, which)
    total = None
    for number, place in enumerate(places):
        part = torch.where(which == number, grad_output, 0.0)
        # The windows' values where they lie in the padded input.
        for d, (k, s, step, n) in enumerate(zip(place, stride, dilation, sizes), start=-2):
            zeros = part.new_zeros([*part.shape[:d], padded[d], *part.shape[d:][1:]])
            part = aten.slice_scatter(zeros, part, part.dim() + d, k * step, k * step + (n - 1) * s + 1, s)
        total = part if total is None else total + part
    for d, (p, n) in enumerate(zip(padding, self.shape[-2:]), start=-2):
        total = aten.slice.Tensor(total, total.dim() + d, p, p + n)
    return total


TABLE = {aten.max_pool2d_with_indices_backward.default: max_pool2d_with_indices_backward}
