# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Emitted kernels run: their results beside numpy, and what each member touches beside what is declared."""
import json, os, pathlib, subprocess, sys

import ml_dtypes
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "test/utils"))
import tpc  # noqa: E402

TOOL = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build/bin")) / "tpc-kernels"
TYPES = {"float32": "f32", "bfloat16": "bf16", "int32": "i64", "bool": "i1"}
LENGTHS = (1, 63, 64, 65, 127, 129, 300)


def type_of(array):
    return "tensor<" + "".join(f"{n}x" for n in array.shape) + TYPES[array.dtype.name] + ">"


def normal(*shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32).astype(dtype)


def compiled(body, inputs, output, folder):
    arguments = ", ".join(f"%a{i}: {type_of(a)}" for i, a in enumerate(inputs))
    text = (f"func.func private @k({arguments}) -> {type_of(output)} attributes {{kernel.unit = #kernel<unit tpc>}} {{\n"
            f"{body}\n  return %r : {type_of(output)}\n}}")
    done = subprocess.run([TOOL], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kernel = json.loads(done.stdout)[0]
    path = folder / "k.c"
    path.write_text(kernel["text"])
    return path, kernel


def check(folder, body, inputs, expected, relative=0.0, of_max=0.0, pads=None):
    """Runs member by member and as one box: both must give the same bits."""
    path, kernel = compiled(body, inputs, expected, folder)
    sizes = [t["sizes"] for t in kernel["tensors"]]
    results = []
    for how in ("members", None):
        result = np.full(expected.shape, 77).astype(expected.dtype)
        arrays = [np.ascontiguousarray(a).reshape(s[::-1]) for a, s in zip([*inputs, result], sizes)]
        outcome = tpc.run(path, arrays, [], kernel["space"], check=how, pads=pads)
        results.append(arrays[-1].reshape(expected.shape))
        for member, touched in outcome.touched.items():
            for (tensor, kind), (low, high) in touched.items():
                declared = kernel["tensors"][tensor]["access"]
                for d, (size, (dim, scale, first, last)) in enumerate(zip(sizes[tensor], declared)):
                    first, last = scale * member[dim] + first, scale * member[dim] + last
                    found = (max(low[d], 0), min(high[d], size - 1))
                    assert found == (max(first, 0), min(last, size - 1)), (member, tensor, kind, d)
    assert results[0].tobytes() == results[1].tobytes()
    # Sub-normals are zero on both sides.
    found, wanted = [np.where(np.abs(v) < 2.0**-126, 0, v) for v in (results[0].astype(np.float64), expected.astype(np.float64))]
    most = np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0)
    limit = relative * np.abs(wanted) + of_max * most
    good = (np.abs(found - wanted) <= limit) | (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    assert good.all(), (found[~good][:4], wanted[~good][:4])


ULP = 2.0**-23
UNARY = {  # operation: (numpy's, tolerance in ulp of f32)
    "neg": (np.negative, 0), "abs": (np.abs, 0), "exp": (np.exp, 4), "tanh": (np.tanh, 4), "sin": (np.sin, 4), "cos": (np.cos, 4),
    "floor": (np.floor, 0), "ceil": (np.ceil, 0), "round": (np.rint, 0), "trunc": (np.trunc, 0), "expm1": (np.expm1, 4),
    "relu": (lambda x: np.maximum(x, 0), 0), "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), 8), "reciprocal": (np.reciprocal, 4),
    "exp2": (np.exp2, 4),
}


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16], ids=["f32", "bf16"])
@pytest.mark.parametrize("op", sorted(UNARY))
def test_unary(op, dtype, tmp_path):
    x = (normal(3, 131) * 3).astype(dtype)
    function, ulps = UNARY[op]
    expected = function(x.astype(np.float64)).astype(dtype)
    relative = ulps * ULP if dtype == np.float32 else 2.0**-7
    check(tmp_path, f"  %r = lc.{op} %a0 : {type_of(x)}", [x], expected, relative=relative, of_max=ULP)


def test_special_values(tmp_path):
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, 3.0, -3.0], np.float32)
    check(tmp_path, f"  %r = lc.relu %a0 : {type_of(x)}", [x], np.array([np.nan, np.inf, 0, 0, 0, 0, 3, 0], np.float32))
    y = x[::-1].copy()
    flushed = np.where(np.abs(x) < 1e-38, 0, x)
    check(tmp_path, f"  %r = lc.maximum %a0, %a1 : {type_of(x)}", [x, y], np.maximum(flushed, flushed[::-1]))


