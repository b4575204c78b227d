# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""utils/demo, as a newcomer runs it."""
import os, subprocess, sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", [None, "tiny_bert"])
def test_demo(model, tmp_path):
    environment = {**os.environ, "LCOMPILE_ENV": sys.prefix}
    arguments = [model or "tiny_resnet", str(tmp_path / "out")]
    result = subprocess.run([ROOT / "utils" / "demo", *arguments], env=environment, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "output: matches: largest error " in result.stdout
    assert result.stdout.count("\n== ") == 4 and "median" in result.stdout
    assert (tmp_path / "out" / f"{arguments[0]}.html").exists()
    # What PyTorch prints while it exports stays in a file.
    assert "Warning" not in result.stdout + result.stderr
