# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The machine under the benchmark: one core to run on, its instruction sets, the versions of what is compared."""

import importlib.metadata
import os
import platform
import subprocess
import time

FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def _idle_ticks():
    with open("/proc/stat") as stat:
        rows = [line.split() for line in stat if line.startswith("cpu") and line[3].isdigit()]
    return {int(row[0][3:]): int(row[4]) for row in rows}


def idlest_core(seconds=0.2):
    """The core, of those this process may use, that idled most during the last `seconds`."""
    before = _idle_ticks()
    time.sleep(seconds)
    after = _idle_ticks()
    return max(os.sched_getaffinity(0), key=lambda core: after.get(core, 0) - before.get(core, 0))


def pin(core):
    """Moves every thread of this process to `core`."""
    for thread in os.listdir("/proc/self/task"):
        try:
            os.sched_setaffinity(int(thread), {core})
        except ProcessLookupError:
            pass  # it ended meanwhile


def one_thread_environment():
    """The environment in which libraries start no threads of their own."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return os.environ | {name: "1" for name in names}


def instruction_sets():
    """'AMD EPYC (avx2, avx512f, ...)': the model name and the features that kernels are chosen by."""
    with open("/proc/cpuinfo") as cpuinfo:
        info = dict(line.split(":", 1) for line in cpuinfo.read().split("\n\n")[0].splitlines() if ":" in line)
    info = {key.strip(): value.strip() for key, value in info.items()}
    have = info.get("flags", "").split()
    return f"{info.get('model name', platform.machine())} ({', '.join(f for f in FEATURES if f in have)})"


def versions(packages, lcompile):
    """{'torch': '2.13.0', ...}; what is absent is left out."""
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    try:
        out = subprocess.run([lcompile, "--version"], capture_output=True, text=True, check=True).stdout
        found["lcompile"] = out.strip().splitlines()[0].removeprefix("lcompile ")
    except (OSError, subprocess.CalledProcessError, IndexError):
        pass
    return found
