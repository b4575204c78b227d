# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Contractions, convolutions, normalisations, pooling, resizing, attention and recurrent layers."""
import functools

from case import *
from case import case as any_case

SUMMED = {"scale": 1e-6, "ulps": 2}  # the order of a sum is free
case_sum = functools.partial(any_case, **SUMMED)
for_sum = functools.partial(for_dtypes, **SUMMED)

# ---- products ---------------------------------------------------------------

for_sum("matmul linalg_matmul mm", FLOATS, lambda n, d: call(rand(n, 33, dtype=d), rand(33, 9, dtype=d)))
for_sum("bmm", FLOATS, lambda n, d: call(rand(3, n, 33, dtype=d), rand(3, 33, 9, dtype=d)))
for label, (a, b) in {"vector-vector": ((9,), (9,)), "vector-matrix": ((9,), (9, 5)), "matrix-vector": (("n", 9), (9,)),
                      "batch-matrix": ((2, "n", 9), (9, 5)), "matrix-batch": ((3, 9), (2, 9, "n")), "batch-vector": ((2, "n", 9), (9,)),
                      "broadcast": ((2, 1, "n", 9), (3, 9, 5)), "vector-batch": ((9,), (2, 9, 5)), "empty": ((0, 9), (9, 5)),
                      "empty-sum": ((3, 0), (0, 5)), "one": ((1, 1), (1, 1))}.items():
    case_sum("matmul", lambda n, a=a, b=b: call(*(rand(*(n if s == "n" else s for s in shape)) for shape in (a, b))), label)
case_sum("matmul", lambda n: call(View(rand(9, n), lambda t: t.t()), View(rand(5, 9), lambda t: t.t())), "transposed")
case_sum("matmul", lambda n: call(rand(n, 9), Weight(rand(9, 5))), "weight")
case_sum("matmul", lambda n: call(torch.tensor([[math.inf, 1.0], [math.nan, 2.0]]), rand(2, 3)), "special")
any_case("matmul mm", lambda n: call(rand(n, 9, dtype=I64), rand(9, 5, dtype=I64)), "i64", exact=True)
case_sum("mv", lambda n: call(rand(n, 9), rand(9)))
for_sum("dot vdot", (F32, F64, BF16), lambda n, d: call(rand(33, dtype=d), rand(33, dtype=d)))
any_case("outer ger", lambda n: call(rand(n), rand(5)))
for_sum("addmm", FLOATS, lambda n, d: call(rand(5, dtype=d), rand(n, 9, dtype=d), rand(9, 5, dtype=d)))
case_sum("addmm", lambda n: call(rand(n, 5), rand(n, 9), rand(9, 5), beta=0.5, alpha=2), "numbers")
case_sum("addmm", lambda n: call(torch.full((3, 5), math.nan), rand(3, 9), rand(9, 5), beta=0), "unread")
case_sum("addmv", lambda n: call(rand(n), rand(n, 9), rand(9), beta=2, alpha=0.5))
case_sum("baddbmm", lambda n: call(rand(2, n, 5), rand(2, n, 9), rand(2, 9, 5), beta=2, alpha=0.5))
for_sum("linear", FLOATS, lambda n, d: call(rand(n, 33, dtype=d), Weight(rand(9, 33, dtype=d)), Weight(rand(9, dtype=d))))
case_sum("linear", lambda n: call(rand(2, n, 33), rand(9, 33)), "batch")
case_sum("linear", lambda n: call(rand(33), rand(9, 33), rand(9)), "vector")
case_sum("linear", lambda n: call(rand(n, 33), rand(33), None), "one")
case_sum("linear", lambda n: call(rand(0, 33), rand(9, 33), rand(9)), "empty")
for equation, shapes in {"ij,jk->ik": (("n", 9), (9, 5)), "bij,bjk": ((2, "n", 9), (2, 9, 5)), "ij->ji": (("n", 5),), "ij->": (("n", 5),), "i,j->ij": (("n",), (5,)), "bhqd,bhkd->bhqk": ((2, 3, "n", 8), (2, 3, 5, 8)),
                         "...ij,jk->...ik": ((2, "n", 9), (9, 5)), "ij,ij->i": (("n", 5), ("n", 5)), "abc,cd,be->ade": ((2, 3, 4), (4, 5), (3, 6)),
                         "bi,ij,bj->b": (("n", 3), (3, 4), ("n", 4))}.items():
    case_sum("einsum", lambda n, e=equation, s=shapes: call(e, [rand(*(n if k == "n" else k for k in shape)) for shape in s]), equation)

