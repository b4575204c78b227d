# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.train_step beside torch.optim: losses, parameters, what optimizers keep."""

import copy

import pytest
import torch
from conftest import assert_same
from torch import nn
from torch.nn import functional as F

import lcompile


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        # Without a bias, whose gradient before a norm is the rounding of zero: Adam would make it large.
        self.first, self.second = nn.Conv2d(3, 5, 3, stride=2, padding=1, bias=False), nn.Conv2d(5, 6, 3)
        self.norm, self.head = nn.BatchNorm2d(5), nn.Linear(6, 4)

    def forward(self, x):
        x = F.max_pool2d(self.norm(self.first(x)).relu(), 2, 1)
        return self.head(F.adaptive_avg_pool2d(self.second(x).relu(), 1).flatten(1))


class Words(nn.Module):
    """A tied weight, a frozen one, one without influence, a buffer."""

    def __init__(self):
        super().__init__()
        self.embed, self.hidden, self.norm = nn.Embedding(11, 7), nn.Linear(7, 13), nn.LayerNorm(13)
        self.out, self.unused = nn.Linear(13, 7), nn.Parameter(torch.ones(3))
        self.register_buffer("scale", torch.full((7,), 0.5))
        self.norm.bias.requires_grad_(False)

    def forward(self, ids):
        x = self.embed(ids).mean(1)
        x = x + self.out(F.gelu(self.norm(self.hidden(x)))) * self.scale
        return x @ self.embed.weight.t()


def mlp():
    return nn.Sequential(nn.Linear(6, 17), nn.GELU(), nn.Linear(17, 4))


def numbers(n):
    return torch.randn(n, 6), torch.randint(0, 4, (n,))


def words(n):
    return torch.randint(0, 11, (n, 5)), torch.randint(0, 11, (n,))


def pictures(n):
    return torch.randn(n, 3, 11, 9), torch.randint(0, 4, (n,))


CASES = {"mlp": (mlp, numbers), "words": (Words, words), "images": (Images, pictures)}
OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "momentum": (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-2}),
    "adam": (torch.optim.Adam, {"lr": 1e-2, "weight_decay": 1e-2}),
    "adamw": (torch.optim.AdamW, {"lr": 1e-2, "betas": (0.8, 0.99), "eps": 1e-6}),
}


def train(module, optimizer, loss_fn, x, y):
    """One step of torch."""
    optimizer.zero_grad()
    loss = loss_fn(module(x), y)
    loss.backward()
    optimizer.step()
    return loss.detach()


def compare(step, module, optimizer, batches, loss_fn=F.cross_entropy):
    """Steps of both; then parameters, buffers and the states of the optimizers agree."""
    for x, y in batches:
        assert_same(step(x, y), train(module, optimizer, loss_fn, x, y), 1e-5)
    trained = step._model
    for (name, want), got in zip(module.state_dict().items(), trained.state_dict().values()):
        assert_same(got, want, 2e-5), name
    for want, got in zip(module.parameters(), trained.parameters()):
        assert_same(step.optimizer.state.get(got, {}), {k: v for k, v in optimizer.state.get(want, {}).items() if v is not None}, 2e-5)


@pytest.mark.parametrize(
    "case,optimizer", [*(("mlp", o) for o in OPTIMIZERS), ("words", "adamw"), ("images", "momentum"), ("images", "adam")]
)
def test_like_torch(case, optimizer):
    kind, batch = CASES[case]
    make, options = OPTIMIZERS[optimizer]
    module = kind()
    step = lcompile.train_step(copy.deepcopy(module), F.cross_entropy, make, **options)
    expected = make([p for p in module.parameters() if p.requires_grad], **options)
    compare(step, module, expected, [batch(8) for _ in range(20)])
    assert step.stats()["steps"] == 20 and lcompile.stats().compiles == 1


def test_batches_of_other_sizes():
    """The first size is fixed, the second compilation serves all others."""
    module = mlp()
    step = lcompile.train_step(copy.deepcopy(module), F.cross_entropy, torch.optim.AdamW, lr=1e-2)
    compare(step, module, torch.optim.AdamW(module.parameters(), lr=1e-2), [numbers(n) for n in (8, 8, 5, 7, 8, 3, 64)])
    assert lcompile.stats().compiles == 2


