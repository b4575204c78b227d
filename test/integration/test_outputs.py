# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Outputs appear whole or not at all: folders that cannot be written, full disks, signals."""
import os, shutil, signal, subprocess, time

import pytest
import torch
from conftest import BIN
from zoo import convert


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """18 MiB of weights."""
    path = tmp_path_factory.mktemp("archive") / "block.pt2"
    torch.export.save(convert.exported("block"), path)
    return path


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_whole_set(tools, archive, tmp_path):
    tools.compile(archive, "-o", tmp_path / "m.so", "--embed-weights=0")
    assert files(tmp_path) == ["m.h", "m.so", "m.weights"]


@pytest.mark.parametrize("target", ["/proc/m.so", "/dev/null/m.so", "FOLDER/file/m.so", "FOLDER/missing/m.so", "FOLDER/taken.so",
                                    "/dev/full"])
@pytest.mark.parametrize("extra", [[], ["--embed-weights=0"]])
def test_unwritable(target, extra, tools, archive, tmp_path):
    work, temporary = tmp_path / "work", tmp_path / "tmp"
    work.mkdir(), temporary.mkdir()
    (work / "file").write_text("kept")
    (work / "taken.so").mkdir()
    target = target.replace("FOLDER", str(work))
    result = tools.run("lcompile", archive, "-o", target, *extra, env={"TMPDIR": str(temporary)})
    assert result.returncode == 1
    assert result.stderr.startswith(f"lcompile: error: cannot write '{target}'")
    assert files(work) == ["file"] and files(temporary) == []


@pytest.mark.parametrize("neighbour", ["m.weights", "m.h"])
def test_neighbour_cannot_be_written(neighbour, tools, archive, tmp_path):
    """The artefact does not appear without the files that belong to it."""
    (tmp_path / neighbour).mkdir()
    message = tools.refuse(archive, "-o", tmp_path / "m.so", "--embed-weights=0")
    assert neighbour in message and files(tmp_path) == []


@pytest.mark.parametrize("option", ["--dump-phases=", "--report="])
def test_side_outputs(option, tools, archive, tmp_path):
    (tmp_path / "file").write_text("kept")
    message = tools.refuse(archive, "-o", tmp_path / "m.so", f"{option}{tmp_path}/file/x")
    assert "cannot" in message and str(tmp_path / "file" / "x") in message
    assert files(tmp_path) == ["file"]


def test_a_failure_keeps_the_old_artefact(tools, archive, tmp_path):
    tools.compile(archive, "-o", tmp_path / "m.so")
    old = (tmp_path / "m.so").read_bytes()
    tools.run("lcompile", archive, "-o", tmp_path / "m.so", "--inject-fault=link:crash", cwd=tmp_path)
    assert (tmp_path / "m.so").read_bytes() == old


def on_full_disk(folder, command, size="1m"):
    """Runs a shell command with a small empty disk at `folder`, and lists the disk afterwards."""
    script = (f"mount -t tmpfs -o size={size} tmpfs {folder} || exit 77\n{command}\ncode=$?\n"
              f"find {folder} -type f -printf 'left %P\\n'\nexit $code\n")
    for flags in (["-m"], ["-Umr"]):
        result = subprocess.run(["unshare", *flags, "bash", "-c", script], capture_output=True, text=True, timeout=120)
        if result.returncode != 77 and "unshare" not in result.stderr:
            return result
    pytest.skip("this machine does not let tests mount a tmpfs")


@pytest.mark.parametrize("kind", ["m.so", "m.so --embed-weights=0", "m.o", "m", "m.txt --emit=llvm", "m.so --dump-phases=DISK/dump"])
def test_full_disk(kind, archive, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    # Something that does not fit: text is small, so its disk is smaller.
    size = "4k" if "txt" in kind else "1m"
    result = on_full_disk(disk, f"{BIN}/lcompile {archive} -o {disk}/{kind.replace('DISK', str(disk))}", size)
    assert result.returncode == 1, result.stderr
    assert "No space left on device" in result.stderr
    left = [line for line in result.stdout.splitlines() if line.startswith("left")]
    assert [line for line in left if "dump/0" not in line] == []  # dumps that were complete stay


def test_full_temporary_folder(archive, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    result = on_full_disk(disk, f"TMPDIR={disk} {BIN}/lcompile {archive} -o {tmp_path}/m.so")
    assert result.returncode == 1 and "No space left on device" in result.stderr
    assert "left" not in result.stdout and files(tmp_path) == []


def test_full_disk_of_a_run(tools, archive, tmp_path):
    tools.compile(archive, "-o", tmp_path / "m.so")
    disk = tmp_path / "disk"
    disk.mkdir()
    for output in ("--output={}/y.npy", "--profile={}/t.json"):
        fill = f"head -c 4096 /dev/zero > {disk}/fill\n"
        result = on_full_disk(disk, fill + f"{BIN}/lcompile-run {tmp_path}/m.so {output.format(disk)}", "4k")
        assert result.returncode == 1 and "No space left on device" in result.stderr
        assert result.stdout == "left fill\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(number, archive, tmp_path):
    """Sent while the artefact is being written: its temporary file is there already."""
    work, temporary = tmp_path / "work", tmp_path / "tmp"
    work.mkdir(), temporary.mkdir()
    process = subprocess.Popen([BIN / "lcompile", archive, "-o", work / "m.so", "--inject-fault=codegen:wait"],
                               env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.DEVNULL,
                               # What a shell starts in the background ignores the signal.
                               preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    for _ in range(3000):
        if files(work) or process.poll() is not None:
            break
        time.sleep(0.01)
    assert files(work) and process.poll() is None
    process.send_signal(number)
    assert process.wait(60) == -number
    assert files(work) == [] and files(temporary) == []


def test_standard_output_that_closes(archive):
    result = subprocess.run(["bash", "-c", f"{BIN}/lcompile {archive} --emit=llvm > /dev/full"], capture_output=True, text=True)
    assert result.returncode == 1 and "No space left on device" in result.stderr
