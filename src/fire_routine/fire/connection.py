"""How the endpoint is reached, in the terms of a fire.

A connection is never kept or used again. So each request on the wire is one that the retry policy decided on.
"""

from __future__ import annotations

import httpx

from ..http import Route, UnusableError
from ..sanitize import code
from ..settings import LOOPBACK
from .errors import NotSent

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=0)


class Connection:
    """How to reach one endpoint, as the environment describes it. Loopback is always reached directly."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotSent: the environment names a proxy or CA bundle that cannot be used.
        """
        try:
            self._route = Route(url, direct=LOOPBACK)
        except UnusableError as error:
            raise NotSent(error.message, reason=error.reason) from None
        self.host = self._route.host

    def client(self, timeout: httpx.Timeout) -> httpx.Client:
        """A client for one request."""
        return self._route.client(timeout, _ONE)

    def not_made(self, error: BaseException) -> NotSent:
        """The error for a connection that could not be made."""
        what, remedy = self._route.cause(error)
        message = f"Connecting to {code(self.host)} failed, so nothing was sent: {what}. {remedy}"
        return NotSent(message, reason="no-connection", retryable=True)
