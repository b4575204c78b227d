# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels as strangers write them, unchanged, beside numpy."""
import pathlib

import ml_dtypes
import numpy as np
import pytest
import tpc

KERNELS = pathlib.Path(__file__).parent / "kernels"


def normal(*shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32).astype(dtype)


@pytest.mark.parametrize("generation", ["gaudi", "gaudi2", "gaudi3"])
@pytest.mark.parametrize("dtype, defines", [(np.float32, []), (ml_dtypes.bfloat16, ["-DBFLOAT16"])])
def test_relu6_multi(generation, dtype, defines):
    x = (normal(2, 3, 5, 130) * 4).astype(dtype)
    y = np.zeros_like(x)
    lanes = 64 if dtype == np.float32 else 128
    tpc.run(KERNELS / "relu6_multi.c", [x, y], [6], [-(-130 // lanes), 2, 3, 2], generation, extra=defines)
    assert np.array_equal(y, np.clip(x, dtype(0), dtype(6)))


@pytest.mark.parametrize("n", [1, 63, 64, 65, 1000])
def test_softmax(n):
    x = normal(7, n)
    y = np.zeros_like(x)
    tpc.run(KERNELS / "softmax_fcd.c", [x, y], [], [1, 7])
    e = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
    assert np.allclose(y, e / e.sum(1, keepdims=True), rtol=2e-6, atol=0)


def test_cast_old():
    x = normal(300) * 1000
    x[:6] = [0.5, 1.5, -2.5, 4e4, -4e4, np.nan]
    y = np.zeros(300, np.int16)
    tpc.run(KERNELS / "cast_old.c", [x, y], [], [3])
    assert np.array_equal(y, np.nan_to_num(np.clip(np.rint(x), -32768, 32767), nan=0).astype(np.int16))


def test_matmul():
    a, b = normal(10, 33), normal(33, 100, seed=1)
    c = np.zeros((10, 100), np.float32)
    tpc.run(KERNELS / "matmul.c", [a, b, c], [], [2, 3])
    assert np.allclose(c, a.astype(np.float64) @ b, atol=1e-5)


def test_local_pointer():
    x = normal(256)
    y = np.zeros_like(x)
    outcome = tpc.run(KERNELS / "local_pointer.c", [x, y], [4])
    assert np.array_equal(y.reshape(4, 64), x.reshape(4, 64)[::-1])
    assert outcome.text == f"count 4\nfirst {x[3]:f}\n"


def test_bf16_norm():
    x = normal(3, 256, dtype=ml_dtypes.bfloat16)
    y, z = np.zeros(3, np.float32), np.zeros((2, 3), np.int32)
    tpc.run(KERNELS / "bf16_norm.c", [x, y, z], [], [1, 3])
    wide = x.astype(np.float64)
    assert np.allclose(y, 1 / np.sqrt((wide**2).mean(1)), rtol=1e-6)
    assert np.array_equal(z[0], y.view(np.int32) >> 23 & 255)
    assert np.array_equal(z[1], np.abs(wide).reshape(3, 2, 128).max(1).argmax(1))


def test_quantize():
    x = normal(512) * 100
    q, f = np.zeros(512, np.int8), np.zeros(512, ml_dtypes.float8_e4m3)
    tpc.run(KERNELS / "quantize.c", [x, q, f], [0.5, 3], [2])
    y = np.float32(x * 2 + 3).astype(np.float64)
    assert np.array_equal(q, np.clip(np.trunc(y + np.copysign(0.5, y)), -128, 127).astype(np.int8))
    expected = np.clip(x, -240, 240).astype(ml_dtypes.float8_e4m3).astype(np.float32)
    assert np.array_equal(f.astype(np.float32), np.where(np.abs(expected) < 2.0**-6, np.copysign(0, x), expected))


def test_select_old():
    x = normal(9, 64)
    x[:, :3] -= 10
    values, indices = np.zeros((1, 64), np.float32), np.zeros((1, 64), np.int32)
    tpc.run(KERNELS / "select_old.c", [x, values, indices])
    best = x.max(0)
    assert np.array_equal(values[0], np.abs(best))
    assert np.array_equal(indices[0], x.argmax(0) * 2)
