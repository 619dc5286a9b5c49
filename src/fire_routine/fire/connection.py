"""How the endpoint is reached: directly or through a proxy, and which certificates are trusted.

The HTTP client never pools, keeps alive or retries a connection. So each request on the wire is one that
the retry policy decided on.
"""

from __future__ import annotations

import os
import socket
import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..model import Message
from ..sanitize import flat
from ..settings import LOOPBACK, own_authorities
from .errors import NotSent

_PORTS = {"http": 80, "https": 443}


def _misconfigured(reason: str, message: str) -> NotSent:
    return NotSent(message, reason=reason)


def _trust() -> ssl.SSLContext:
    """Trusts the certificate authorities that the environment names, or else certifi's.

    Raises:
        NotSent: the named file or folder cannot be used.
    """
    own = own_authorities(os.environ)
    if own is None:
        return httpx.create_ssl_context(trust_env=False)
    name, path = own
    is_folder = name == "SSL_CERT_DIR" or os.path.isdir(path)  # noqa: PTH112 - Path rejects some values
    try:
        return ssl.create_default_context(
            cafile=None if is_folder else path, capath=path if is_folder else None
        )
    except (OSError, ValueError) as problem:
        detail = problem.strerror if isinstance(problem, OSError) and problem.strerror else "unreadable"
        raise _misconfigured(
            "ca-bundle",
            Message(
                "{name} does not name a usable CA bundle ({detail}). Correct it, or unset it.",
                name=name,
                detail=detail,
            ),
        ) from None


def _proxy(scheme: str, host: str, port: int) -> str:
    """URL of the proxy that the environment names for the host; empty: none.

    Loopback is always reached directly.
    """
    if host in LOOPBACK or proxy_bypass(f"{host}:{port}"):
        return ""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


class Connection:
    """How to reach one endpoint, as the environment describes it."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            NotSent: the environment names a proxy or CA bundle that cannot be used.
        """
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.proxy = ""  # host and port, for people
        secure = parts.scheme == "https"
        # Plain http verifies nothing, so no certificates are loaded: that saves time.
        self._tls = _trust() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._proxy = self._prepared(_proxy(parts.scheme, self.host, parts.port or _PORTS[parts.scheme]))

    def _prepared(self, proxy: str) -> httpx.Proxy | None:
        if not proxy:
            return None
        try:
            parts = urlsplit(proxy)
            if parts.scheme not in _PORTS or not parts.hostname:
                raise ValueError
            self.proxy = f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
            return httpx.Proxy(proxy, ssl_context=self._tls if parts.scheme == "https" else None)
        except (ValueError, httpx.InvalidURL):
            raise _misconfigured(
                "proxy",
                Message(
                    "HTTPS_PROXY (or ALL_PROXY) is not the URL of an `http://` or `https://` proxy. Correct"
                    " it, or add {host} to NO_PROXY.",
                    host=self.host,
                ),
            ) from None

    def client(self, timeout: httpx.Timeout) -> httpx.Client:
        """A client for one request."""
        return httpx.Client(
            verify=self._tls,
            proxy=self._proxy,
            timeout=timeout,
            trust_env=False,
            http2=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )

    def not_made(self, error: BaseException) -> NotSent:
        """The error for a connection that could not be made."""
        what, remedy = self._cause(error)
        return NotSent(
            Message(
                "Connecting to {host} failed, so nothing was sent: {what}. {remedy}",
                host=self.host,
                what=what,
                remedy=remedy,
            ),
            reason="no-connection",
            retryable=True,
        )

    def _cause(self, error: BaseException) -> tuple[str, str]:
        """What went wrong, and the one thing to do about it."""
        by_whom = f" by the proxy {self.proxy}" if self.proxy else ""
        remedy = Message("Check the runner's network and firewall.")
        if self.proxy:
            remedy = Message("Check HTTPS_PROXY and NO_PROXY.")
        if isinstance(error, httpx.ProxyError):
            return f"the connection was refused{by_whom} ({flat(str(error), 60)})", remedy
        cause = _root(error)
        if isinstance(cause, socket.gaierror):
            whose = f"of the proxy {self.proxy}" if self.proxy else "of the host"
            own_remedy = remedy if self.proxy else Message("Check `routine-url` and the runner's DNS.")
            return f"the name {whose} could not be resolved", own_remedy
        if isinstance(cause, ssl.SSLCertVerificationError):
            what = f"its certificate is not trusted ({cause.verify_message})"
            return what, Message("Set SSL_CERT_FILE to the CA bundle of your network.")
        if isinstance(cause, ssl.SSLError):
            return "the TLS handshake failed", Message("Check the proxy or firewall in between.")
        if isinstance(cause, ConnectionRefusedError):
            return f"the connection was refused{by_whom}", remedy
        if isinstance(cause, TimeoutError) or isinstance(error, httpx.TimeoutException):
            return f"the connection was not accepted{by_whom} in time", remedy
        return f"the connection was closed{by_whom}", remedy


def _root(error: BaseException) -> BaseException:
    """The first cause of an error that the HTTP client wrapped."""
    for _ in range(8):  # a chain has three links; the bound ends a cycle
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error
