# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lcompile.train_step: forward, loss, backward and optimizer as one compiled program."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Callable, Iterator, Optional, Union

import torch
from torch.utils import _pytree as pytree

from . import optimizers, ranks
from .errors import InvalidArgumentError
from .model import SymbolRange, TensorSpec
from .objective import Example, Objective, targets_of
from .optimizers import Recipe
from .states import States
from .step import Step

#: Different shapes of the arguments for which steps are kept.
STEPS_KEPT = 16


class TrainStep:
    """A training step. Call it with a batch: it updates the module's parameters and gives the loss.

    The first call compiles, for the shapes of its arguments. When a later batch has other sizes, a step is compiled
    in which these vary; it serves all further ones.

    The parameters are the module's own: what a step updates is seen by the module at once, and what is written into
    them (`load_state_dict`) by the next step. With `zero=3` a rank holds a part of each; then `sync_to` fills the
    module in. What the optimizer keeps is where torch keeps it, in `optimizer.state`, unless ranks hold parts of it.

    Threads: one call at a time.
    """

    def __init__(
        self, model: torch.nn.Module, objective: Objective, optimizer: Any, recipe: Recipe, rate: float, config: dict
    ):
        self._model, self._objective, self._recipe = model, objective, recipe
        #: The optimizer of torch whose options and states the step uses; None when it was given as text.
        self.optimizer: Optional[torch.optim.Optimizer] = optimizer
        self._rate = rate
        self._shapes, self._options = config["dynamic_shapes"], config["options"]
        self._zero, self._channel = config["zero"], config["channel"]
        self._modes = {module: module.training for module in objective.modules()}
        self._states = States(objective, optimizer, self._channel)
        self._steps: dict = {}
        self._general: Optional[Step] = None
        self._current: Optional[Step] = None
        self._seen: list = []
        self._done = 0
        self._checkpoint: Optional[str] = None

    # --- steps ------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """One step: arguments of the model, then those that the loss function takes beside the model's output.

        With several ranks all call it together, each with its own batch; parameters are updated by the mean of the
        ranks' gradients. Gives the loss of this rank's batch, a tensor without dimensions and without a graph.

        Raises UnsupportedError in the first call, with all operators that cannot be compiled.
        """
        leaves, spec = pytree.tree_flatten((args, kwargs))
        step = self._step_for(args, kwargs, leaves, spec)
        self._states.refresh(step)
        loss = step.run(leaves, spec, self._rates())
        self._states.stepped(step)
        self._done += 1
        return loss

    def compile(self, *args: Any, **kwargs: Any) -> "TrainStep":
        """Compiles for such a batch without making a step, for `load`, `artefact` and `report` before the first."""
        leaves, spec = pytree.tree_flatten((args, kwargs))
        self._step_for(args, kwargs, leaves, spec)
        return self

    def _step_for(self, args: tuple, kwargs: dict, leaves: list, spec: Any) -> Step:
        key = (spec, *((x.shape, x.dtype) if isinstance(x, torch.Tensor) else x for x in leaves))
        step = self._steps.get(key)
        if step is None:
            general = self._general
            # Where the caller has said which sizes vary, the runtime says what is wrong with others.
            if general and (self._shapes is not None or general.accepts(leaves, spec)):
                step = general
            else:
                step = self._compile(args, kwargs, leaves, spec)
            if len(self._steps) >= STEPS_KEPT:
                self._steps.pop(next(iter(self._steps)))
            self._steps[key] = step
        self._current = step
        return step

    def _compile(self, args: tuple, kwargs: dict, leaves: list, spec: Any) -> Step:
        varying = {} if self._shapes is not None else self._varying(leaves, spec)
        self._seen.append((spec, leaves_shapes(leaves)))
        example = Example(args, kwargs, self._shapes, varying)
        try:
            step = self._build(example)
        except Exception:
            if not varying:
                raise
            # Not every model can be compiled for sizes that vary: then for these alone.
            varying, step = {}, self._build(Example(args, kwargs))
        if varying or self._shapes is not None:
            self._general = step
        return step

    def _build(self, example: Example) -> Step:
        what = (self._objective, self._modes, self._states.trained, example)
        step = Step(*what, self._recipe, self._zero, self._channel, self._options)
        self._states.adopt(step)
        if self._checkpoint is not None:
            step.trainer.load(self._checkpoint)
            self._states.loaded(step)
            self._checkpoint = None
        return step

    def _varying(self, leaves: list, spec: Any) -> dict:
        """The dimensions in which a batch differs from those before: {leaf: dims}."""
        found: dict = {}
        shapes = leaves_shapes(leaves)
        for other_spec, others in self._seen:
            if other_spec != spec or [s and len(s) for s in shapes] != [s and len(s) for s in others]:
                continue
            for i, (a, b) in enumerate(zip(shapes, others)):
                for d, (m, n) in enumerate(zip(a or (), b or ())):
                    if m != n:
                        found.setdefault(i, set()).add(d)
        return found

    # --- states -----------------------------------------------------------------------------------------------------

    def _rates(self) -> list[float]:
        """Of the next step, by parameter group."""
        return [float(group["lr"]) for group in self.optimizer.param_groups] if self.optimizer else [self._rate]

    @property
    def lr(self) -> float:
        """The learning rate of the next step, of the optimizer's first parameter group; schedulers of torch set them.
        Setting it sets that of all groups."""
        return self._rates()[0]

    @lr.setter
    def lr(self, rate: float) -> None:
        self._rate = float(rate)
        for group in self.optimizer.param_groups if self.optimizer else ():
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = self._rate

    def named_parameters(self) -> Iterator[tuple[str, torch.Tensor]]:
        """The parameters that are trained, as this rank holds them: whole, or with `zero=3` its part of each, flat."""
        return self._states.named("parameter")

    def parameters(self) -> Iterator[torch.Tensor]:
        return (tensor for _, tensor in self.named_parameters())

    def state_dict(self) -> dict[str, torch.Tensor]:
        """All that is kept from step to step, by name, not copied: parameters, running statistics, what the optimizer
        keeps ("NAME.exp_avg"), the number of steps. What ranks hold parts of is this rank's part, flat.

        Empty before the first call (see `compile`).
        """
        return dict(self._states.named())

    def sync_to(self, model: Optional[torch.nn.Module] = None) -> torch.nn.Module:
        """Writes parameters and running statistics into a module, by default the one that is trained, and gives it.

        With `zero=3` all ranks call it together: it collects the parts. Otherwise the trained module needs no call.
        """
        model = self._model if model is None else model
        self._states.write_to(model)
        return model

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Saves all states under a folder, together: readable with any number of ranks and any `zero`. An interrupted
        `save` leaves the one before in place. Files are safetensors, by the names of `state_dict`."""
        self._need("save").trainer.save(os.fspath(path))

    def load(self, path: Union[str, os.PathLike]) -> None:
        """Loads what `save` wrote, or `lcompile-run --save`, together. Before the first call it takes effect there.

        Raises InvalidArgumentError when there is no checkpoint, or one of another model.
        """
        path = os.fspath(path)
        if self._current is None:
            if not os.path.exists(os.path.join(path, "latest")):
                raise InvalidArgumentError(f"'{path}': no checkpoint")
            self._checkpoint = path
            return
        self._states.refresh(self._current)
        self._current.trainer.load(path)
        self._states.loaded(self._current)

    # --- what was compiled ------------------------------------------------------------------------------------------

    def _need(self, what: str) -> Step:
        if self._current is None:
            raise InvalidArgumentError(f"{what}: nothing is compiled before the first call; compile(*batch) does it")
        return self._current

    @property
    def artefact(self) -> Step:
        """The compiled step: `artefact.save("step.so")` writes it for lcompile-run and C."""
        return self._need("artefact")

    @property
    def plan(self) -> list[tuple[str, str, str]]:
        """What a step runs, in order: (kernel, unit, the model's lines that it computes)."""
        return self._need("plan").plan

    @property
    def inputs(self) -> list[TensorSpec]:
        return self._need("inputs").inputs

    @property
    def symbols(self) -> dict[str, SymbolRange]:
        """The sizes that vary, by name."""
        return self._need("symbols").symbols

    def stats(self) -> dict[str, Any]:
        """Steps done, artefacts compiled, memory of states and of the arena in bytes; with ranks what was sent."""
        result: dict = {"steps": self._done, "compiled": len({id(s) for s in self._steps.values()})}
        if self._current:
            result |= self._current.trainer.info()
        if self._channel:
            result |= self._channel.stats()
        return result

    def report(self) -> str:
        """For people: optimizer, kernels, memory, and what each phase of the compilation took."""
        step = self._need("report")
        info, states = step.info, Counter()
        for name, kind in self._states.kinds.items():
            states[kind] += self._states.tensors[name].nbytes
        units = Counter(unit for _, unit, _ in self.plan)
        ranks_text = "1 rank"
        if self._channel:
            ranks_text = f"{self._channel.world} ranks over {self._channel.engine}, zero={self._zero}"
        lines = [
            f"training step for {info['target']}, {info['threads']} threads, {ranks_text}",
            f"optimizer: {self._recipe.text}",
            f"operators: {step.operator_count} before the gradients",
            "kernels:   " + ", ".join(f"{n} {unit}" for unit, n in sorted(units.items())),
            "states:    " + ", ".join(f"{n / 2**20:.1f} MiB {kind}" for kind, n in sorted(states.items())),
            f"arena:     {info['arena_formula']} bytes",
            "",
            f"{'phase':12} {'seconds':>8} {'operations':>10}",
        ]
        lines += [f"{name:12} {seconds:8.3f} {count:10}" for name, seconds, count, _ in step.phases]
        return "\n".join(lines)

    def close(self) -> None:
        """Ends the connection to the other ranks, together. The module keeps what was trained."""
        self._steps.clear()
        self._current = self._general = None
        if self._channel:
            ranks.leave(self._channel)
            self._channel = None

    def __repr__(self) -> str:
        return f"<lcompile.TrainStep of {type(self._model).__name__}, {self._recipe.text}, {self._done} steps done>"


