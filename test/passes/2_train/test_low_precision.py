# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Parameters of few bits with masters in f32, scaled losses, gradients that are not finite: beside PyTorch."""
import math, subprocess

import pytest
import safetensors.torch
import torch
from steps import BIN, Net, Step, assert_refused, compare_states, train, words
from torch import nn
from torch.nn import functional as F


class Masters:
    """Mixed precision as it is written by hand: a model of few bits, an optimizer of its parameters in f32."""

    def __init__(self, module, make):
        self.parameters = list(module.parameters())
        self.masters = {name: p.detach().float().requires_grad_() for name, p in module.named_parameters()}
        self.optimizer = make(list(self.masters.values()))

    def step(self):
        for p, master in zip(self.parameters, self.masters.values()):
            master.grad = p.grad.float()
            p.grad = None
        self.optimizer.step()
        with torch.no_grad():
            for p, master in zip(self.parameters, self.masters.values()):
                p.copy_(master)


@pytest.mark.parametrize("text,make", [("sgd,lr=0.05,momentum=0.9", lambda p: torch.optim.SGD(p, 0.05, 0.9)), ("adamw,lr=1e-3", lambda p: torch.optim.AdamW(p, 1e-3))], ids=["sgd", "adamw"])
@pytest.mark.parametrize("model", ["bf16", "f32"])
def test_masters(text, make, model, tmp_path):
    """Of a model in bf16, every operation rounds; of one in f32, parameters and their gradients do. Losses then agree to a
    few roundings of bf16 (2^-8); masters to a share of how far they went."""
    torch.manual_seed(0)
    module = Net()
    for p in module.parameters():
        p.data = p.data.bfloat16().float()
    batches = [words(8) for _ in range(50)]
    if model == "bf16":
        module = module.bfloat16()
    step = Step(tmp_path, module, (batches[0][0],), "--loss=cross_entropy", f"--optimizer={text}", "--parameters=bf16")
    first = {name: p.detach().float().clone() for name, p in module.named_parameters()}
    assert all(step.tensors[name].dtype == torch.bfloat16 and step.tensors[name + ".master"].dtype == torch.float32 for name in first)
    if model == "f32":
        parameters = {name: nn.Parameter(p.detach().bfloat16()) for name, p in module.named_parameters()}
        holder = nn.ParameterDict({name.replace(".", "/"): p for name, p in parameters.items()})
        run = lambda x: torch.func.functional_call(module, {name: p.float() for name, p in parameters.items()}, (x,))  # noqa: E731
        masters = Masters(holder, make)
        masters.masters = {name.replace("/", "."): m for name, m in masters.masters.items()}
    else:
        run, masters = module, Masters(module, make)
    for x, y in batches:
        expected = F.cross_entropy(run(x), y)
        expected.backward()
        masters.step()
        assert math.isclose(step(x, y), expected.item(), rel_tol=2e-2 if model == "bf16" else 2e-3)
    for name, master in masters.masters.items():
        found, moved = step.tensors[name + ".master"], (master.detach() - first[name]).norm()
        assert (found - master).norm() <= (0.1 if model == "bf16" else 0.03) * moved, f"{name}: {(found - master).norm() / moved}"
        assert torch.equal(step.tensors[name], found.bfloat16()), name


def test_masters_begin_as_exact_parameters(tmp_path):
    """An f32 model's masters have all of its bits."""
    torch.manual_seed(0)
    module = nn.Linear(5, 3)
    done = train(tmp_path, module, (torch.randn(4, 5),), "--loss=mse", "--optimizer=sgd,lr=0", "--parameters=bf16")
    assert done.returncode == 0, done.stderr
    command = [BIN / "lcompile-run", tmp_path / "step.so", "--steps", "1", "--save", tmp_path / "end"]
    assert subprocess.run(command, capture_output=True).returncode == 0
    number, ranks = (tmp_path / "end" / "latest").read_text().split()
    states = safetensors.torch.load_file(tmp_path / "end" / number / f"rank-0-of-{ranks}.safetensors")
    assert set(states) == {"weight", "bias", "weight.master", "bias.master"}
    for name, p in module.named_parameters():
        assert torch.equal(states[name + ".master"], p.detach()) and torch.equal(states[name], p.detach().bfloat16())


