# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operators whose places come from tensors. All exact, but for sums."""
import functools

from case import *
from case import case as any_case
from case import for_dtypes as for_any_dtypes

case = functools.partial(any_case, exact=True)
for_dtypes = functools.partial(for_any_dtypes, exact=True)


def places(*shape, below, dtype=I64, negative=False):
    return torch.randint(-below if negative else 0, below, shape).to(dtype)


def distinct(count, below):
    return torch.randperm(below)[:count]


# ---- reading ----------------------------------------------------------------

for_dtypes("embedding", (F32, F64, F16, BF16), lambda n, d: call(rand(50, 8, dtype=d), places(n, 3, below=50)))
case("embedding", lambda n: call(Weight(rand(50, 8)), places(n, below=50, dtype=I32)), "weight")
case("embedding", lambda n: call(rand(50, 8), places(0, 3, below=50)), "none")
case("embedding", lambda n: call(rand(0, 8), places(0, below=1)), "of-nothing")
for_dtypes("index_select", ALL, lambda n, d: call(rand(n, 9, dtype=d), 1, places(5, below=9)))
case("index_select", lambda n: call(rand(9, n), 0, places(5, below=9, dtype=I32)), "narrow-index")
case("index_select", lambda n: call(rand(9), 0, torch.tensor(3)), "scalar")
for_dtypes("gather", ALL, lambda n, d: call(rand(n, 9, dtype=d), 1, places(n, 4, below=9)))
case("gather", lambda n: call(rand(9, 7), 0, places(4, 5, below=9)), "smaller")
case("gather", lambda n: call(rand(), 0, torch.tensor(0)), "scalar")
case("gather", lambda n: call(rand(5, 3), 1, places(0, 2, below=3)), "none")
case("take_along_dim", lambda n: call(rand(n, 9), places(n, 4, below=9), 1), dynamic=False)
case("take_along_dim", lambda n: call(rand(1, 9), places(n, 4, below=9), 1), "broadcast", dynamic=False)
case("take_along_dim", lambda n: call(rand(5, 3), places(4, below=15)), "flat")
case("take", lambda n: call(rand(5, 3), places(2, 4, below=15)))
INDEX = "index.Tensor _unsafe_index.Tensor"
case(INDEX, lambda n: call(rand(n, 9), [None, places(4, below=9)]))
case("index.Tensor", lambda n: call(rand(n, 9), [None, places(4, below=9, negative=True)]), "negative")
case("index.Tensor", lambda n: call(rand(7, 9, n), [places(4, below=7, negative=True), places(4, below=9, negative=True)]), "two")
case("index.Tensor", lambda n: call(rand(7, n, 9), [places(4, 1, below=7), None, places(1, 5, below=9)]), "separated")
case("index.Tensor", lambda n: call(rand(7, 9), [places(3, 1, below=7), places(5, below=9)]), "broadcast")
case("index.Tensor", lambda n: call(rand(7, n), [torch.tensor(3)]), "scalar")
case("index.Tensor", lambda n: call(rand(7, n), [places(0, below=7)]), "none")
case("index.Tensor", lambda n: call(rand(1, n), [torch.tensor([0, -1, 0])]), "size-one")
for_dtypes("index.Tensor", ALL, lambda n, d: call(rand(7, 3, dtype=d), [places(4, 2, below=7)]), "dtype")
case("one_hot", lambda n: call(places(n, 3, below=5), 5))
case("bucketize.Tensor", lambda n: call(special(), torch.tensor([-3.0, 0.0, 1.0, 1.0, 20.0])))
case("bucketize.Tensor", lambda n: call(special(), torch.tensor([-3.0, 0.0, 1.0, 1.0, 20.0]), out_int32=True, right=True), "right")
case("searchsorted.Tensor", lambda n: call(torch.tensor([1, 3, 5, 7, 9]), rand(n, 3, dtype=I64, low=0, high=10)))
case("searchsorted.Tensor", lambda n: call(rand(n, 9).sort().values, rand(n, 4), right=True), "batched")
case("isin.Tensor_Tensor", lambda n: call(places(n, 3, below=20), places(5, below=20)))

# ---- writing ----------------------------------------------------------------