def test_sizes_that_vary_are_said():
    module = mlp()
    batch = torch.export.Dim("batch", min=1, max=64)
    step = lcompile.train_step(
        copy.deepcopy(module), F.cross_entropy, torch.optim.SGD, lr=0.1, dynamic_shapes=(({0: batch}, {0: batch}), {})
    )
    compare(step, module, torch.optim.SGD(module.parameters(), lr=0.1), [numbers(n) for n in (8, 5, 64)])
    assert lcompile.stats().compiles == 1
    ((name, size),) = step.symbols.items()
    assert size.max == 64 and step.inputs[0].shape == (name, 6)
    with pytest.raises(lcompile.InvalidArgumentError):
        step(*numbers(65))


def test_schedulers_and_rates():
    module = mlp()
    step = lcompile.train_step(copy.deepcopy(module), F.cross_entropy, torch.optim.AdamW, lr=1e-2)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-2)
    schedulers = [torch.optim.lr_scheduler.StepLR(o, 1, 0.5) for o in (step.optimizer, optimizer)]
    for _ in range(5):
        compare(step, module, optimizer, [numbers(8)])
        for scheduler in schedulers:
            scheduler.step()
    step.lr = 0.5
    optimizer.param_groups[0]["lr"] = 0.5
    compare(step, module, optimizer, [numbers(8)])
    assert step.lr == 0.5


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize("name", CASES)
def test_parameter_groups(kind, name):
    """Numbers and rates of their own, each with its scheduler; also a group that the loss does not use."""
    make, batch = CASES[name]

    def optimizer_of(module):
        groups = [{"params": []}, {"params": [], "weight_decay": 0.0}, {"params": [], "lr": 3e-3}]
        for parameter, p in module.named_parameters():
            if p.requires_grad:
                groups[2 if parameter in ("unused", "0.weight", "first.weight") else p.dim() == 1]["params"].append(p)
        if kind is torch.optim.SGD:
            groups[0] |= {"momentum": 0.9, "nesterov": True}
            groups[1] |= {"momentum": 0.5}
        return kind(groups, lr=1e-2, weight_decay=0.1)

    module = make()
    mine = copy.deepcopy(module)
    optimizer, expected = optimizer_of(mine), optimizer_of(module)
    step = lcompile.train_step(mine, F.cross_entropy, optimizer)
    rates = [lambda i, k=k: 1 / (1 + k * i) for k in range(3)]
    schedulers = [torch.optim.lr_scheduler.LambdaLR(o, rates) for o in (optimizer, expected)]
    for n in (8, 8, 5, 8):
        compare(step, module, expected, [batch(n)])
        for scheduler in schedulers:
            scheduler.step()


def test_continues_an_optimizer_and_gives_it_back():
    """Steps of torch, then compiled ones, then steps of torch: with the same optimizer."""
    module = mlp()
    mine = copy.deepcopy(module)
    optimizer, expected = torch.optim.AdamW(mine.parameters(), 1e-2), torch.optim.AdamW(module.parameters(), 1e-2)
    batches = [numbers(8) for _ in range(9)]
    for x, y in batches[:3]:
        train(mine, optimizer, F.cross_entropy, x, y)
        train(module, expected, F.cross_entropy, x, y)
    step = lcompile.train_step(mine, F.cross_entropy, optimizer)
    compare(step, module, expected, batches[3:6])
    for x, y in batches[6:]:
        assert_same(train(mine, optimizer, F.cross_entropy, x, y), train(module, expected, F.cross_entropy, x, y), 1e-5)


