# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""--precision=bf16: contractions of f32 in bf16, everything else in f32."""
import numpy as np
import pytest
import torch
from torch import nn
from beside_eager import KERNELS, check


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 17, 3, padding=1)
        self.norm = nn.BatchNorm2d(17)
        self.up = nn.ConvTranspose2d(17, 8, 2, stride=2)
        self.first, self.second = nn.Linear(8, 63), nn.Linear(63, 8)
        self.after = nn.LayerNorm(8)

    def forward(self, x):
        y = self.up(self.norm(self.conv(x)).relu()).flatten(2).transpose(1, 2)
        y = self.after(y + self.second(nn.functional.gelu(self.first(y))))
        return y, y @ y.transpose(1, 2)


@KERNELS
@torch.no_grad()
def test_beside_eager(kernels, tools, tmp_path):
    torch.manual_seed(0)
    check(tools, tmp_path, Mixed().eval(), [torch.randn(2, 3, 9, 7)], (*kernels, "--precision=bf16"), 2e-2)


@torch.no_grad()
def test_exactly_bf16(tools, tmp_path):
    """Sums of few small integers are exact; a factor that bf16 does not have is rounded to one that it has."""
    x, linear = torch.arange(-16.0, 16).reshape(16, 2), nn.Linear(2, 20, bias=False)
    linear.weight.fill_(1 + 2**-10)
    torch.export.save(torch.export.export(linear, (x,)), tmp_path / "m.pt2")
    np.save(tmp_path / "x.npy", x.numpy())
    np.save(tmp_path / "y.npy", x.sum(1, keepdim=True).expand(16, 20).numpy())
    same = f"--input=@{tmp_path}/x.npy", f"--expect=@{tmp_path}/y.npy", "--rtol=0"
    tools.compile(tmp_path / "m.pt2", "--precision=bf16", "-o", tmp_path / "m.so")
    assert "output: matches" in tools.run("lcompile-run", tmp_path / "m.so", *same).stdout
    tools.compile(tmp_path / "m.pt2", "-o", tmp_path / "m.so")
    assert "output: DIFFERS" in tools.run("lcompile-run", tmp_path / "m.so", *same).stdout


def test_weights_take_half(tools, tmp_path):
    torch.export.save(torch.export.export(nn.Linear(256, 256, bias=False), (torch.randn(16, 256),)), tmp_path / "m.pt2")
    size = {}
    for precision in ("f32", "bf16"):
        tools.compile(tmp_path / "m.pt2", "--embed-weights=0", f"--precision={precision}", "-o", tmp_path / "m.so")
        size[precision] = (tmp_path / "m.weights").stat().st_size
    assert size["bf16"] < 0.51 * size["f32"]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
@torch.no_grad()
def test_other_types_stay(dtype, tools, tmp_path):
    torch.manual_seed(0)
    module = nn.Linear(20, 30).to(dtype)
    torch.export.save(torch.export.export(module, (torch.randn(16, 20, dtype=dtype),)), tmp_path / "m.pt2")
    plans = [tools.compile(tmp_path / "m.pt2", "--emit=lc", *flags, "-o", "-").stdout for flags in ((), ("--precision=bf16",))]
    assert plans[0] == plans[1]


def test_refusals(tools, tmp_path):
    assert "expected f32 or bf16 for --precision, found 'int3'" in tools.refuse("m.pt2", "--precision=int3")
    torch.export.save(torch.export.export(nn.Linear(4, 4), (torch.randn(4, 4),)), tmp_path / "m.pt2")
    result = tools.compile(tmp_path / "m.pt2", "--precision=bf16", "--stop-after=normalize", "-o", tmp_path / "m.mlir")
    assert "--precision has no effect before stage optimize" in result.stderr
