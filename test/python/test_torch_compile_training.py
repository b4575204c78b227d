# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""torch.compile(model, backend="lcompile") with gradients, beside eager."""

import copy
import warnings

import pytest
import torch
from conftest import assert_same
from torch import nn
from torch.nn import functional as F
from torch.utils import _pytree as pytree
from zoo import build

import lcompile
from lcompile.backend import FallbackWarning

TOLERANCE = 2e-5


def tensors(result):
    return [t for t in pytree.tree_leaves(result) if isinstance(t, torch.Tensor) and t.requires_grad]


def train(function, optimizer, x, loss_fn):
    optimizer.zero_grad()
    loss = loss_fn(function(*x))
    loss.backward()
    optimizer.step()
    return loss.detach()


def check(module, batches, loss_fn=None, make=lambda p: torch.optim.SGD(p, 0.05, 0.9), **options):
    """Steps of torch.optim on the compiled module beside steps of eager: losses, gradients, parameters, buffers."""
    if loss_fn is None:  # every element counts differently, or norms would make the gradient zero
        loss_fn = lambda result: sum((t * torch.linspace(1, 2, t.numel()).view(t.shape)).square().mean() for t in tensors(result))  # noqa: E731
    mine = copy.deepcopy(module)
    function = torch.compile(mine, backend="lcompile", **options)
    optimizers = [make(m.parameters()) for m in (module, mine)]
    for x in batches:
        want, got = train(module, optimizers[0], x, loss_fn), train(function, optimizers[1], x, loss_fn)
        assert_same(got, want, TOLERANCE)
        # Where a gradient is zero (of the bias of attention's keys), both have roundings of what others have.
        size = max(p.grad.abs().max() for p in module.parameters() if p.grad is not None)
        for (name, p), q in zip(module.named_parameters(), mine.parameters()):
            assert (p.grad is None) == (q.grad is None), name
            assert p.grad is None or (q.grad - p.grad).abs().max() <= TOLERANCE * size, name
    for (name, want), got in zip(module.state_dict().items(), mine.state_dict().values()):
        assert (got - want).abs().max() <= TOLERANCE * want.abs().max() + 1e-10, name
    return lcompile.stats()


def is_compiled(stats):
    return not stats.fallbacks and not stats.eager_operators


