"""The routine API on loopback, as its documentation describes it.

Each error of its table comes on demand: by what the request gets wrong, by the script of answers, or
by firing one of the routines named after them (`trig_paused`, `trig_limit`, …).
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from ..model import utf16_length
from . import pages
from .seen import EmulatedSession, ReceivedRequest, json_object

ROUTINE = "trig_emulator"
TOKEN = "sk-ant-oat01-emulator"  # noqa: S105 - opens nothing but the emulator
BETA = "experimental-cc-routine-2026-04-01"
MAX_CHARACTERS = 65_536  # of `text`, in UTF-16 code units
MAX_BODY = 1024 * 1024  # bytes
KEPT = 1000  # requests and sessions that are remembered, each

_FIRE_PATH = re.compile(r"/v1/claude_code/routines/([A-Za-z0-9_-]+)/fire")
_SESSION_PATH = re.compile(r"/code/(session_[A-Za-z0-9]+)")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, as in the documentation's example


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the error table; without an error type its body is `message` unchanged.

    `starts_session`: the request starts a session all the same, as when a gateway in front of the
    endpoint gives up before the endpoint answers.
    """

    status: int
    error_type: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    starts_session: bool = False

    @property
    def body(self) -> bytes:
        if not self.error_type:
            return self.message.encode()
        error = {"type": self.error_type, "message": self.message}
        return json.dumps({"type": "error", "error": error}).encode()


def gateway(status: int = 503) -> Reply:
    """A gateway's HTML error page, in place of an answer that the endpoint gave too late: the worst case."""
    page = "<html><head><title>Service Unavailable</title></head><body>upstream connect error</body></html>"
    return Reply(status, "", page, {"Content-Type": "text/html"}, starts_session=True)


