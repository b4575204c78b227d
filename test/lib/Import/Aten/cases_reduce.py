# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reductions, scans, orders and softmax."""
from case import *

WITH_NAN = (0.0, -0.0, 1.0, -1.0, 3.5, -3.5, 3.5, math.nan, 2.0, -math.inf)
WITH_INF = (0.0, -0.0, 1.0, -1.0, 3.5, -3.5, 3.5, math.inf, 2.0, -math.inf)


def rows(dtype=F32, values=WITH_NAN, n=5):
    """Rows of special values: one has a NaN first, one only infinities, others are shifted."""
    v = torch.tensor(values, dtype=F64)
    parts = [v.roll(k) for k in range(n - 1)] + [torch.full_like(v, -math.inf)]
    return torch.stack(parts).to(dtype)


# ---- sums -------------------------------------------------------------------

for rule in ("sum.dim_IntList", "mean.dim"):
    for_dtypes(rule, ALL, lambda n, d: call(rand(n, 33, dtype=d), [1]), scale=2e-7)
    for_dtypes(rule, FLOATS, lambda n, d: call(rand(33, n, dtype=d), [0], True), "first", scale=2e-7)
    case(rule, lambda n: call(rand(n, 3, 5, 7), [0, 2]), "two", scale=2e-7)
    case(rule, lambda n: call(rand(n, 3, 5), None), "all", scale=2e-7)
    case(rule, lambda n: call(rand(n, 3, 5), [-1, 1], True), "keep", scale=2e-7)
    case(rule, lambda n: call(rand(3, 0), [1]), "empty")
    case(rule, lambda n: call(rand(0, 3), [1]), "of-empty")
    case(rule, lambda n: call(rand(), [0]), "scalar")
    case(rule, lambda n: call(rand(n, 3, dtype=BF16), [1], dtype=F32), "dtype", scale=2e-7)
    case(rule, lambda n: call(rows(), [1]), "nan")
    case(rule, lambda n: call(rand(5, 3, n), [0, 1]), "columns", scale=2e-7)
    case(rule, lambda n: call(rand(2, 5, n, dtype=BF16), [1], dtype=F32), "columns-dtype", scale=2e-7)
    case(rule, lambda n: call(rand(4, 3, 5, 300), [0, 2], True), "columns-wide", scale=2e-7)
case("sum.dim_IntList", lambda n: call(rand(3, 5000), [1]), "long", scale=1e-6)
case("sum.dim_IntList", lambda n: call(View(rand(33, n), lambda t: t.t()), [0]), "transposed", scale=2e-7)
for_dtypes("sum mean prod", ALL, lambda n, d: call(rand(n, 3, dtype=d, low=-2, high=2)), scale=2e-7)
case("sum prod", lambda n: call(rand(0, 3)), "empty")
case("mean", lambda n: call(rand(0, 3)), "empty")
for_dtypes("prod.dim_int", ALL, lambda n, d: call(rand(n, 9, dtype=d, low=-2, high=2), 1), scale=2e-7)
case("prod.dim_int", lambda n: call(rand(3, 0), 1), "empty")
case("prod.dim_int", lambda n: call(rand(9, n), 0, True), "first", scale=2e-7)
for_dtypes("cumsum cumprod", ALL, lambda n, d: call(rand(n, 9, dtype=d, low=-2, high=2), 1), scale=2e-7)
case("cumsum cumprod", lambda n: call(rand(n, 5, low=-1.1, high=1.1), 0), "first", scale=2e-7)
case("cumsum cumprod", lambda n: call(rand(), 0), "scalar")
case("cumsum cumprod", lambda n: call(rand(0, 3), 0), "empty")
case("cumsum", lambda n: call(rand(3, 2000), 1), "long", scale=2e-7)
case("cumsum", lambda n: call(rand(n, 3, dtype=I32), 1, dtype=F32), "dtype")
for_dtypes("cummax cummin", NUMBERS + (BOOL,), lambda n, d: call(rand(n, 9, dtype=d, low=-2, high=2), 1), exact=True)
case("cummax cummin", lambda n: call(rows(), 1), "nan", exact=True)
case("cummax cummin", lambda n: call(rand(), 0), "scalar", exact=True)

# ---- extremes ---------------------------------------------------------------