class Images(nn.Module):
    """Batch norm that moves its statistics, pooling of every kind, groups, strides, padding, a transposed convolution."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6)
        self.second, self.up = nn.Conv2d(6, 6, 3, groups=3, dilation=2, padding=2), nn.ConvTranspose2d(6, 4, 3, 2, 1, 1)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = F.max_pool2d(self.norm(self.first(x)).relu(), 3, 2, 1, ceil_mode=True)
        x = F.avg_pool2d(self.up(F.silu(self.second(x))), 3, 2, 1)
        return self.head(F.adaptive_avg_pool2d(x, 2).flatten(1))


def test_mlp():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 17), nn.GELU(), nn.LayerNorm(17), nn.Linear(17, 4))
    batches = [(torch.randn(8, 6),) for _ in range(20)]
    target = torch.randint(0, 4, (8,))
    adamw = lambda p: torch.optim.AdamW(p, 1e-2)  # noqa: E731
    stats = check(module, batches, lambda out: F.cross_entropy(out, target), adamw)
    assert is_compiled(stats) and (stats.graphs, stats.compiles, stats.calls) == (1, 2, 40)


def test_images():
    stats = check(Images(), [(torch.randn(4, 3, 19, 21),) for _ in range(20)])
    assert is_compiled(stats) and stats.compiles == 2


@pytest.mark.parametrize("name", ["block", "tiny_resnet", "tiny_bert", "tiny_gpt2"])
def test_zoo(name):
    model = build(name)
    module = model.module.train().requires_grad_(True)
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    stats = check(module, [model.args] * (20 if name in ("tiny_bert", "tiny_gpt2") else 3), make=lambda p: torch.optim.SGD(p, 0.01))
    assert is_compiled(stats) and stats.compiles == 2


@pytest.mark.parametrize("name", ["mlp", "images", "attention"])
def test_dynamic_batch_compiles_once(name):
    module, shape = {
        "mlp": (nn.Sequential(nn.Linear(6, 17), nn.ReLU(), nn.BatchNorm1d(17), nn.Linear(17, 4)), (6,)),
        "images": (nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(45, 4)), (3, 8, 8)),
        "attention": (nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), (7, 8)),
    }[name]
    batches = [torch.randn(n, *shape) for n in (3, 7, 2, 5)]  # torch itself compiles convolutions of 16 and more again
    for x in batches:
        torch._dynamo.mark_dynamic(x, 0)
    stats = check(module, [(x,) for x in batches])
    assert is_compiled(stats) and stats.compiles == 2


def test_batch_that_turns_out_dynamic():
    stats = check(nn.Sequential(nn.Linear(6, 9), nn.Tanh()), [(torch.randn(n, 6),) for n in (3, 7, 2, 64)])
    assert is_compiled(stats) and stats.compiles == 4  # forward and backward for the first size, and for all others


def test_inputs_with_gradients():
    function = torch.compile(lambda x, y: (x * y.sin()).softmax(-1) @ y.t(), backend="lcompile")
    x, y = torch.randn(3, 5, requires_grad=True), torch.randn(4, 5, requires_grad=True)
    x, y = x[:, :5], y
    with pytest.raises(RuntimeError):
        function(x, y)  # shapes that do not go together are refused as before
    x = torch.randn(4, 5, requires_grad=True)
    weight = torch.randn(4, 4)
    want = torch.autograd.grad(((x * y.sin()).softmax(-1) @ y.t() * weight).sum(), (x, y))
    got = torch.autograd.grad((function(x, y) * weight).sum(), (x, y))
    assert_same(got, want, TOLERANCE)


def test_inference_after_training():
    """Without gradients the same module is compiled for inference."""
    module = nn.Sequential(nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Tanh())
    function = torch.compile(module, backend="lcompile")
    x = torch.randn(8, 6)
    function(x).sum().backward()
    module.eval()
    with torch.no_grad():
        assert_same(function(x), module(x))
    assert lcompile.stats().compiles == 3


def test_part_that_is_frozen():
    module = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 4))
    module[0].requires_grad_(False)
    check(module, [(torch.randn(8, 6),)] * 3, make=lambda p: torch.optim.SGD([q for q in p if q.requires_grad], 0.1))


@pytest.mark.falls_back
def test_operators_without_a_rule():
    """They run as before, forwards and backwards, with a warning that lists them."""

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(6, 6), nn.Linear(6, 4)

        def forward(self, x):
            x = self.a(x)
            return self.b(torch.linalg.solve(torch.eye(6) * 3 + x.t() @ x, x.t()).t())

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", FallbackWarning)
        stats = check(Module(), [(torch.randn(8, 6),) for _ in range(3)])
    assert any("these operators run as before" in str(w.message) for w in seen)
    assert stats.eager_operators and stats.compiles >= 3


@pytest.mark.falls_back
def test_dropout_is_that_of_torch():
    module = nn.Sequential(nn.Linear(6, 50), nn.Dropout(0.5), nn.Linear(50, 3)).requires_grad_(True)
    expected = torch.compile(module, backend="aot_eager")
    function = torch.compile(module, backend="lcompile")
    x, results = torch.randn(8, 6), []
    for f in (expected, function):
        torch.manual_seed(7)
        module.zero_grad()
        y = f(x)
        y.square().sum().backward()
        results.append((y.detach(), [p.grad.clone() for p in module.parameters()]))
    assert_same(results[1], results[0], TOLERANCE)
    assert lcompile.stats().eager_operators == {"aten::native_dropout": 1}


def test_graph_breaks():
    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(6, 9), nn.Linear(9, 4)

        def forward(self, x):
            x = self.a(x).relu()
            torch._dynamo.graph_break()
            return self.b(x)

    stats = check(Module(), [(torch.randn(8, 6),) for _ in range(3)])
    assert is_compiled(stats) and stats.graphs == 2 and stats.compiles == 4 and stats.graph_breaks


def test_gradients_twice():
    """torch says that compiled graphs are differentiated once; the gradients of eager are not silently wrong."""
    function = torch.compile(lambda x: x.sin().sum(), backend="lcompile")
    x = torch.randn(5, requires_grad=True)
    (first,) = torch.autograd.grad(function(x), x, create_graph=True)
    with pytest.raises(RuntimeError, match="does not currently support double backward"):
        first.sum().backward()


def test_accumulation_and_clipping():
    module = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 4))
    mine = copy.deepcopy(module)
    function = torch.compile(mine, backend="lcompile")
    for _ in range(3):
        x = torch.randn(8, 6)
        for f in (module, function):
            f(x).square().sum().backward()
    for m in (module, mine):
        torch.nn.utils.clip_grad_norm_(m.parameters(), 0.1)
    assert_same([p.grad for p in mine.parameters()], [p.grad for p in module.parameters()], TOLERANCE)
