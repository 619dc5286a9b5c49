"""Requests to GitHub's API. The only module that imports PyGithub.

PyGithub does the requests, connections, proxies and TLS. Its typed objects are not used: they complete
themselves with further, uncounted requests. Its `Requester` keeps the current request as its own state, so
threads must not share one.
"""

from __future__ import annotations

import importlib.util
import logging
import queue
import sys
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import PathFinder
from typing import Any

import truststore

from .. import threads
from ..model.outcome import GitHubError
from . import errors


def _without_init(package: str) -> None:
    """Let modules of a package be imported without what its `__init__` would load."""
    if package in sys.modules:
        return
    parent = importlib.util.find_spec(package.rpartition(".")[0]) if "." in package else None
    spec = PathFinder.find_spec(package, parent.submodule_search_locations if parent else None)
    if spec is not None:
        sys.modules[package] = importlib.util.module_from_spec(spec)


# PyGithub's package imports every class of GitHub's API, and PyJWT, PyNaCl and cryptography, compiled
# packages that sign in as an app. The lock leaves them out. Without all this, a start takes half the time.
_without_init("github")
_without_init("urllib3.http2")  # looks for a library that is not there
# It guesses encodings. GitHub's API always uses UTF-8.
warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")

import requests.exceptions as transport  # noqa: E402
import urllib3.util.ssl_  # noqa: E402
from github.GithubException import GithubException  # noqa: E402
from github.Requester import Requester  # noqa: E402

# The authorities of the system count for GitHub, too: requests knows certifi's alone.
urllib3.util.ssl_.SSLContext = truststore.SSLContext  # type: ignore[assignment]

GRAPHQL = "graphql"  # in place of a path: the GraphQL API, which is beside a server's REST API
# 2026-03-10 drops `merge_commit_sha` of pull requests, by which those merged since the last green run are
# found, and no other field that is read here. A version is answered for 24 months after the next one:
# https://docs.github.com/rest/about-the-rest-api/api-versions
_API_VERSION = "2022-11-28"
_WIDTH = 32  # requests at a time, with those that were abandoned and have not ended


class Transport:
    """Connections to one API, each used by one thread at a time. Fails with `GitHubError` alone."""

    def __init__(self, api_url: str, token: str, certificates: str | None, *, timeout: float) -> None:
        """`timeout`: seconds without any data on a socket."""
        self._api_url = api_url
        self._headers = {"Accept": "application/vnd.github+json"}
        if token:
            self._headers["Authorization"] = f"token {token}"
        self._certificates = certificates
        self._timeout = timeout
        self._idle: queue.LifoQueue[Requester] = queue.LifoQueue()
        self._pool = ThreadPoolExecutor(_WIDTH, "GitHub")

    def close(self) -> None:
        """Close the idle connections and end the idle threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def ask(
        self, verb: str, path: str, parameters: Mapping[str, Any], body: object, seconds: float
    ) -> tuple[Mapping[str, str], Any]:
        """One request's headers and JSON, within `seconds`.

        A socket's time-out limits each read, and a name look-up has none. So another thread makes the
        request. It is abandoned if it takes too long.
        """
        if seconds <= 0:
            raise GitHubError("there was no time left to ask GitHub")

        def ask() -> tuple[Mapping[str, str], Any]:
            client = self._client()
            try:
                url = client.graphql_url if path == GRAPHQL else path
                headers, data = client.requestJsonAndCheck(
                    verb, url, parameters=dict(parameters), headers=dict(self._headers), input=body
                )
            finally:
                self._idle.put(client)
            return headers, data

        try:
            asked = self._pool.submit(ask)
        except RuntimeError:  # no further thread may be started, or it is closed
            raise GitHubError("no request to GitHub can be begun any more") from None
        try:
            return threads.result(asked, seconds)
        except TimeoutError:
            asked.cancel()
            raise GitHubError(f"GitHub did not answer within {seconds:.0f} s") from None
        except Exception as error:
            raise _translated(error) from None

    def _client(self) -> Requester:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            logging.getLogger("github").setLevel(logging.WARNING)  # it logs each renamed repository
            return Requester(
                auth=None,  # its own would import what `_without_init` leaves out
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
                api_version=_API_VERSION,
            )


def _translated(error: Exception) -> GitHubError:
    if isinstance(error, GithubException):
        return errors.refusal(error.status, error.headers or {}, errors.words(error.data))
    if isinstance(error, transport.SSLError):
        return GitHubError(
            "GitHub can't be reached: TLS failed (is your CA in the system's store, or in SSL_CERT_FILE?)",
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
