# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""utils/new.py: what it writes is taken by TableGen and the compiler, and is where it should be."""
import importlib.util, json, pathlib, shlex, shutil, subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TBLGEN = shutil.which("mlir-tblgen-22") or "/usr/lib/llvm-22/bin/mlir-tblgen"

spec = importlib.util.spec_from_file_location("new", ROOT / "utils" / "new.py")
new = importlib.util.module_from_spec(spec)
spec.loader.exec_module(new)


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources."""
    names = subprocess.run(["git", "ls-files", "passes", "dialects", "lib", "test/passes", "test/dialects", "include"], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def changed(tree):
    return sorted(str(p.relative_to(tree)) for p in tree.rglob("*")
                  if p.is_file() and (not (ROOT / p.relative_to(tree)).exists() or (ROOT / p.relative_to(tree)).read_bytes() != p.read_bytes()))


def tablegen(tree, mode, path, output, *more):
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([TBLGEN, mode, *more, "-I", "/usr/lib/llvm-22/include", "-I", tree, tree / path, "-o", output], check=True, cwd=tree)
    return output.read_text()


def syntax(tree, like, path, generated):
    """Compiles a source as the build compiles `like`, without output; generated headers come first."""
    database = ROOT / "build" / "compile_commands.json"
    if not database.exists():
        pytest.skip("no build folder to take the compiler's options from")
    entry = next(e for e in json.loads(database.read_text()) if e["file"].endswith(like))
    words = shlex.split(entry["command"])
    compiler = next(w for w in words if "clang++" in w)
    keep = [compiler]
    for word, following in zip(words, words[1:]):
        if word.startswith(("-I", "-D", "-std=", "-O", "-f")) and word != "-fno-pch-timestamp":
            keep.append(word)
        elif word == "-isystem":
            keep += [word, following]
    common = ROOT / "build/CMakeFiles/lcompile-pch.dir/cmake_pch.hxx"  # the headers that every library shares
    own = [f"-I{generated}", f"-I{tree}", f"-I{tree}/include", "-include", common]
    result = subprocess.run([keep[0], *own, *keep[1:], "-fsyntax-only", "-w", str(tree / path)], cwd=entry["directory"], capture_output=True,
                            text=True, timeout=300)
    assert result.returncode == 0, result.stderr[:4000]


def test_pass(tree, tmp_path_factory, capsys):
    assert new.main(["pass", "4_optimize", "fold-example", "Fold examples into their users"], root=tree) == 0
    assert changed(tree) == ["passes/4_optimize/CMakeLists.txt", "passes/4_optimize/FoldExample.cpp", "passes/4_optimize/Passes.td",
                             "test/passes/4_optimize/fold-example.mlir"]
    assert "    FoldExample.cpp\n" in (tree / "passes/4_optimize/CMakeLists.txt").read_text()
    assert "next: write the patterns" in capsys.readouterr().out
    generated = tmp_path_factory.mktemp("generated")
    text = tablegen(tree, "-gen-pass-decls", "passes/Passes.td", generated / "passes/Passes.h.inc", "-name", "Lcompile")
    assert '"lc-fold-example"' in text
    syntax(tree, "passes/4_optimize/ChannelsLast.cpp", "passes/4_optimize/FoldExample.cpp", generated)


def test_op(tree, tmp_path_factory, capsys):
    assert new.main(["op", "sinc", "sin(pi x) / (pi x), 1 at 0, torch.sinc"], root=tree) == 0
    assert changed(tree) == ["dialects/lc/IR/Gradients/Unary.cpp", "dialects/lc/IR/LcElementwiseOps.td", "dialects/lc/IR/LcUnaryBodies.cpp",
                             "lib/Import/Aten/Rules/Elementwise.cpp", "test/dialects/lc/sinc.mlir"]
    assert 'table.add("aten::sinc", unaryFloat<lc::SincOp>);\n}\n' in (tree / "lib/Import/Aten/Rules/Elementwise.cpp").read_text()
    generated = tmp_path_factory.mktemp("generated")
    text = tablegen(tree, "-gen-op-decls", "dialects/lc/IR/LcOps.td", generated / "dialects/lc/IR/LcOps.h.inc", "-op-shard-count=8")
    assert "class SincOp" in text
    syntax(tree, "dialects/lc/IR/LcUnaryBodies.cpp", "dialects/lc/IR/LcUnaryBodies.cpp", generated)
    syntax(tree, "dialects/lc/IR/LcUnaryBodies.cpp", "dialects/lc/IR/Gradients/Unary.cpp", generated)


@pytest.mark.parametrize("arguments,message", [
    (["pass", "9_none", "x", "X"], "no stage '9_none', expected one of 1_normalize, 2_train, 3_distribute, 4_optimize, 5_partition, 6_lower"),
    (["pass", "4_optimize", "channels-last", "X"], "there is a pass 'lc-channels-last' already"),
    (["op", "relu", "X"], "there is an operation 'lc.relu' already"),
    (["op", "Sinc", "X"], "'Sinc' is no mnemonic"),
])
def test_refusals_change_nothing(arguments, message, tree, capsys):
    assert new.main(arguments, root=tree) == 1
    assert message in capsys.readouterr().err and changed(tree) == []
