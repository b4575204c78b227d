# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line itself: help, suggestions, options without effect, progress."""
import os, pty, re, select, subprocess

import pytest
import torch
from conftest import BIN
from zoo import convert


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "m.pt2"
    torch.export.save(convert.exported("mlp"), path)
    return path


def options(text):
    return re.findall(r"^  (-[-a-zA-Z_]+)", text, re.M)


def test_help_fits_a_screen(tools):
    text = tools.compile("--help").stdout
    assert len(text.splitlines()) <= 24 and max(map(len, text.splitlines())) <= 80
    assert options(text) == ["--check", "--cpu", "--emit", "--help-all", "--input", "-o", "--report", "--threads", "--verify", "-v"]


def test_help_all_is_grouped(tools):
    text = tools.compile("--help-all").stdout
    assert re.findall(r"^([A-Z, ]+):$", text, re.M) == ["OPTIONS", "OUTPUT", "STAGES, FOR PEOPLE WHO WRITE COMPILERS"]
    assert set(options(tools.compile("--help").stdout)) < set(options(text))
    assert "inject-fault" not in text


@pytest.mark.parametrize("wrong,right", [("--chek", "--check"), ("--emitt=so", "--emit="), ("--thread=2", "--threads="),
                                         ("--dump-phase=x", "--dump-phases="), ("--verfy", "--verify")])
def test_nearest_option(wrong, right, tools):
    assert f"unknown option '{wrong}', did you mean '{right}" in tools.refuse("m.pt2", wrong)


def test_hopeless_option(tools):
    assert "unknown option '--quantum-annealing'; --help-all lists them" in tools.refuse("m.pt2", "--quantum-annealing")


@pytest.mark.parametrize("arguments,warning", [
    (["--check", "-o", "m.so"], "-o has no effect with --check, which compiles nothing"),
    (["--check", "--threads=2"], "--threads has no effect with --check"),
    (["--emit=plan", "--threads=2"], "--threads has no effect with --emit=plan"),
    (["--emit=plan", "--pack=load"], "--pack has no effect with --emit=plan"),
    (["--emit=asm", "--embed-weights=1"], "--embed-weights has no effect with --emit=asm"),
    (["--emit=lc", "--cpu=x86-64-v3"], "--cpu has no effect before stage partition"),
    (["--emit=lc", "--profile=t.json"], "--profile has no effect without --report"),
    (["--emit=lc", "--rtol=1"], "--rtol has no effect without --verify"),
])
def test_no_effect_is_said(arguments, warning, tools, archive):
    result = tools.run("lcompile", archive, *arguments)
    assert result.returncode == 0 and f"lcompile: warning: {warning}" in result.stderr


def test_no_effect_on_dumps(tools, archive, tmp_path):
    tools.compile(archive, "-o", tmp_path / "m.so", f"--dump-phases={tmp_path}")
    result = tools.compile(tmp_path / "040-optimize.mlir", "--start-from=partition", "--emit=plan", "--input=x: 1x64xf32")
    assert result.stderr == "lcompile: warning: --input has no effect for IR, whose inputs have their shapes\n"


@pytest.mark.parametrize("arguments,message", [
    ([], "expected a model; see --help"),
    (["a.pt2", "b.pt2"], "expected one model, found 2"),
    (["a.pt2", "--threads=x"], "expected a number for --threads, found 'x'"),
    (["a.pt2", "--threads=-1"], "expected a number for --threads, found '-1'"),
    (["a.pt2", "--embed-weights=big"], "expected a number for --embed-weights, found 'big'"),
    (["a.pt2", "--start-from=lower"], "--start-from expects dumped IR (.mlir), found 'a.pt2'"),
    (["a.pt2", "--report=r.html", "--emit=lc"], "--report needs a whole compilation"),
    (["a.pt2", "-o"], "'-o' expects a value"),
])
def test_wrong_use(arguments, message, tools):
    assert message in tools.refuse(*arguments)


@pytest.mark.parametrize("arguments,message", [
    (["--cpu=z80"], "unknown CPU 'z80', expected native, x86-64-v3 or x86-64-v4"),
    (["--stop-after=finish"], "unknown stage 'finish', expected one of import, normalize, train, distribute, optimize, partition, lower"),
])
def test_wrong_values(arguments, message, tools, archive):
    assert message in tools.refuse(archive, *arguments)


def test_start_from_the_wrong_stage(tools, archive, tmp_path):
    tools.compile(archive, "-o", tmp_path / "m.so", f"--dump-phases={tmp_path}")
    message = tools.refuse(tmp_path / "010-normalize.mlir", "--start-from=lower")
    assert "is not legal outside of kernels after stage 'partition'" in message
    assert "--start-from names the stage to run first" in message


def test_verbose(tools, archive, tmp_path):
    lines = tools.compile(archive, "-v", "-o", tmp_path / "m.so").stderr.splitlines()
    phases = "import normalize optimize partition lower weights llvm codegen link".split()
    assert [line.split()[0] for line in lines] == phases
    for line in lines:
        assert re.fullmatch(r"\w+ +\d+\.\d{3} s +\d+ operations +\d+ MiB peak", line)


def on_terminal(arguments, environment={}):
    """What a program writes to a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(arguments, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm", **environment})
    os.close(slave)
    text = b""
    try:
        while chunk := os.read(master, 4096):
            text += chunk
    except OSError:
        pass
    os.close(master)
    assert process.wait(60) == 0
    return text.decode()


def test_progress_on_a_terminal_only(tools, archive, tmp_path):
    command = [BIN / "lcompile", archive, "-o", tmp_path / "m.so"]
    text = on_terminal(command)
    for phase in ("import", "lower", "codegen", "link"):
        assert re.search(rf"\r\x1b\[K\[=* *\] {phase}", text)
    assert text.endswith("\r\x1b[K")  # and nothing is left of it
    assert on_terminal(command, {"TERM": "dumb"}) == ""
    quiet = tools.compile(*command[1:])
    assert (quiet.stdout, quiet.stderr) == ("", "")
