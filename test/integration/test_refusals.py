# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What lcompile says when it cannot do what it is asked."""
import pytest
import torch
from zoo import convert


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "m.pt2"
    torch.export.save(convert.exported("mlp"), path)
    return path


def test_no_file(tools, tmp_path):
    message = tools.refuse(tmp_path / "none.pt2")
    assert "none.pt2" in message


def test_unknown_option_suggests(tools, archive):
    assert "did you mean '--check'" in tools.refuse(archive, "--chek")


def test_unknown_ending(tools, tmp_path):
    (tmp_path / "m.onnx").write_text("")
    assert "expected a .pt2, .pt or .mlir file" in tools.refuse(tmp_path / "m.onnx")


def test_text_as_archive(tools, tmp_path):
    (tmp_path / "m.pt2").write_text("hello")
    assert "m.pt2" in tools.refuse(tmp_path / "m.pt2")


def test_truncated(tools, archive, tmp_path):
    (tmp_path / "m.pt2").write_bytes(archive.read_bytes()[:-100])
    tools.refuse(tmp_path / "m.pt2")


def test_all_unsupported_operators_at_once(tools, tmp_path):
    class Odd(torch.nn.Module):
        def forward(self, x):
            return torch.linalg.svdvals(x) + torch.special.i1(x).sum() + torch.digamma(x).sum()

    torch.export.save(torch.export.export(Odd(), (torch.randn(3, 3),)), tmp_path / "m.pt2")
    message = tools.refuse(tmp_path / "m.pt2")
    for name in ("svd", "special_i1", "digamma"):
        assert name in message
    assert "test_refusals.py" in message


def test_unwritable_output_leaves_nothing(tools, archive, tmp_path):
    message = tools.refuse(archive, "-o", tmp_path / "no" / "m.so")
    assert "cannot write" in message and list(tmp_path.iterdir()) == []
