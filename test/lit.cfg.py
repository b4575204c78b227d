# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit configuration: tests are .mlir files beside what they test, by folder."""
import os

import lit.formats
import lit.util

config.name = "lcompile"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "bench", "models", "runtime"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.lcompile_test_dir

config.environment["PATH"] = os.pathsep.join(
    [config.lcompile_tools_dir, config.llvm_tools_dir, os.environ["PATH"]]
)
config.substitutions.append(("%root", config.lcompile_source_dir))
# A model's way through the compiler may need libraries of the running system.
for name in ["LD_LIBRARY_PATH", "HOME", "TMPDIR"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]