def test_state_dicts_are_loaded():
    """What is written into module and optimizer is what the next step goes on with."""
    module = mlp()
    step = lcompile.train_step(mlp(), F.cross_entropy, torch.optim.AdamW, lr=1e-2)
    step(*numbers(8))
    optimizer = torch.optim.AdamW(module.parameters(), 1e-2)
    for _ in range(4):
        train(module, optimizer, F.cross_entropy, *numbers(8))
    step._model.load_state_dict(module.state_dict())
    step.optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    compare(step, module, optimizer, [numbers(8) for _ in range(3)])
    assert step.state_dict()["step"] == 7
    for p in step._model.parameters():  # other memory
        p.data = p.data.t().clone().t() if p.dim() == 2 else p.data.clone()
    compare(step, module, optimizer, [numbers(8) for _ in range(3)])


def test_optimizer_as_text():
    module = mlp()
    step = lcompile.train_step(copy.deepcopy(module), F.cross_entropy, "lamb,weight_decay=0.01", lr=1e-2)
    x, y = numbers(8)
    losses = [step(x, y).item() for _ in range(10)]
    assert step.lr == 1e-2 and step.optimizer is None and losses[-1] < losses[0]
    assert set(step.state_dict()) >= {"0.weight", "0.weight.exp_avg", "0.weight.exp_avg_sq", "step"}


def test_checkpoints(tmp_path):
    module = Images()
    step = lcompile.train_step(module, F.cross_entropy, torch.optim.AdamW, lr=1e-2)
    batches = [pictures(4) for _ in range(6)]
    for x, y in batches[:3]:
        step(x, y)
    step.save(tmp_path / "a")
    want = [step(x, y).item() for x, y in batches[3:]]
    step.load(tmp_path / "a")
    assert [step(x, y).item() for x, y in batches[3:]] == want
    fresh = lcompile.train_step(Images(), F.cross_entropy, torch.optim.AdamW, lr=1e-2)
    fresh.load(tmp_path / "a")  # takes effect in the first call
    assert [fresh(x, y).item() for x, y in batches[3:]] == want
    assert step.optimizer.state[module.head.bias]["step"] == 6
    with pytest.raises(lcompile.InvalidArgumentError, match="no checkpoint"):
        lcompile.train_step(Images(), F.cross_entropy, torch.optim.AdamW).load(tmp_path / "none")


def test_module_is_trained_in_place():
    module = mlp()
    x, y = numbers(8)
    loss = F.cross_entropy(module(x), y)  # what a backward pass needs is not what it was
    step = lcompile.train_step(module, F.cross_entropy, torch.optim.SGD, lr=0.1)
    pointers = [p.data_ptr() for p in module.parameters()]
    result = step(x, y)
    assert result.shape == () and not result.requires_grad
    assert pointers == [p.data_ptr() for p in module.parameters()]
    assert {name: p.data_ptr() for name, p in step.named_parameters()} == dict(zip(dict(module.named_parameters()), pointers))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
    other = step.sync_to(mlp())
    assert_same(dict(other.state_dict()), dict(module.state_dict()), 0)


class GivesLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 4)

    def forward(self, x, labels=None, scale=1.0):
        y = self.inner(x) * scale
        return {"logits": y} if labels is None else {"logits": y, "loss": F.cross_entropy(y, labels)}


def test_model_that_gives_its_loss():
    module = GivesLoss()
    mine = copy.deepcopy(module)
    step = lcompile.train_step(mine, None, torch.optim.SGD, lr=0.1)
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    for _ in range(3):
        x, y = numbers(8)
        want = train(lambda x: module(x, y, 0.5), optimizer, lambda out, _: out["loss"], x, y)
        assert_same(step(x, labels=y, scale=0.5), want, 1e-5)
    assert_same(mine.inner.weight, module.inner.weight, 1e-5)


def test_loss_with_a_buffer_and_several_targets():
    module = mlp()
    weighted = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 0.5, 1.0]))
    step = lcompile.train_step(copy.deepcopy(module), weighted, torch.optim.SGD, lr=0.1)
    compare(step, module, torch.optim.SGD(module.parameters(), 0.1), [numbers(8) for _ in range(3)], weighted)
    both = lcompile.train_step(mlp(), lambda out, y, w: (F.cross_entropy(out, y, reduction="none") * w).mean(), torch.optim.SGD, lr=0.1)
    assert both(*numbers(8), torch.rand(8)).isfinite()


