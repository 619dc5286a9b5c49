"""The report as a table for terminals, as Markdown for a job summary, and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from shlex import quote
from statistics import median

from ..decide.ledger import failures
from ..decide.ledger.links import session_id
from ..sanitize import flat, inline, link, prose, web_address
from .report import Report, RerunRow, Row, SessionRow

VERSION = 1  # of the JSON's shape; fields may be added to it
MOST_ROWS = 200  # in Markdown: a summary has at most 1 MiB
_NAME = 40  # characters shown of a name
_NARROW = 24  # the same in a table
_MOMENTS = ("pull request", "merged", "green")  # that a session's spans lead to

# Each state in words, in the order of the totals.
STATES = {
    "fixed": "fixed",
    "merged": "merged, not green since",
    "open": "open",
    "closed": "closed unmerged",
    "branch": "branch only",
    "none": "no trace",
    "early": "just started",
    "unknown": "unknown",
    "uncertain": "may have started",
}


def totals(report: Report) -> list[str]:
    """The counts as sentences."""
    parts = [f"{count} {words}" for state, words in STATES.items() if (count := report.count(state))]
    lines = [_count(report.started, "session") + (f": {', '.join(parts)}" if parts else "")]
    if middle := _median_times(report.sessions):
        lines.append(f"median times: {middle}")
    lines.append(f"{_count(len(report.flakes), 'flake')} avoided a session: the re-run passed")
    lines.append(f"about {_count(report.saved, 'session')} saved by deduplication (an estimate)")
    return lines + ([f"{_count(len(report.stuck), 're-run')} stuck"] if report.stuck else [])


def _median_times(rows: Sequence[SessionRow]) -> str:
    columns = (
        [span for span in spans if span is not None]
        for spans in zip(*(row.spans for row in rows), strict=True)
    )
    return _times(
        timedelta(seconds=median(span.total_seconds() for span in known)) if known else None
        for known in columns
    )


def _times(spans: Iterable[timedelta | None]) -> str:
    named = zip(_MOMENTS, spans, strict=False)
    return ", ".join(f"{moment} after {duration(span)}" for moment, span in named if span is not None)


def notes(report: Report) -> list[str]:
    """What the report lacks."""
    others = (
        f"Not counted: {count} {'entry' if count == 1 else 'entries'} by {login}."
        f" To count that account's, use --creator {quote(login)}"
        for login, count in sorted(report.others.items())
    )
    return [*(f"Left out: {line}" for line in report.left_out), *others]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(span: timedelta | None) -> str:
    """`12 min`, `3 h 5 min`, `4 d 2 h`; a dash for none."""
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    large, small, units = (minutes // 60, minutes % 60, ("h", "min"))
    if large >= 48:
        large, small, units = (large // 24, large % 24, ("d", "h"))
    return f"{large} {units[0]}" + (f" {small} {units[1]}" if small else "")


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


# --- a table for terminals --------------------------------------------------------------------------


def table(report: Report, bold: Callable[[str], str] = str) -> str:
    """Plain text, one line per session; the widest column comes last. `bold` is for headings."""
    lines = [bold(f"{report.repository}: Claude sessions since {_when(report.since)} UTC"), ""]
    lines += [f"  {line}" for line in totals(report)]
    if report.sessions:
        head, *rows = _aligned([_HEAD, *map(_cells, report.sessions)])
        lines += ["", bold(head), *rows]
    for title, reruns in (("Re-runs that are stuck", report.stuck), ("Flakes", report.flakes)):
        if reruns:
            lines += ["", bold(title), *_aligned([_rerun_cells(rerun) for rerun in reruns])]
    lines += ["", *map(flat, notes(report))] if notes(report) else []
    return "\n".join(lines)


_HEAD = ("STARTED", "FAILURE", "BRANCH", "RUN", "BECAME", "PR", "TO PR", "TO MERGE", "TO GREEN", "SESSION")


def _cells(row: SessionRow) -> Sequence[str]:
    pull = row.trace.pull_request
    number = f"#{pull.number}" if pull else "–"
    return *_attempt_cells(row), STATES[row.state], number, *map(duration, row.spans), row.url or "–"


def _rerun_cells(row: RerunRow) -> Sequence[str]:
    return *_attempt_cells(row), row.ended, (row.run and row.run.url) or "–"


def _attempt_cells(row: Row) -> Sequence[str]:
    failed = f"{row.file} {failures.text(sorted(row.claim.failures))}"
    branch = flat(row.run.branch, _NARROW) if row.run else ""
    return _when(row.at), flat(failed, _NARROW), branch or "–", f"{row.claim.run}.{row.claim.attempt}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


# --- Markdown ---------------------------------------------------------------------------------------


def markdown(report: Report) -> str:
    """For a job summary. What others wrote is escaped."""
    parts = [
        f"### Claude sessions in {inline(report.repository)}",
        f"Since {_when(report.since)} UTC, from the entries of {inline(report.creator)} on commits.",
        "\n".join(f"- {line}" for line in totals(report)),
    ]
    if report.sessions:
        head = ["Session (UTC)", "Became", "Failure"]
        parts.append(_markdown_table(head, list(map(_session_row, report.sessions[:MOST_ROWS]))))
    if (more := len(report.sessions) - MOST_ROWS) > 0:
        parts.append(f"… and {_count(more, 'older session')}.")
    for title, reruns in (("Re-runs that are stuck", report.stuck), ("Flakes", report.flakes)):
        if reruns:
            rows = list(map(_rerun_row, reruns[:MOST_ROWS]))
            parts += [f"#### {title}", _markdown_table(["Asked (UTC)", "Then", "Failure"], rows)]
    if lacking := notes(report):
        parts.append("\n".join(f"- {prose(line, 300)}" for line in lacking[:20]))
    return "\n\n".join(parts)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _session_row(row: SessionRow) -> list[str]:
    when = f"{row.at:%d %b %H:%M}"
    return [f"[{when}]({row.url})" if web_address(row.url) else when, _became(row), _failure(row)]


def _rerun_row(row: RerunRow) -> list[str]:
    return [f"{row.at:%d %b %H:%M}", row.ended, _failure(row)]


def _failure(row: Row) -> str:
    run = link(f"{row.claim.run}.{row.claim.attempt}", row.run.url if row.run else "")
    branch = f" on {inline(row.run.branch, _NAME)}" if row.run and row.run.branch else ""
    return f"{inline(row.file)}{branch}, run {run}<br>{inline(failures.text(sorted(row.claim.failures)))}"


def _became(row: SessionRow) -> str:
    pull, became = row.trace.pull_request, f"**{STATES[row.state]}**"
    if pull is not None:
        number = f"[#{pull.number}]({pull.url})" if web_address(pull.url) else f"pull request {pull.number}"
        became += f" · {number} {prose(pull.title, _NAME)}".rstrip()
    times = _times(row.spans)
    return f"{became}<br>{times}" if times else became


# --- JSON -------------------------------------------------------------------------------------------


def as_json(report: Report) -> str:
    """One object; docs/sessions-report.md describes its fields."""
    data = {
        "version": VERSION,
        "repository": report.repository,
        "creator": report.creator,
        "since": _iso(report.since),
        "until": _iso(report.until),
        "totals": {
            "sessions": report.started,
            **{state: report.count(state) for state in STATES},
            "flakes_avoided": len(report.flakes),
            "sessions_saved_estimate": report.saved,
            "stuck_reruns": len(report.stuck),
        },
        "sessions": list(map(_session, report.sessions)),
        "flakes": list(map(_rerun, report.flakes)),
        "stuck_reruns": list(map(_rerun, report.stuck)),
        "left_out": list(report.left_out),
        "not_counted": dict(report.others),
    }
    return json.dumps(data, indent=2)


def _session(row: SessionRow) -> dict[str, object]:
    pull = row.trace.pull_request
    to_pull, to_merge, to_green = (None if span is None else int(span.total_seconds()) for span in row.spans)
    return {
        "started_at": _iso(row.at),
        "session_id": session_id(row.url) or None,
        "session_url": row.url or None,
        "state": row.state,
        **_attempt(row),
        "session_branch": row.trace.branch or None,
        "pull_request": pull and {"number": pull.number, "title": pull.title, "url": pull.url},
        "seconds_to_pull_request": to_pull,
        "seconds_to_merge": to_merge,
        "seconds_to_green": to_green,
    }


def _rerun(row: RerunRow) -> dict[str, object]:
    return {"asked_at": _iso(row.at), "ended": row.ended, **_attempt(row)}


def _attempt(row: Row) -> dict[str, object]:
    run = row.run
    return {
        "workflow": run.workflow if run else None,
        "workflow_file": row.file,
        "failures": [failures.text([one]) for one in sorted(row.claim.failures)],
        "run_id": row.claim.run,
        "run_attempt": row.claim.attempt,
        "run_url": run.url if run else None,
        "branch": run.branch if run else None,
        "commit": row.claim.sha,
    }


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
