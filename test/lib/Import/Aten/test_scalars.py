# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rules of numbers: arithmetic on elements of tensors in scripts, on sizes in exported programs.

Each expression is compiled and compared with what Python computes, for several values.
"""
import math
import re
import warnings

import harness
import numpy as np
import pytest
import torch

# Rule -> expression over i, j (ints), f, g (floats), p, q (bools), x (a tensor).
SCRIPT = {}
for name, sign in {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "remainder": "%"}.items():
    SCRIPT |= {f"aten::{name}.int": f"i {sign} j", f"aten::{name}.float": f"f {sign} g", f"aten::{name}.int_float": f"i {sign} g",
               f"aten::{name}.float_int": f"f {sign} j"}
SCRIPT |= {"aten::div.int": "i / j", "aten::div.float": "f / g", "aten::pow.int": "i ** 3", "aten::pow.int_to_int": "int(math.pow(i, 3))", "aten::pow.float": "(f * f + 1.0) ** g",
           "aten::pow.int_float": "(i * i + 1) ** g", "aten::pow.float_int": "(f * f + 1.0) ** j", "aten::neg.int": "-i", "aten::neg.float": "-f"}
for name, sign in {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    SCRIPT |= {f"aten::{name}.int": f"i {sign} j", f"aten::{name}.float": f"f {sign} g", f"aten::{name}.int_float": f"i {sign} g",
               f"aten::{name}.float_int": f"f {sign} j"}
SCRIPT |= {"aten::eq.bool": "p == q", "aten::ne.bool": "p != q", "prim::max.int": "max(i, j)", "prim::max.float": "max(f, g)",
           "prim::max.int_float": "max(i, g)", "prim::max.float_int": "max(f, j)", "prim::min.int": "min(i, j)", "prim::min.float": "min(f, g)",
           "prim::min.int_float": "min(i, g)", "prim::min.float_int": "min(f, j)", "aten::__not__": "not p", "aten::ceil.float": "math.ceil(f)",
           "aten::floor.float": "math.floor(f)", "aten::sqrt.int": "math.sqrt(i * i)", "aten::sqrt.float": "math.sqrt(f * f)",
           "aten::Int.float": "int(f)", "aten::Int.bool": "int(p)", "aten::Float.int": "float(i)", "aten::Float.bool": "float(p)",
           "aten::Bool.int": "bool(i)", "aten::Bool.float": "bool(f)", "aten::__and__.bool": "p & q", "aten::__or__.bool": "p | q"}
SCRIPT |= {"aten::Int.Tensor": "int(n[0])", "aten::Float.Tensor": "float(r[0])", "aten::Bool.Tensor": "bool(r[0])", "aten::dim": "n.dim() + i",
           "aten::numel": "n.numel() + i", "aten::size.int": "n.size(0) + i", "aten::len.Tensor": "len(n) + i", "aten::len.t": "len([i, j])",
           "aten::__getitem__.t": "[i, j, 3][-2]", "aten::size": "n.size()[0] + i", "aten::is_floating_point": "n.is_floating_point()",
           "aten::lt.bool": "p < q", "aten::le.bool": "p <= q", "aten::gt.bool": "p > q", "aten::ge.bool": "p >= q", "aten::stride.int": "n.stride(0)",
           "aten::storage_offset": "n.storage_offset()", "aten::is_contiguous": "n.is_contiguous()"}

VALUES = [(7, 2, 2.5, 0.5), (-7, 2, -2.5, 1.5), (7, -3, 3.75, -0.5), (-7, -3, -3.75, -1.5), (0, 1, 0.0, 2.0), (5, 5, 1.5, 1.5)]


def scripted(expressions):
    """A scripted module that gives the value of every expression."""
    lines = ["import math", "import torch", "from torch import Tensor", "class Numbers(torch.nn.Module):", "    def forward(self, n: Tensor, r: Tensor):",
             "        i = int(n[0].item())", "        j = int(n[1].item())", "        f = float(r[0].item())", "        g = float(r[1].item())",
             "        p = i > j", "        q = f > g"]
    lines.append("        return " + ", ".join(f"torch.tensor({e})" for e in expressions) + ",")
    return "\n".join(lines) + "\n"


def build(folder, expressions):
    path = folder / "numbers.py"
    path.write_text(scripted(expressions))
    import importlib.util

    spec = importlib.util.spec_from_file_location(f"numbers_{folder.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    script = torch.jit.script(module.Numbers().eval())
    script.save(str(folder / "m.pt"))
    result = harness.tool("lcompile", folder / "m.pt", "--input", "n: 2xi64", "--input", "r: 2xf32", "-o", folder / "m.so")
    return script, result


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """{rule: [(found, expected)] or message}; expressions that fail together are tried one by one."""
    found, pending = {}, [list(SCRIPT)]
    while pending:
        rules = pending.pop()
        folder = tmp_path_factory.mktemp("numbers")
        script, result = build(folder, [SCRIPT[rule] for rule in rules])
        message = result.stderr
        if result.returncode == 0:
            rows, message = run(folder, script)
        if message:
            if len(rules) == 1:
                found[rules[0]] = message
            else:
                pending += [rules[: len(rules) // 2], rules[len(rules) // 2 :]]
            continue
        for k, rule in enumerate(rules):
            found[rule] = [(row[0][k], row[1][k]) for row in rows]
    return found


def run(folder, script):
    info = harness.tool("lcompile-run", folder / "m.so", "--info").stdout
    names = re.findall(r"^\s*output\s+(\w+)", info, re.M)
    rows = []
    for i, j, f, g in VALUES:
        n, r = torch.tensor([i, j]), torch.tensor([f, g])
        wanted = script(n, r)
        np.save(folder / "n.npy", n.numpy())
        np.save(folder / "r.npy", r.numpy())
        result = harness.tool("lcompile-run", folder / "m.so", f"--input=n=@{folder}/n.npy", f"--input=r=@{folder}/r.npy",
                              *[f"--output={name}={folder}/{name}.npy" for name in names])
        if result.returncode:
            return None, result.stdout + result.stderr
        rows.append(([np.load(folder / f"{name}.npy") for name in names], [w.numpy() for w in wanted]))
    return rows, None


@pytest.mark.parametrize("rule", SCRIPT)
def test_script(rule, answers):
    answer = answers[rule]
    assert not isinstance(answer, str), answer
    for (found, wanted), values in zip(answer, VALUES):
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found, wanted, rtol=1e-6, err_msg=f"{SCRIPT[rule]} for {values}")


# Rule -> a number made of the sizes n and m of an input.
SIZES = {"_operator.add": lambda n, m: n + m, "_operator.sub": lambda n, m: n - m, "_operator.mul": lambda n, m: n * m,
         "_operator.floordiv": lambda n, m: (n + 5) // 3, "_operator.mod": lambda n, m: (n + m) % 4, "_operator.pow": lambda n, m: n**2,
         "_operator.neg": lambda n, m: -n + 3, "torch.sym_max": lambda n, m: torch.sym_max(n, m), "torch.sym_min": lambda n, m: torch.sym_min(n, m),
         "_operator.truediv": lambda n, m: n / m, "torch.sym_float": lambda n, m: torch.sym_float(n) * 0.5,
         "torch.sym_int": lambda n, m: torch.sym_int(n / 2), "math.trunc": lambda n, m: math.trunc(n / 2), "math.sqrt": lambda n, m: math.sqrt(n) if isinstance(n, int) else torch.sym_sqrt(n)}


@pytest.mark.parametrize("rule", SIZES)
def test_sizes(rule, tmp_path):
    class Sizes(torch.nn.Module):
        def forward(self, x):
            return torch.full((2,), SIZES[rule](*x.shape), dtype=torch.float64) + x.sum() * 0

    n, m = torch.export.Dim("n", min=1, max=64), torch.export.Dim("m", min=1, max=64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(Sizes(), (torch.randn(5, 7),), dynamic_shapes={"x": {0: n, 1: m}}, strict=False)
    torch.export.save(program, tmp_path / "m.pt2")
    result = harness.tool("lcompile", tmp_path / "m.pt2", "-o", tmp_path / "m.so")
    assert result.returncode == 0, result.stderr
    for sizes in ((5, 7), (1, 1), (64, 3), (2, 64)):
        np.save(tmp_path / "x.npy", np.zeros(sizes, np.float32))
        result = harness.tool("lcompile-run", tmp_path / "m.so", f"--input=x=@{tmp_path}/x.npy", f"--output={tmp_path}/y.npy")
        assert result.returncode == 0, result.stderr
        np.testing.assert_allclose(np.load(tmp_path / "y.npy"), np.full(2, float(SIZES[rule](*sizes))), rtol=1e-12)
