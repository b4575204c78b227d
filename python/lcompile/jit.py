# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiling in this process: artefacts that share the weights with the module."""

from __future__ import annotations

import os
import tempfile
import time

import torch

from . import _compiler, _runtime
from .errors import UnsupportedError
from .statistics import current


def import_graph(text: str, weights: dict, options: list[str], name: str = "model") -> _compiler.Compiler:
    """A compiler that holds the program. UnsupportedError lists all operators that cannot be compiled."""
    start = time.process_time()
    compiler = _compiler.Compiler(options)
    good = compiler.import_graph(name, text, weights)
    current.compile_seconds += time.process_time() - start
    if good:
        return compiler
    error = UnsupportedError(compiler.message())
    error.issues = compiler.issues()
    raise error


def build(compiler: _compiler.Compiler, weights: dict, threads: int = 0) -> _runtime.Model:
    """Compiles the imported program and loads it with the weights where they are."""
    start = time.process_time()
    compiler.run()
    # Libraries load from files only; once loaded, the file may go.
    with tempfile.TemporaryDirectory(prefix="lcompile-") as folder:
        path = os.path.join(folder, "model.so")
        compiler.write(path, leave_given=True)
        model = _runtime.Model(path, threads or torch.get_num_threads(), False, None, weights)
    current.compiles += 1
    current.compile_seconds += time.process_time() - start
    return model
