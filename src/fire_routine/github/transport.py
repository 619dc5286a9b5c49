"""Requests to GitHub's API. The only module that imports PyGithub.

PyGithub does the requests, authentication, connections, proxies and TLS. Its typed objects are not used:
they complete themselves with further, uncounted requests. Its `Requester` keeps the current request as its
own state, so threads must not share one.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import requests.exceptions as transport
from github.GithubException import GithubException
from github.Requester import Requester

from ..model import GitHubError
from ..gather.worker_pool import Pending
from . import errors

if TYPE_CHECKING:
    from github.Auth import Auth

_HEADERS = {"Accept": "application/vnd.github+json"}


class Transport:
    """Connections to one API, each used by one thread at a time. Fails with `GitHubError` alone."""

    def __init__(self, api_url: str, token: str, certificates: str | None, *, timeout: float) -> None:
        """`timeout`: seconds without any data on a socket."""
        self._api_url = api_url
        self._token = token
        self._certificates = certificates
        self._timeout = timeout
        self._idle: queue.LifoQueue[Requester] = queue.LifoQueue()

    def close(self) -> None:
        """Close the idle ones."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def ask(
        self, verb: str, path: str, parameters: Mapping[str, Any], body: object, seconds: float
    ) -> tuple[Mapping[str, str], Any]:
        """One request's headers and JSON, within `seconds`.

        A socket's time-out limits each read, and a name look-up has none. So the request runs in a thread of
        its own, which is abandoned if it takes too long.
        """
        if seconds <= 0:
            raise GitHubError("there was no time left to ask GitHub")
        try:
            client = self._client()
        except Exception as error:
            raise _translated(error) from None
        answer: Pending[tuple[Mapping[str, str], Any]] = Pending()
        abandoned = threading.Event()

        def ask() -> None:
            try:
                headers, data = client.requestJsonAndCheck(
                    verb, path, parameters=dict(parameters), headers=dict(_HEADERS), input=body
                )
                answer.set_result((headers, data))
            except BaseException as error:
                answer.set_exception(error)
            if abandoned.is_set():
                client.close()
            else:
                self._idle.put(client)

        threading.Thread(target=ask, name=f"{verb} {path}", daemon=True).start()
        try:
            return answer.result(seconds)
        except TimeoutError:
            abandoned.set()
            raise GitHubError(f"GitHub did not answer within {seconds:.0f} s") from None
        except Exception as error:
            raise _translated(error) from None

    def _client(self) -> Requester:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            logging.getLogger("github").setLevel(logging.WARNING)  # it logs each renamed repository
            return Requester(
                auth=cast("Auth", _Token(self._token)) if self._token else None,
                base_url=self._api_url,
                timeout=max(1, round(self._timeout)),
                user_agent="fire-routine",
                per_page=100,
                pool_size=None,
                verify=self._certificates or True,
                # Its own retries sleep until the rate limit resets; its pauses take 0.25 s a request.
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
                api_version="2022-11-28",
            )


class _Token:
    """The part of PyGithub's `Auth` that `Requester` calls.

    `Auth` itself imports all classes and a JWT library.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    def authentication(self, headers: dict[str, Any]) -> None:
        headers["Authorization"] = f"token {self._token}"

    def mask_authentication(self, headers: dict[str, Any]) -> None:
        headers["Authorization"] = "token (masked)"


def _translated(error: Exception) -> GitHubError:
    if isinstance(error, GithubException):
        message = error.data.get("message") if isinstance(error.data, Mapping) else None
        return errors.refusal(error.status, error.headers or {}, message)
    if isinstance(error, transport.SSLError):
        return GitHubError(
            "GitHub can't be reached: TLS failed (is SSL_CERT_FILE set to your own CA?)",
            permanent="CERTIFICATE_VERIFY_FAILED" in str(error),
        )
    if isinstance(error, transport.ProxyError):
        return GitHubError(errors.NO_PROXY)
    if isinstance(error, transport.Timeout):
        return GitHubError(errors.LATE)
    if isinstance(error, transport.RequestException):
        return GitHubError(errors.CUT)
    if isinstance(error, OSError):
        return GitHubError(errors.NO_CERTIFICATES, permanent=True)
    if isinstance(error, ValueError):
        return GitHubError("GitHub's answer is not JSON")
    return GitHubError(
        f"GitHub can't be asked, or its answer can't be used ({type(error).__name__})", permanent=True
    )
