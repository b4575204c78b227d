# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gradients of each operation beside torch.autograd: odd sizes, f32 and f64, weights of the outputs at random."""
import math, os, pathlib, re, subprocess, sys

import pytest
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
sys.path.insert(0, str(BIN.parent / "python"))
import lcompile  # noqa: E402

#: Relative to the largest element of the gradient: a few roundings. f64 is what shows a wrong formula.
TOLERANCE = {torch.float32: 2e-5, torch.float64: 1e-11}


def rand(*shape, low=-2.0, high=2.0):
    return lambda dtype: (torch.rand(*shape, dtype=torch.float64) * (high - low) + low).to(dtype)


def fixed(tensor):
    """An input that has no gradient."""
    return lambda dtype: tensor


def grid(*values):
    """Values at kinks and on both sides of them."""
    return lambda dtype: torch.tensor(values, dtype=dtype)


CASES = {}


def case(name, function, *inputs, dtypes=(torch.float32, torch.float64), module=None):
    for dtype in dtypes:
        key = f"{name}-{str(dtype).removeprefix('torch.float')}"
        assert key not in CASES
        CASES[key] = function, inputs, dtype, module


class Wrapped(nn.Module):
    def __init__(self, function, module):
        super().__init__()
        self.function, self.inner = function, module

    def forward(self, *inputs):
        return self.function(*inputs) if self.inner is None else self.function(self.inner, *inputs)


# ---- elementwise ---------------------------------------------------------------

X, POSITIVE, INSIDE = rand(7, 5), rand(7, 5, low=0.2, high=3), rand(7, 5, low=-0.9, high=0.9)
for name in ("neg", "abs", "exp", "exp2", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "erf", "sigmoid",
             "relu", "square", "sign", "ceil", "floor", "round", "trunc"):
    case(name, getattr(torch, name), rand(7, 5, low=-1.4, high=1.4))
for name in ("sqrt", "rsqrt", "reciprocal", "log", "log2", "log10", "log1p"):
    case(name, getattr(torch, name), POSITIVE)
for name in ("asin", "acos"):
    case(name, getattr(torch, name), INSIDE)
KINKS = grid(-4.0, -3.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 4.0, 30.0)
case("F.hardsigmoid", F.hardsigmoid, KINKS, dtypes=(torch.float32,))  # PyTorch's 1/6 is an f32 in f64 too
for name in ("relu", "relu6", "silu", "mish", "hardswish", "elu", "celu", "selu", "leaky_relu", "softplus",
             "gelu", "hardtanh", "logsigmoid", "softsign"):
    case(f"F.{name}", getattr(F, name), KINKS)
case("abs-kink", torch.abs, KINKS)
case("gelu-tanh", lambda x: F.gelu(x, approximate="tanh"), X)
case("elu-alpha", lambda x: F.elu(x, 0.7), X)
case("softplus-beta", lambda x: F.softplus(x, 2.0, 1.0), X)
case("clamp", lambda x: (x.clamp(-1, 0.5), x.clamp(min=0), x.clamp(max=1)), KINKS)

Y = rand(7, 5)
for name in ("add", "sub", "mul", "div", "atan2", "maximum", "minimum"):
    case(name, getattr(torch, name), X, POSITIVE)
case("maximum-ties", torch.maximum, grid(1.0, 2.0, 3.0), grid(1.0, 3.0, 2.0))
case("minimum-ties", torch.minimum, grid(1.0, 2.0, 3.0), grid(1.0, 3.0, 2.0))
case("broadcast", lambda x, y, z: x * y + z / (y * y + 1), X, rand(5), rand(7, 1))
case("pow", torch.pow, POSITIVE, Y)
case("pow-number", lambda x: (x**2, x**3, x**0.5, x**-1), POSITIVE)
case("pow-zero", torch.pow, grid(0.0, 0.0, 2.0, -2.0), grid(2.0, 0.0, 0.0, 2.0))
case("remainder", torch.remainder, X, POSITIVE)
case("fmod", torch.fmod, X, POSITIVE)
case("copysign", torch.copysign, X, Y)
case("where", lambda x, y: torch.where(x > y, x, y * 2), X, Y)
case("masked_fill", lambda x: x.masked_fill(torch.tensor([True, False, True, False, False]), 3.0), X)
case("lerp", lambda x, y: torch.lerp(x, y, 0.3), X, Y)
case("addcmul", lambda x, y, z: torch.addcmul(x, y, z, value=2), X, Y, POSITIVE)
case("many-uses", lambda x: x * x.exp() + x.sin() * x, X)
case("precision", lambda x: x.double().exp().float() * x, X, dtypes=(torch.float32,))

