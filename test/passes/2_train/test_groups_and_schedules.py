# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Parameter groups beside torch.optim's, schedules beside torch.optim.lr_scheduler's and the formulas of transformers."""
import fnmatch, math

import pytest
import torch
from steps import Net, Step, assert_refused, compare, words
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler


def start(folder, *flags, optimizer="adamw,lr=1e-2", steps=40):
    torch.manual_seed(0)
    module = Net()
    batches = [words(8) for _ in range(steps)]
    return module, batches, Step(folder, module, (batches[0][0],), "--loss=cross_entropy", f"--optimizer={optimizer}", *flags)


def split(module, *patterns):
    """Parameters by the first of `patterns` (a tuple each) that matches their name; the last list is all others."""
    lists = [[] for _ in range(len(patterns) + 1)]
    for name, p in module.named_parameters():
        lists[next((i for i, group in enumerate(patterns) if any(fnmatch.fnmatch(name, q) for q in group)), len(patterns))].append(p)
    return lists


def test_groups_of_adamw(tmp_path):
    module, batches, step = start(tmp_path, "--group=*.bias, norm.*: weight_decay=0, lr=2e-3", "--group=embed.*,*.weight: beta1=0.8,eps=1e-6")
    plain, rest, others = split(module, ("*.bias", "norm.*"), ("embed.*", "*.weight"))
    assert not others
    compare(step, module, torch.optim.AdamW([{"params": plain, "weight_decay": 0, "lr": 2e-3}, {"params": rest, "betas": (0.8, 0.999), "eps": 1e-6}], 1e-2), batches)


def test_groups_of_sgd(tmp_path):
    """A group without momentum keeps no buffer; one with nesterov only there."""
    module, batches, step = start(tmp_path, "--group=*.bias: momentum=0", "--group=out.*: nesterov", "--group=norm.weight: lr=0", optimizer="sgd,lr=0.05,momentum=0.9")
    bias, out, norm, others = split(module, ("*.bias",), ("out.*",), ("norm.weight",))
    groups = [{"params": bias, "momentum": 0}, {"params": out, "nesterov": True}, {"params": norm, "lr": 0}, {"params": others}]
    compare(step, module, torch.optim.SGD(groups, 0.05, 0.9), batches)
    assert "hidden.bias.momentum_buffer" not in step.tensors and "hidden.weight.momentum_buffer" in step.tensors


def test_clipping_is_of_all_groups_together(tmp_path):
    class Clipped(torch.optim.SGD):
        def step(self):
            nn.utils.clip_grad_norm_([p for group in self.param_groups for p in group["params"]], 0.05)
            super().step()

    module, batches, step = start(tmp_path, "--group=*.bias: lr=0.5", optimizer="sgd,lr=0.1,clip_norm=0.05")
    bias, others = split(module, ("*.bias",))
    compare(step, module, Clipped([{"params": bias, "lr": 0.5}, {"params": others}], 0.1), batches)


def test_frozen_groups(tmp_path):
    module, batches, step = start(tmp_path, "--group=hidden.*: frozen")
    frozen, others = split(module, ("hidden.*",))
    for p in frozen:
        p.requires_grad_(False)
    compare(step, module, torch.optim.AdamW(others, 1e-2), batches)
    assert not any(name.startswith("hidden.") for name in step.tensors)


def test_rate_of_one_group_is_an_input(tmp_path):
    module, batches, step = start(tmp_path, "--group=*.bias: lr=1e-3", optimizer="adamw,lr=input", steps=20)
    bias, others = split(module, ("*.bias",))
    optimizer = torch.optim.AdamW([{"params": bias}, {"params": others}], 1e-3)

    def before(i):
        optimizer.param_groups[1]["lr"] = 1e-3 * i
        step.tensors["lr"].fill_(1e-3 * i)

    compare(step, module, optimizer, batches, before=before)


def warmup(steps, total, shape):
    """transformers.optimization: _get_X_schedule_with_warmup_lr_lambda."""

    def factor(step):
        if step < steps:
            return float(step) / float(max(1, steps))
        if shape == "linear":
            return max(0.0, float(total - step) / float(max(1, total - steps)))
        if shape == "constant":
            return 1.0
        progress = float(step - steps) / float(max(1, total - steps))
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * 0.5 * 2.0 * progress)))

    return lambda o: lr_scheduler.LambdaLR(o, factor)


def sequence(milestones, *makers):
    return lambda o: lr_scheduler.SequentialLR(o, [make(o) for make in makers], milestones)


