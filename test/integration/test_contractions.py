# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Matrix products and convolutions beside eager PyTorch, by the library and generated."""
import itertools

import pytest
import torch
from beside_eager import KERNELS, check, compare
from torch import nn

pytestmark = pytest.mark.slow

SIZES = (1, 2, 3, 7, 17, 63, 65, 127)


class Products(nn.Module):
    """Every output is one product; sizes and layouts vary."""

    def __init__(self):
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(17, n, bias=n % 2 == 1) for n in SIZES)
        self.weight = nn.Parameter(torch.randn(17, 33))

    def forward(self, x):
        rows = [linear(x[:m]) for m, linear in zip(SIZES, self.linears)]
        square = x @ x.t()
        stacked = x[:126].reshape(3, 2, 21, 17)
        more = [square, x[:5] @ x[:9].t(), x.t() @ x, x @ self.weight, self.weight.t() @ x[:64].t(),
                stacked @ stacked.transpose(-1, -2), stacked.transpose(-1, -2) @ stacked,
                stacked.permute(1, 0, 3, 2) @ stacked.permute(1, 0, 2, 3), x[0] @ x[1], x @ x[0], stacked @ self.weight]
        epilogues = [torch.relu(x @ self.weight + x[:, :1]), torch.tanh(square * 0.01 + square.t().contiguous() * 0.01),
                     (x[:7] @ self.weight).sum(-1), x[:0] @ self.weight, x[:, :0] @ self.weight[:0]]
        return rows + more + epilogues


def convolutions():
    """Layers by name with the size of an input that fits."""
    made = {}
    for (kernel, stride, padding, dilation), groups in itertools.product(
            [(1, 1, 0, 1), (3, 1, 1, 1), (3, 2, 1, 1), (2, 1, 0, 2), (5, 3, 2, 1)], (1, 2, 6)):
        made[f"k{kernel}s{stride}p{padding}d{dilation}g{groups}"] = (
            nn.Conv2d(6, 12, kernel, stride, padding, dilation, groups, bias=groups != 2), (1, 6, 13, 11))
    made["depthwise"] = nn.Conv2d(37, 37, 3, 1, 1, groups=37), (2, 37, 7, 9)
    made["one_pixel"] = nn.Conv2d(20, 35, 1), (3, 20, 1, 1)
    made["many_channels"] = nn.Conv2d(5, 70, 3, padding=(0, 2)), (1, 5, 8, 8)
    made["conv1d"] = nn.Conv1d(6, 9, 5, 2, 3, 1, 3), (2, 6, 31)
    made["conv3d"] = nn.Conv3d(3, 4, (1, 2, 3), (1, 2, 1), (0, 1, 2)), (1, 3, 4, 5, 6)
    for stride, padding, extra, dilation, groups in [(1, 0, 0, 1, 1), (2, 1, 1, 1, 1), (3, 2, 2, 2, 2), (2, 0, 0, 1, 4)]:
        made[f"transposed_s{stride}p{padding}o{extra}d{dilation}g{groups}"] = (
            nn.ConvTranspose2d(8, 12, 3, stride, padding, extra, groups, True, dilation), (1, 8, 5, 7))
    made["transposed1d"] = nn.ConvTranspose1d(4, 6, 4, 2, 1), (2, 4, 9)
    made["transposed3d"] = nn.ConvTranspose3d(2, 3, 2, 2), (1, 2, 3, 4, 5)
    return made


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.named = nn.ModuleDict({name: layer for name, (layer, _) in convolutions().items()})

    def forward(self, *inputs):
        return [layer(x) for layer, x in zip(self.named.values(), inputs)]


@KERNELS
@pytest.mark.parametrize("dtype,tolerance", [(torch.float32, 3e-6), (torch.bfloat16, 1.6e-2)], ids=["f32", "bf16"])
def test_products(kernels, dtype, tolerance, tools, tmp_path):
    torch.manual_seed(0)
    with torch.no_grad():
        check(tools, tmp_path, Products().to(dtype).eval(), [torch.randn(128, 17).to(dtype)], kernels, tolerance)


@KERNELS
@pytest.mark.parametrize("dtype,tolerance", [(torch.float32, 3e-6), (torch.bfloat16, 1.6e-2)], ids=["f32", "bf16"])
def test_convolutions(kernels, dtype, tolerance, tools, tmp_path):
    torch.manual_seed(0)
    inputs = [torch.randn(shape).to(dtype) for _, shape in convolutions().values()]
    with torch.no_grad():
        check(tools, tmp_path, Convolutions().to(dtype).eval(), inputs, kernels, tolerance)


class Moved(nn.Module):
    """Operands that reach a product through reshapes and permutes of a dimension that varies."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(32, 40))
        self.bias = nn.Parameter(torch.randn(40))

    def forward(self, x, y):
        product = x.permute(1, 0, 2) @ self.weight + self.bias
        heads = product[..., :32].reshape(17, x.shape[0] * 2, 16).transpose(0, 1).reshape(x.shape[0], 2, 17, 16)
        scores = y @ y.transpose(-1, -2)
        flat = y.permute(2, 0, 1, 3).reshape(17 * y.shape[0], 32)
        return product, flat @ self.weight, scores, heads @ heads.transpose(-1, -2), scores @ y, flat + 1


@KERNELS
def test_moved(kernels, tools, tmp_path):
    torch.manual_seed(0)
    module, batch = Moved().eval(), torch.export.Dim("batch", min=1, max=32)
    example = torch.randn(3, 17, 32), torch.randn(3, 2, 17, 16)
    torch.export.save(torch.export.export(module, example, dynamic_shapes=({0: batch}, {0: batch})), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", *kernels, "-o", tmp_path / "m.so")
    for n in (1, 2, 3, 20, 32):
        with torch.no_grad():
            compare(tools, tmp_path, module, [torch.randn(n, 17, 32), torch.randn(n, 2, 17, 16)], 3e-6)
