# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which ranks train together, and how they reach each other."""

from __future__ import annotations

from typing import Any, Optional

import torch.distributed

from . import _runtime
from .errors import InvalidArgumentError


def leave(channel: _runtime.Channel) -> None:
    """Ends a connection to the other ranks, together."""
    if channel.engine == "c10d":
        from . import c10d

        c10d.close(channel)
    else:
        channel.close()


def join(channel: Optional[_runtime.Channel], world: Optional[int]) -> Optional[_runtime.Channel]:
    """The channel of this process among `world` ranks; None when it is alone.

    channel: one that there is already. Without it: torch.distributed's processes, if they are initialised, else those
    that mpirun, srun or torchrun started (see lcompile-c/Comm.h).

    Raises InvalidArgumentError when there are not `world` ranks.
    """
    if world is not None and world < 1:
        raise InvalidArgumentError(f"expected a number of ranks for world, found {world}")
    if channel is None and world != 1:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            from . import c10d

            channel = c10d.open() if torch.distributed.get_world_size() > 1 else None
        else:
            channel = _runtime.Channel.open(None, 0, 0, None, 0.0)
            if channel.world == 1:
                channel.close()
                channel = None
    found = channel.world if channel else 1
    if world not in (None, found):
        raise InvalidArgumentError(
            f"world={world}, and there {'is 1 rank' if found == 1 else f'are {found} ranks'}: start {world} processes "
            f"(mpirun -n {world} python train.py, or torchrun --nproc-per-node={world} train.py), or call "
            "torch.distributed.init_process_group first"
        )
    return channel