# ---- convolutions -----------------------------------------------------------

IMAGES = {1: (9,), 2: (9, 7), 3: (5, 6, 7)}
for dims, image in IMAGES.items():
    kernel = (3,) * dims
    for_sum(f"conv{dims}d", (F32, BF16), lambda n, d, k=kernel, i=image: call(rand(2, 4, *i, dtype=d), Weight(rand(6, 4, *k, dtype=d)), Weight(rand(6, dtype=d))))
    case_sum(f"conv{dims}d", lambda n, k=kernel, i=image: call(rand(n, 4, *i), Weight(rand(6, 2, *k)), None, [2] * len(k), [1] * len(k), [1] * len(k), 2), "groups")
    case_sum(f"conv{dims}d", lambda n, k=kernel, i=image: call(rand(n, 4, *i), Weight(rand(4, 1, *k)), None, [1] * len(k), [1] * len(k), [1] * len(k), 4), "depthwise")
    case_sum(f"conv{dims}d", lambda n, k=kernel, i=image: call(rand(1, 4, *i), rand(6, 4, *k), rand(6), [1] * len(k), [2] * len(k), [2] * len(k)), "dilated")
    case_sum(f"conv{dims}d", lambda n, k=kernel, i=image: call(rand(4, *i), Weight(rand(6, 4, *k))), "unbatched")
    case_sum(f"conv{dims}d.padding", lambda n, k=kernel, i=image: call(rand(n, 4, *i), Weight(rand(6, 4, *k)), None, [1] * len(k), "same"), "same")
    case_sum(f"conv{dims}d.padding", lambda n, k=kernel, i=image: call(rand(n, 4, *i), Weight(rand(6, 4, *k)), Weight(rand(6)), [2] * len(k), "valid"), "valid")
    transposed = f"conv_transpose{dims}d" + (".input" if dims > 1 else "")
    case_sum(transposed, lambda n, k=kernel, i=image: call(rand(2, 4, *i), Weight(rand(4, 6, *k)), Weight(rand(6))))
    case_sum(transposed, lambda n, k=kernel, i=image: call(rand(n, 4, *i), Weight(rand(4, 3, *k)), None, [2] * len(k), [1] * len(k), [1] * len(k), 2), "groups")
case_sum("convolution", lambda n: call(rand(n, 4, 9, 7), Weight(rand(6, 4, 3, 3)), Weight(rand(6)), [2, 1], [1, 0], [1, 1], False, [0, 0], 1))
case_sum("convolution", lambda n: call(rand(n, 4, 9, 7), Weight(rand(4, 6, 3, 3)), None, [2, 2], [1, 1], [1, 1], True, [1, 1], 1), "transposed")
case_sum("_convolution", lambda n: call(rand(n, 4, 9), Weight(rand(6, 4, 3)), None, [1], [1], [1], False, [0], 1, False, False, True, True))
case_sum("_convolution.deprecated", lambda n: call(rand(n, 4, 9), Weight(rand(6, 4, 3)), None, [1], [1], [1], False, [0], 1, False, False, True))

# ---- normalisation ----------------------------------------------------------

NORM = {"scale": 1e-6, "ulps": 4}
case_norm = functools.partial(any_case, **NORM)
for_norm = functools.partial(for_dtypes, **NORM)


def statistics(c, dtype=F32):
    return rand(c, dtype=dtype), rand(c, dtype=dtype), rand(c, dtype=dtype), rand(c, dtype=dtype, low=0.5, high=2)