# ---- shape ---------------------------------------------------------------------

case("reshape", lambda x: x.reshape(5, 7).exp(), X)
case("permute", lambda x: x.permute(2, 0, 1).exp(), rand(3, 4, 5))
case("expand", lambda x: x.expand(3, 7, 5).exp(), rand(7, 1))
case("slice", lambda x: (x[1:6:2] ** 2, x[:, -2:]), X)
case("select", lambda x: x[3] * x[:, 1].sum(), X)
case("flip", lambda x: x.flip(0, 1) * x, X)
case("roll", lambda x: x.roll(2, 0) * x, X)
case("cat", lambda x, y: torch.cat([x, y, x], 1).exp(), X, rand(7, 3))
case("stack", lambda x, y: torch.stack([x, y], 1).exp(), X, Y)
case("split", lambda x: [p * p for p in x.split([2, 3], 1)], X)
case("pad", lambda x: F.pad(x, (1, 2, 3, 0), value=5.0).exp(), X)
for mode in ("reflect", "replicate", "circular"):
    case(f"pad-{mode}", lambda x, m=mode: (F.pad(x, (2, 1), m).exp(), F.pad(x, (0, 3), m) ** 2, F.pad(x, (1, -2), m).sin()), rand(3, 5, 4))
    case(f"pad-{mode}-2d", lambda x, m=mode: F.pad(x, (2, 0, 1, 3), m).exp(), rand(2, 3, 5, 4))
case("pad-replicate-far", lambda x: F.pad(x, (7, 9), "replicate").exp(), rand(1, 2, 3))
case("pad-cut", lambda x: F.pad(x, (-1, 2)).exp(), X)
case("tril", lambda x: x.tril().exp(), rand(5, 5))
case("slice_scatter", lambda x, y: torch.slice_scatter(x, y, 1, 1, 4) ** 2, X, rand(7, 3))
case("repeat", lambda x: x.repeat(2, 3).exp(), rand(3, 2))
case("unfold", lambda x: x.unfold(0, 3, 2).exp(), rand(9, 2))

# ---- reductions ----------------------------------------------------------------

for name in ("sum", "mean", "prod", "var", "std", "amax", "amin", "logsumexp"):
    case(f"{name}-dim", lambda x, f=getattr(torch, name): f(x, 1) ** 2, X)
    case(f"{name}-keep", lambda x, f=getattr(torch, name): f(x, 0, keepdim=True) * x, X)
case("sum-all", lambda x: x.sum() * x.mean(), X)
case("var-population", lambda x: x.var(1, correction=0), X)
case("amax-ties", lambda x: x.amax(0), grid(1.0, 3.0, 3.0, 3.0, 2.0))
case("max-with-index", lambda x: x.max(1).values ** 2, X)
case("prod-zeros", lambda x: x.prod(1), lambda dtype: torch.tensor([[2.0, 0, 3], [0, 0, 5], [1, 2, 3]], dtype=dtype))
case("norm", lambda x: torch.linalg.vector_norm(x, dim=1), X)
case("cumsum", lambda x: x.cumsum(1) ** 2, X)
case("cumprod", lambda x: x.cumprod(1), X)
case("cumprod-zeros", lambda x: x.cumprod(1), lambda dtype: torch.tensor([[2.0, 0, 3, 4], [2, 3, 0, 0]], dtype=dtype))
case("softmax", lambda x: x.softmax(1), X)
case("softmax-first", lambda x: x.softmax(0) ** 2, X)
case("log_softmax", lambda x: x.log_softmax(1), X)

# ---- places from data ----------------------------------------------------------

INDEX = fixed(torch.tensor([[3, 0, 3], [6, 6, 1]]))
case("embedding", lambda x, i: F.embedding(i, x) ** 2, X, INDEX)
case("index_select", lambda x: x.index_select(1, torch.tensor([4, 0, 4])) ** 2, X)
case("index", lambda x, i: x[:, i] ** 2, rand(3, 7, 2), INDEX)
case("index-negative", lambda x: x[torch.tensor([-1, 2, -1])] ** 2, X)
case("index-pairs", lambda x: x[torch.tensor([0, 6, 0]), torch.tensor([1, 2, 1])] ** 2, X)
case("gather", lambda x: x.gather(1, torch.tensor([[0, 0, 4], [1, 2, 3]])) ** 2, X)
case("scatter", lambda x, y: x.scatter(1, torch.tensor([[0, 2, 4], [1, 2, 3]]), y) ** 2, X, rand(2, 3))
case("scatter_add", lambda x, y: x.scatter_add(1, torch.tensor([[0, 0, 4], [1, 2, 3]]), y) ** 2, X, rand(2, 3))
case("topk", lambda x: x.topk(3, 1).values ** 2, X)
case("sort", lambda x: x.sort(0).values * x, X)

