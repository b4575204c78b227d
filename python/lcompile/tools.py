# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands `lcompile` and `lcompile-run` of an installed package."""

import os
import pathlib
import sys


def lcompile_main() -> int:
    """The command line of the compiler, which is in this package's library."""
    from . import _compiler

    return _compiler.main(["lcompile", *sys.argv[1:]])


def lcompile_run_main() -> int:
    """Becomes lcompile-run: in the package, or in the build tree around it."""
    package = pathlib.Path(__file__).resolve().parent
    for folder in (package / "bin", package.parent.parent / "bin"):
        program = folder / "lcompile-run"
        if program.exists():
            os.execv(program, [str(program), *sys.argv[1:]])
    print("lcompile-run: error: the program is not part of this installation", file=sys.stderr)
    return 2
