"""The HTTP clients that download logs."""

from __future__ import annotations

import ssl
import threading
from itertools import islice
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from ..model import GitHubError
from . import errors


class LogClients:
    """One for https and one for http, for a `with` block. Safe to use from several threads."""

    def __init__(self, certificates: str | None, kept: int) -> None:
        """`certificates`: the file or folder of authorities to trust; None: the library's own.
        `kept`: how many connections may wait for another request."""
        self._certificates = certificates
        self._limits = httpx.Limits(max_connections=None, max_keepalive_connections=kept)
        self._made: dict[bool, httpx.Client] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> LogClients:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            for client in self._made.values():
                client.close()

    def at(self, url: str) -> httpx.Client:
        """The client for an address, made on first use: reading certificates takes a while.

        Raises:
            GitHubError: the environment names certificates or a proxy that can't be used.
        """
        secure = urlsplit(url).scheme == "https"
        with self._lock:
            if secure not in self._made:
                self._made[secure] = self._client(self._trust() if secure else _trusting_none())
            return self._made[secure]

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """The answer, its body still unread; redirects are not followed.

        Raises:
            GitHubError: there is none.
        """
        client = self.at(url)
        # Plain, so that what arrives is what is counted against the cap.
        request = client.build_request("GET", url, headers={**headers, "Accept-Encoding": "identity"})
        try:
            return client.send(request, stream=True, follow_redirects=False)
        except httpx.TimeoutException:
            raise GitHubError(errors.LATE) from None
        except httpx.ProxyError:
            raise GitHubError(errors.NO_PROXY) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise GitHubError(errors.CUT) from None

    def _client(self, trust: ssl.SSLContext) -> httpx.Client:
        try:
            return httpx.Client(verify=trust, limits=self._limits, timeout=httpx.Timeout(10.0, connect=5.0))
        except (ValueError, ImportError, httpx.InvalidURL):
            raise GitHubError(
                "the proxy named by HTTPS_PROXY or ALL_PROXY is of a kind that can't be used"
            ) from None

    def _trust(self) -> ssl.SSLContext:
        try:
            if self._certificates is None:
                return httpx.create_ssl_context()
            folder = Path(self._certificates).is_dir()
            return ssl.create_default_context(
                cafile=None if folder else self._certificates, capath=self._certificates if folder else None
            )
        except OSError:
            raise GitHubError(errors.NO_CERTIFICATES) from None


def drained(response: httpx.Response) -> bytes:
    """The short body of a redirect or a refusal. Once it is read, the connection can be used again."""
    try:
        return b"".join(islice(response.iter_raw(), 2))  # what came, and the end
    except httpx.HTTPError:
        return b""
    finally:
        response.close()


def _trusting_none() -> ssl.SSLContext:
    """Trusts no certificate, which takes no time: plain http has none."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
