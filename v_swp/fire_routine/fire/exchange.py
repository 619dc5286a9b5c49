"""One request and its answer, under a deadline that holds whatever the network does.

The request runs in a thread of its own. The caller waits for it no longer than the deadline, and then
leaves it behind: nothing a resolver, a slow upload or a dribbled answer does can keep the caller. A
gate just before the first byte of the request makes leaving safe: once left, a request that has not
begun never begins, and one that has is known to have.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from .answers import SESSIONS_PAGE, Answer
from .connection import Connection
from .errors import NotSent, Unknown

CONNECT_SECONDS = 10.0  # for a connection to one address
BODY_LIMIT = 64 * 1024  # bytes of an answer that are read; the documented ones have some hundred
_SLICE = 0.05  # seconds between looks at the clock (and at signals, on Windows)


class _Left(Exception):  # noqa: N818 - never seen outside
    """The caller has gone: the request must not begin."""


class _Gate:
    """Knows whether the request has begun, and bars it once the caller has left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = False
        self._socket: socket.socket | None = None
        self.passed = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's `trace` extension: called before and after each step of a request.

        Only steps of an HTTP request carry it, and before that are connecting, TLS and, through a proxy,
        CONNECT, which is a request to the proxy alone.
        """
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            self._socket = stream.get_extra_info("socket")
        request = info.get("request")
        if request is not None and request.method != b"CONNECT":
            self._pass()

    def _pass(self) -> None:
        with self._lock:
            if self._left:
                raise _Left
            self.passed = True

    def leave(self) -> bool:
        """Bar the request if it has not begun, else break it off; whether it had begun."""
        with self._lock:
            self._left = True
        if self._socket is not None:
            with suppress(OSError):  # closed already
                # The method of plain sockets: an SSLSocket's own is not safe while another thread reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        return self.passed


class Exchange:
    """A POST to the endpoint, for one use."""

    def __init__(
        self, connection: Connection, url: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> None:
        self._connection = connection
        self._url = url
        self._headers = headers
        self._body = body
        self._seconds = seconds  # for all of it
        self._gate = _Gate()
        self._partial: Answer | None = None  # as far as it has come
        self._ended: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

    @property
    def begun(self) -> bool:
        """The first byte of the request may have left."""
        return self._gate.passed

    def leave(self) -> bool:
        """Give up on the answer, and on the request if it has not begun; whether it had."""
        return self._gate.leave()

    def run(self, clock: Callable[[], float]) -> Answer:
        """The answer; where its headers came but its body broke off, an incomplete one.

        Raises:
            NotSent: the request did not begin, and never will.
            Unknown: it began, and no answer came.
        """
        ends_at = clock() + self._seconds
        threading.Thread(target=self._work, name="fire-routine", daemon=True).start()
        end = self._wait(ends_at, clock)
        if isinstance(end, Answer):
            return end
        if end is None:
            return self._timed_out()
        return self._broken(end)

    def _wait(self, ends_at: float, clock: Callable[[], float]) -> Answer | BaseException | None:
        """What the thread ended with; None: not in time."""
        while (remaining := ends_at - clock()) > 0:
            with suppress(queue.Empty):
                return self._ended.get(timeout=min(_SLICE, remaining))
        return None

    def _work(self) -> None:
        try:
            self._ended.put(self._post())
        except BaseException as error:  # carried to the caller, whatever it is
            self._ended.put(error)

    def _post(self) -> Answer:
        timeout = httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds))
        with (
            self._connection.client(timeout) as client,
            client.stream(
                "POST",
                self._url,
                headers=self._headers,
                content=self._body,
                extensions={"trace": self._gate.trace},
            ) as response,
        ):
            return self._read(response)

    def _read(self, response: httpx.Response) -> Answer:
        """Read the body as it is on the wire, never decompressed, up to the limit."""
        headers = dict(response.headers)
        answer = self._partial = Answer(response.status_code, headers, b"", complete=False)
        body = bytearray()
        try:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > BODY_LIMIT:
                    return answer
                self._partial = Answer(response.status_code, headers, bytes(body), complete=False)
        except httpx.HTTPError:
            return self._partial
        return Answer(response.status_code, headers, bytes(body))

    def _timed_out(self) -> Answer:
        if not self.leave():
            raise NotSent(
                f"No connection to {self._connection.host} could be made within {self._seconds:.0f} s, so"
                " nothing was sent: check the runner's network, DNS and proxy.",
                reason="no-connection",
                retryable=True,
            )
        if self._partial is not None:
            return self._partial
        raise _unknown("timed-out", f"No answer came within {self._seconds:.0f} s")

    def _broken(self, error: BaseException) -> Answer:
        if not self._gate.passed:
            raise self._connection.not_made(error)
        if isinstance(error, httpx.TimeoutException):
            return self._timed_out()
        raise _unknown("cut-off", "The request was sent, and no valid answer came")


def _unknown(reason: str, what: str) -> Unknown:
    return Unknown(
        f"{what}: a session may have started; look at {SESSIONS_PAGE} before firing again.",
        reason=reason,
    )
