"""What the server does to a client: the scripts that the catalogue's faults are made of."""

from __future__ import annotations

import json
from collections.abc import Callable

from .server import PATH, Visit

SESSION = {
    "type": "routine_fire",
    "claude_code_session_id": "session_01HJKLMNOPQRSTUVWXYZ",
    "claude_code_session_url": "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ",
}
WHOLE = json.dumps(SESSION).encode()

Script = Callable[[Visit], None]


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    return head(status, f"Content-Length: {len(body)}", *headers) + body


def envelope(kind: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": "Said so."}}).encode()


def sends(data: bytes, *, starts_session: bool = True) -> Script:
    """Read the request, send these bytes, close."""

    def script(visit: Visit) -> None:
        visit.read_request(starts_session=starts_session)
        visit.send(data)

    return script


def sends_and_hangs(data: bytes, *, starts_session: bool = True) -> Script:
    def script(visit: Visit) -> None:
        visit.read_request(starts_session=starts_session)
        visit.send(data)
        visit.hang(body=b"\r\n\r\n" in data)

    return script


def dribbles(before: bytes, slowly: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.read_request(starts_session=True)
        visit.send(before)
        visit.dribble(slowly, body=b"\r\n\r\n" in before)

    return script


def floods(before: bytes, block: bytes, times: int) -> Script:
    """Send a block over and over, until the client has had enough."""

    def script(visit: Visit) -> None:
        visit.read_request(starts_session=True)
        visit.send(before)
        for sent in range(times):
            if sent == 200:
                visit.server.reached.set()
            if visit.server.closing.is_set():
                return
            visit.send(block)

    return script


def hang(visit: Visit) -> None:
    """Never read nor write a byte."""
    visit.await_request()
    visit.server.reached.set()
    visit.server.closing.wait()


def reset(visit: Visit) -> None:
    visit.reset()


def close_at_once(_visit: Visit) -> None:
    """The server closes after the script."""


def clear_text(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def reset_within_the_request(visit: Visit) -> None:
    visit.await_request()
    visit.reset()


def reset_after_the_request(visit: Visit) -> None:
    visit.read_request(starts_session=True)
    visit.reset()


def reset_within_the_answer(visit: Visit) -> None:
    visit.read_request(starts_session=True)
    visit.send(head("200 OK", "Content-Length: 500") + WHOLE[:50])
    visit.reset()


def refuse_before_the_body(visit: Visit) -> None:
    visit.read_head()
    visit.send(answer("413 Content Too Large", envelope("request_too_large")))


def within_tls(script: Script) -> Script:
    def encrypted(visit: Visit) -> None:
        visit.start_tls()
        script(visit)

    return encrypted


def proxy_sends(data: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.read_head()
        visit.send(data)

    return script


def through_tunnel(script: Script) -> Script:
    def tunnelled(visit: Visit) -> None:
        visit.read_head()
        visit.send(head("200 Connection established"))
        visit.start_tls()
        script(visit)

    return tunnelled


def redirect(status: str) -> Script:
    """To another host name of the same server, which counts requests: it must not see a second one."""

    def script(visit: Visit) -> None:
        visit.read_request()
        visit.send(answer(status, b"", f"Location: http://localhost:{visit.server.port}{PATH}"))

    return script
