# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a torch.optim optimizer is called in the compiler, and what it keeps."""

from __future__ import annotations

import dataclasses
import re
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


@dataclasses.dataclass
class Recipe:
    """An optimizer as the compiler takes it.

    text: of the parameters that no group has: "adamw,lr=input,beta1=0.9".
    groups: (ids of parameters, numbers) of the others, each with a learning rate of its own.
    """

    text: str
    groups: list[tuple[set[int], str]] = dataclasses.field(default_factory=list)

    def options(self, names: dict[int, str]) -> tuple[dict, list[int]]:
        """Options of the command line for a program whose parameters have these names, by id, and the numbers of the
        torch.optim groups whose learning rates the step takes, in the order of its inputs."""
        texts, taken = [], [0]
        for number, (members, numbers) in enumerate(self.groups, 1):
            patterns = [_pattern(name) for key, name in names.items() if key in members]
            if patterns:
                texts.append(f"{','.join(patterns)}: lr=input:lr_{number},{numbers}")
                taken.append(number)
        return {"optimizer": self.text, **({"group": texts} if texts else {})}, taken


def _pattern(name: str) -> str:
    """A pattern that only this name matches."""
    if set(name) & set(",:;"):
        raise UnsupportedError(f"a parameter named '{name}' cannot be in a group of its own: rename it")
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", name)


def recipe_of(optimizer: torch.optim.Optimizer) -> Recipe:
    """What the compiler does for an optimizer of torch; learning rates are inputs of each step.

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
    found = [_numbers_of(kind, group) for group in optimizer.param_groups]
    problems = list(dict.fromkeys(problem for _, _, more in found for problem in more))
    if len({real for real, _, _ in found}) > 1:
        problems.append("parameter groups that differ in decoupled_weight_decay")
    if optimizer._optimizer_step_pre_hooks or optimizer._optimizer_step_post_hooks:
        problems.append("hooks of its steps")
    if problems:
        raise UnsupportedError(f"optimizer {name} cannot be compiled with {', '.join(problems)}")
    (kind, numbers, _), *others = found
    members = [{id(p) for p in group["params"]} for group in optimizer.param_groups[1:]]
    return Recipe(f"{kind},lr=input,{numbers}", [(ids, text) for ids, (_, text, _) in zip(members, others)])


def _numbers_of(kind: str, group: dict) -> tuple[str, str, list[str]]:
    """(kind, numbers as text, what cannot be compiled) of a group of parameters."""
    options, problems, numbers = {k: v for k, v in group.items() if k not in _MEANINGLESS}, [], {}
    if options.pop("decoupled_weight_decay", False) and kind == "adam":
        kind = "adamw"
    if kind == "sgd" and options.pop("dampening"):
        problems.append("dampening")
    if "betas" in options:
        numbers["beta1"], numbers["beta2"] = options.pop("betas")
    for key in _NUMBERS[kind]:
        numbers[key] = options.pop(key)
    words = [f"{key}={float(value)!r}" for key, value in numbers.items()]
    if kind == "sgd":
        words.append(f"nesterov={'true' if options.pop('nesterov') else 'false'}")
    return kind, ",".join(words), problems + [key for key, value in options.items() if value]


def steps_of(optimizer: Optional[torch.optim.Optimizer]) -> Any:
    """How many steps an optimizer has done: the same number for all parameters."""
    if optimizer is None:
        return 0
    counts = {int(state["step"]) for state in optimizer.state.values() if "step" in state}
    if len(counts) > 1:
        raise UnsupportedError(f"an optimizer whose parameters have done {sorted(counts)} steps cannot be continued")
    return next(iter(counts), 0)
