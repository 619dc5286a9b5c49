"""One request and its response, under a deadline that holds regardless of what the network does.

The request runs in a thread of its own. The caller waits for it until the deadline and then abandons it. So
neither a slow resolver, a slow upload nor a dribbled response can hold the caller.

A gate before the first byte of the request makes that safe: an abandoned request that has not begun never
begins, and one that has begun is known to have begun.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from ..http import Route, UnusableError
from ..model.reason import Reason
from ..model.session_link import LOOPBACK
from ..sanitize import code
from .errors import NotSent, Unknown
from .responses import CHECK, Response

CONNECT_SECONDS = 10.0  # for a connection to one address
BODY_LIMIT = 64 * 1024  # bytes of a response that are read; a documented one has a few hundred
_SLICE = 0.05  # seconds between two looks at the clock; on Windows also at signals
# A connection is never kept or used again: each request on the wire is one that the retry policy decided on.
_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=0)


def route_to(url: str) -> Route:
    """How to reach the endpoint, as the environment describes it. Loopback is always reached directly.

    Raises:
        NotSent: the environment names a proxy or CA bundle that cannot be used.
    """
    try:
        return Route(url, direct=LOOPBACK)
    except UnusableError as error:
        raise NotSent(error.message, reason=Reason.NO_CONNECTION) from None


class _Abandoned(Exception):  # noqa: N818 - never leaves this module
    """The caller is gone: the request must not begin."""


class _Gate:
    """Knows whether the request has begun, and stops it from beginning once it is abandoned."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._abandoned = False
        self._socket: socket.socket | None = None
        self.passed = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's `trace` extension: called before and after each step of a request.

        Only the steps of an HTTP request carry a request. Connecting and TLS come before them. So does
        CONNECT through a proxy: a request to the proxy alone, which does not count.
        Source: https://www.encode.io/httpcore/extensions/#trace
        """
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            self._socket = stream.get_extra_info("socket")
        request = info.get("request")
        if request is not None and request.method != b"CONNECT":
            self._pass()

    def _pass(self) -> None:
        with self._lock:
            if self._abandoned:
                raise _Abandoned
            self.passed = True

    def abandon(self) -> bool:
        """Stop the request from beginning, or break it off if it has begun; whether it had begun."""
        with self._lock:
            self._abandoned = True
        if self._socket is not None:
            with suppress(OSError):  # closed already
                # The plain socket's method: an SSLSocket's own is unsafe while another thread reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        return self.passed


class Request:
    """A POST to the endpoint. It is sent at most once."""

    def __init__(
        self, route: Route, url: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> None:
        """
        Args:
            route: how the endpoint is reached.
            url: the fire URL.
            headers: all headers but those of the HTTP client itself.
            body: JSON.
            seconds: for everything, from connecting to the response's last byte.
        """
        self._route = route
        self._url = url
        self._headers = headers
        self._body = body
        self._seconds = seconds
        self._gate = _Gate()
        self._partial: Response | None = None  # what has arrived so far
        self._ended: queue.SimpleQueue[Response | BaseException] = queue.SimpleQueue()

    @property
    def begun(self) -> bool:
        """The first byte of the request may have left."""
        return self._gate.passed

    def abandon(self) -> bool:
        """Give up on the response, and on the request if it has not begun; whether it had begun."""
        return self._gate.abandon()

    def send(self, clock: Callable[[], float]) -> Response:
        """The response; an incomplete one if its headers came but its body broke off.

        Args:
            clock: seconds, monotonic.

        Raises:
            NotSent: the request did not begin, and never will.
            Unknown: the request began, and no response came.
        """
        ends_at = clock() + self._seconds
        threading.Thread(target=self._work, name="fire-routine", daemon=True).start()
        end = self._wait(ends_at, clock)
        if isinstance(end, Response):
            return end
        if end is None:
            return self._timed_out()
        return self._broken(end)

    def _wait(self, ends_at: float, clock: Callable[[], float]) -> Response | BaseException | None:
        """The thread's result; None: there was none in time."""
        while (remaining := ends_at - clock()) > 0:
            with suppress(queue.Empty):
                return self._ended.get(timeout=min(_SLICE, remaining))
        return None

    def _work(self) -> None:
        try:
            self._ended.put(self._post())
        except BaseException as error:  # any error is passed on to the caller
            self._ended.put(error)

    def _post(self) -> Response:
        timeout = httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds))
        with (
            self._route.client(timeout, _ONE) as client,
            client.stream(
                "POST",
                self._url,
                headers=self._headers,
                content=self._body,
                extensions={"trace": self._gate.trace},
            ) as response,
        ):
            return self._read(response)

    def _read(self, response: httpx.Response) -> Response:
        """Read the body as it is on the wire, never decompressed, up to the limit."""
        headers = dict(response.headers)
        partial = self._partial = Response(response.status_code, headers, b"", complete=False)
        body = bytearray()
        try:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > BODY_LIMIT:
                    return partial
                self._partial = Response(response.status_code, headers, bytes(body), complete=False)
        except httpx.HTTPError:
            return self._partial
        return Response(response.status_code, headers, bytes(body))

    def _timed_out(self) -> Response:
        seconds = f"{self._seconds:.0f} s"
        if not self.abandon():
            raise NotSent(
                f"Connecting to {code(self._route.host)} took longer than {seconds}, so nothing was sent."
                " Check the runner's network, DNS and proxy.",
                reason=Reason.NO_CONNECTION,
                retryable=True,
            )
        if self._partial is not None:
            return self._partial
        raise Unknown(f"No response came within {seconds}. {CHECK}", reason=Reason.NO_ANSWER)

    def _broken(self, error: BaseException) -> Response:
        if not self._gate.passed:
            what, remedy = self._route.cause(error)
            raise NotSent(
                f"Connecting to {code(self._route.host)} failed, so nothing was sent: {what}. {remedy}",
                reason=Reason.NO_CONNECTION,
                retryable=True,
            )
        if isinstance(error, httpx.TimeoutException):
            return self._timed_out()
        raise Unknown(f"The request was sent, and no valid response came. {CHECK}", reason=Reason.NO_ANSWER)
