"""The emulators' pages for people: sessions with their texts, requests, a job's log, a summary."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .markdown import to_html

if TYPE_CHECKING:
    from .seen import EmulatedSession, ReceivedRequest

REFRESH = 5  # seconds after which the list of sessions is loaded again

_STYLE = """
:root { color-scheme: light dark; --line: #d1d9e0; --soft: #f6f8fa; --dim: #59636e; --link: #0969da;
  --tip: #1a7f37; --note: #0969da; --warning: #9a6700; --caution: #cf222e }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --dim: #9198a1;
  --link: #4493f8; --tip: #238636; --note: #1f6feb; --warning: #9e6a03; --caution: #da3633 }
  html { background: #0d1117 !important; color: #f0f6fc !important } }
html { background: #fff; color: #1f2328 }
h1 { font-size: 1.5em } h2, h3 { font-size: 1.25em } h4 { font-size: 1em }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 16px;
  overflow-wrap: anywhere }
a { color: var(--link) }
code, pre { font: 85%/1.45 ui-monospace, monospace; background: var(--soft); border-radius: 6px }
code { padding: .2em .4em } pre { padding: 16px; overflow: auto } pre code { padding: 0; font-size: 100% }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0 }
th, td { border-bottom: 1px solid var(--line) }
td.line { width: 60% }
blockquote { margin: 16px 0; padding: 0 1em; border-left: 4px solid var(--line) }
.tip { border-color: var(--tip) } .note { border-color: var(--note) }
.warning { border-color: var(--warning) } .caution { border-color: var(--caution) }
.alert-title { font-weight: 500 } .dim { color: var(--dim) }
@media (max-width: 600px) { thead { display: none } tr { display: block; padding: 8px 0;
  border-bottom: 1px solid var(--line) } td { display: inline; border: 0; padding-right: 8px }
  td.line { display: block; width: auto } }
"""


def page(title: str, content: str, *, refresh: int = 0) -> str:
    """A page. `content` is HTML; `refresh`: seconds after which it is loaded again."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width">{again}<title>{html.escape(title)}</title><style>{_STYLE}</style>'
        f"<body>{content}</body></html>"
    )


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


def overview(sessions: Sequence[EmulatedSession], received: Sequence[ReceivedRequest]) -> str:
    """The sessions, the newest first, and the requests that started none."""
    content = (
        "<h1>Emulated routine</h1>"
        f'<p class="dim">{_counted(len(sessions), "session")},'
        f' <a href="/requests">{_counted(len(received), "request")}</a>.'
        f" This page loads again every {REFRESH} s.</p>"
    )
    if sessions:
        content += _table(
            ("Time (UTC)", "Status", "First line", "Size", "Session"),
            [
                (
                    _time(session.at),
                    "started",
                    html.escape(_first_line(session.text)),
                    _size(session.text),
                    f'<a href="/code/{session.id}">open</a>',
                )
                for session in reversed(sessions)
            ],
        )
    else:
        content += "<p>No session yet. Fire the routine, and it appears here.</p>"
    refused = [request for request in received if request.status != 200]
    if refused:
        content += "<h2>Requests that started no session</h2>" + _table(
            ("Time (UTC)", "Status", "Request", "Size"),
            [
                (_time(one.at), str(one.status), html.escape(f"{one.method} {one.path}"), _size(one.text))
                for one in reversed(refused)
            ],
        )
    return page("Emulated routine", content, refresh=REFRESH)


def one_session(session: EmulatedSession) -> str:
    text = to_html(session.text) if session.text else "<p>It has no text: the saved prompt alone.</p>"
    raw = html.escape(session.text)
    return page(
        f"Session {session.id}",
        f'<p><a href="/">All sessions</a></p><h1>Session <code>{html.escape(session.id)}</code></h1>'
        f'<p class="dim">An emulated session: no agent works on it. Started at {_time(session.at)} UTC with'
        f" this text ({_size(session.text)}).</p><hr>{text}"
        f"<hr><details><summary>As it was sent</summary><pre>{raw}</pre></details>",
    )


def document(title: str, markdown: str) -> str:
    """Markdown of the action's as a page."""
    return page(title, to_html(markdown))


def job_log(name: str, log: str) -> str:
    title = f"The log of {name}"
    return page(title, f"<h1>{html.escape(title)}</h1><pre>{html.escape(log)}</pre>")


def not_emulated(path: str) -> str:
    return page(
        "Not emulated",
        f"<h1>Not emulated</h1><p><code>{html.escape(path)}</code> is a page of GitHub's. This emulator has"
        " the pages of jobs, with their logs, alone.</p>",
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{' class=line' if at == 2 else ''}>{cell}</td>" for at, cell in enumerate(row))
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "(no text)")
    return line if len(line) <= 200 else f"{line[:199]}…"


def _size(text: str) -> str:
    return _counted(len(text), "character")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _time(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")
