# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What was compiled, and what was not."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter


@dataclasses.dataclass
class Stats:
    """Counts since the start of the process or the last `lcompile.reset_stats()`."""

    #: Graphs that torch.compile handed over.
    graphs: int = 0
    #: Artefacts that were compiled, by torch.compile and lcompile.compile.
    compiles: int = 0
    #: Seconds of processor time that this took.
    compile_seconds: float = 0.0
    #: Calls of graphs of torch.compile.
    calls: int = 0
    #: Of these, calls that ran what had been compiled before.
    cache_hits: int = 0
    #: Artefacts that were compiled again since weights had changed.
    weight_changes: int = 0
    #: Operators that run as before in compiled graphs, and in how many places.
    eager_operators: Counter = dataclasses.field(default_factory=Counter)
    #: Why whole graphs or parts of them run as before, and how often.
    fallbacks: Counter = dataclasses.field(default_factory=Counter)
    #: Why torch.compile ended graphs, and how often: what torch counts itself.
    graph_breaks: dict = dataclasses.field(default_factory=dict)


current = Stats()


def stats() -> Stats:
    """What lcompile has compiled in this process so far, as a copy."""
    result = dataclasses.replace(
        current, eager_operators=Counter(current.eager_operators), fallbacks=Counter(current.fallbacks)
    )
    if "torch._dynamo.utils" in sys.modules:
        result.graph_breaks = dict(sys.modules["torch._dynamo.utils"].counters["graph_break"])
    return result


def reset_stats() -> None:
    """Starts counting from zero. What torch counts itself (graph_breaks) is reset by torch._dynamo.reset()."""
    for field in dataclasses.fields(Stats):
        empty = Stats()
        setattr(current, field.name, getattr(empty, field.name))