for_dtypes("scatter.src", ALL, lambda n, d: call(rand(3, 9, dtype=d), 1, torch.stack([distinct(4, 9) for _ in range(3)]), rand(3, 4, dtype=d)))
for_dtypes("scatter.value", ALL, lambda n, d: call(rand(n, 9, dtype=d), 1, places(n, 4, below=9), 1))
case("scatter.src", lambda n: call(rand(9, n), 0, places(1, n, below=9), rand(3, n)), "smaller")
case("scatter.src", lambda n: call(View(rand(9, n), lambda t: torch.zeros_like(t)), 0, places(1, n, below=9), rand(3, n)), "into-zeros")
case("scatter.src", lambda n: call(rand(), 0, torch.tensor(0), rand()), "scalar")
case("scatter.src", lambda n: call(rand(3, 4), 1, places(3, 0, below=4), rand(3, 2)), "none")
for_dtypes("scatter_add", ALL, lambda n, d: call(rand(n, 9, dtype=d), 1, places(n, 14, below=9), rand(n, 14, dtype=d)))
case("scatter_add", lambda n: call(View(rand(5, n), lambda t: torch.zeros_like(t)), 0, places(14, n, below=5), rand(14, n)), "into-zeros")
case("scatter.reduce", lambda n: call(rand(n, 9), 1, places(n, 14, below=9), rand(n, 14), reduce="add"), "add")
case("scatter.reduce", lambda n: call(rand(n, 9), 1, places(n, 14, below=9), rand(n, 14), reduce="multiply"), "multiply")
case("scatter.value_reduce", lambda n: call(rand(n, 9), 1, places(n, 14, below=9), 2.0, reduce="add"))
for kind in ("sum", "prod", "amax", "amin", "mean"):
    for include in (True, False):
        case("scatter_reduce.two", lambda n, k=kind, i=include: call(rand(n, 9), 1, places(n, 14, below=9), rand(n, 14), k, include_self=i),
             f"{kind}-{'with' if include else 'without'}", exact=False, ulps=4)
for_dtypes("index_copy", ALL, lambda n, d: call(rand(9, 5, dtype=d), 0, distinct(4, 9), rand(4, 5, dtype=d)))
case("index_copy", lambda n: call(rand(n, 9), 1, distinct(4, 9), rand(n, 4)), "last")
for_dtypes("index_add", NUMBERS, lambda n, d: call(rand(9, 5, dtype=d), 0, places(14, below=9), rand(14, 5, dtype=d)), exact=False)
case("index_add", lambda n: call(rand(n, 9), 1, places(14, below=9), rand(n, 14), alpha=0.5), "alpha", exact=False)
case("index_fill.int_Scalar", lambda n: call(rand(n, 9), 1, distinct(3, 9), 2.5))
case("index_fill.int_Tensor", lambda n: call(rand(9, n), 0, distinct(3, 9), torch.tensor(2.5)))
for rule in ("index_put", "_unsafe_index_put"):
    for_dtypes(rule, (F32, BF16, I64, BOOL), lambda n, d: call(rand(9, 5, dtype=d), [distinct(4, 9)], rand(4, 5, dtype=d)))
case("_index_put_impl", lambda n: call(rand(9, 5), [distinct(4, 9)], rand(4, 5)))
case("index_put", lambda n: call(rand(n, 9), [None, distinct(4, 9)], rand(4)), "broadcast")
case("index_put", lambda n: call(rand(9, 7, n), [distinct(4, 9), distinct(4, 7)], rand(4, n)), "two")
case("index_put", lambda n: call(rand(9, n, 7), [distinct(4, 9), None, distinct(4, 7)], rand(4, n)), "separated")
case("index_put", lambda n: call(rand(9, 5), [places(14, below=9, negative=True)], rand(14, 5), True), "accumulate", exact=False)
case("index_put", lambda n: call(rand(n, 5), [rand(n, 5, dtype=BOOL)], torch.tensor(2.0)), "mask")
case("index_put", lambda n: call(View(rand(9, 5), lambda t: torch.zeros_like(t)), [distinct(4, 9)], rand(4, 5)), "into-zeros")
case("masked_scatter", lambda n: call(rand(n, 5), rand(n, 5, dtype=BOOL), rand(n, 5)))
