# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""When the compiler itself fails: exit code 2, a small reproducer, and a command that fails again."""
import re, shlex

import pytest
import torch
from zoo import convert

FAULTS = [
    ("normalize:crash", "normalize: ended by signal 6"),
    ("optimize:fail", "optimize: failed without a message"),
    ("partition:illegal", "partition: 'builtin.unrealized_conversion_cast' op is not legal after stage 'partition'"),
    ("lower:crash", "lower: ended by signal 6"),
    ("llvm:crash", "llvm: ended by signal 6"),
    ("codegen:crash", "codegen: ended by signal 6"),
    ("link:crash", "link: ended by signal 6"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """More than 1 MiB of weights, which no reproducer may hold."""
    path = tmp_path_factory.mktemp("archive") / "m.pt2"
    torch.export.save(convert.exported("block"), path)
    assert path.stat().st_size > 1 << 20
    return path


def fail(tools, folder, temporary, *args):
    """The message of a run in `folder` that ends with exit code 2."""
    result = tools.run("lcompile", *args, cwd=folder, env={"TMPDIR": str(temporary)})
    assert result.returncode == 2, f"exit code {result.returncode}: {result.stderr}"
    for word in ("Stack dump", "PLEASE submit", "#0 "):
        assert word not in result.stderr
    assert list(temporary.iterdir()) == []
    return result.stderr


@pytest.mark.parametrize("fault,message", FAULTS)
def test_reproducer_replays(fault, message, tools, archive, tmp_path):
    work, temporary = tmp_path / "work", tmp_path / "tmp"
    work.mkdir(), temporary.mkdir()
    text = fail(tools, work, temporary, archive, "-o", "m.so", f"--inject-fault={fault}")
    assert text.startswith(f"lcompile: internal error: {message}")
    (reproducer,) = work.iterdir()
    assert re.fullmatch(r"lcompile-crash-[0-9a-f]{8}\.mlir", reproducer.name)
    assert reproducer.stat().st_size < 1 << 20
    command = shlex.split(re.search(r"replay: +(.*)", text)[1])
    assert command[:2] == ["lcompile", reproducer.name] and f"--inject-fault={fault}" in command
    again = fail(tools, work, temporary, *command[1:])
    assert again.startswith(f"lcompile: internal error: {message}")
    # Without the fault the same IR compiles.
    result = tools.run("lcompile", *[word for word in command[1:] if not word.startswith("--inject")], cwd=work)
    assert result.returncode == 0, result.stderr


def test_crash_of_the_import(tools, archive, tmp_path):
    text = fail(tools, tmp_path, tmp_path, archive, "--inject-fault=import:crash")
    assert "import: ended by signal 6" in text and f"lcompile {archive}" in text


def test_unwritable_folder(tools, archive, tmp_path):
    """The reproducer goes to the temporary folder."""
    result = tools.run("lcompile", archive, "-o", tmp_path / "m.so", "--inject-fault=lower:fail", cwd="/proc/self",
                       env={"TMPDIR": str(tmp_path)})
    assert result.returncode == 2
    (reproducer,) = tmp_path.iterdir()
    assert f"reproducer: {reproducer}" in result.stderr