for_dtypes("amax amin", ALL, lambda n, d: call(rand(n, 33, dtype=d), [1]), exact=True)
for_dtypes("amax amin", ALL, lambda n, d: call(rand(3, 5, n, dtype=d), [0, 1]), "columns", exact=True)
case("amax amin", lambda n: call(torch.stack([rows(n=5).repeat(1, 9)] * 2), [0, 1]), "columns-nan", exact=True)
for_dtypes("max min", ALL, lambda n, d: call(rand(n, 33, dtype=d)), exact=True)
for_dtypes("max.dim min.dim", ALL, lambda n, d: call(rand(n, 33, dtype=d), 1), exact=True)
for_dtypes("argmax argmin", NUMBERS, lambda n, d: call(rand(n, 33, dtype=d), 1), exact=True)
case("amax amin max.dim min.dim argmax argmin", lambda n: call(rows(), 1), "nan", exact=True)
case("amax amin max.dim min.dim argmax argmin", lambda n: call(rows(values=WITH_INF), 1), "inf", exact=True)
case("amax amin max.dim min.dim argmax argmin", lambda n: call(rand(33, n, dtype=I64), 0, True), "first", exact=True)
case("amax amin max.dim min.dim argmax argmin", lambda n: call(rand(n, 7, 3), -2), "middle", exact=True)
case("max min", lambda n: call(rows()), "nan", exact=True)
case("argmax argmin", lambda n: call(rand(n, 3)), "flat", exact=True)
case("argmax argmin", lambda n: call(rand(n, 3), None, True), "flat-keep", exact=True)
case("argmax argmin", lambda n: call(rand(), 0), "scalar", exact=True)
case("max.dim min.dim", lambda n: call(rand(), -1), "scalar", exact=True)
case("amax amin", lambda n: call(rand(n, 3, 5), [0, -1], True), "two", exact=True)
case("amax", lambda n: call(rand(n, 3, 5)), "all", exact=True)
case("aminmax", lambda n: call(rand(n, 9), dim=1), exact=True)
case("argmax", lambda n: call(torch.zeros(n, 9), 1), "ties", exact=True)
case("argmin", lambda n: call(torch.full((n, 9), math.inf), 1), "ties", exact=True)

# ---- logic ------------------------------------------------------------------

for_dtypes("any all", ALL, lambda n, d: call(rand(n, 3, dtype=d, low=0, high=1)), exact=True)
for_dtypes("any.dim all.dim", (F32, I64, BOOL, U8), lambda n, d: call(rand(n, 3, dtype=d, low=-1, high=1), 1), exact=True)
case("any.dim all.dim", lambda n: call(rows(), 0, True), "nan", exact=True)
case("any.dims all.dims", lambda n: call(rand(n, 3, 2, dtype=BOOL), [0, 2]), exact=True)
case("any all", lambda n: call(rand(0, 3, dtype=BOOL)), "empty", exact=True)
case("any.dim all.dim", lambda n: call(rand(3, 0, dtype=BOOL), 1), "empty", exact=True)
for_dtypes("count_nonzero", (F32, I64, BOOL), lambda n, d: call(rand(n, 5, dtype=d, low=-1, high=1)), exact=True)
case("count_nonzero", lambda n: call(rows(), 1), "nan", exact=True)
case("count_nonzero.dim_IntList", lambda n: call(rand(n, 5, 3, dtype=I64, low=-1, high=1), [0, 2]), exact=True)

# ---- statistics -------------------------------------------------------------

for_dtypes("var std var_mean std_mean", FLOATS, lambda n, d: call(rand(n, 33, dtype=d, low=1, high=6)), scale=2e-7)
for_dtypes("var.dim std.dim var_mean.dim std_mean.dim", FLOATS, lambda n, d: call(rand(n, 33, dtype=d, low=1, high=6), [1], False), scale=2e-7)
for_dtypes("var.correction std.correction var_mean.correction std_mean.correction", FLOATS,
           lambda n, d: call(rand(33, n, dtype=d, low=1, high=6), [0], correction=2, keepdim=True), scale=2e-7)
case("var.correction std.correction", lambda n: call(rand(n, 1), [1], correction=1), "one")
case("var.correction var_mean.correction", lambda n: call(rand(3, 0), [1], correction=0), "empty")
case("var.correction", lambda n: call(rand(n, 33) + 1000, [1], correction=0), "far", scale=2e-7)
case("var.correction", lambda n: call(rows(values=WITH_INF), [1]), "inf")
case("var.correction", lambda n: call(rand(n, 3, 5), None, correction=0.5), "half", scale=2e-7)
for p in (0, 1, 2, 3, 0.5, math.inf, -math.inf):
    case("linalg_vector_norm", lambda n, p=p: call(rand(n, 9), p, [1]), f"{p}", ulps=4)
    case("norm.ScalarOpt_dim", lambda n, p=p: call(rand(n, 9), p, [0], True), f"{p}", ulps=4)
