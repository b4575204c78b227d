# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What docs/python.md shows as a whole program runs."""
import os, pathlib, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))


def test_training(tmp_path):
    (program,) = re.findall(r"^```python training\n(.*?)^```$", (ROOT / "docs" / "python.md").read_text(), re.M | re.S)
    environment = {**os.environ, "PYTHONPATH": str(BIN.parent / "python")}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True 50\n"
    assert (tmp_path / "checkpoint" / "latest").exists() and (tmp_path / "step.so").exists()
