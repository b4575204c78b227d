# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Training steps beside torch.optim: losses, parameters and states over a hundred steps."""
import math, subprocess

import pytest
import steps
import torch
from steps import BIN, Step, train, lcompile
from torch import nn
from torch.nn import functional as F
from torch.utils import _pytree as pytree
from zoo import convert


class Net(nn.Module):
    """Odd sizes, a tied weight, a frozen one, one without influence, a buffer."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 7)
        self.hidden = nn.Linear(7, 13)
        self.norm = nn.LayerNorm(13)
        self.out = nn.Linear(13, 7)
        self.unused = nn.Parameter(torch.ones(3))
        self.register_buffer("scale", torch.full((7,), 0.5))

    def forward(self, ids):
        x = self.embed(ids).mean(1)
        x = x + self.out(F.gelu(self.norm(self.hidden(x)))) * self.scale
        return x @ self.embed.weight.t()


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        # Without a bias, whose gradient before a norm is the rounding of zero: Adam would make it large.
        self.first, self.second = nn.Conv2d(3, 5, 3, stride=2, padding=1, bias=False), nn.Conv2d(5, 6, 3)
        self.norm = nn.BatchNorm2d(5)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = F.max_pool2d(self.norm(self.first(x)).relu(), 2, 1)
        return self.head(F.adaptive_avg_pool2d(self.second(x).relu(), 1).flatten(1))


def words(count):
    return torch.randint(0, 11, (count, 5)), torch.randint(0, 11, (count,))


def pictures(count):
    return torch.randn(count, 3, 11, 9), torch.randint(0, 4, (count,))


OPTIMIZERS = {
    "sgd,lr=0.1": lambda p: torch.optim.SGD(p, 0.1),
    "sgd,lr=0.05,momentum=0.9,weight_decay=1e-2": lambda p: torch.optim.SGD(p, 0.05, 0.9, weight_decay=1e-2),
    "sgd,lr=0.05,momentum=0.9,nesterov": lambda p: torch.optim.SGD(p, 0.05, 0.9, nesterov=True),
    "adam,lr=1e-2,weight_decay=1e-2": lambda p: torch.optim.Adam(p, 1e-2, weight_decay=1e-2),
    "adamw,lr=1e-2,beta1=0.8,beta2=0.99,eps=1e-6,weight_decay=0.1": lambda p: torch.optim.AdamW(p, 1e-2, (0.8, 0.99), 1e-6, 0.1),
}


def compare(step, module, optimizer, batches, loss=F.cross_entropy, rates=None):
    """What steps.compare does, with another rate for each step, and the running statistics."""

    def set_rate(i):
        if rates:
            step.tensors["lr"].fill_(rates[i])
            for group in optimizer.param_groups:
                group["lr"] = rates[i]

    steps.compare(step, module, optimizer, batches, loss, before=set_rate)
    for name, value in module.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            assert (step.tensors[name] - value).abs().max() <= 1e-5 * value.abs().max(), name


@pytest.mark.parametrize("text", OPTIMIZERS)
@pytest.mark.parametrize("kind,batch", [(Net, words), (Images, pictures)], ids=["words", "pictures"])
def test_like_torch(kind, batch, text, tmp_path):
    torch.manual_seed(0)
    module = kind()
    batches = [batch(8) for _ in range(100)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", f"--optimizer={text}")
    compare(step, module, OPTIMIZERS[text](module.parameters()), batches)
    assert "unused" not in step.tensors and "scale" not in step.tensors


def test_frozen_parameters_stay(tmp_path):
    torch.manual_seed(0)
    module = Net()
    module.hidden.requires_grad_(False)
    batches = [words(8) for _ in range(10)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", "--optimizer=adamw,lr=1e-2")
    compare(step, module, torch.optim.AdamW([p for p in module.parameters() if p.requires_grad], 1e-2), batches)
    assert not any(name.startswith("hidden.") for name in step.tensors)


def test_rate_as_input(tmp_path):
    torch.manual_seed(0)
    module = Net()
    batches = [words(8) for _ in range(20)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", "--optimizer=adamw,lr=input")
    compare(step, module, torch.optim.AdamW(module.parameters()), batches, rates=[1e-3 * (i + 1) for i in range(20)])


class Lamb(torch.optim.Optimizer):
    """Algorithm 2 of arXiv:1904.00962."""

    def __init__(self, parameters, lr, decay):
        super().__init__(parameters, {})
        self.lr, self.decay = lr, decay

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            if p.grad is None:
                continue
            state = self.state[p]
            if not state:
                state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
            state["step"] += 1
            state["exp_avg"].lerp_(p.grad, 0.1)
            state["exp_avg_sq"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
            mean, square = state["exp_avg"] / (1 - 0.9 ** state["step"]), state["exp_avg_sq"] / (1 - 0.999 ** state["step"])
            change = mean / (square.sqrt() + 1e-6) + self.decay * p
            trust = p.norm() / change.norm() if p.norm() > 0 and change.norm() > 0 else 1.0
            p.sub_(change * (self.lr * trust))


def test_lamb(tmp_path):
    torch.manual_seed(0)
    module = Images()
    batches = [pictures(8) for _ in range(50)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", "--optimizer=lamb,lr=1e-2,weight_decay=0.01")
    compare(step, module, Lamb(module.parameters(), 1e-2, 0.01), batches)


class Clipped(torch.optim.SGD):
    def __init__(self, parameters, clip, limit):
        self.list = list(parameters)
        super().__init__(self.list, 0.1)
        self.clip, self.limit = clip, limit

    def step(self):
        self.clip([p for p in self.list if p.grad is not None], self.limit)
        super().step()


@pytest.mark.parametrize("name", ["clip_norm", "clip_value"])
@pytest.mark.parametrize("limit", [0.02, 100.0])
def test_clipping(name, limit, tmp_path):
    torch.manual_seed(0)
    module = Net()
    batches = [words(8) for _ in range(20)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", f"--optimizer=sgd,lr=0.1,{name}={limit}")
    clip = torch.nn.utils.clip_grad_norm_ if name == "clip_norm" else torch.nn.utils.clip_grad_value_
    compare(step, module, Clipped(module.parameters(), clip, limit), batches)


@pytest.mark.parametrize("name,loss", [("mse", F.mse_loss), ("l1", F.l1_loss), ("smooth_l1", F.smooth_l1_loss), ("huber", F.huber_loss),
                                       ("bce_with_logits", F.binary_cross_entropy_with_logits)])
def test_losses(name, loss, tmp_path):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 9), nn.Tanh(), nn.Linear(9, 3))
    batches = [(torch.randn(6, 5), torch.rand(6, 3)) for _ in range(10)]
    step = Step(tmp_path, module, (batches[0][0],), f"--loss={name}", "--optimizer=sgd,lr=0.1")
    compare(step, module, torch.optim.SGD(module.parameters(), 0.1), batches, loss)


def test_language_model(tmp_path):
    """Classes are the last dimension of [batch, tokens, classes]. Not with Adam, which makes large what attention's key
    bias has for a gradient: the rounding of zero."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Embedding(11, 8), nn.TransformerEncoderLayer(8, 2, 16, dropout=0, batch_first=True), nn.Linear(8, 11))
    batches = [(torch.randint(0, 11, (3, 7)), torch.randint(0, 11, (3, 7))) for _ in range(50)]
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", "--optimizer=sgd,lr=0.05,momentum=0.9")
    compare(step, module, torch.optim.SGD(module.parameters(), 0.05, 0.9), batches, lambda y, t: F.cross_entropy(y.transpose(1, 2), t))