def leaves_shapes(leaves: list) -> list:
    return [tuple(x.shape) if isinstance(x, torch.Tensor) else None for x in leaves]


def train_step(
    model: torch.nn.Module,
    loss_fn: Optional[Callable] = None,
    optimizer: Any = torch.optim.AdamW,
    *,
    targets: Optional[int] = None,
    dynamic_shapes: Optional[tuple] = None,
    clip_norm: Optional[float] = None,
    clip_value: Optional[float] = None,
    world: Optional[int] = None,
    zero: int = 0,
    channel: Any = None,
    compile_options: Optional[dict] = None,
    **optimizer_options: Any,
) -> TrainStep:
    """A training step of a module: forward, loss, backward and optimizer as one compiled program.

        step = lcompile.train_step(model, F.cross_entropy, torch.optim.AdamW, lr=1e-3)
        for x, y in loader:
            loss = step(x, y)

    model: a module in the CPU's memory, each of its parts in the mode in which it shall train (`.train()`). Parameters
        with requires_grad=False, or that an optimizer object does not have, stay as they are and must not be changed.
    loss_fn: gives the loss from the model's output and the last arguments of a call: `loss_fn(output, *targets)`;
        any function that torch.export traces, or a module. None: the model gives the loss itself (its output,
        `output.loss` or `output[0]`).
    optimizer: torch.optim.SGD, Adam or AdamW, called with `optimizer_options`; an object of these, whose states are
        continued; or the text of the command line: "lamb,lr=1e-3,weight_decay=0.1".
    targets: how many of the last positional arguments go to the loss function; by default as many as it needs.
    dynamic_shapes: (entries for positional arguments, {name: entry}) as torch.export takes them. Without it the sizes
        of the first batch are compiled, and then those vary in which another one differs.
    clip_norm, clip_value: limits of the gradients, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_ apply them.
    world: the number of ranks; by default those of torch.distributed, if it is initialised, else of mpirun or torchrun.
    zero: what ranks hold parts of: 1 what the optimizer keeps, 2 gradients too, 3 parameters too.
    channel: a connection to the other ranks, where none of these is wanted.
    compile_options: options of the command line, with underscores: {"threads": 2, "bucket": 1 << 20}.

    All ranks begin with what rank 0's module holds.

    Raises UnsupportedError for options of optimizers that cannot be compiled, by name.
    """
    targets = targets_of(loss_fn) if targets is None else targets
    objective = Objective(model, loss_fn, targets)
    optimizer = optimizers.make(optimizer, objective.parameters(), optimizer_options)
    if isinstance(optimizer, str):
        text, rate = optimizers.rate_of(optimizer, optimizer_options)
        optimizer, recipe = None, Recipe(text)
    else:
        recipe, rate = optimizers.recipe_of(optimizer), 0.0
    for name, limit in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if limit is not None:
            if not limit > 0:
                raise InvalidArgumentError(f"expected a limit above 0 for {name}, found {limit}")
            recipe.text += f",{name}={float(limit)!r}"
    if zero not in (0, 1, 2, 3):
        raise InvalidArgumentError(f"expected 0 to 3 for zero, found {zero!r}")
    channel = ranks.join(channel, world)
    if zero and channel is None:
        raise InvalidArgumentError(f"zero={zero} needs several ranks, and this process is alone; see world")
    config = {"dynamic_shapes": dynamic_shapes, "zero": zero, "channel": channel, "options": compile_options or {}}
    return TrainStep(model, objective, optimizer, recipe, rate, config)