class Sharp(nn.Module):
    """A loss whose gradient can be made infinite by its input."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 3)

    def forward(self, x):
        return self.inner(x)


def scaled_pair(folder, flag, **options):
    torch.manual_seed(0)
    module = Sharp()
    step = Step(folder, module, (torch.randn(4, 5),), "--loss=mse", "--optimizer=adamw,lr=1e-2,clip_norm=0.5", f"--loss-scale={flag}")
    return module, step, torch.optim.AdamW(module.parameters(), 1e-2), torch.amp.GradScaler("cpu", **options)


@pytest.mark.parametrize("flag,options", [("dynamic", {}), ("128", {"init_scale": 128.0, "growth_interval": 10**9, "backoff_factor": 0.9999999})])
def test_loss_scale(flag, options, tmp_path):
    """Some batches overflow f32, as the scale grows beyond 2^100 in one of the trainings: those steps change nothing."""
    module, step, optimizer, scaler = scaled_pair(tmp_path, flag, **options)
    skipped = 0
    for i in range(30):
        x, y = torch.randn(4, 5), torch.randn(4, 3)
        if i in (3, 4, 11):
            x[1, 2] = float("inf") if i == 4 else 1e36
        if i == 20 and flag == "dynamic":
            scaler.load_state_dict({**scaler.state_dict(), "scale": 2.0**120, "_growth_tracker": 1998})
            step.tensors["loss_scale"].fill_(2.0**120)
            step.tensors["growth_tracker"].fill_(1998)
        before = {name: t.clone() for name, t in step.tensors.items()}
        optimizer.zero_grad()
        loss = F.mse_loss(module(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        finite = all(p.grad.isfinite().all() for p in module.parameters())
        nn.utils.clip_grad_norm_(module.parameters(), 0.5)
        scaler.step(optimizer)
        scaler.update()
        step(x, y)
        skipped += not finite
        changed = [name for name, t in step.tensors.items() if not torch.equal(t, before[name]) and name not in ("loss_scale", "growth_tracker")]
        assert bool(changed) == finite, i
        if flag == "dynamic":
            state = scaler.state_dict()
            assert step.tensors["loss_scale"] == state["scale"] and step.tensors["growth_tracker"] == state["_growth_tracker"], i
    assert skipped >= 3 and step.tensors["step"] == 30 - skipped
    compare_states(step, module, optimizer)


def test_loss_scale_keeps_small_gradients_of_f16(tmp_path):
    """Gradients below 2^-24 are zeros in f16, unless the loss is scaled."""
    torch.manual_seed(0)
    module = nn.Linear(5, 3)
    x, y = torch.randn(4, 5) * 1e-8, torch.randn(4, 3)
    moved = {}
    for scale in ("1", "dynamic"):
        step = Step(tmp_path, module, (x,), "--loss=mse", "--optimizer=sgd,lr=1e5", "--parameters=f16", f"--loss-scale={scale}")
        before = step.tensors["weight.master"].clone()
        step(x, y)
        moved[scale] = (before - step.tensors["weight.master"]) / 1e5
    loss = F.mse_loss(F.linear(x, module.weight.half().float(), module.bias.half().float()), y)
    (gradient,) = torch.autograd.grad(loss, [module.weight])
    assert gradient.abs().max() < 2**-25 and not moved["1"].any()
    assert (moved["dynamic"] - gradient).abs().max() <= 1e-2 * gradient.abs().max()


@pytest.mark.parametrize("clip,text", [(nn.utils.clip_grad_norm_, "clip_norm"), (nn.utils.clip_grad_value_, "clip_value")])
@pytest.mark.parametrize("value", [1e30, math.inf, -math.inf, math.nan])
def test_clipping_of_what_is_not_finite(clip, text, value, tmp_path):
    """As with error_if_nonfinite=False: NaN where PyTorch has it."""

    class Clipped(torch.optim.SGD):
        def step(self):
            clip(self.param_groups[0]["params"], 0.25)
            super().step()

    torch.manual_seed(0)
    module = nn.Linear(5, 3)
    step = Step(tmp_path, module, (torch.randn(4, 5),), "--loss=l1", f"--optimizer=sgd,lr=0.1,{text}=0.25")
    x = torch.randn(4, 5)
    x[0, 3] = value
    y = torch.zeros(4, 3)
    optimizer = Clipped(module.parameters(), 0.1)
    F.l1_loss(module(x), y).backward()
    optimizer.step()
    step(x, y)
    compare_states(step, module, optimizer)


@pytest.mark.parametrize("flags,message", [
    (["--loss-scale=fast"], "expected dynamic or a number above 0 for --loss-scale, found 'fast'"),
    (["--loss-scale=-2"], "expected dynamic or a number above 0 for --loss-scale, found '-2'"),
    (["--parameters=f8"], "expected bf16 or f16 for --parameters, found 'f8'"),
])
def test_refusals(flags, message, tmp_path):
    assert_refused(tmp_path, flags, message)