for_norm("batch_norm", (F32, F64), lambda n, d: call(rand(n, 3, 5, dtype=d), *statistics(3, d), False, 0.1, 1e-5, False))
case_norm("batch_norm", lambda n: call(rand(n, 3, 5), None, None, None, None, True, 0.1, 1e-5, False), "batch-statistics")
case_norm("batch_norm", lambda n: call(rand(n, 3), None, None, *statistics(3)[2:], False, 0.1, 1e-3, False), "no-weight")
case_norm("_native_batch_norm_legit_no_training", lambda n: call(rand(n, 3, 5), *statistics(3), 0.1, 1e-5))
case_norm("_native_batch_norm_legit.no_stats", lambda n: call(rand(n, 3, 5), rand(3), rand(3), True, 0.1, 1e-5))
case_norm("native_batch_norm", lambda n: call(rand(n, 3, 5), *statistics(3), False, 0.1, 1e-5))
case_norm("_native_batch_norm_legit", lambda n: call(rand(n, 3, 5), *statistics(3), False, 0.1, 1e-5))
for_norm("layer_norm", FLOATS, lambda n, d: call(rand(n, 33, dtype=d), [33], rand(33, dtype=d), rand(33, dtype=d)))
case_norm("layer_norm", lambda n: call(rand(n, 3, 5), [3, 5], rand(3, 5), None, 1e-3), "two")
case_norm("layer_norm", lambda n: call(rand(n, 33), [33]), "plain")
case_norm("layer_norm", lambda n: call(rand(0, 33), [33]), "empty")
case_norm("layer_norm", lambda n: call(torch.full((3, 8), 2.0), [8]), "constant")
case_norm("native_layer_norm", lambda n: call(rand(n, 33), [33], rand(33), rand(33), 1e-5))
for_norm("group_norm", (F32, BF16), lambda n, d: call(rand(n, 6, 5, dtype=d), 3, rand(6, dtype=d), rand(6, dtype=d)))
case_norm("group_norm", lambda n: call(rand(2, 6, 5, 7), 1), "one")
case_norm("native_group_norm", lambda n: call(rand(2, 6, 5), rand(6), rand(6), 2, 6, 5, 3, 1e-5))
case_norm("instance_norm", lambda n: call(rand(n, 3, 5, 7), rand(3), rand(3), None, None, True, 0.1, 1e-5, False))
case_norm("instance_norm", lambda n: call(rand(n, 3, 9), None, None, None, None, True, 0.1, 1e-5, False), "plain")
for_norm("rms_norm", FLOATS, lambda n, d: call(rand(n, 33, dtype=d), [33], rand(33, dtype=d), 1e-6))
case_norm("rms_norm", lambda n: call(rand(n, 33), [33]), "default")
case_norm("_fused_rms_norm", lambda n: call(rand(n, 33), [33], rand(33), 1e-6))
for dim, shape in ((0, (7, 1, 1)), (1, (1, 5, 1)), (2, (1, 1, 3)), (-1, ())):
    case_norm("_weight_norm", lambda n, d=dim, s=shape: call(rand(7, 5, 3), rand(*s), d), f"{dim}", dynamic=False)
case_norm("_weight_norm", lambda n: call(rand(n, 9), rand(n, 1), 0), "rows")
case_norm("cosine_similarity", lambda n: call(rand(n, 9), rand(n, 9)))
case_norm("cosine_similarity", lambda n: call(rand(3, n, 9), rand(1, n, 9), 2, 1e-6), "broadcast")
for p in (1.0, 2.0, 3.0, math.inf):
    case_norm("cdist", lambda n, p=p: call(rand(n, 5), rand(7, 5), p), f"{p}", dynamic=p != 2)
case_norm("cdist", lambda n: call(rand(2, n, 5), rand(2, 30, 5)), "batch", dynamic=False)
case_norm("_cdist_forward", lambda n: call(rand(n, 5), rand(7, 5), 2.0, 2))