def limit(retry_after: str | int | None = 3600) -> Reply:
    """429, with the `Retry-After` given (seconds or an HTTP date; None: without the header)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(429, "rate_limit_error", "This routine's run limit has been reached.", headers)


# What `trig_NAME` answers, and what a script may name.
REPLIES: Mapping[str, Reply] = {
    "paused": Reply(400, "invalid_request_error", "This routine is paused."),
    "denied": Reply(403, "permission_error", "This account has no access to routines."),
    "limit": limit(),
    "error": Reply(500, "api_error", "An unexpected error occurred."),
    "overloaded": Reply(503, "overloaded_error", "The service is temporarily overloaded."),
    "gateway": gateway(),
}
_NO_TOKEN = Reply(401, "authentication_error", "No bearer token in the Authorization header.")
_WRONG_TOKEN = Reply(401, "authentication_error", "The token does not match this routine.")
_NO_ROUTINE = Reply(404, "not_found_error", "The routine does not exist.")


class Endpoint:
    """The API with one routine, for a `with` block; `url` is that routine's fire URL.

    `script` holds what the next valid requests are answered, in order: a `Reply`, the name of one in
    `REPLIES`, or None for a session. When it is used up, and for a start, every valid request gets a session.
    `announce` is given a line for each request, without the token.
    """

    def __init__(
        self,
        *,
        routine: str = ROUTINE,
        token: str = TOKEN,
        port: int = 0,
        script: Iterable[Reply | str | None] = (),
        announce: Callable[[str], object] = lambda _line: None,
    ) -> None:
        """
        Raises:
            OSError: the port is taken.
        """
        self.routine = routine
        self.token = token
        self.script = [REPLIES[item] if isinstance(item, str) else item for item in script]
        self.requests: list[ReceivedRequest] = []
        self.sessions: list[EmulatedSession] = []
        self.documents: dict[str, str] = {}  # further pages, HTML by path
        self._announce = announce
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def home(self) -> str:
        """Where people look at what came: sessions, their texts, the requests."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return self.fire_url(self.routine)

    def fire_url(self, routine: str) -> str:
        return f"{self.home}/v1/claude_code/routines/{routine}/fire"

    def receive(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request and remember it."""
        with self._lock:
            reply = self._answer(method, path, headers, body)
            self.requests.append(ReceivedRequest(method, path, headers, body, reply.status))
            del self.requests[:-KEPT]
            started = (
                f"session started: {self.sessions[-1].url}" if reply.status == 200 and self.sessions else ""
            )
            line = f"{reply.status} {reply.error_type or started}".rstrip()
        self._announce(line)
        return reply

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        match = _FIRE_PATH.fullmatch(path)
        if match is None or method != "POST":
            return Reply(404, "not_found_error", "Not found.")
        named = REPLIES.get(match[1].removeprefix("trig_"))
        refusal = (
            self._refused_by_token(headers, known=match[1] == self.routine or named is not None)
            or _refused_by_header(headers, has_body=bool(body))
            or _refused_by_body(body)
            or named
            or (self.script.pop(0) if self.script else None)
        )
        if refusal and refusal.starts_session:
            self._start(body)
        return refusal or self._start(body)

    def _refused_by_token(self, headers: Mapping[str, str], known: bool) -> Reply | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _NO_TOKEN
        if not known:
            return _NO_ROUTINE
        return None if secrets.compare_digest(token.encode(), self.token.encode()) else _WRONG_TOKEN

    def _start(self, body: bytes) -> Reply:
        name = "session_01" + "".join(secrets.choice(_ALPHABET) for _ in range(24))
        text = json_object(body).get("text")
        session = EmulatedSession(name, f"{self.home}/code/{name}", text if isinstance(text, str) else "")
        self.sessions.append(session)
        del self.sessions[:-KEPT]
        fields = {
            "type": "routine_fire",
            "claude_code_session_id": session.id,
            "claude_code_session_url": session.url,
        }
        return Reply(200, "", json.dumps(fields))

    def page(self, path: str) -> tuple[str, str] | None:
        """Content type and text of a page for people; None: there is no such page."""
        with self._lock:
            sessions, requests = list(self.sessions), list(self.requests)
        if path == "/":
            return "text/html", pages.overview(sessions, requests)
        if path in self.documents:
            return "text/html", self.documents[path]
        if path == "/requests":
            return "application/json", pages.requests(requests)
        match = _SESSION_PATH.fullmatch(path)
        session = next((item for item in sessions if match and item.id == match[1]), None)
        return ("text/html", pages.one_session(session)) if session else None


def _invalid(message: str) -> Reply:
    return Reply(400, "invalid_request_error", message)


def _refused_by_header(headers: Mapping[str, str], has_body: bool) -> Reply | None:
    betas = [value.strip() for value in headers.get("anthropic-beta", "").split(",")]
    if BETA not in betas:
        return _invalid(f"Missing or invalid anthropic-beta header: it must include {BETA}.")
    if not headers.get("anthropic-version"):
        return _invalid("anthropic-version: header is required.")
    if has_body and not headers.get("content-type", "").startswith("application/json"):
        return _invalid("Content-Type must be application/json.")
    return None


def _refused_by_body(body: bytes) -> Reply | None:
    """The body is optional, unknown fields are ignored."""
    if not body:
        return None
    try:
        fields = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return _invalid("The request body is not valid JSON.")
    text = fields.get("text", "") if isinstance(fields, dict) else None
    if not isinstance(text, str):
        return _invalid("text: must be a string.")
    if utf16_length(text) > MAX_CHARACTERS:
        return _invalid(f"text: must have at most {MAX_CHARACTERS} characters.")
    return None


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], endpoint: Endpoint) -> None:
        super().__init__(address, _Handler)
        self.endpoint = endpoint

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is no error of the emulator's."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds

    def do_GET(self) -> None:
        page = self.server.endpoint.page(self.path)
        if page is None:
            self._send(Reply(404, "not_found_error", "Not found."))
        else:
            self._write(
                200, {"Content-Type": f"{page[0]}; charset=utf-8"}, page[1].encode("utf-8", "replace")
            )

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,12}", length):
            self.close_connection = True
            self._send(Reply(411, "invalid_request_error", "Content-Length is required."))
        elif int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Reply(413, "request_too_large", "The request is too large."))
        else:
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(self.server.endpoint.receive("POST", self.path, headers, body))

    def _send(self, reply: Reply) -> None:
        headers = {"Content-Type": "application/json", "request-id": f"req_{secrets.token_hex(12)}"}
        self._write(reply.status, {**headers, **reply.headers}, reply.body)

    def _write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """What came is announced by the endpoint."""