#: (schedule, torch's, steps): none runs beyond what torch's scheduler is made for.
SCHEDULES = [
    ("constant", lambda o: lr_scheduler.ConstantLR(o, 1.0), 10),
    ("linear_warmup(7)", warmup(7, 0, "constant"), 20),
    ("linear_warmup(7)+constant", warmup(7, 0, "constant"), 20),
    ("linear_warmup(10)+linear(25)", warmup(10, 35, "linear"), 40),
    ("linear_warmup(10) + cosine(30)", warmup(10, 40, "cosine"), 41),
    ("linear_warmup(0)+cosine(30)", warmup(0, 30, "cosine"), 31),
    ("linear(20, end=0.25)", lambda o: lr_scheduler.LinearLR(o, 1.0, 0.25, 20), 30),
    ("cosine(30,end=0.1)", lambda o: lr_scheduler.LambdaLR(o, lambda t: 0.1 + 0.9 * (1 + math.cos(math.pi * t / 30)) / 2), 31),
    ("cosine(30)", lambda o: lr_scheduler.CosineAnnealingLR(o, 30), 31),
    ("step(8)", lambda o: lr_scheduler.StepLR(o, 8), 30),
    ("step(5,gamma=0.5)", lambda o: lr_scheduler.StepLR(o, 5, 0.5), 30),
    ("exponential(0.9)", lambda o: lr_scheduler.ExponentialLR(o, 0.9), 30),
    ("exponential(gamma=0.9)", lambda o: lr_scheduler.ExponentialLR(o, 0.9), 30),
    ("constant(6)+linear(10,end=0.5)+exponential(0.8)", sequence([6, 16], lambda o: lr_scheduler.ConstantLR(o, 1.0), lambda o: lr_scheduler.LinearLR(o, 1.0, 0.5, 10), lambda o: lr_scheduler.ExponentialLR(o, 0.8)), 30),
]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
@pytest.mark.parametrize("text,make,steps", SCHEDULES, ids=[s[0] for s in SCHEDULES])
def test_schedules(text, make, steps, optimizer, tmp_path):
    """With SGD and no gradient but 1, a parameter moves by the rate: that of each step is seen."""
    torch.manual_seed(0)
    module = nn.Linear(1, 1)
    flags = ["--loss=l1", f"--optimizer={optimizer},lr=1e-2", f"--schedule={text}", "--group=bias: lr=0.02"]
    step = Step(tmp_path, module, (torch.ones(1, 1),), *flags)
    kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.AdamW
    torch_optimizer = kind([{"params": [module.weight]}, {"params": [module.bias], "lr": 0.02}], 1e-2)
    scheduler, batch = make(torch_optimizer), (torch.ones(1, 1), torch.full((1, 1), -100.0))

    def after(i):
        scheduler.step()
        for name in ("weight", "bias"):
            assert torch.allclose(step.tensors[name], getattr(module, name), rtol=1e-6, atol=1e-7), (name, i)

    compare(step, module, torch_optimizer, [batch] * steps, F.l1_loss, after=after)
    assert step.tensors["step"] == steps


def test_the_last_value_stays(tmp_path):
    torch.manual_seed(0)
    step = Step(tmp_path, nn.Linear(1, 1), (torch.ones(1, 1),), "--loss=l1", "--optimizer=sgd,lr=0.1", "--schedule=cosine(4)")
    seen = []
    for _ in range(12):
        before = step.tensors["bias"].clone()
        step(torch.ones(1, 1), torch.full((1, 1), -100.0))
        seen.append((before - step.tensors["bias"]).item())
    assert seen[0] > 0.09 and seen[3] > 0 and max(map(abs, seen[4:])) == 0


@pytest.mark.parametrize("flags,message", [
    (["--group=*.bias: weight_decay=0", "--group=head.*: lr=1"], "--group='head.*: lr=1': pattern 'head.*' matches no trainable parameter, expected one of names such as '"),
    (["--group=*: lr=1", "--group=bias: lr=2"], "--group='bias: lr=2' has no effect: groups before it have all of its parameters"),
    (["--group=bias"], "expected PATTERNS: NUMBERS for --group, such as '*.bias,*norm*: weight_decay=0', found 'bias'"),
    (["--group=bias: rho=2"], "--group='bias: rho=2': optimizer adamw has no option 'rho'"),
    (["--group=bias: clip_norm=2"], "'clip_norm=2' is for all parameters together: give it to --optimizer"),
    (["--group=[: lr=2"], "'[' is no pattern"),
    (["--group=*: frozen"], "cannot train: the model has no parameters"),
    (["--schedule=linear"], "--schedule: expected linear(N) or linear(N, end=X), found 'linear'"),
    (["--schedule=cosine(1.5)"], "--schedule: expected cosine(N) or cosine(N, end=X), found 'cosine(1.5)'"),
    (["--schedule=polynomial(3)"], "--schedule: unknown 'polynomial', expected constant, linear_warmup, linear, cosine, step or exponential"),
    (["--schedule=step(3)+cosine(4)"], "--schedule: 'step(3)' never ends, so nothing can follow it"),
    (["--schedule=constant+cosine(4)"], "--schedule: 'constant' never ends, so nothing can follow it; constant(N) does"),
    (["--schedule=cosine(4"], "--schedule: expected cosine(N) or cosine(N, end=X), found 'cosine(4'"),
])
def test_refusals(flags, message, tmp_path):
    assert_refused(tmp_path, flags, message)
