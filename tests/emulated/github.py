"""A GitHub on loopback: the part of its REST API that the action asks.

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
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.emulated.described import Json, with_nulls
from tests.emulated.faults import Fault
from tests.emulated.repository import BOM, Repository, timestamp
from tests.emulated.routes import NOT_FOUND, Answer, answer, refusal
from tests.emulated.site import Partial, Site

TOKEN = "ghs_emulator"
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
    """One repository, for a `with` block; `url` is the API's root, for GITHUB_API_URL.

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
        self.remaining = 1000  # of the hour's requests, as each answer states it
        self.neighbours: list[GitHubEmulator] = []  # other repositories, each with servers of its own
        self._faults: list[tuple[re.Pattern[str], Fault, list[int]]] = []
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
        if method == "POST" and url.path == self._prefix.removesuffix("/v3") + "/graphql":
            viewer = {"data": {"viewer": {"login": self.creator}}}
            return Answer(200, json.dumps(viewer).encode(), {"Content-Type": "application/json"})
        found = _REPOSITORY.fullmatch(url.path.removeprefix(self._prefix))
        if not found or found["name"] != self.full_name:
            named = [one for one in self.neighbours if found and one.full_name == found["name"]]
            return named[0].serve(method, target, headers, body, storage) if named else NOT_FOUND
        if not authorization and (method != "GET" or url.path.endswith(("/logs", "/zip"))):
            return refusal(403, "Must have admin rights to Repository.")
        query = dict(parse_qsl(url.query))
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            return refusal(400, "Problems parsing JSON")
        with self.lock:  # an object may change as soon as the lock is released
            response = answer(self, method, found["rest"], query, sent)
            shown = None if response.body is None else json.dumps(response.body).encode()
        left = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": str(self.remaining)}
        headers = {"Content-Type": "application/json; charset=utf-8", **left, **response.headers}
        if "Location" in headers:  # of a log or an artifact
            headers["Location"] = f"{self.storage_url}/storage{headers['Location']}?sig=signed"
        return Answer(response.status, shown, headers)

    def _stored(self, path: str, headers: Mapping[str, str]) -> Answer:
        if "authorization" in headers:
            return Answer(401, b"<Error><Code>AuthenticationFailed</Code></Error>")
        kind, _, number = path.removeprefix("/storage/").rpartition("/")
        if kind == "artifacts" and int(number) in self.artifacts:
            return Answer(200, self.artifacts[int(number)][1])
        name = path.removeprefix("/storage/")
        return Answer(200, self.log(int(name))) if name.isdigit() else Answer(404, b"<Error/>")

    def shown(self, kind: str, item: Json) -> Json:
        return with_nulls(kind, item) if self.nulls else item

    # --- what goes wrong ------------------------------------------------------------------------

    def fail(self, target: str, fault: Fault, times: int | None = None) -> None:
        """Let requests go wrong whose "METHOD /path?query" holds `target`, a regular expression.

        `times`: only this often. What was asked for last comes first. The path of a log where it is
        kept begins with /storage/.
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

    # --- what changes while it is asked ---------------------------------------------------------

    def change_run(self, run_id: int, **fields: Any) -> None:
        with self.lock:
            self.runs[run_id].update(updated_at=timestamp(), **fields)

    def add_step(self, job_id: int, partial: Partial) -> None:
        """Add a step to a job, or change the one with that `number`."""
        with self.lock:
            steps = self.jobs[job_id]["steps"]
            number = partial.get("number", len(steps) + 1)
            known = next((step for step in steps if step["number"] == number), None)
            if known is None:
                steps.append(self.site.step(number, partial, timestamp()))
            else:
                known.update(self.site.step(number, {**known, **partial}, timestamp()))

    def finish_job(self, job_id: int, conclusion: str) -> None:
        """A job comes to its end: from now on it has a log."""
        with self.lock:
            self.jobs[job_id].update(status="completed", conclusion=conclusion, completed_at=timestamp())

    def append_log(self, job_id: int, text: str) -> None:
        """Add lines to a job's log, each stamped as a runner does."""
        stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z "
        with self.lock:
            log = self._logs.setdefault(job_id, bytearray(BOM))
            if not isinstance(log, bytearray):
                self._logs[job_id] = log = bytearray(log)
            log += "".join(f"{stamp}{line}\n" for line in text.splitlines()).encode()


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
