"""The emulated endpoint's pages for people: sessions with their texts, and the requests that came."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .endpoint import EmulatedSession, ReceivedRequest


def requests(received: Sequence[ReceivedRequest]) -> str:
    """The requests as JSON."""
    return json.dumps([_shown(request) for request in received], indent=2)


def _shown(request: ReceivedRequest) -> dict[str, object]:
    """A request for people: the token is left out, as it may be a real one."""
    headers = {
        name: "Bearer (left out)" if name == "authorization" else value
        for name, value in request.headers.items()
    }
    return {
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "headers": headers,
        "body": request.body.decode("utf-8", "replace"),
    }


def _html(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width"><title>{title}</title><h1>{title}</h1>{content}</html>'
    )


def overview(sessions: Sequence[EmulatedSession], requests: int) -> str:
    items = "".join(f'<li><a href="/code/{session.id}">{session.id}</a>' for session in reversed(sessions))
    counts = f'<p>{len(sessions)} sessions, <a href="/requests">{requests} requests</a></p>'
    return _html("Emulated routine", f"{counts}<ol reversed>{items}</ol>")


def one_session(session: EmulatedSession) -> str:
    return _html(
        session.id,
        "<p>An emulated session: no agent is at work. It was started with this text:</p>"
        f'<pre style="white-space: pre-wrap">{html.escape(session.text)}</pre>',
    )