for_dtypes("linalg_vector_norm", FLOATS, lambda n, d: call(rand(n, 9, dtype=d)), ulps=2)
case("linalg_vector_norm", lambda n: call(rand(n, 9, dtype=BF16), 2, [1], dtype=F32), "dtype", ulps=2)
case("norm.Scalar", lambda n: call(rand(n, 9)), ulps=4)
case("norm.ScalarOpt_dtype", lambda n: call(rand(n, 9, dtype=BF16), 2, dtype=F32), ulps=4)
case("norm.ScalarOpt_dim_dtype", lambda n: call(rand(n, 9, dtype=BF16), 2, [1], False, dtype=F32), ulps=4)
for_dtypes("logsumexp special_logsumexp", FLOATS, lambda n, d: call(rand(n, 9, dtype=d), [1]), ulps=4)
case("logsumexp", lambda n: call(rows(values=WITH_INF), [1]), "inf", ulps=4)
case("logsumexp", lambda n: call(rows(), [1], True), "nan", ulps=4)
case("logsumexp", lambda n: call(rand(n, 9) * 100, [0, 1]), "far", ulps=4)
case("logsumexp", lambda n: call(torch.full((3, 4), -math.inf), [1]), "nothing")

# ---- softmax ----------------------------------------------------------------

for rule, args in {"softmax.int log_softmax.int special_softmax special_log_softmax": (), "_softmax _log_softmax": (False,)}.items():
    for_dtypes(rule, FLOATS, lambda n, d, a=args: call(rand(n, 33, dtype=d), 1, *a), ulps=4, scale=1e-7)
    case(rule, lambda n, a=args: call(rand(33, n), 0, *a), "first", ulps=4, scale=1e-7)
    case(rule, lambda n, a=args: call(rand(n, 7, 3), -2, *a), "middle", ulps=4, scale=1e-7)
    case(rule, lambda n, a=args: call(rows(), 1, *a), "nan", ulps=4)
    case(rule, lambda n, a=args: call(rows(values=WITH_INF[:7] + (-math.inf,)), 1, *a), "inf", ulps=4)
    case(rule, lambda n, a=args: call(rand(n, 1), 1, *a), "one")
    case(rule, lambda n, a=args: call(rand(0, 3), 1, *a), "empty")
    case(rule, lambda n, a=args: call(rand(), 0, *a), "scalar")
    case(rule, lambda n, a=args: call(rand(n, 9) * 100, 1, *a), "far", ulps=4, scale=1e-7)
case("softmax.int log_softmax.int", lambda n: call(rand(n, 9, dtype=BF16), 1, F32), "dtype", ulps=4, scale=1e-7)
case("softmax.int", lambda n: call(rand(3, 2000), 1), "long", ulps=8)

# ---- order ------------------------------------------------------------------

for descending in (False, True):
    label = "down" if descending else "up"
    for_dtypes("sort.stable", ALL, lambda n, d, r=descending: call(rand(n, 9, dtype=d, low=-3, high=3), stable=True, dim=1, descending=r), label, exact=True)
    case("sort.stable", lambda n, r=descending: call(rows(), stable=True, dim=1, descending=r), label + "-nan", exact=True)
    case("sort.stable", lambda n, r=descending: call(rand(33, n), stable=True, dim=0, descending=r), label + "-first", exact=True)
    case("sort argsort", lambda n, r=descending: call(rand(n, 33), 1, r), label, exact=True)
    case("argsort.stable", lambda n, r=descending: call(rand(n, 33, dtype=I64), stable=True, dim=1, descending=r), label, exact=True)
    case("sort.stable", lambda n, r=descending: call(rand(1, 1000), stable=True, dim=1, descending=r), label + "-long", exact=True)
case("sort", lambda n: call(rand()), "scalar", exact=True)
case("sort.stable", lambda n: call(rand(n, 0), stable=True, dim=1), "empty", exact=True)
case("msort", lambda n: call(rand(n, 3)), exact=True)
for_dtypes("topk", NUMBERS, lambda n, d: call(torch.randperm(99).reshape(3, 33).to(d) if d.is_floating_point or d in (I64, I32) else rand(3, 1, dtype=d), 1), exact=True)
case("topk", lambda n: call(rand(n, 33), 5), "five", exact=True)
case("topk", lambda n: call(rand(n, 33), 5, 1, False), "least", exact=True)
case("topk", lambda n: call(rand(33, n), 3, 0), "first", exact=True)
case("topk", lambda n: call(rand(n, 3), 0), "none", exact=True)
case("kthvalue", lambda n: call(rand(n, 33), 4), exact=True)
case("median.dim", lambda n: call(rand(n, 33), 1), exact=True)
case("median", lambda n: call(rand(3, 5)), exact=True)
case("median", lambda n: call(rows()), "nan", exact=True)
