# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the built tools are, and how a model goes through them."""
import os, pathlib, subprocess, sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
sys.path.insert(0, str(ROOT / "test" / "models"))


class Tools:
    """Runs lcompile and lcompile-run; a call that takes minutes is a failure."""

    def run(self, name, *args, timeout=300, cwd=None, env=None):
        """`env` is added to the environment; `name` may be the path of another program."""
        program = name if os.path.isabs(name) else BIN / name
        return subprocess.run([str(program), *map(str, args)], capture_output=True, text=True, timeout=timeout, cwd=cwd,
                              env={**os.environ, **(env or {})})

    def compile(self, *args):
        result = self.run("lcompile", *args)
        assert result.returncode == 0, result.stderr
        return result

    def refuse(self, *args):
        """The message of a compilation that must end with exit code 1."""
        result = self.run("lcompile", *args)
        assert result.returncode == 1, f"exit code {result.returncode}: {result.stderr}"
        return result.stderr


@pytest.fixture(scope="session")
def tools():
    return Tools()


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
