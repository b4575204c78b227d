# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a torch.optim optimizer is called in the compiler, and what it keeps."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Optional, Union

import torch

from .errors import InvalidArgumentError, UnsupportedError

# Options of torch.optim that are numbers of the compiled step; `betas` is two of them.
_NUMBERS = {
    "sgd": ("momentum", "weight_decay"),
    "adam": ("eps", "weight_decay"),
    "adamw": ("eps", "weight_decay"),
}
# How torch computes the same: no meaning for a compiled step.
_MEANINGLESS = {"foreach", "fused", "params", "lr", "initial_lr"}


def make(optimizer: Union[str, type, Callable, torch.optim.Optimizer], parameters: Iterable, options: dict):
    """The optimizer as torch's object, made with `options` where a class is given; text as it is.

    Raises InvalidArgumentError where options do not go with what is given.
    """
    if isinstance(optimizer, str):
        if set(options) - {"lr"}:
            raise InvalidArgumentError(
                f"options of the optimizer '{optimizer}' are part of its text: '{optimizer},eps=1e-6'"
            )
        return optimizer
    if isinstance(optimizer, torch.optim.Optimizer):
        if options:
            raise InvalidArgumentError(f"the optimizer has its options already, found {', '.join(options)}")
        return optimizer
    if not callable(optimizer):
        raise InvalidArgumentError(f"expected an optimizer of torch.optim, found {optimizer!r}")
    return optimizer([p for p in parameters if p.requires_grad], **options)


def rate_of(optimizer: str, options: dict) -> tuple[str, float]:
    """The text of an optimizer with its rate as an input, and the rate."""
    parts, rate = [part.strip() for part in optimizer.split(",")], options.get("lr")
    kept = [part for part in parts if not part.startswith("lr=")]
    given = [part.removeprefix("lr=") for part in parts if part.startswith("lr=")]
    if len(given) + (rate is not None) > 1:
        raise InvalidArgumentError(f"optimizer '{optimizer}': the learning rate is given twice")
    if given and given != ["input"]:
        try:
            rate = float(given[0])
        except ValueError:
            raise InvalidArgumentError(f"expected a number for lr of optimizer '{optimizer}'") from None
    return ",".join([*kept, "lr=input"]), 1e-3 if rate is None else float(rate)


def text_of(optimizer: torch.optim.Optimizer) -> str:
    """The compiler's text for an optimizer of torch, without its learning rate: "adamw,lr=input,beta1=0.9,...".

    Raises UnsupportedError, which names all that a compiled step does not do.
    """
    kinds = {torch.optim.SGD: "sgd", torch.optim.Adam: "adam", torch.optim.AdamW: "adamw"}
    kind = kinds.get(type(optimizer))
    name = type(optimizer).__name__
    if kind is None:
        raise UnsupportedError(
            f"optimizer {name} cannot be compiled: expected torch.optim.SGD, Adam or AdamW, or 'lamb' as text; with "
            "torch.compile any optimizer works"
        )
    groups = optimizer.param_groups
    options = {key: value for key, value in groups[0].items() if key not in _MEANINGLESS}
    problems = [
        f"parameter groups that differ in {key}"
        for key in [*options, "lr"]
        if any(group[key] != groups[0][key] for group in groups[1:])
    ]
    if kind == "adam" and options.pop("decoupled_weight_decay", False):
        kind = "adamw"
    options.pop("decoupled_weight_decay", None)
    if kind == "sgd" and options.pop("dampening"):
        problems.append("dampening")
    numbers = {}
    if "betas" in options:
        numbers["beta1"], numbers["beta2"] = options.pop("betas")
    for key in _NUMBERS[kind]:
        numbers[key] = options.pop(key)
    nesterov = options.pop("nesterov", False)
    problems += [key for key, value in options.items() if value]
    if optimizer._optimizer_step_pre_hooks or optimizer._optimizer_step_post_hooks:
        problems.append("hooks of its steps")
    if problems:
        raise UnsupportedError(f"optimizer {name} cannot be compiled with {', '.join(problems)}")
    words = [f"{key}={float(value)!r}" for key, value in numbers.items() if value or key.startswith(("beta", "eps"))]
    return ",".join([kind, "lr=input", *words, *(["nesterov"] if nesterov else [])])


def steps_of(optimizer: Optional[torch.optim.Optimizer]) -> Any:
    """How many steps an optimizer has done: the same number for all parameters."""
    if optimizer is None:
        return 0
    counts = {int(state["step"]) for state in optimizer.state.values() if "step" in state}
    if len(counts) > 1:
        raise UnsupportedError(f"an optimizer whose parameters have done {sorted(counts)} steps cannot be continued")
    return next(iter(counts), 0)
