# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which libraries each program and library needs: read from their dynamic sections."""
import re, shutil, subprocess

import pytest
from conftest import BIN

READELF = shutil.which("llvm-readelf-22") or shutil.which("readelf") or "readelf"
TORCH = re.compile(r"libtorch|libc10")
COMPILER = re.compile(r"libLLVM|libMLIR|libclang")


def needed(path):
    text = subprocess.run([READELF, "-d", path], capture_output=True, text=True, check=True).stdout
    return re.findall(r"NEEDED.*\[(.*)\]", text)


@pytest.mark.parametrize("name", ["lcompile-opt", "lcompile-run", "lcompile"])
def test_programs_start_without_torch(name, tools):
    libraries = needed(BIN / name)
    assert libraries and not [n for n in libraries if TORCH.search(n)]
    # Nor does anything that they load at the start.
    result = tools.run(name, "--help", env={"LD_DEBUG": "libs"})
    assert result.returncode == 0 and "calling init" in result.stderr
    assert not TORCH.search(result.stderr)


@pytest.mark.parametrize("path", ["bin/lcompile-run", "lib/liblcompile-runtime.so"])
def test_the_runtime_knows_no_compiler(path):
    libraries = needed(BIN.parent / path)
    assert not [n for n in libraries if COMPILER.search(n) or TORCH.search(n) or "stdc++" in n]


def test_only_the_plug_in_links_torch():
    plugins = [p.name for p in sorted((BIN.parent / "lib").glob("*.so")) if any(TORCH.search(n) for n in needed(p))]
    assert plugins == ["liblcompile-torchscript.so"]
