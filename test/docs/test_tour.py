# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the tours in an empty folder and compares what they show with what comes out.

`python test_tour.py --update` writes the outputs into the tours.
"""
import os, pathlib, re, subprocess, sys, tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
TOURS = ROOT / "README.md", ROOT / "docs" / "tour.md", ROOT / "docs" / "training.md"


def blocks(text):
    """(info string, content) of each fenced block, in order."""
    return re.findall(r"^```(\w[^\n]*)\n(.*?)^```$", text, re.M | re.S)


def environment(folder):
    """`python3` is the Python of this test."""
    programs = folder / "bin"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    path = os.pathsep.join([str(programs), str(BIN), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(BIN.parent / "python"), "LCOMPILE_PYTHON": sys.executable, "OMP_NUM_THREADS": "1", "LC_ALL": "C"}


def run(content, folder, env):
    """The block with the outputs of now."""
    result = ""
    for command in re.findall(r"^\$ (.*)$", content, re.M):
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=300)
        result += f"$ {command}\n{done.stdout}"
    return result.replace(str(folder) + "/", "")


def play(text):
    """The tour with the outputs of now."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name).resolve()
        env = environment(folder)
        work = folder / "work"
        work.mkdir()
        for info, content in blocks(text):
            if info.startswith("python "):
                (work / info.split()[1]).write_text(content)
            elif info == "console":
                text = text.replace(f"```console\n{content}```", f"```console\n{run(content, work, env)}```", 1)
    return text


def normalised(text):
    """Without what differs between machines and runs: numbers, build ids, processors."""
    text = re.sub(r"target \S+, build [0-9a-f]{16}", "target T, build B", text)
    text = re.sub(r"-?\d+(\.\d+)?(e[-+]?\d+)?", "N", text)
    return re.sub(r" +", " ", text)


@pytest.mark.parametrize("tour", TOURS, ids=lambda path: path.name)
def test_tour(tour):
    shown = tour.read_text()
    assert normalised(play(shown)).splitlines() == normalised(shown).splitlines()


def test_numbers_are_all_that_is_forgiven():
    assert normalised("a 1.5e-07 of 12") == normalised("a 3 of 4") != normalised("b 3 of 4")


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    for tour in TOURS:
        tour.write_text(play(tour.read_text()))
