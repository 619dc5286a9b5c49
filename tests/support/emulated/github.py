"""A GitHub on loopback: the part of its APIs that the action asks.

It replays recorded runs, changes while it is asked, and goes wrong on demand. Logs are on a second port,
reached by a redirect. That one refuses requests that carry credentials, as the real storage does.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.support.emulated.described import Json
from tests.support.emulated.faults import Fault
from tests.support.emulated.repository import Repository
from tests.support.emulated.routes import NOT_FOUND, Answer, answer, listing, refusal
from tests.support.emulated.site import Site

TOKEN = "ghs_emulator"
_NO_INSTALLATION = (
    "You must authenticate with an installation access token in order to list repositories for an"
    " installation."
)
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


class GitHubEmulator(Repository):
    """One repository, and others that are added, for a `with` block.

    `url` is the API's root, for GITHUB_API_URL.

    Runs, jobs and the rest can be added, by `Repository`'s methods, before and while it is asked.
    """

    def __init__(
        self,
        full_name: str = "octo-org/widget",
        *,
        prefix: str = "",
        tls: ssl.SSLContext | None = None,
        nulls: bool = False,
    ) -> None:
        """`prefix`: below which path the API is; `/api/v3` with GitHub Enterprise Server.
        `tls`: speak https, as `localhost`. `nulls`: answer null wherever GitHub's description allows it.
        """
        super().__init__(full_name)
        self.token = TOKEN
        self.nulls = nulls
        self.personal = False  # whether the token is a person's, which names no installation
        self.remaining = 1000  # of the hour's requests, as each answer states it
        self.repositories: list[Repository] = [self]  # all that the token may read
        self._faults: list[tuple[re.Pattern[str], Fault | None, list[int]]] = []
        self.requests: list[GitHubRequest] = []
        self.ending = threading.Event()
        self._servers = [_Server(self, tls), _Server(self, tls)]
        self._prefix = prefix
        root = "https://localhost" if tls else "http://127.0.0.1"
        html, self.storage_url = (f"{root}:{server.server_port}" for server in self._servers)
        self.url = html + prefix
        self.site = Site(self.url, html)

    @classmethod
    def of(cls, recording: Path) -> Self:
        """One that replays a recording (its format: recordings/README.md) under its own address.

        Raises:
            OSError: the recording cannot be read.
        """
        emulator = cls()
        try:
            text = (recording / "recording.json").read_text("utf-8")
            site = emulator.site
            own = text.replace("https://api.github.com", site.api).replace("https://github.com", site.html)
            emulator._replay(json.loads(own))
            for log in (recording / "logs").glob("*.log"):
                emulator.set_log(int(log.stem), log.read_bytes())
        except BaseException:
            emulator._close()
            raise
        return emulator

    def _replay(self, recorded: Json) -> None:
        run = recorded["run"]
        self.full_name = recorded["repository"]["full_name"]
        self.describe(recorded["repository"])
        for item in [*recorded.get("runs", []), run]:
            self.add_run(item)
        for job in recorded["jobs"]:
            self.add_job(job["run_id"], job)
        for job_id, found in recorded.get("annotations", {}).items():
            for annotation in found:
                self.add_annotation(int(job_id), annotation)
        for pull in recorded.get("pulls", []):
            self.add_pull_request(pull)
        if comparison := recorded.get("compare"):
            self.add_comparison(comparison["base_commit"]["sha"], run["head_sha"], comparison)
        if run.get("head_branch"):
            self.set_branch(run["head_branch"], run["head_sha"])

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

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, storage: bool
    ) -> Answer:
        """The right answer to a request."""
        url = urlsplit(target)
        if storage:
            return self._stored(url.path, headers)
        authorization = headers.get("authorization", "")
        scheme, _, token = authorization.partition(" ")
        if authorization and (scheme.lower() not in ("bearer", "token") or token != self.token):
            return refusal(401, "Bad credentials")
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            return refusal(400, "Problems parsing JSON")
        query, path = dict(parse_qsl(url.query)), url.path.removeprefix(self._prefix)
        found = _REPOSITORY.fullmatch(path)
        repository = self._repository(found["name"]) if found else None
        if repository and not authorization and (method != "GET" or path.endswith(("/logs", "/zip"))):
            return refusal(403, "Must have admin rights to Repository.")
        # An object may change as soon as the lock is released.
        with repository.lock if repository else self.lock:
            if found and repository:
                response = answer(repository, method, found["rest"], query, sent)
            elif method == "POST" and url.path == self._prefix.removesuffix("/v3") + "/graphql":
                response = self._graphql(sent)
            else:
                response = self.account(path, query) if method == "GET" else NOT_FOUND
            shown = None if response.body is None else json.dumps(response.body).encode()
        left = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": str(self.remaining)}
        headers = {"Content-Type": "application/json; charset=utf-8", **left, **response.headers}
        if "Location" in headers:  # of a log or an artifact
            place = "" if repository is self else f"/{repository.full_name}" if repository else ""
            headers["Location"] = f"{self.storage_url}/storage{place}{headers['Location']}?sig=signed"
        return Answer(response.status, shown, headers)

    def _repository(self, full_name: str) -> Repository | None:
        return next((one for one in self.repositories if one.full_name == full_name), None)

    def _graphql(self, sent: Json) -> Answer:
        from tests.support.emulated import graph  # takes 0.2 s, which few tests need

        body, status = graph.answer(self.repositories, self.creator, sent)
        return Answer(status, body)

    def account(self, path: str, query: Mapping[str, str]) -> Answer:
        """The repositories of an App's installation, or of an organisation."""
        key, kind = "", "listed repository"
        if path == "/installation/repositories":
            if self.personal:
                return refusal(403, _NO_INSTALLATION)
            key, kind = "repositories", "installed repository"
            found = [one for one in self.repositories if one.installed]
        else:
            wanted = re.fullmatch(r"/orgs/([^/]+)/repos", path)
            found = [one for one in self.repositories if wanted and one.owner == wanted[1]]
            if not found:
                return NOT_FOUND
        return listing(self, path, query, key, found, lambda one: one.described(kind))

    def _stored(self, path: str, headers: Mapping[str, str]) -> Answer:
        if "authorization" in headers:
            return Answer(401, b"<Error><Code>AuthenticationFailed</Code></Error>")
        found = re.fullmatch(r"/storage/(?:([^/]+/[^/]+)/)??(artifacts/)?(\d+)", path)
        repository = self._repository(found[1] or self.full_name) if found else None
        if not found or not repository:
            return Answer(404, b"<Error/>")
        if found[2]:
            held = repository.artifacts.get(int(found[3]))
            return Answer(200, held[1]) if held else Answer(404, b"<Error/>")
        return Answer(200, repository.log(int(found[3])))

    def add_repository(self, full_name: str, **about: Any) -> Repository:
        """Another repository that the token may read, on the same server; `about`: of its own JSON object."""
        other = Repository(full_name, self.now)
        other.site, other.nulls, other.creator = self.site, self.nulls, self.creator
        other.describe(about)
        self.repositories.append(other)
        return other

    # --- what goes wrong ------------------------------------------------------------------------

    def fail(self, target: str, fault: Fault | None, times: int | None = None) -> None:
        """Let requests go wrong whose "METHOD /path?query" holds `target`, a regular expression.

        `times`: only this often. What was asked for last comes first. None: the right answer. The path
        of a log where it is kept begins with /storage/.
        """
        with self.lock:
            self._faults.insert(0, (re.compile(target), fault, [times if times is not None else -1]))

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        with self.lock:
            self._faults.clear()

    def asked(self, target: str = "") -> list[GitHubRequest]:
        """The requests whose "METHOD /path?query" holds `target`, a regular expression."""
        return [
            request for request in self.requests if re.search(target, f"{request.method} {request.target}")
        ]

    def fault(self, target: str) -> Fault | None:
        with self.lock:
            for pattern, fault, left in self._faults:
                if left[0] and pattern.search(target):
                    left[0] -= 1
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, emulator: GitHubEmulator, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
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
        if fault is not None and fault.hang:
            emulator.ending.wait()
        if silent:
            self.close_connection = True
        else:
            self._send(reply, fault)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

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

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` of each answer, by the emulated GitHub's clock."""
        return super().date_time_string(timestamp or self.server.emulator.now().timestamp())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `requests` holds what came."""
