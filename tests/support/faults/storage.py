"""A storage for job logs on loopback: of any size without its memory, of any speed, with any fault.

Like GitHub's own storage, it sends a log's length and answers range requests.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

LINE = b"2026-03-02T10:00:07.0000000Z compiled one more module of the shop\n"
_PIECE = 1024 * LINE.count(b"\n") * len(LINE)  # bytes written at a time


class Ranges(StrEnum):
    """How the server answers a range request."""

    SERVED = "served"
    IGNORED = "ignored"  # the whole log, with 200
    WRONG = "wrong"  # another part of the log than was asked for
    OF_ANOTHER = "of another"  # the right part of a log of another length
    SHORT = "short"  # less of the log than was asked for
    REFUSED = "refused"  # 416


@dataclass(frozen=True, slots=True)
class Log:
    """A log of one repeated line, with another end."""

    size: int  # bytes
    end: bytes
    rate: float = 0.0  # bytes in a second, of each connection; 0: as fast as it goes
    cut_after: int = 0  # bytes of each answer, after which the connection is cut; 0: never
    ranges: Ranges = Ranges.SERVED
    sends_length: bool = True

    def part(self, start: int, stop: int) -> bytes:
        edge = self.size - len(self.end)
        first, last = start // len(LINE), min(stop, edge) // len(LINE) + 1
        body = (LINE * (last - first))[start - first * len(LINE) :][: max(min(stop, edge) - start, 0)]
        return body + (self.end[max(start - edge, 0) : max(stop - edge, 0)] if stop > edge else b"")


class LogStorage:
    """For a `with` block; `logs` by name. `asked` has each request's name and `Range` header."""

    def __init__(self) -> None:
        self.logs: dict[str, Log] = {}
        self.asked: list[tuple[str, str]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.storage = self

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.ending.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    storage: LogStorage

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.ending = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        name, wanted = self.path[1:], self.headers.get("Range", "")
        self.server.storage.asked.append((name, wanted))
        log = self.server.storage.logs[name]
        start = int(found[1]) if (found := re.fullmatch(r"bytes=(\d+)-", wanted)) else 0
        if start and log.ranges is Ranges.REFUSED:
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        partly = start > 0 and log.ranges is not Ranges.IGNORED
        start = start - (10 if log.ranges is Ranges.WRONG else 0) if partly else 0
        total = log.size + (log.ranges is Ranges.OF_ANOTHER)
        stop = log.size - (100 if partly and log.ranges is Ranges.SHORT else 0)
        self.send_response(206 if partly else 200)
        if partly:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{total}")
        if log.sends_length:
            self.send_header("Content-Length", str(stop - start))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send(log, start, stop, log.rate)
        self.close_connection = self.close_connection or not log.sends_length

    def _send(self, log: Log, start: int, stop: int, rate: float) -> None:
        began, sent = time.monotonic(), 0
        for piece in _pieces(log, start, stop, 16_384 if rate else _PIECE):
            if log.cut_after and sent + len(piece) > log.cut_after:
                self.wfile.write(piece[: log.cut_after - sent])
                self.close_connection = True
                return
            self.wfile.write(piece)
            sent += len(piece)
            early = sent / rate - (time.monotonic() - began) if rate else 0.0
            if early > 0 and self.server.ending.wait(early):
                self.close_connection = True
                return

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `asked` holds what came."""


def _pieces(log: Log, start: int, stop: int, size: int) -> Iterator[bytes]:
    while start < stop:
        yield log.part(start, min(start + size, stop))
        start += size
