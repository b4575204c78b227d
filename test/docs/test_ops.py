# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/ops.md says what the tables say."""
import pathlib, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_coverage_is_current():
    result = subprocess.run([sys.executable, ROOT / "utils" / "op-coverage.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_coverage_has_both_tables():
    text = (ROOT / "docs" / "ops.md").read_text()
    assert "`add.Tensor`" in text and "| `lc.add` | Sum, torch.add |" in text
