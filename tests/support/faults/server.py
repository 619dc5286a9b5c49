"""A server on raw sockets whose every byte is decided by a script, and which counts what reached it.

It is also the HTTP proxy of the faults that need one, and speaks TLS if a script asks for it.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Self

import httpx

PATH = "/v1/claude_code/routines/trig_faults/fire"
TICK = 0.002  # seconds between two dribbled bytes
PATIENCE = 120.0  # seconds for what the other side is about to do, on a busy machine too
_TAKEN = socket.socket()  # never closed, so that no one else gets its port


def closed_port() -> int:
    """A port that nothing listens on: a connection is refused."""
    if not _TAKEN.getsockname()[1]:
        _TAKEN.bind(("127.0.0.1", 0))
    port: int = _TAKEN.getsockname()[1]
    return port


class ClientGone(Exception):  # noqa: N818
    """The client closed or broke the connection."""


def reads_a_body() -> bool:
    """Whether a client in this process has read a response's headers and waits for the rest of its body."""
    frame: FrameType | None
    for frame in sys._current_frames().values():
        while frame is not None:
            if frame.f_code is httpx.Response.iter_raw.__code__:
                return True
            frame = frame.f_back
    return False


class Visit:
    """One connection, from the server's side."""

    def __init__(self, server: FaultServer, connection: socket.socket) -> None:
        self.server = server
        self.socket = connection
        self._buffer = b""

    def _receive(self) -> None:
        try:
            data = self.socket.recv(65_536)
        except (OSError, ValueError) as problem:
            raise ClientGone from problem
        if not data:
            raise ClientGone
        self._buffer += data

    def read_head(self) -> bytes:
        """Everything up to the blank line, and not one byte more."""
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        if not isinstance(self.socket, ssl.SSLSocket):
            self.server.clear_text.append(head)
        return head

    def read_request(self, *, starts_session: bool = False) -> None:
        """Read a whole request; a backend may have started a session on it, regardless of the response."""
        head = self.read_head()
        length = int((re.search(rb"(?im)^content-length: *([0-9]+)", head) or [b"", b"0"])[1])
        while len(self._buffer) < length:
            self._receive()
        self._buffer = self._buffer[length:]
        self.server.count(starts_session)

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (OSError, ValueError) as problem:
            raise ClientGone from problem

    def await_reader(self) -> None:
        """Wait until the client has read the headers of the response."""
        until = time.monotonic() + PATIENCE
        while not reads_a_body() and time.monotonic() < until:
            if self.server.closing.wait(TICK):
                return

    def dribble(self, data: bytes, *, body: bool) -> None:
        """A byte at a time; the deadline is to pass while it goes on. `body`: the headers are sent."""
        for position, byte in enumerate(data):
            self.send(bytes([byte]))
            if position == 20:
                if body:
                    self.await_reader()
                self.server.reached.set()
            if self.server.closing.wait(TICK):
                return

    def hang(self, *, body: bool = False) -> None:
        """Say nothing more until the client is gone or the server closes; its deadline is to pass meanwhile.
        `body`: the headers are sent."""
        if body:
            self.await_reader()
        self.server.reached.set()
        self.socket.settimeout(TICK)
        while not self.server.closing.is_set():
            try:
                if not self.socket.recv(65_536):
                    return
            except TimeoutError:
                continue
            except (OSError, ValueError):
                return

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def await_request(self) -> None:
        """Wait until the request has begun to come, without reading any of it."""
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError) as problem:
            raise ClientGone from problem

    def start_tls(self) -> None:
        if self.server.tls is None:
            raise ValueError("the server has no certificate")
        try:
            self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        except (OSError, ValueError) as problem:
            raise ClientGone from problem

    def close(self) -> None:
        """Close so that what was sent arrives: a close with unread input would be a reset."""
        with contextlib.suppress(OSError, ValueError):
            self.socket.settimeout(PATIENCE)
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(65_536):
                pass
        self.socket.close()


class FaultServer:
    """Runs `script` on every connection, for a `with` block.

    `connections`, `requests` (complete ones) and `sessions` (those that may have been started on them) are
    counted; `reached` is set once a script has come to the point that no deadline may outlast.
    """

    def __init__(
        self, script: Callable[[Visit], None], *, tls: ssl.SSLContext | None = None, receive_buffer: int = 0
    ) -> None:
        self.tls = tls
        self.clear_text: list[bytes] = []  # heads of requests that came without TLS
        self.connections = self.requests = self.sessions = 0
        self.reached = threading.Event()
        self.closing = threading.Event()
        self._script = script
        self._lock = threading.Lock()
        self._visits: list[tuple[Visit, threading.Thread]] = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.closing.set()
        # A connection of our own wakes the acceptor on every system; closing the listener does not.
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE),
        ):
            pass
        self._acceptor.join()
        self._listener.close()
        for visit, thread in self._visits:
            with contextlib.suppress(OSError, ValueError):  # a write may wait for a client that is gone
                socket.socket.shutdown(visit.socket, socket.SHUT_RDWR)
            thread.join()
        for thread in threading.enumerate():  # clients that were given up: their connections are closed now
            if thread.name == "fire-routine":
                thread.join(PATIENCE)

    def count(self, starts_session: bool) -> None:
        with self._lock:
            self.requests += 1
            self.sessions += starts_session

    def _accept(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            if self.closing.is_set():
                connection.close()
                return
            self.connections += 1
            connection.settimeout(PATIENCE)
            visit = Visit(self, connection)
            thread = threading.Thread(target=self._visit, args=(visit,), daemon=True)
            self._visits.append((visit, thread))
            thread.start()

    def _visit(self, visit: Visit) -> None:
        try:
            with contextlib.suppress(ClientGone):
                self._script(visit)
        finally:
            visit.close()