# ---- losses -----------------------------------------------------------------

for loss in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits"):
    for reduction in (0, 1, 2):
        # binary_cross_entropy has weights before the reduction.
        before = [None, None] if loss.endswith("logits") else []
        case_norm(loss, lambda n, b=before, r=reduction: call(rand(n, 5), rand(n, 5, low=0, high=1), *b, r), f"reduction{reduction}")
case_norm("smooth_l1_loss", lambda n: call(rand(n, 5), rand(n, 5), 1, 0.25), "beta")
case_norm("huber_loss", lambda n: call(rand(n, 5), rand(n, 5), 1, 0.25), "delta")
case_norm("binary_cross_entropy", lambda n: call(rand(n, 5, low=0, high=1), rand(n, 5, low=0, high=1), rand(n, 5), 1), "weight")
case_norm("binary_cross_entropy", lambda n: call(torch.tensor([0.0, 1, 0, 1]), torch.tensor([0.0, 0, 1, 1]), None, 0), "ends")
case_norm("binary_cross_entropy_with_logits", lambda n: call(rand(n, 5), rand(n, 5, low=0, high=1), rand(5), rand(5), 1), "weights")
case_norm("kl_div", lambda n: call(rand(n, 5), rand(n, 5, low=0, high=1), 1), "plain")
case_norm("kl_div", lambda n: call(rand(n, 5), rand(n, 5), 2, log_target=True), "log")
LABELS = torch.tensor([0, 4, 2, 2, 1])
for reduction in (0, 1, 2):
    case_norm("nll_loss_nd", lambda n, r=reduction: call(rand(5, 5), LABELS, rand(5, low=0.5, high=1), r, 2), f"reduction{reduction}")
    case_norm("cross_entropy_loss", lambda n, r=reduction: call(rand(5, 5), LABELS, rand(5, low=0.5, high=1), r, 2, 0.1), f"reduction{reduction}")
case_norm("nll_loss", lambda n: call(rand(5, 5), LABELS, None, 2))
case_norm("nll_loss2d", lambda n: call(rand(2, 3, 2, 2), torch.tensor([[[0, 2], [1, 1]], [[2, 2], [0, 1]]]), rand(3, low=0.5, high=1), 1))
case_norm("nll_loss2d_forward", lambda n: call(rand(1, 3, 2, 2), torch.tensor([[[0, 2], [1, 1]]]), None, 1, -100))
case_norm("nll_loss_forward", lambda n: call(rand(5, 5), LABELS, None, 1, -100))
case_norm("cross_entropy_loss", lambda n: call(rand(5, 5), LABELS), "plain")
case_norm("cross_entropy_loss", lambda n: call(rand(5), torch.tensor(3)), "one")
case_norm("cross_entropy_loss", lambda n: call(rand(2, 3, 4), torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2]])), "sequence")
case_norm("cross_entropy_loss", lambda n: call(rand(n, 5), rand(n, 5, low=0, high=1), rand(5), 1, -100, 0.2), "probabilities")

# ---- pooling ----------------------------------------------------------------

for dims, image in IMAGES.items():
    for_dtypes(f"max_pool{dims}d", (F32, BF16), lambda n, d, i=image: call(rand(n, 3, *i, dtype=d), [3] * len(i), [2] * len(i), [1] * len(i)), exact=True)
    any_case(f"max_pool{dims}d", lambda n, i=image: call(rand(n, 3, *i), [2] * len(i), [2] * len(i), [0] * len(i), [1] * len(i), True), "ceil", exact=True)
    any_case(f"max_pool{dims}d", lambda n, i=image: call(rand(n, 3, *i), [2] * len(i), [1] * len(i), [1] * len(i), [2] * len(i)), "dilated", exact=True)
    any_case(f"max_pool{dims}d_with_indices",
             lambda n, i=image: call(rand(n, 3, *i), [3] * len(i), [2] * len(i), [1] * len(i)), exact=True, results=1)
    case_sum(f"avg_pool{dims}d", lambda n, i=image: call(rand(n, 3, *i), [3] * len(i), [2] * len(i), [1] * len(i)))
    case_sum(f"avg_pool{dims}d", lambda n, i=image: call(rand(n, 3, *i), [3] * len(i), [2] * len(i), [1] * len(i), True, False), "ceil")
    case_sum(f"adaptive_avg_pool{dims}d", lambda n, i=image: call(rand(n, 3, *i), [3] * len(i)))
    case_sum(f"adaptive_avg_pool{dims}d", lambda n, i=image: call(rand(3, *i), [1] * len(i)), "one")
    any_case(f"adaptive_max_pool{dims}d", lambda n, i=image: call(rand(n, 3, *(2 * s for s in i)), i), exact=True, results=1)
