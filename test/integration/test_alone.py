# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An executable with generated kernels needs nothing but the C library and OpenMP's."""
import os
import re
import shutil
import subprocess

import pytest
import torch
from zoo import convert

pytestmark = pytest.mark.slow

ALLOWED = ("libc.so", "libm.so", "libgomp.so", "ld-linux-x86-64.so", "linux-vdso.so")


def enter(root):
    """The command that enters `root`, or None where this user may not."""
    for command in (["chroot", str(root)], ["unshare", "--user", "--map-root-user", "chroot", str(root)]):
        try:
            if subprocess.run([*command, "/model", "--help"], capture_output=True, timeout=60).returncode == 0:
                return command
        except OSError:
            continue
    return None


@pytest.mark.parametrize("name", ["tiny_bert", pytest.param("bert_base", marks=pytest.mark.slow)])
def test_empty_root(name, tools, tmp_path):
    torch.export.save(convert.exported(name), tmp_path / "m.pt2")
    root = tmp_path / "root"
    root.mkdir()
    tools.compile(tmp_path / "m.pt2", "--kernels=native", "-o", root / "model")
    libraries = subprocess.run(["ldd", root / "model"], capture_output=True, text=True, check=True).stdout
    for line in libraries.splitlines():
        assert line.split()[0].split("/")[-1].startswith(ALLOWED), line
    for path in re.findall(r"(/\S+)", libraries):
        copy = root / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    command = enter(root)
    if not command:
        pytest.skip("this user may not change the root folder")
    inputs, expected = convert.reference(name)
    convert.save_arrays(root, inputs)
    convert.save_arrays(root / "want", expected)
    arguments = [f"--input={key}=@/{key}.npy" for key in inputs] + [f"--expect={key}=@/want/{key}.npy" for key in expected]
    result = subprocess.run([*command, "/model", *arguments], capture_output=True, text=True, timeout=120,
                            env={"PATH": os.environ["PATH"]})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "matches" in result.stdout
