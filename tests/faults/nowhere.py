"""Addresses at which no connection can be made."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_TAKEN = socket.socket()  # never closed, so that no one else gets its port


def closed_port() -> int:
    """A port that nothing listens on: a connection is refused."""
    if not _TAKEN.getsockname()[1]:
        _TAKEN.bind(("127.0.0.1", 0))
    port: int = _TAKEN.getsockname()[1]
    return port


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: on Linux a connection is neither made nor refused."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