any_case("max_pool2d", lambda n: call(torch.full((1, 1, 4, 4), -math.inf), [2, 2]), "inf", exact=True)
any_case("max_pool2d", lambda n: call(torch.where(rand(2, 2, 6, 6) > 3, math.nan, rand(2, 2, 6, 6)), [2, 2]), "nan", exact=True)
case_sum("avg_pool2d", lambda n: call(rand(n, 3, 9, 7), [2, 3], [2, 2], [0, 1], False, True, 5), "divisor")
case_sum("_adaptive_avg_pool2d", lambda n: call(rand(n, 3, 9, 7), [4, 3]))
case_sum("_adaptive_avg_pool3d", lambda n: call(rand(n, 3, 5, 6, 7), [4, 3, 2]))

# ---- resizing ---------------------------------------------------------------

for dims, linear in {1: "linear1d", 2: "bilinear2d", 3: "trilinear3d"}.items():
    image = IMAGES[dims]
    double = [2 * s for s in image]
    odd = [s + 4 for s in image]
    any_case(f"upsample_nearest{dims}d", lambda n, i=image, s=odd: call(rand(n, 3, *i), s), exact=True)
    any_case(f"upsample_nearest{dims}d.vec", lambda n, i=image: call(rand(n, 3, *i), None, [2.0] * len(i)), exact=True)
    any_case(f"upsample_nearest{dims}d.vec", lambda n, i=image: call(rand(n, 3, *i), None, [0.7] * len(i)), "down", exact=True)
    for corners in (False, True):
        case_sum(f"upsample_{linear}", lambda n, i=image, s=odd, c=corners: call(rand(n, 3, *i), s, c), f"{corners}".lower())
        case_sum(f"upsample_{linear}.vec", lambda n, i=image, c=corners: call(rand(n, 3, *i), None, c, [2.0] * len(i)), f"{corners}".lower())

# ---- attention --------------------------------------------------------------

for_sum("scaled_dot_product_attention", FLOATS, lambda n, d: call(*(rand(2, 3, k, 8, dtype=d) for k in (n, 9, 9))))
case_sum("scaled_dot_product_attention", lambda n: call(*(rand(2, 3, n, 8) for _ in range(3)), None, 0.0, True), "causal")
case_sum("scaled_dot_product_attention", lambda n: call(rand(2, 3, n, 8), rand(2, 3, 9, 8), rand(2, 3, 9, 8), rand(n, 9)), "mask")
case_sum("scaled_dot_product_attention", lambda n: call(rand(2, 3, n, 8), rand(2, 3, 9, 8), rand(2, 3, 9, 8), rand(2, 1, 1, 9) > -3), "bool-mask")
case_sum("scaled_dot_product_attention", lambda n: call(rand(2, 3, 5, 8), rand(2, 3, 9, 8), rand(2, 3, 9, 8), torch.zeros(5, 9, dtype=BOOL)), "nothing-seen")
case_sum("scaled_dot_product_attention", lambda n: call(rand(3, n, 8), rand(3, 9, 8), rand(3, 9, 4), scale=0.3), "scale")
case_sum("scaled_dot_product_attention", lambda n: call(rand(2, 6, n, 8), rand(2, 2, 9, 8), rand(2, 2, 9, 8), enable_gqa=True), "grouped")