def test_clipping():
    module = mlp()
    step = lcompile.train_step(copy.deepcopy(module), F.cross_entropy, torch.optim.SGD, lr=0.1, clip_norm=0.05)
    x, y = numbers(8)
    step(x, y)
    F.cross_entropy(module(x), y).backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 0.05)
    torch.optim.SGD(module.parameters(), 0.1).step()
    assert_same(list(step._model.parameters()), list(module.parameters()), 1e-5)


def test_artefact(tmp_path, python):
    """A saved step begins with the parameters of that moment."""
    step = lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, lr=0.1).compile(*numbers(8))
    step(*numbers(8))
    step.artefact.save(tmp_path / "step.so")
    model = lcompile.load(tmp_path / "step.so")
    tensors = {name: t.clone() for name, t in step.named_parameters()}
    x, y = numbers(8)
    batch = iter([x, y, torch.tensor(0.1, dtype=torch.float64)])
    found = model._handle.run([tensors[s.name] if s.name in tensors else next(batch) for s in model.inputs])[0]
    assert_same(found, step(x, y), 1e-6)
    assert "kernels:" in step.report() and len(step.plan) > 3 and "mlp" not in repr(step)


@pytest.mark.parametrize(
    "make,options,message",
    [
        (torch.optim.Adagrad, {}, "optimizer Adagrad cannot be compiled: expected torch.optim.SGD, Adam or AdamW"),
        (torch.optim.AdamW, {"amsgrad": True}, "optimizer AdamW cannot be compiled with amsgrad"),
        (torch.optim.SGD, {"maximize": True, "momentum": 0.9, "dampening": 0.1}, "with dampening, maximize"),
    ],
)
def test_optimizers_that_are_refused(make, options, message):
    with pytest.raises(lcompile.UnsupportedError, match=message):
        lcompile.train_step(mlp(), F.cross_entropy, make, **options)


def test_dropout():
    """Other elements at each step, the same after the same seed; none in evaluation."""

    def losses(seed, mode=True):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 50), nn.Dropout(0.5), nn.Linear(50, 4)).train(mode)
        batch = numbers(8)
        torch.manual_seed(seed)
        step = lcompile.train_step(model, F.cross_entropy, torch.optim.SGD, lr=0.0)
        return [step(*batch).item() for _ in range(4)]

    first = losses(1)
    assert len(set(first)) == 4
    assert losses(1) == first
    assert not set(losses(-2)) & set(first)
    assert len(set(losses(1, mode=False))) == 1


def test_scaled_losses_begin_with_their_scale():
    step = lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, lr=0.1, compile_options={"loss_scale": "dynamic"})
    before = [p.detach().clone() for p in step._model.parameters()]
    step(*numbers(8))
    assert step.state_dict()["loss_scale"] == 65536
    assert all(not torch.equal(a, b) for a, b in zip(before, step._model.parameters()))


def test_refusals():
    with pytest.raises(lcompile.InvalidArgumentError, match="world=2, and there is 1 rank: start 2 processes"):
        lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, world=2)
    with pytest.raises(lcompile.InvalidArgumentError, match="zero=1 needs several ranks"):
        lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, zero=1)
    with pytest.raises(lcompile.InvalidArgumentError, match="one floating point number, found torch.float32 of shape"):
        lcompile.train_step(mlp(), lambda out, y: out, torch.optim.SGD, lr=0.1)(*numbers(8))
    with pytest.raises(lcompile.InvalidArgumentError, match="how many targets"):
        lcompile.train_step(mlp(), lambda *a: a[0].sum(), torch.optim.SGD, lr=0.1)
    with pytest.raises(lcompile.InvalidArgumentError, match="artefact: nothing is compiled"):
        lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, lr=0.1).artefact
    with pytest.raises(lcompile.InvalidArgumentError, match="unknown option '--bukket=1', did you mean '--bucket=1'"):
        lcompile.train_step(mlp(), F.cross_entropy, torch.optim.SGD, lr=0.1, compile_options={"bukket": 1})(*numbers(8))