# ---- products and convolutions -------------------------------------------------

A, B = rand(7, 5), rand(5, 3)
case("matmul", lambda a, b: a @ b, A, B)
for name, function, shapes in (("tn", lambda a, b: a.t() @ b, ((5, 7), (5, 3))), ("nt", lambda a, b: a @ b.t(), ((7, 5), (3, 5))),
                               ("tt", lambda a, b: a.t() @ b.t(), ((5, 7), (3, 5)))):
    case(f"matmul-{name}", function, *(rand(*s) for s in shapes))
case("bmm", torch.bmm, rand(2, 7, 5), rand(2, 5, 3))
case("bmm-tn", lambda a, b: a.transpose(1, 2) @ b, rand(2, 5, 7), rand(2, 5, 3))
case("bmm-nt", lambda a, b: a @ b.transpose(1, 2), rand(2, 7, 5), rand(2, 3, 5))
case("bmm-broadcast", torch.matmul, rand(2, 1, 7, 5), rand(3, 5, 4))
case("matmul-vector", torch.mv, A, rand(5))
case("matmul-shared", torch.matmul, rand(2, 3, 7, 5), B)
case("matmul-shared-tn", lambda a, b: a.transpose(-1, -2) @ b, rand(2, 5, 7), B)
case("matmul-by-itself", lambda a: a @ a.t(), A)
case("linear", F.linear, rand(2, 7, 5), rand(3, 5), rand(3))
case("addmm", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), rand(3), A, B)
case("einsum", lambda a, b: torch.einsum("bij,bkj->bik", a, b), rand(2, 7, 5), rand(2, 3, 5))

F32 = (torch.float32,)
for dims, image in ((1, (11,)), (2, (9, 8)), (3, (5, 6, 4))):
    conv, up = getattr(F, f"conv{dims}d"), getattr(F, f"conv_transpose{dims}d")
    kernel = (3, 2, 3)[:dims]
    case(f"conv{dims}d", conv, rand(2, 3, *image), rand(4, 3, *kernel), rand(4))
    case(f"conv{dims}d-stride", lambda x, w, f=conv: f(x, w, stride=2, padding=1), rand(2, 3, *image), rand(4, 3, *kernel))
    case(f"conv_transpose{dims}d", up, rand(2, 3, *image), rand(3, 4, *kernel), rand(4))
IMAGE = rand(2, 4, 9, 8)
case("conv2d-dilation", lambda x, w: F.conv2d(x, w, dilation=2, padding=2), IMAGE, rand(6, 4, 3, 3))
case("conv2d-groups", lambda x, w, b: F.conv2d(x, w, b, groups=2, padding=1, stride=2), IMAGE, rand(6, 2, 3, 3), rand(6))
case("conv2d-depthwise", lambda x, w: F.conv2d(x, w, groups=4, padding=1), IMAGE, rand(4, 1, 3, 3))
case("conv2d-point", lambda x, w: F.conv2d(x, w), IMAGE, rand(5, 4, 1, 1))
case("conv2d-same", lambda x, w: F.conv2d(x, w, padding="same"), IMAGE, rand(5, 4, 2, 3))
case("conv_transpose2d-stride", lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1), IMAGE, rand(4, 5, 3, 3))
case("conv_transpose2d-groups", lambda x, w: F.conv_transpose2d(x, w, groups=2, stride=2), IMAGE, rand(4, 3, 3, 3))
case("conv2d-depthwise-stride", lambda x, w: F.conv2d(x, w, groups=4, stride=2, dilation=2, padding=(2, 1)), IMAGE, rand(8, 1, 3, 2))
case("conv2d-uneven", lambda x, w: F.conv2d(F.pad(x, (0, 2, 1, 0)), w, stride=(3, 2)), IMAGE, rand(5, 4, 3, 3))
case("conv2d-wide", lambda x, w: F.conv2d(x, w, stride=2, padding=1), rand(2, 16, 9, 8), rand(32, 16, 3, 3))
case("conv2d-point-stride", lambda x, w: F.conv2d(x, w, stride=2), IMAGE, rand(5, 4, 1, 1))
case("conv2d-empty", lambda x, w, b: F.conv2d(x, w, b, padding=1), rand(0, 4, 9, 8), rand(6, 4, 3, 3), rand(6))
case("conv2d-twice", lambda x, w: F.conv2d(F.conv2d(x, w, padding=1).relu(), w, padding=1), IMAGE, rand(4, 4, 3, 3))
case("conv_transpose2d-wide", lambda x, w: F.conv_transpose2d(x, w, stride=3, padding=1, output_padding=2), IMAGE, rand(4, 5, 2, 3))
case("conv_transpose2d-dilation", lambda x, w: F.conv_transpose2d(x, w, dilation=3, output_padding=2), IMAGE, rand(4, 5, 2, 3))
case("conv_transpose2d-depthwise", lambda x, w, b: F.conv_transpose2d(x, w, b, groups=4, stride=2, padding=1), IMAGE, rand(4, 2, 3, 3), rand(8))