@pytest.mark.parametrize("n", LENGTHS)
def test_bias(n, tmp_path):
    x, b = normal(5, n), normal(n, seed=1)
    body = f"""  %b = lc.reshape %a1 : ({type_of(b)}) -> tensor<1x{n}xf32>
  %e = lc.expand %b : (tensor<1x{n}xf32>) -> {type_of(x)}
  %r = lc.add %a0, %e : {type_of(x)}"""
    check(tmp_path, body, [x, b], x + b)


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16], ids=["f32", "bf16"])
def test_softmax(n, dtype, tmp_path):
    x = (normal(3, 2, n) * 3).astype(dtype)
    t, row = type_of(x), f"tensor<3x2x1x{TYPES[x.dtype.name]}>"
    body = f"""  %m = lc.amax %a0 {{dims = array<i64: 2>, keepdim}} : ({t}) -> {row}
  %me = lc.expand %m : ({row}) -> {t}
  %d = lc.sub %a0, %me : {t}
  %e = lc.exp %d : {t}
  %s = lc.sum %e {{dims = array<i64: 2>, keepdim}} : ({t}) -> {row}
  %se = lc.expand %s : ({row}) -> {t}
  %r = lc.div %e, %se : {t}"""
    e = np.exp(x.astype(np.float64) - x.astype(np.float64).max(-1, keepdims=True))
    check(tmp_path, body, [x], (e / e.sum(-1, keepdims=True)).astype(dtype), relative=1e-5 if dtype == np.float32 else 2.0**-7)


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("op, function", [("sum", np.sum), ("mean", np.mean), ("amax", np.max), ("amin", np.min), ("prod", np.prod)])
@pytest.mark.parametrize("dim", [0, 1])
def test_reductions(op, function, dim, n, tmp_path):
    x = normal(9, n) * 0.5 + 1
    expected = function(x.astype(np.float64), dim).astype(np.float32)
    check(tmp_path, f"  %r = lc.{op} %a0 {{dims = array<i64: {dim}>}} : ({type_of(x)}) -> {type_of(expected)}", [x], expected, relative=2e-5,
          of_max=1e-6)


def test_moves(tmp_path):
    x, y, z = normal(9, 50), normal(4, 50, seed=1), normal(3, 5, 50)
    check(tmp_path, """  %s = lc.slice %a0 {dim = 1 : i64, start = #lc.dims<7>} : (tensor<9x50xf32>) -> tensor<9x20xf32>
  %r = lc.neg %s : tensor<9x20xf32>""", [x], -x[:, 7:27])
    check(tmp_path, """  %s = lc.permute %a0 {perm = array<i64: 1, 0, 2>} : (tensor<3x5x50xf32>) -> tensor<5x3x50xf32>
  %r = lc.neg %s : tensor<5x3x50xf32>""", [z], -z.transpose(1, 0, 2))


def test_masks(tmp_path):
    x, y = normal(9, 50), normal(9, 50, seed=1)
    t, m = type_of(x), "tensor<9x50xi1>"
    compare = f"  %c = lc.compare gt %a0, %a1 : ({t}, {t}) -> {m}\n"
    check(tmp_path, f"{compare}  %r = lc.where %c, %a0, %a1 : ({m}, {t}, {t}) -> {t}", [x, y], np.maximum(x, y))
    check(tmp_path, compare.replace("%c", "%r"), [x, y], x > y)
    check(tmp_path, f"  %r = lc.where %a0, %a1, %a2 : ({m}, {t}, {t}) -> {t}", [x > 0, x, y], np.where(x > 0, x, y))


def test_max_pool(tmp_path):
    x = normal(2, 9, 9, 70)
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))[:, ::2, ::2]
    expected = windows.max((-1, -2))
    body = f"""  %r = lc.max_pool %a0 {{kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad_low = array<i64: 0, 0>,
    pad_high = array<i64: 0, 0>, dilation = array<i64: 1, 1>, channels_last}} : ({type_of(x)}) -> {type_of(expected)}"""
    check(tmp_path, body, [x], np.ascontiguousarray(expected))
