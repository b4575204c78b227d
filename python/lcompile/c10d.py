# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A channel over torch.distributed: messages of training steps travel between the processes that torch connected."""

from __future__ import annotations

import atexit
import datetime
import threading
import weakref

import torch
import torch.distributed as dist

from . import _runtime

#: Sets messages apart from those of others in the same group.
_TAG = 7301
_threads: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # of each channel


def open(timeout: float = 0.0) -> _runtime.Channel:
    """A channel among the processes of the default group; all of them call it together.

    timeout: seconds without progress after which a step fails; 0: as LCOMPILE_COMM_TIMEOUT says, else 60.

    Messages use a group of their own (Gloo), so they meet no collectives of the caller's.
    """
    rank, world = dist.get_rank(), dist.get_world_size()
    # A receive waits for the next message for as long as the training lasts.
    group = dist.new_group(backend="gloo", timeout=datetime.timedelta(days=365))
    mailbox = _runtime.Mailbox("c10d", rank, world)
    threads = [
        threading.Thread(target=work, args=(mailbox, group, peer), daemon=True)
        for peer in range(world)
        for work in (_send, _receive)
        if peer != rank
    ]
    for thread in threads:
        thread.start()
    channel = mailbox.open(timeout)
    _threads[channel] = threads
    # Threads must not be inside of torch when the interpreter ends.
    atexit.register(_close, weakref.ref(channel))
    return channel


def close(channel: _runtime.Channel) -> None:
    """Closes a channel; all together. Its threads have ended, unless another rank hangs."""
    channel.close()
    for thread in _threads.pop(channel, ()):
        thread.join(1.0)


def _close(reference: weakref.ref) -> None:
    if (channel := reference()) is not None:
        close(channel)


def _send(mailbox: _runtime.Mailbox, group: dist.ProcessGroup, peer: int) -> None:
    """Carries messages to a peer: [tag, size], then the bytes; size -1: the last."""
    try:
        while (message := mailbox.take(peer)) is not None:
            tag, data = message
            dist.send(torch.tensor([tag - (tag >> 63 << 64), len(data)]), peer, group, _TAG)
            if len(data):
                dist.send(data, peer, group, _TAG)
        dist.send(torch.tensor([0, -1]), peer, group, _TAG)
    except Exception as error:
        mailbox.end(peer, _reason(error))
    finally:
        mailbox.leave(peer)


def _receive(mailbox: _runtime.Mailbox, group: dist.ProcessGroup, peer: int) -> None:
    header = torch.empty(2, dtype=torch.int64)
    try:
        while True:
            dist.recv(header, peer, group, _TAG)
            tag, size = header.tolist()
            if size < 0:
                return mailbox.end(peer, "")
            data = torch.empty(size, dtype=torch.uint8)
            if size:
                dist.recv(data, peer, group, _TAG)
            mailbox.deliver(peer, tag % (1 << 64), data)
    except Exception as error:
        mailbox.end(peer, _reason(error))


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