# ---- normalisation and attention -----------------------------------------------

case("layer_norm", lambda x, w, b: F.layer_norm(x, (5,), w, b), X, rand(5), rand(5))
case("layer_norm-two", lambda x: F.layer_norm(x, (4, 5)) ** 2, rand(3, 4, 5))
case("rms_norm", lambda x, w: F.rms_norm(x, (5,), w, 1e-6), X, rand(5))
case("group_norm", lambda x, w, b: F.group_norm(x, 3, w, b), rand(2, 6, 5), rand(6), rand(6))
case("instance_norm", lambda x: F.instance_norm(x) ** 2, rand(2, 3, 9))
case("batch_norm", lambda x, w, b: F.batch_norm(x, torch.zeros(3) + 0.1, torch.ones(3) * 1.5, w, b), rand(4, 3, 5), rand(3), rand(3), dtypes=F32)
for name, low in (("batch", -2.0), ("offset", 50.0)):
    case(f"batch_norm-{name}", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), rand(4, 3, 5, low=low, high=low + 2), rand(3), rand(3))
case("batch_norm-plain", lambda x: F.batch_norm(x, None, None, training=True) ** 2, rand(4, 3, 5, 2))
Q, K, V = rand(2, 4, 7, 8), rand(2, 4, 9, 8), rand(2, 4, 9, 8)
case("sdpa", F.scaled_dot_product_attention, Q, K, V)
case("sdpa-causal", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), rand(2, 4, 9, 8), K, V)
case("sdpa-mask", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m), Q, K, V, rand(1, 1, 7, 9))
case("sdpa-groups", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), Q, rand(2, 2, 9, 8), rand(2, 2, 9, 8))

# ---- pooling and interpolation -------------------------------------------------

for dims, image in ((1, (11,)), (2, (9, 8)), (3, (5, 6, 7))):
    size = (2, 3, *image)
    case(f"max_pool{dims}d", lambda x, f=getattr(F, f"max_pool{dims}d"): f(x, 3, 2, 1), rand(*size), dtypes=F32)
    case(f"avg_pool{dims}d", lambda x, f=getattr(F, f"avg_pool{dims}d"): f(x, 3, 2, 1), rand(*size), dtypes=F32)
    case(f"adaptive_avg_pool{dims}d", lambda x, f=getattr(F, f"adaptive_avg_pool{dims}d"): (f(x, 1), f(x, 3)), rand(*size))