# ---- recurrent --------------------------------------------------------------


def cell(gates, inputs=5, hidden=4):
    return [Weight(rand(gates * hidden, inputs, low=-1, high=1)), Weight(rand(gates * hidden, hidden, low=-1, high=1)),
            Weight(rand(gates * hidden, low=-1, high=1)), Weight(rand(gates * hidden, low=-1, high=1))]


LAYER = {"scale": 4e-6, "ulps": 8, "dynamic": False}
any_case("lstm_cell", lambda n: call(rand(3, 5), [rand(3, 4), rand(3, 4)], *cell(4)), **LAYER)
any_case("gru_cell", lambda n: call(rand(3, 5), rand(3, 4), *cell(3)), **LAYER)
any_case("rnn_tanh_cell rnn_relu_cell", lambda n: call(rand(3, 5), rand(3, 4), *cell(1)), **LAYER)
any_case("lstm.input", lambda n: call(rand(6, 3, 5), [rand(1, 3, 4), rand(1, 3, 4)], cell(4), True, 1, 0.0, False, False, False), **LAYER)
any_case("lstm.input", lambda n: call(rand(3, 6, 5), [rand(2, 3, 4), rand(2, 3, 4)], cell(4) + cell(4), True, 1, 0.0, False, True, True), "both-ways", **LAYER)
any_case("gru.input", lambda n: call(rand(6, 3, 5), rand(2, 3, 4), cell(3) + cell(3, 4), True, 2, 0.0, False, False, False), "layers", **LAYER)
any_case("rnn_tanh.input rnn_relu.input", lambda n: call(rand(6, 3, 5), rand(1, 3, 4), cell(1), True, 1, 0.0, False, False, False), **LAYER)

# ---- gradients, as torch's autograd writes them -----------------------------

CONVOLUTIONS = {"plain": (6, 4, 1, 1, 1, 0, 1), "strided": (6, 4, 2, 1, 1, 0, 1), "groups": (6, 2, 1, 0, 2, 0, 2)}
for label, (outputs, inputs, stride, padding, dilation, extra, groups) in CONVOLUTIONS.items():
    def build(n, o=outputs, i=inputs, s=stride, p=padding, d=dilation, e=extra, g=groups):
        x, w = rand(2, 4, 9, n), rand(o, i, 3, 3)
        rest = ([s, s], [p, p], [d, d], False, [e, e], g)
        y = torch.ops.aten.convolution(x, w, None, *rest)
        return call(rand(*y.shape), x, w, [o], *rest, [True, True, True])
    case_sum("convolution_backward", build, label, dynamic=False, splits_sums=True)
case_sum("convolution_backward", lambda n: call(rand(2, 6, 5, 9), rand(2, 4, 3, 5), rand(4, 6, 3, 3), [6], [2, 2], [1, 1], [1, 1], True, [0, 0], 1, [True, True, True]), "transposed", dynamic=False, splits_sums=True)
case_sum("convolution_backward", lambda n: call(rand(n, 6, 7), rand(n, 4, 9), rand(6, 4, 3), [0], [1], [0], [1], False, [0], 1, [False, True, False]), "weight", splits_sums=True)
case_sum("avg_pool2d_backward", lambda n: call(rand(n, 3, 4, 4), rand(n, 3, 9, 8), [3, 3], [2, 2], [0, 1], False, False, None))
case_sum("avg_pool3d_backward", lambda n: call(rand(n, 3, 2, 2, 2), rand(n, 3, 4, 5, 4), [2, 2, 2], [2, 2, 2], [0, 0, 0], False, True, None))
case_sum("_adaptive_avg_pool2d_backward", lambda n: call(rand(n, 3, 2, 3), rand(n, 3, 7, 9)))
case_sum("_adaptive_avg_pool3d_backward", lambda n: call(rand(n, 3, 2, 3, 1), rand(n, 3, 4, 6, 5)))
