# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the package is, and how results are compared with eager PyTorch."""

import os
import pathlib
import subprocess
import sys
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = pathlib.Path(os.environ.get("LCOMPILE_PYTHON", ROOT / "build" / "python"))
# In front: an installed package would hide the one that is tested. Processes that tests start inherit it.
sys.path[:0] = [str(PACKAGE), str(ROOT / "test" / "models")]
os.environ["PYTHONPATH"] = os.pathsep.join([str(PACKAGE), str(ROOT / "test" / "models")])

import torch  # noqa: E402

TOLERANCE = 1e-4  # of the range of the expected values


def assert_same(got, want, tolerance=TOLERANCE):
    """The same structure, and tensors whose largest difference is within the tolerance."""
    from torch.utils import _pytree as pytree

    got, got_spec = pytree.tree_flatten(got)
    want, want_spec = pytree.tree_flatten(want)
    assert got_spec == want_spec
    for g, w in zip(got, want):
        if not isinstance(w, torch.Tensor):
            assert type(g) is type(w) and g == w
            continue
        assert g.dtype == w.dtype and g.shape == w.shape
        if w.numel() == 0:
            continue
        if not w.is_floating_point():
            assert torch.equal(g, w)
            continue
        g, w = g.double(), w.double()
        assert torch.equal(g.isnan(), w.isnan())
        span = (w.nan_to_num().max() - w.nan_to_num().min()).item() or w.nan_to_num().abs().max().item() or 1.0
        assert (g - w).nan_to_num().abs().max().item() <= tolerance * span


def pytest_configure(config):
    config.addinivalue_line("markers", "falls_back: something in it is not compiled, with a warning")


@pytest.fixture(autouse=True)
def fresh(request):
    """Nothing compiled, nothing counted, nothing warned about yet, and warnings are errors unless a test wants one."""
    import lcompile
    import lcompile.backend

    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    lcompile.reset_stats()
    lcompile.backend._warned.clear()
    torch.manual_seed(0)
    with warnings.catch_warnings():
        action = "ignore" if request.node.get_closest_marker("falls_back") else "error"
        warnings.simplefilter(action, lcompile.backend.FallbackWarning)
        yield


@pytest.fixture(scope="session")
def python():
    """Runs code in a process of its own; gives what it prints."""

    def run(code, **environment):
        result = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, **environment},
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run
