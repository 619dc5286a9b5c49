"""`fire-routine emulate`: the routine API on loopback, as its documentation describes it.

Each error of its table comes on demand: by what the request gets wrong, by the script of answers, or
by firing one of the routines named after them (`trig_paused`, `trig_limit`, …).
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from .model.evidence import utf16_length
from .model.outcome import Say, quiet

ROUTINE = "trig_emulator"
TOKEN = "sk-ant-oat01-emulator"  # noqa: S105 - opens nothing but the emulator
BETA = "experimental-cc-routine-2026-04-01"
MAX_CHARACTERS = 65_536  # of `text`, in UTF-16 code units
MAX_BODY = 1024 * 1024  # bytes
KEPT = 1000  # requests and sessions that are remembered, each

_FIRE_PATH = re.compile(r"/v1/claude_code/routines/([A-Za-z0-9_-]+)/fire")
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
_NOT_FOUND = Reply(404, "not_found_error", "Not found.")


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A POST as it came, and the status it was answered with."""

    path: str
    headers: Mapping[str, str] = field(repr=False)  # by lower-case name; holds the token
    body: bytes = field(repr=False)
    status: int

    @property
    def text(self) -> str:
        return _text(self.body)


@dataclass(frozen=True, slots=True)
class EmulatedSession:
    id: str
    url: str
    text: str

    @property
    def answer(self) -> Reply:
        fields = {"claude_code_session_id": self.id, "claude_code_session_url": self.url}
        return Reply(200, "", json.dumps({"type": "routine_fire", **fields}))


class Loopback:
    """A server on this machine alone, for a `with` block. A subclass answers; `home` is its root."""

    def __init__(self, port: int = 0) -> None:
        """OSError is raised where the port is taken."""
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self.home = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str) -> Reply:
        """The answer to a GET."""
        raise NotImplementedError

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a POST."""
        raise NotImplementedError


class Endpoint(Loopback):
    """The API with one routine; `url` is that routine's fire URL.

    `script` holds what the next valid requests are answered, in order: a `Reply`, the name of one in
    `REPLIES`, or None for a session. When it is used up, and for a start, every valid request gets a session.
    `say` is given a line for each request, without the token.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        script: Iterable[Reply | str | None] = (),
        say: Say = quiet,
    ) -> None:
        super().__init__(port)
        self.token = token
        self.script = [REPLIES[item] if isinstance(item, str) else item for item in script]
        self.requests: list[ReceivedRequest] = []
        self.sessions: list[EmulatedSession] = []
        self.url = self.fire_url(ROUTINE)
        self._say = say

    def fire_url(self, routine: str) -> str:
        return f"{self.home}/v1/claude_code/routines/{routine}/fire"

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request and remember it."""
        with self._lock:
            reply = self._refusal(path, headers, body)
            started = ""
            if reply is None or reply.starts_session:
                session = self._start(_text(body))
                reply, started = reply or session.answer, f" session started: {session.url}"
            self.requests.append(ReceivedRequest(path, headers, body, reply.status))
            del self.requests[:-KEPT]
        self._say(f"{reply.status} {reply.error_type}".rstrip() + started)
        return reply

    def _refusal(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
        """What a request gets in place of a session."""
        match = _FIRE_PATH.fullmatch(path)
        if match is None:
            return _NOT_FOUND
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return Reply(401, "authentication_error", "No bearer token in the Authorization header.")
        named = REPLIES.get(match[1].removeprefix("trig_"))
        if match[1] != ROUTINE and named is None:
            return Reply(404, "not_found_error", "The routine does not exist.")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return Reply(401, "authentication_error", "The token does not match this routine.")
        if wrong := _wrong(headers, body):
            return Reply(400, "invalid_request_error", wrong)
        return named or (self.script.pop(0) if self.script else None)

    def _start(self, text: str) -> EmulatedSession:
        name = "session_01" + "".join(secrets.choice(_ALPHABET) for _ in range(24))
        self.sessions.append(EmulatedSession(name, f"{self.home}/code/{name}", text))
        del self.sessions[:-KEPT]
        return self.sessions[-1]

    def page(self, path: str) -> Reply:
        """A session's page: its text, as it was sent."""
        texts = {f"/code/{session.id}": session.text for session in list(self.sessions)}
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        return Reply(200, "", texts[path], plain) if path in texts else _NOT_FOUND


def _text(body: bytes) -> str:
    """The body's `text`; empty where there is none."""
    try:
        value = json.loads(body)["text"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""


def _wrong(headers: Mapping[str, str], body: bytes) -> str:
    """What is wrong with a request. The body is optional, its unknown fields are ignored."""
    # Since autumn 2026 it may be left out: https://code.claude.com/docs/en/routines.
    betas = [value.strip() for value in headers.get("anthropic-beta", BETA).split(",")]
    if BETA not in betas:
        return f"Invalid anthropic-beta header: it must include {BETA}."
    if not headers.get("anthropic-version"):
        return "anthropic-version: header is required."
    if body and not headers.get("content-type", "").startswith("application/json"):
        return "Content-Type must be application/json."
    try:
        fields = json.loads(body.decode("utf-8") or "{}")
    except (ValueError, RecursionError):
        return "The request body is not valid JSON."
    text = fields.get("text", "") if isinstance(fields, dict) else None
    if isinstance(text, str) and utf16_length(text) > MAX_CHARACTERS:
        return f"text: must have at most {MAX_CHARACTERS} characters."
    return "" if isinstance(text, str) else "text: must be a string."


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], answering: Loopback) -> None:
        super().__init__(address, _Handler)
        self.answering = answering

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds

    def do_GET(self) -> None:
        self._send(self.server.answering.page(self.path))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Reply(413, "request_too_large", "The request is too large, or has no length."))
        else:
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(self.server.answering.receive(self.path, headers, body))

    def _send(self, reply: Reply) -> None:
        standard = {"Content-Type": "application/json", "request-id": f"req_{secrets.token_hex(12)}"}
        body = reply.body
        self.send_response(reply.status)
        for name, value in {**standard, **reply.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """What came is said by who answers, or not at all."""
