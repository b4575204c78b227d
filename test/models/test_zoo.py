# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The zoo itself: the same model every time, inputs named as in `forward`, files that agree with eager mode."""

import inspect
import os
import sys

import pytest
import torch

sys.path.insert(0, os.path.dirname(__file__))

import zoo  # noqa: E402
from zoo import convert  # noqa: E402
from zoo.__main__ import probes  # noqa: E402

SMALL = ["mlp", "block", "scripted", *(name for name in zoo.NAMES if name.startswith("tiny_"))]


@pytest.mark.parametrize("name", SMALL)
def test_inputs_are_named_as_in_forward(name):
    model = zoo.build(name)
    assert list(inspect.signature(model.module.forward).parameters) == model.names


@pytest.mark.parametrize("name", SMALL)
def test_is_the_same_every_time_and_says_something(name):
    (_, first), (_, second) = convert.reference(name), convert.reference(name)
    for key, tensor in first.items():
        assert torch.equal(tensor, second[key])
        assert tensor.isfinite().all()
        assert tensor.numel() == 1 or tensor.float().std() > 0.01


@pytest.mark.parametrize("name", SMALL)
def test_varying_sizes_agree_with_eager(name):
    program = convert.exported_dynamic(name).module()
    assert max(convert.worst_error(program, name, **sizes) for sizes in probes(name)) < 1e-5


@pytest.mark.parametrize("name", SMALL)
def test_torchscript_agrees_with_eager(name):
    module = convert.scripted(name)
    assert max(convert.worst_error(module, name, **sizes) for sizes in probes(name)) < 1e-5


def test_unknown_sizes_are_refused():
    with pytest.raises(ValueError, match="no symbol"):
        zoo.build("mlp", s=3)
