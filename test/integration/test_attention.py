# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention beside eager PyTorch: sizes around tiles and vectors, masks, groups of heads."""
import pytest
import torch
from beside_eager import KERNELS, check, compare
from torch import nn
from torch.nn.functional import scaled_dot_product_attention as attention

pytestmark = pytest.mark.slow


class Cases(nn.Module):
    """q [2, 6, n, d] with keys and values of other lengths, widths and numbers of heads cut out of x."""

    def forward(self, x, keep, bias):
        cut = lambda heads, n, d, at=0: x[:, :heads, at:at + n, :d]
        out = [attention(cut(6, n, d), cut(6, k, d, 1), cut(6, k, v, 2))
               for n, k, d, v in [(1, 1, 1, 1), (2, 3, 7, 17), (7, 17, 16, 16), (17, 63, 33, 8), (63, 65, 64, 64),
                                  (65, 33, 8, 65), (6, 64, 64, 128)]]
        out += [attention(cut(6, n, 16), cut(6, k, 16, 1), cut(6, k, 16, 2), is_causal=True)
                for n, k in [(1, 1), (5, 5), (33, 33), (65, 65), (20, 40), (40, 20)]]
        out += [attention(cut(6, 21, 16), cut(2, 35, 16, 1), cut(2, 35, 24, 2), enable_gqa=True),
                attention(cut(6, 21, 16), cut(1, 21, 16, 1), cut(1, 21, 16, 2), is_causal=True, enable_gqa=True),
                attention(cut(6, 21, 16), cut(6, 35, 16, 1), cut(6, 35, 16, 2), attn_mask=keep),
                attention(cut(6, 21, 16), cut(6, 35, 16, 1), cut(6, 35, 16, 2), attn_mask=bias),
                attention(cut(6, 21, 16), cut(6, 35, 16, 1), cut(6, 35, 16, 2), attn_mask=keep[:1, :1, :1], scale=0.5),
                attention(cut(6, 21, 16).contiguous(), cut(6, 35, 16, 1).contiguous(), cut(6, 35, 16, 2) * 1)]
        heads = x[:, 0, :, :96].reshape(2, 72, 6, 16).transpose(1, 2)
        return out + [attention(heads, heads, heads).transpose(1, 2).reshape(2, 72, 96)]


def inputs(dtype):
    torch.manual_seed(0)
    keep = torch.rand(2, 6, 21, 35) > 0.4
    keep[0, 2, 5] = False  # a row that sees no key
    keep[1, 0, :, 32:] = False  # the last block of keys is hidden from all
    return [torch.randn(2, 6, 72, 130).to(dtype), keep, torch.randn(2, 1, 21, 35).to(dtype)]


@KERNELS
@pytest.mark.parametrize("dtype,tolerance", [(torch.float32, 3e-6), (torch.bfloat16, 1.6e-2)], ids=["f32", "bf16"])
def test_attention(kernels, dtype, tolerance, tools, tmp_path):
    with torch.no_grad():
        check(tools, tmp_path, Cases().eval(), inputs(dtype), kernels, tolerance)


class Growing(nn.Module):
    def forward(self, q, kv):
        return (attention(q, kv, kv), attention(q, q, q, is_causal=True),
                attention(q, kv, kv, attn_mask=(kv[..., 0] > 0)[:, :, None]))


@KERNELS
def test_dynamic(kernels, tools, tmp_path):
    torch.manual_seed(0)
    module = Growing().eval()
    rows, keys = torch.export.Dim("rows", min=1, max=512), torch.export.Dim("keys", min=1, max=512)
    example = torch.randn(1, 2, 9, 16), torch.randn(1, 2, 12, 16)
    torch.export.save(torch.export.export(module, example, dynamic_shapes=({2: rows}, {2: keys})), tmp_path / "m.pt2")
    tools.compile(tmp_path / "m.pt2", *kernels, "-o", tmp_path / "m.so")
    for n, k in [(1, 1), (9, 12), (31, 32), (33, 100), (512, 512)]:
        compare(tools, tmp_path, module, [torch.randn(1, 2, n, 16), torch.randn(1, 2, k, 16)], 3e-6)
