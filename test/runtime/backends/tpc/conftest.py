# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the tests of the emulation headers find their helpers."""
import pathlib, sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "utils"), str(HERE.parents[3] / "utils/tpc-header")]
