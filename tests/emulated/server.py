"""A GitHub on loopback that replays recorded runs: the part of its REST API that the action asks.

Logs are on a second port, reached by a redirect. That one refuses requests that carry credentials,
as the real storage does. Faults come on demand.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from . import pages
from .json_actions import Site
from .recording import replay
from .repository import Repository
from .routes import NEXT_PAGE, NOT_FOUND, Answer, answer, refusal

TOKEN = "ghs_emulator"  # noqa: S105 - opens nothing but the emulator
_JOB_PAGE = re.compile(r"/actions/runs/\d+/job/(\d+)")
_REPOSITORY = re.compile(r"/repos/(?P<name>[^/]+/[^/]+)(?P<rest>/.*|)")


@dataclass(frozen=True, slots=True)
class GitHubRequest:
    """A request as it came, and the status it was answered with (None: not answered)."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str] = field(repr=False)  # by lower-case name; holds the token
    body: bytes = field(repr=False)
    status: int | None
    storage: bool  # whether it came to where the logs are
    peer: int = 0  # the port it came from: the same for requests that shared a connection

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Fault(Protocol):
    """What goes wrong with an answer. None does here: tests and benches bring their own."""

    @property
    def silent(self) -> bool:
        """Whether the connection is closed without an answer."""

    def answer(self, right: Callable[[], Answer]) -> Answer:
        """The answer in place of the right one, which is made by calling `right`."""

    def wait(self, ending: threading.Event) -> None:
        """Wait before a connection is closed without an answer."""

    def send(self, body: bytes, write: Callable[[bytes], object], ending: threading.Event) -> bool:
        """Write a body; whether the connection stays open."""


class ReplayedGitHub(Repository):
    """One repository, for a `with` block; `url` is the API's root, for GITHUB_API_URL.

    Runs, jobs and the rest can be added, by `Repository`'s methods, before and while it is asked.
    """

    def __init__(
        self,
        full_name: str = "octo-org/widget",
        *,
        token: str = TOKEN,
        port: int = 0,
        prefix: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`prefix`: below which path the API is; `/api/v3` with GitHub Enterprise Server.
        `tls`: speak https, as `localhost`.

        Raises:
            OSError: the port is taken.
        """
        super().__init__(full_name)
        self.token = token
        self.requests: list[GitHubRequest] = []
        self.ending = threading.Event()
        self._servers = [_Server(self, port, tls), _Server(self, 0, tls)]
        self._prefix = prefix
        root = "https://localhost" if tls else "http://127.0.0.1"
        html, self.storage_url = (f"{root}:{server.server_port}" for server in self._servers)
        self.url = html + prefix
        self.site = Site(self.url, html)

    @classmethod
    def of(cls, recording: Path, *, token: str = TOKEN, port: int = 0) -> Self:
        """One that replays a recording (its format: recordings/README.md).

        Raises:
            RecordingError: it isn't a recording.
            OSError: the port is taken.
        """
        emulator = cls(token=token, port=port)
        try:
            replay(recording, emulator)
        except BaseException:
            emulator._close()
            raise
        return emulator

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.ending.set()
        for server in self._servers:
            server.shutdown()
        self._close()

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()
            server.drop_connections()

    def fault(self, _target: str) -> Fault | None:
        """What goes wrong with a request, by its "METHOD /path?query"; the path of a log where it is kept
        begins with /storage/."""
        return None

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, storage: bool
    ) -> Answer:
        """The right answer to a request."""
        url = urlsplit(target)
        if storage:
            return self._stored(url.path, headers)
        if method == "GET" and url.path.startswith(f"/{self.full_name}/"):
            return self._page(url.path)
        authorization = headers.get("authorization", "")
        scheme, _, token = authorization.partition(" ")
        if authorization and (scheme.lower() not in ("bearer", "token") or token != self.token):
            return refusal(401, "Bad credentials")
        found = _REPOSITORY.fullmatch(url.path.removeprefix(self._prefix))
        if not found or found["name"] != self.full_name:
            return NOT_FOUND
        if not authorization and (method != "GET" or url.path.endswith("/logs")):
            return refusal(403, "Must have admin rights to Repository.")
        query = dict(parse_qsl(url.query))
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            return refusal(400, "Problems parsing JSON")
        with self.lock:  # an object may change as soon as the lock is released
            response = answer(self, method, found["rest"], query, sent)
            shown = None if response.body is None else json.dumps(response.body).encode()
        return Answer(response.status, shown, self._addressed(response.headers, url.path, query))

    def _page(self, path: str) -> Answer:
        """What people see at the addresses that the API gives: of a job its log."""
        found = _JOB_PAGE.fullmatch(path.removeprefix(f"/{self.full_name}"))
        job = self.jobs.get(int(found[1])) if found else None
        status, page = 404, pages.not_emulated(path)
        if job is not None:
            status, page = 200, pages.job_log(job["name"], self.log(job["id"]).decode("utf-8-sig", "replace"))
        return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _stored(self, path: str, headers: Mapping[str, str]) -> Answer:
        if "authorization" in headers:
            return Answer(401, b"<Error><Code>AuthenticationFailed</Code></Error>")
        name = path.removeprefix("/storage/")
        return _ranged(self.log(int(name)), headers) if name.isdigit() else Answer(404, b"<Error/>")

    def _addressed(self, own: Mapping[str, str], path: str, query: Mapping[str, str]) -> Mapping[str, str]:
        """Full addresses in the headers, as GitHub gives them."""
        headers = {"Content-Type": "application/json; charset=utf-8", **own}
        if "Location" in headers:
            headers["Location"] = f"{self.storage_url}/storage{headers['Location']}?sig=signed"
        following = headers.pop(NEXT_PAGE, None)
        if following:
            pairs = {**query, "page": following}
            headers["Link"] = f'<{self.url}{path.removeprefix(self._prefix)}?{urlencode(pairs)}>; rel="next"'
        return headers


def _ranged(log: bytes, headers: Mapping[str, str]) -> Answer:
    """The log, from the byte on that a range request names; as GitHub's storage answers it.

    https://learn.microsoft.com/rest/api/storageservices/specifying-the-range-header-for-blob-service-operations
    """
    asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
    if asked is None:
        return Answer(200, log)
    start = int(asked[1])
    if start >= len(log):
        return Answer(
            416, b"<Error><Code>InvalidRange</Code></Error>", {"Content-Range": f"bytes */{len(log)}"}
        )
    place = {"Content-Range": f"bytes {start}-{len(log) - 1}/{len(log)}"}
    return Answer(206, log[start:], place)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, emulator: ReplayedGitHub, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.emulator = emulator
        self._connections: set[socket.socket] = set()

    @property
    def is_storage(self) -> bool:
        return self is self.emulator._servers[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """End the kept-alive ones, whose threads would wait for another request."""
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        emulator, storage = self.server.emulator, self.server.is_storage
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = emulator.fault(f"{self.command} {self.path}")

        def right() -> Answer:
            return emulator.serve(self.command, self.path, headers, body, storage)

        reply = fault.answer(right) if fault else right()
        silent = fault is not None and fault.silent
        status = None if silent else reply.status
        peer = self.client_address[1]
        emulator.requests.append(GitHubRequest(self.command, self.path, headers, body, status, storage, peer))
        if fault is not None and fault.silent:
            self.close_connection = True
            fault.wait(emulator.ending)
            return
        self._send(reply, fault)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _send(self, reply: Answer, fault: Fault | None) -> None:
        body = reply.body or b""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if fault is None:
            self.wfile.write(body)
        elif not fault.send(body, self.wfile.write, self.server.emulator.ending):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `requests` holds what came."""
