# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the states of training steps live: in the module and in torch's optimizer, as far as ranks hold all of them."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional

import torch

from . import optimizers
from .errors import InvalidArgumentError
from .objective import Objective

_DTYPES = {
    "f32": torch.float32,
    "f64": torch.float64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "i64": torch.int64,
    "i32": torch.int32,
    "i16": torch.int16,
    "i8": torch.int8,
    "u8": torch.uint8,
    "bool": torch.bool,
}


class States:
    """The states of a model's training steps, by name, shared by the steps for all shapes of its batches."""

    def __init__(self, objective: Objective, optimizer: Optional[torch.optim.Optimizer], channel: Any):
        self._optimizer, self._channel = optimizer, channel
        self._parameters = {objective.name_of(n): p for n, p in objective.named_parameters(remove_duplicate=False)}
        self._buffers = {objective.name_of(n): b for n, b in objective.named_buffers(remove_duplicate=False)}
        own = {id(p): p for p in self._parameters.values()}
        if optimizer is None:
            wanted = [p for p in own.values() if p.requires_grad]
        else:
            wanted = [p for group in optimizer.param_groups for p in group["params"]]
            if any(id(p) not in own for p in wanted):
                raise InvalidArgumentError("the optimizer has parameters that neither the model nor the loss has")
        #: The ids of the parameters that are trained.
        self.trained = {id(p) for p in wanted}
        for name, tensor in {**self._parameters, **self._buffers}.items():
            if tensor.device.type != "cpu":
                raise InvalidArgumentError(f"'{name}' is on the device '{tensor.device}', expected the CPU")
        #: Name -> tensor and name -> "parameter", "optimizer", "buffer" or "counter", of the last step that was made.
        self.tensors: dict[str, torch.Tensor] = {}
        self.kinds: dict[str, str] = {}
        self._sharded: dict[str, tuple] = {}  # name -> the whole's shape
        self._counts: list[torch.Tensor] = []  # of steps, as torch keeps them
        if channel:
            with torch.no_grad():
                for name, tensor in {**self._parameters, **self._buffers}.items():
                    whole = tensor.detach()
                    given = whole.contiguous()
                    channel.broadcast(given, name)
                    if given is not whole:
                        whole.copy_(given)

    def adopt(self, step: Any) -> None:
        """Gives a new step the states that there are, and makes those that are new."""
        step.links = []
        for index, (name, kind, dtype, sizes, sharded, _) in enumerate(step.description["states"]):
            self.kinds[name] = kind
            if sharded:
                self._sharded[name] = sizes
            if name not in self.tensors:
                if kind == "counter":
                    self.tensors[name] = self._begin(name, step.trainer.state(index, True).clone())
                else:
                    self.tensors[name] = self._make(name, kind, _DTYPES[dtype], sizes, sharded)
            step.links.append((index, name, self._fetch(name, kind, sharded)))
        step.addresses = {}
        self.refresh(step)

    def _begin(self, name: str, first: torch.Tensor) -> torch.Tensor:
        """The first value of a counter; `first` is that of the artefact."""
        if name == "step":
            first.fill_(optimizers.steps_of(self._optimizer))
        if name == "random":  # (seed, offset): torch.manual_seed says where it begins
            seed = torch.initial_seed()
            first[0] = seed - (seed >> 63 << 64)
            if self._channel:
                self._channel.broadcast(first, name)
        return first

    def _make(self, name: str, kind: str, dtype: torch.dtype, sizes: tuple, sharded: bool) -> torch.Tensor:
        """The first value of a state, in the memory where it stays."""
        if kind == "buffer":
            return self._buffers[name]
        if kind == "parameter":
            p = self._parameters[name]
            return self._part(p.detach()) if sharded else _dense(p)
        parameter, key = name.rsplit(".", 1)
        known = None
        if self._optimizer:
            known = self._optimizer.state[self._parameters[parameter]].get(key)
        value = torch.zeros(sizes, dtype=dtype) if known is None else known.detach().to(dtype).contiguous()
        if sharded:
            return self._part(value)
        if self._optimizer:
            self._put(parameter, key, value)
        return value

    def _put(self, parameter: str, key: str, value: torch.Tensor) -> None:
        """What torch's optimizer keeps for a parameter from now on."""
        state = self._optimizer.state[self._parameters[parameter]]
        if isinstance(self._optimizer, torch.optim.Adam) and "step" not in state:
            state["step"] = torch.tensor(float(optimizers.steps_of(self._optimizer)))
        if "step" in state and not any(state["step"] is count for count in self._counts):
            self._counts.append(state["step"])
        state[key] = value

    def _part(self, whole: torch.Tensor) -> torch.Tensor:
        """A copy of this rank's part of a tensor."""
        n, rank, world = whole.numel(), self._channel.rank, self._channel.world
        return whole.reshape(-1)[rank * n // world : (rank + 1) * n // world].clone()

    def _fetch(self, name: str, kind: str, sharded: bool) -> Callable[[], Optional[torch.Tensor]]:
        """A function that gives the tensor which holds a state now: torch may have put another one in its place."""
        if sharded or kind in ("counter", "buffer") or (kind == "optimizer" and not self._optimizer):
            return lambda: self.tensors[name]
        if kind == "parameter":
            return lambda: self._parameters[name]
        parameter, key = name.rsplit(".", 1)
        p = self._parameters[parameter]
        return lambda: self._optimizer.state[p].get(key)  # load_state_dict makes a new `state`

    def refresh(self, step: Any) -> None:
        """Binds the states of a step where they are now."""
        replaced = False
        for index, name, fetch in step.links:
            tensor = fetch()
            if tensor is not None and step.addresses.get(name) == tensor.data_ptr():
                continue
            value = self.tensors[name]
            if self.kinds[name] == "parameter" and name not in self._sharded:
                value = self.tensors[name] = _dense(tensor)
            elif tensor is None:  # the optimizer was reset
                value, replaced = torch.zeros_like(value), True
            elif tensor is not value:
                value, replaced = tensor.detach().to(value.dtype).contiguous(), True
            if value is not self.tensors[name]:
                self.tensors[name] = value
                parameter, key = name.rsplit(".", 1)
                self._optimizer.state[self._parameters[parameter]].pop("step" if tensor is None else "", None)
                self._put(parameter, key, value)
            step.trainer.bind(index, value)
            step.addresses[name] = value.data_ptr()
        if replaced:
            states = self._optimizer.state.values()
            self._counts = [s["step"] for s in states if "step" in s]
            for name, kind in self.kinds.items():
                if kind == "counter":
                    self.tensors[name].fill_(optimizers.steps_of(self._optimizer))

    def stepped(self, step: Any) -> None:
        """Tells torch what a step has changed."""
        self._touch()
        if self._counts:
            torch._foreach_add_(self._counts, 1)
        for name, amount in step.counters:
            self._buffers[name].add_(amount)
        if self._optimizer:
            self._optimizer._opt_called = True  # else schedulers warn that they come before the first step

    def loaded(self, step: Any) -> None:
        """Tells torch that all states were loaded."""
        self._touch()
        for name, kind in self.kinds.items():
            if kind == "counter":
                for count in self._counts:
                    count.fill_(self.tensors[name].item())

    def _touch(self) -> None:
        """Who saved tensors for a backward pass, or compiled them in, has to know that they are others now."""
        parameters = [self._parameters[name] for name, kind in self.kinds.items() if kind == "parameter"]
        torch.autograd.graph.increment_version([*parameters, *(tensor for _, tensor in self.named("buffer"))])

    def named(self, kind: Optional[str] = None) -> Iterator[tuple[str, torch.Tensor]]:
        """The states of a kind, as this rank holds them."""
        return ((name, t) for name, t in self.tensors.items() if kind is None or self.kinds[name] == kind)

    @torch.no_grad()
    def write_to(self, model: torch.nn.Module) -> None:
        """Writes whole parameters and buffers into a module; together when ranks hold parts of parameters."""
        parameters = dict(model.named_parameters(remove_duplicate=False))
        buffers = dict(model.named_buffers(remove_duplicate=False))
        for name, tensor in {**self._parameters, **self._buffers}.items():
            if name in self._sharded:
                whole = torch.empty(self._sharded[name], dtype=tensor.dtype)
                self._channel.gather(self.tensors[name], whole, name)
                tensor = whole
            to = parameters.get(name, buffers.get(name))
            if to is not None and to is not tensor:
                to.copy_(tensor)


def _dense(p: torch.nn.Parameter) -> torch.Tensor:
    """The parameter's memory, made dense and row-major where it is not."""
    if not p.is_contiguous():
        p.data = p.data.contiguous()
    return p.detach()
