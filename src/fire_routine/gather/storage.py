"""What GitHub keeps on another host: logs of jobs, and artifacts.

Its API answers with a redirect to a signed address there, which gets no credentials
(https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run).
"""

from __future__ import annotations

import json
import threading
from itertools import islice
from urllib.parse import urljoin, urlsplit

import httpx

from ..clock import Deadline
from ..github import errors
from ..github.client import GitHub
from ..http import Route, UnusableError
from ..model.outcome import GitHubError

MAX_REDIRECTS = 3
SILENT = 5.0  # seconds without a byte, after which a connection counts as cut
KEPT_ALIVE = 16  # connections
LATE = "there was no time left to read it"


class Storage:
    """GitHub and its storage, under one deadline. Thread-safe."""

    def __init__(self, github: GitHub, deadline: Deadline) -> None:
        self._github = github
        self._deadline = deadline
        self._ways: dict[tuple[str, str | None, int | None], tuple[Route, httpx.Client]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for _, client in self._ways.values():
                client.close()

    @property
    def left(self) -> float:
        """Seconds; none once no one waits for an answer any more."""
        return 0.0 if self._closed else self._deadline - self._github.clock.monotonic()

    def fetch(self, url: str, start: int = 0) -> httpx.Response:
        """What an address of the API redirects to, its body unread.

        Args:
            start: from this byte on, if the server supports that.

        Raises:
            GitHubError: there is no such answer.
        """
        headers = {"Accept": "application/vnd.github+json"}
        if self._github.token:
            headers["Authorization"] = f"Bearer {self._github.token}"
        for _ in range(MAX_REDIRECTS + 1):
            response = self._get(url, {**headers, **({"Range": f"bytes={start}-"} if start else {})})
            if response.status_code == 200 or (response.status_code == 206 and start):
                return response
            body = drained(response)
            if not response.has_redirect_location:
                raise errors.refusal(response.status_code, response.headers, message(body))
            try:
                url = urljoin(url, response.headers["Location"])
                scheme = urlsplit(url).scheme
            except ValueError:
                raise GitHubError(errors.ELSEWHERE) from None
            if scheme != "https" and urlsplit(self._github.api_url).scheme == "https":
                raise GitHubError("GitHub redirects to an address that is not https", response.status_code)
            headers = {}
        raise GitHubError("GitHub redirects in a circle", response.status_code)

    def _get(self, url: str, headers: dict[str, str]) -> httpx.Response:
        seconds = min(SILENT, self.left)
        if seconds <= 0:
            raise GitHubError(LATE)
        # Plain, so that what arrives is what is counted against the bounds.
        headers = {**headers, "User-Agent": "fire-routine", "Accept-Encoding": "identity"}
        try:
            route, client = self._way(url)
        except UnusableError as error:
            raise GitHubError(error.message, permanent=True) from None
        except (LookupError, ValueError):
            raise GitHubError(errors.ELSEWHERE) from None
        try:
            request = client.build_request("GET", url, headers=headers, timeout=seconds)
            return client.send(request, stream=True)
        except httpx.TimeoutException:
            raise GitHubError(errors.LATE) from None
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # also if all clients are closed
            raise GitHubError(f"{errors.CUT} ({route.cause(error)[0]})") from None

    def _way(self, url: str) -> tuple[Route, httpx.Client]:
        """How to reach an address. Connections are used again for the next log."""
        parts = urlsplit(url)
        place = parts.scheme, parts.hostname, parts.port
        with self._lock:
            if place not in self._ways:
                route = Route(url)
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_ALIVE)
                self._ways[place] = route, route.client(httpx.Timeout(SILENT), limits)
            return self._ways[place]


def drained(response: httpx.Response) -> bytes:
    """The short body of a redirect or a refusal. Once it is read, the connection can be used again."""
    try:
        return b"".join(islice(response.iter_raw(), 2))  # what came, and the end
    except httpx.HTTPError:
        return b""
    finally:
        response.close()


def message(body: bytes) -> str:
    """What GitHub's error object says; empty for anything else."""
    try:
        error = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return errors.words(error)