case("max_pool2d-ties", lambda x: F.max_pool2d(x.relu(), 2, 1), IMAGE)
case("max_pool2d-dilated", lambda x: F.max_pool2d(x, (2, 3), (2, 1), (0, 1), (2, 2)), IMAGE)
case("max_pool2d-ceil", lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True), IMAGE)
case("max_pool2d-apart", lambda x: F.max_pool2d(x, 2, 3), IMAGE)
case("avg_pool2d-valid", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), IMAGE)
case("avg_pool2d-ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), IMAGE)
case("avg_pool2d-divisor", lambda x: F.avg_pool2d(x, 2, divisor_override=3), IMAGE)
for mode in ("nearest", "bilinear"):
    case(f"interpolate-{mode}", lambda x, m=mode: F.interpolate(x, (13, 5), mode=m), IMAGE)
    case(f"interpolate-{mode}-scale", lambda x, m=mode: F.interpolate(x, scale_factor=2, mode=m), IMAGE)
case("interpolate-corners", lambda x: F.interpolate(x, (13, 5), mode="bilinear", align_corners=True), IMAGE)
case("pixel_shuffle", lambda x: F.pixel_shuffle(x, 2) ** 2, IMAGE)

# ---- control flow ---------------------------------------------------------------


class Branch(nn.Module):
    def forward(self, x, y):
        return torch.cond(x.sum() > 0, lambda x, y: x * y, lambda x, y: (x - y).exp(), (x, y))


for sign in (1, -1):
    case(f"cond{sign:+}", lambda m, x, y: m(x, y), lambda dtype, s=sign: s * torch.rand(7, 5).to(dtype), Y, module=Branch)
case("lstm-both-ways", lambda m, x: m(x)[0], rand(3, 2, 5), module=lambda: nn.LSTM(5, 4, num_layers=2, bidirectional=True), dtypes=F32)
case("gru", lambda m, x: m(x)[0], rand(3, 2, 5), module=lambda: nn.GRU(5, 4), dtypes=F32)
case("rnn", lambda m, x: m(x)[1], rand(3, 2, 5), module=lambda: nn.RNN(5, 4), dtypes=F32)

# ---- losses and modules --------------------------------------------------------

LABELS = fixed(torch.tensor([0, 4, 2, 2, 1, 3, 0]))
case("cross_entropy", F.cross_entropy, X, LABELS)
case("cross_entropy-ignored", lambda x, t: F.cross_entropy(x, t, ignore_index=2), X, LABELS)
case("cross_entropy-smooth", lambda x, t, w: F.cross_entropy(x, t, w.detach(), ignore_index=2, label_smoothing=0.1), X, LABELS, rand(5, low=0.5))
case("cross_entropy-image", lambda x: F.cross_entropy(x, torch.tensor([[[0, 2], [1, 1]]]), reduction="sum"), rand(1, 3, 2, 2))
case("cross_entropy-probabilities", lambda x, p: F.cross_entropy(x, p.softmax(1)), X, Y)
PROBABILITY = rand(7, 5, low=0.05, high=0.95)
for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
    case(name, getattr(F, name), X, Y)
case("binary_cross_entropy", F.binary_cross_entropy, PROBABILITY, PROBABILITY)
case("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, X, PROBABILITY)
case("kl_div", lambda x, y: F.kl_div(x.log_softmax(1), y.softmax(1), reduction="batchmean"), X, Y)
case("mlp", lambda m, x: m(x), rand(9, 5), module=lambda: nn.Sequential(nn.Linear(5, 13), nn.GELU(), nn.Linear(13, 3), nn.LogSoftmax(1)))
case("encoder-layer", lambda m, x: m(x), rand(2, 7, 8), module=lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0, batch_first=True))
case("lstm", lambda m, x: m(x)[0], rand(2, 3, 5), module=lambda: nn.LSTM(5, 4, batch_first=True), dtypes=F32)
case("div-floor", lambda x, y: torch.div(x, y, rounding_mode="floor") * x, X, Y)
case("div-trunc", lambda x, y: torch.div(x, y, rounding_mode="trunc") * y, X, Y)
case("no-influence", lambda x, y: (x * 2, y.detach() * 3), X, Y)
case("empty", lambda x, w: x @ w, rand(0, 5), rand(5, 3))


def compiled(folder, module, inputs):
    torch.export.save(torch.export.export(module, inputs), folder / "m.pt2")
    done = subprocess.run([BIN / "lcompile", folder / "m.pt2", "--gradients", "-o", folder / "m.so"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return lcompile.load(folder / "m.so")


def by_autograd(module, inputs, seeds):
    """Outputs, and gradients of inputs and parameters by their names."""
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    outputs = module(*inputs)
    outputs = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    seeds = seeds(outputs)
    used = [(y, s) for y, s in zip(outputs, seeds) if y.requires_grad]
    leaves = [x for x in (*inputs, *module.parameters()) if x.requires_grad]
    given = torch.autograd.grad([y for y, _ in used], leaves, [s for _, s in used], allow_unused=True) if used else [None] * len(leaves)
    gradients = [torch.zeros_like(x) if d is None else d for x, d in zip(leaves, given)]
    names = [f"grad_{name}" for name, _ in module.named_parameters()]
    return [y.detach() for y in outputs], seeds, gradients[: len(leaves) - len(names)], dict(zip(names, gradients[len(leaves) - len(names) :]))


def close(found, expected, dtype, what):
    assert found.shape == expected.shape and found.dtype == expected.dtype, what
    finite = expected.isfinite()
    assert torch.equal(found.isnan(), expected.isnan()), what
    scale = expected[finite].abs().max().item() if finite.any() else 1.0
    error = (found[finite] - expected[finite]).abs().max().item() if finite.any() else 0.0
    assert error <= TOLERANCE[dtype] * max(scale, 1e-3), f"{what}: {error} of {scale}"


@pytest.mark.parametrize("name", CASES)
def test_beside_autograd(name, tmp_path):
    function, makers, dtype, module = CASES[name]
    torch.manual_seed(0)
    inputs = tuple(make(dtype) for make in makers)
    wrapped = Wrapped(function, module and module().to(dtype))
    compiled_model = compiled(tmp_path, wrapped, inputs)
    outputs, seeds, gradients, of_parameters = by_autograd(wrapped, inputs, lambda ys: [torch.randn_like(y) for y in ys])
    found = compiled_model._handle.run([*inputs, *seeds])
    for i, (y, expected) in enumerate(zip(found, outputs)):
        close(y, expected, dtype, f"output {i}")
    names = [tensor.name for tensor in compiled_model.outputs][len(outputs) :]
    found = dict(zip(names, found[len(outputs) :]))
    floats = [n for n in names if n not in of_parameters]
    for i, (n, expected) in enumerate(zip(floats, gradients)):
        close(found[n], expected, dtype, f"gradient of input {i}")
    for n, expected in of_parameters.items():
        close(found[n], expected, dtype, n)


def test_sizes_that_vary(tmp_path):
    """One artefact for all batches and images, with a stride, whose windows leave the image's size open."""
    module = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 5, (2, 3), groups=1))
    n, h = torch.export.Dim("n", min=1, max=9), torch.export.Dim("h", min=8, max=40)
    program = torch.export.export(module, (torch.randn(2, 3, 16, 11),), dynamic_shapes=({0: n, 2: h},))
    torch.export.save(program, tmp_path / "m.pt2")
    done = subprocess.run([BIN / "lcompile", tmp_path / "m.pt2", "--gradients", "-o", tmp_path / "m.so"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    model = lcompile.load(tmp_path / "m.so")
    for batch, height in ((2, 16), (1, 9), (7, 40), (9, 17), (2, 16)):
        x = torch.randn(batch, 3, height, 11)
        outputs, seeds, gradients, of_parameters = by_autograd(module, (x,), lambda ys: [torch.randn_like(y) for y in ys])
        found = dict(zip([t.name for t in model.outputs], model._handle.run([x, *seeds])))
        (of_input,) = [g for name, g in found.items() if name.startswith("grad_") and name not in of_parameters]
        close(of_input, gradients[0], torch.float32, f"gradient of the input of {batch}x{height}")
        for name, expected in of_parameters.items():
            close(found[name], expected, torch.float32, f"{name} of {batch}x{height}")


#: Operations without a case above, and why they need none.
WITHOUT_CASE = {
    "give no floating point numbers": "all and any argmax argmin bitwise_not cumargmax cumargmin isnan logical_not or shl shr size xor",
    "take none": "constant philox rand",
    "are gone before gradients are taken, or come behind them": "detach fence",
    "are gradients themselves, of which none is taken": "conv_grad_input conv_grad_weight",
}


def test_every_operation_has_a_case(tmp_path):
    text = "".join(path.read_text() for path in sorted((ROOT / "dialects" / "lc" / "IR").glob("Lc*Ops.td")))
    known, found = set(re.findall(r'def Lc_\w+\s*:\s*Lc_\w+<"(\w+)"', text)), set()
    assert len(known) > 100
    for function, makers, dtype, module in CASES.values():
        torch.manual_seed(0)
        inputs = tuple(make(dtype) for make in makers)
        torch.export.save(torch.export.export(Wrapped(function, module and module().to(dtype)), inputs), tmp_path / "m.pt2")
        done = subprocess.run([BIN / "lcompile", tmp_path / "m.pt2", "--emit=lc", "-o", "-"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found |= set(re.findall(r"lc\.(\w+)", done.stdout))
    exempt = set(" ".join(WITHOUT_CASE.values()).split())
    assert known - found == exempt