MODELS = ("tiny_resnet", "tiny_mobilenet", "tiny_convnext", "tiny_unet", "tiny_vit", "tiny_bert", "tiny_gpt2", "tiny_llama", "tiny_t5",
          "tiny_lstm")


@pytest.mark.parametrize("name", MODELS)
def test_models(name, tmp_path):
    """A few steps of every kind of model, its normalisation as in inference."""
    torch.manual_seed(0)
    program = convert.exported(name)
    for node in program.graph.nodes:  # the zoo's parameters are frozen
        if node.name in program.graph_signature.inputs_to_parameters:
            node.meta["val"].requires_grad_()
    module = program.module()
    for p in module.parameters():
        p.requires_grad_()
    args, kwargs = program.example_inputs
    example = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    first = lambda result: pytree.tree_leaves(result)[0]  # noqa: E731
    target = torch.randn_like(first(module(*args, **kwargs)))
    done = train(tmp_path, program, None, "--loss=mse", "--optimizer=sgd,lr=0.01")
    assert done.returncode == 0, done.stderr
    model = lcompile.load(tmp_path / "step.so")
    tensors = {key: value.detach().clone() for key, value in module.state_dict().items()}
    optimizer = torch.optim.SGD(module.parameters(), 0.01)
    for _ in range(3):
        optimizer.zero_grad()
        expected = F.mse_loss(first(module(*args, **kwargs)), target)
        expected.backward()
        optimizer.step()
        batch = iter([*example, target])
        found = model._handle.run([tensors[s.name] if s.name in tensors else next(batch) for s in model.inputs])[0]
        assert math.isclose(found, expected.item(), rel_tol=1e-5)
    # torch.export gives a tied weight one of its names.
    trained = {key: p for key, p in module.named_parameters(remove_duplicate=False) if key in {s.name for s in model.inputs}}
    assert len({id(p) for p in trained.values()}) == len(trained) == len([p for p in module.parameters() if p.grad is not None])
    for key, p in trained.items():
        assert (tensors[key] - p).abs().max() <= 1e-5 * p.abs().max().clamp(min=1e-2), key


class WithLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 3)

    def forward(self, x, target):
        y = self.inner(x)
        return F.mse_loss(y, target), y


def test_the_model_gives_the_loss(tmp_path):
    torch.manual_seed(0)
    module, batch = WithLoss(), (torch.randn(6, 5), torch.rand(6, 3))
    done = train(tmp_path, module, batch, "--loss=output", "--optimizer=sgd,lr=0.1")
    assert done.returncode == 0, done.stderr
    tensors = [p.detach().clone() for p in module.parameters()]
    model = lcompile.load(tmp_path / "step.so")
    order = [dict(zip(("inner.weight", "inner.bias"), tensors))[spec.name] for spec in model.inputs[2:]]
    loss = module(*batch)[0]
    loss.backward()
    assert math.isclose(float(model._handle.run([*batch, *order])[0]), loss.item(), rel_tol=1e-6)
    for p, t in zip(module.parameters(), tensors):
        assert torch.allclose(t, p.detach() - 0.1 * p.grad, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("flags,message", [
    (["--loss=mse"], "lcompile train needs --loss=NAME and --optimizer=TEXT"),
    (["--loss=least", "--optimizer=sgd,lr=1"], "unknown loss 'least', expected one of output, cross_entropy, mse"),
    (["--loss=output", "--optimizer=sgd,lr=1"], "the loss must be a floating point number, found 'tensor<8x4xf32>'"),
    (["--loss=mse", "--optimizer=adagrad,lr=1"], "unknown optimizer 'adagrad', expected sgd, adam, adamw or lamb"),
    (["--loss=mse", "--optimizer=sgd"], "optimizer sgd needs a learning rate: sgd,lr=1e-3 or lr=input"),
    (["--loss=mse", "--optimizer=sgd,lr=1,beta1=0.9"], "optimizer sgd has no option 'beta1'"),
    (["--loss=mse", "--optimizer=adam,lr=fast"], "expected a number for lr of optimizer adam, found 'fast'"),
    (["--loss=mse", "--optimizer=sgd,lr=input:"], "expected a number for lr of optimizer sgd, found 'input:'"),
    (["--loss=mse", "--optimizer=sgd,lr=input:input"], "cannot train: two inputs of the step would be named 'input'"),
    (["--loss=mse", "--optimizer=sgd,lr=1,nesterov"], "nesterov needs a momentum and no dampening"),
])
def test_refusals(flags, message, tmp_path):
    done = train(tmp_path, nn.Linear(3, 4), (torch.randn(8, 3),), *flags)
    assert done.returncode == 1 and message in done.stderr, done.stderr


def test_training_options_without_training(tmp_path):
    done = subprocess.run([BIN / "lcompile", tmp_path / "m.pt2", "--loss=mse"], capture_output=True, text=True)
    assert done.returncode == 1 and "--loss is for training: lcompile train ..." in done.stderr


def test_nothing_to_train(tmp_path):
    done = train(tmp_path, nn.Tanh(), (torch.randn(8, 3),), "--loss=mse", "--optimizer=sgd,lr=1")
    assert done.returncode == 1 and "cannot train: the model has no parameters" in done.stderr
