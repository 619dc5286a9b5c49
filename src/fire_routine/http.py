"""How a server is reached over HTTP: directly or through a proxy, and which authorities are trusted. A leaf.

The endpoint and the logs are reached this way. Errors are reported in words of our own: a library's message
may name a proxy with its password.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Collection
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import httpx
import truststore

from .sanitize import code, flat
from .settings import own_authorities

_PORTS = {"http": 80, "https": 443}


class UnusableError(Exception):
    """The environment names a proxy or authorities that can't be used. `message`: with the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Route:
    """How to reach one server, as the environment describes it."""

    def __init__(self, url: str, *, direct: Collection[str] = ()) -> None:
        """
        Args:
            direct: hosts that are never reached through a proxy.

        Raises:
            UnusableError: the environment names a proxy or authorities that can't be used.
        """
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.proxy = ""  # host and port, for people
        # Plain http verifies nothing, so no certificates are loaded: that saves time.
        secure = parts.scheme == "https"
        self._tls = _trust(own_authorities(os.environ)) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        port = parts.port or _PORTS[parts.scheme]
        bypassed = self.host in direct or proxy_bypass(f"{self.host}:{port}")
        self._proxy = None if bypassed else self._found_proxy(parts.scheme)

    def _found_proxy(self, scheme: str) -> httpx.Proxy | None:
        proxies = getproxies()
        proxy = proxies.get(scheme) or proxies.get("all") or ""
        if not proxy:
            return None
        if "://" not in proxy:
            proxy = f"http://{proxy}"
        try:
            parts = urlsplit(proxy)
            if parts.scheme not in _PORTS or not parts.hostname:
                raise ValueError
            self.proxy = f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
            return httpx.Proxy(proxy, ssl_context=self._tls if parts.scheme == "https" else None)
        except (ValueError, httpx.InvalidURL):
            raise UnusableError(
                "HTTPS_PROXY (or ALL_PROXY) is not the URL of an `http://` or `https://` proxy. Correct it,"
                f" or add {code(self.host)} to NO_PROXY.",
            ) from None

    def client(self, timeout: httpx.Timeout, limits: httpx.Limits) -> httpx.Client:
        """A client that follows no redirect, repeats nothing, and reads nothing else from the environment."""
        return httpx.Client(
            verify=self._tls,
            proxy=self._proxy,
            timeout=timeout,
            trust_env=False,
            http2=False,
            follow_redirects=False,
            limits=limits,
        )

    def cause(self, error: BaseException) -> tuple[str, str]:
        """Why a connection was not made, and the one thing to do about it."""
        by_whom = f" by the proxy {code(self.proxy)}" if self.proxy else ""
        remedy = (
            "Check HTTPS_PROXY and NO_PROXY." if self.proxy else "Check the runner's network and firewall."
        )
        if isinstance(error, httpx.ProxyError):
            return f"the connection was refused{by_whom} ({code(flat(str(error), 60))})", remedy
        cause = _root(error)
        if isinstance(cause, socket.gaierror):
            whose = f"of the proxy {code(self.proxy)}" if self.proxy else "of the host"
            own_remedy = remedy if self.proxy else "Check the address and the runner's DNS."
            return f"the name {whose} could not be resolved", own_remedy
        if isinstance(cause, ssl.SSLCertVerificationError):
            what = f"its certificate is not trusted ({code(cause.verify_message)})"
            return what, "Add your network's authority to the system's store, or set SSL_CERT_FILE."
        if isinstance(cause, ssl.SSLError):
            return "the TLS handshake failed", "Check the proxy or firewall in between."
        if isinstance(cause, ConnectionRefusedError):
            return f"the connection was refused{by_whom}", remedy
        if isinstance(cause, TimeoutError) or isinstance(error, httpx.TimeoutException):
            return f"the connection was not accepted{by_whom} in time", remedy
        return f"the connection was closed{by_whom}", remedy


@cache
def _trust(own: tuple[str, str] | None) -> ssl.SSLContext:
    """Trusts the system's authorities, and those of a variable and its value; without one, certifi's.

    Raises:
        UnusableError: the named file or folder can't be used.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if own is None:
        context.load_verify_locations(certifi.where())
        return context
    name, path = own
    is_folder = name == "SSL_CERT_DIR" or os.path.isdir(path)  # noqa: PTH112 - Path rejects some values
    try:
        context.load_verify_locations(cafile=None if is_folder else path, capath=path if is_folder else None)
    except (OSError, ValueError) as problem:
        detail = problem.strerror if isinstance(problem, OSError) and problem.strerror else "unreadable"
        raise UnusableError(
            f"{name} does not name a usable CA bundle ({code(detail)}). Correct it, or unset it.",
        ) from None
    return context


def _root(error: BaseException) -> BaseException:
    """The first cause of an error that the HTTP client wrapped."""
    for _ in range(8):  # a chain has three links; the bound ends a cycle
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error
