# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled training steps of which one rank goes wrong: every rank ends soon and says where."""
import re, subprocess

import pytest
from test_distributed import BIN, Job

@pytest.mark.parametrize("stage,number", [(0, 3), (3, 1)])
@pytest.mark.parametrize("fault", ["swap", "skip", "size"])
def test_faults_are_found_where_they_are(fault, stage, number, tmp_path):
    """The collective with this number, from 1; in stage 3 the first two are started one after the other."""
    job = Job(tmp_path, "primes")
    done = job.compile("--world=3", f"--zero={stage}", "--bucket=0")
    assert done.returncode == 0, done.stderr
    done = subprocess.run([BIN / "step-faults", tmp_path / "step.so", fault, "1", str(number)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for rank, line in enumerate(lines):
        found, milliseconds, message = line.split(" ", 2)
        assert int(found) == rank and int(milliseconds) < 1000, line
        # Who is where, with the collective's name and the model's line, and who else; ranks hear it from each other.
        at = re.match(r"rank (\d) is at #(\d+) (all_gather|all_reduce) ([\w.]+) \((test_distributed|linear|activation)\.py:\d+ ", message)
        assert at and "rank 1" in message, line
        assert int(at[2]) in (number, number + 1), line


def test_no_fault_is_no_error(tmp_path):
    job = Job(tmp_path, "primes")
    assert job.compile("--world=3", "--zero=1", "--bucket=0").returncode == 0
    done = subprocess.run([BIN / "step-faults", tmp_path / "step.so", "skip", "1", "1000000"], capture_output=True, text=True, timeout=60)
    assert [line.split(" ", 2)[2] for line in done.stdout.splitlines()] == ["no error"] * 3
