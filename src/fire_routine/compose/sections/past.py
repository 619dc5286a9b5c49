"""The same failure before, in short facts: earlier sessions and what became of them, and other runs."""

from __future__ import annotations

from collections.abc import Iterator

from ...model import EarlierSession, History, Past, PullRequest, SessionState
from ...sanitize import inline, web_address
from ..layout import short
from .title_facts import CAPS, moment

_SESSIONS = 3
_RUNS = 5


def past_facts(past: Past, history: History | None, cap: int) -> list[str]:
    """A line for each fact; empty where nothing is known.

    Args:
        cap: units of a name; see `CAPS`.
    """
    return [*_sessions(past, cap), *_seen(past, history, cap)]


def _sessions(past: Past, cap: int) -> Iterator[str]:
    shown = past.sessions[-_SESSIONS:] if cap > CAPS[-1] else past.sessions[-1:]
    for one in shown:
        started = f", {moment(one.started_at)}" if one.started_at else ""
        run = f" (run {one.run}{started})" if one.run else ""
        other = "" if one.same_failure else " on another failure"
        yield f"An earlier session{other}{run} {_became(one, cap)}"
    if more := len(past.sessions) - len(shown):
        yield f"Sessions before that: {more}"


def _became(one: EarlierSession, cap: int) -> str:
    """What became of a session; its pull request may show what not to try again."""
    trace, pull = one.trace, one.pull_request
    if trace is not None and pull is not None:
        checks = f", {trace.checks}" if trace.checks and str(trace.checks) else ""
        link = f": <{pull.url}>" if web_address(pull.url) else ""
        return f"tried {_named(pull, cap)}, {_ENDS.get(one.state, '')}{checks}{link}"
    if one.state is SessionState.BRANCH and trace is not None:
        return f"pushed {inline(short(trace.branch, 2 * cap))} and opened no pull request"
    if one.state is SessionState.NONE:
        doubt = "" if one.certain else "may have been started, and "
        return f"{doubt}left no trace" + (f" after {one.waited}" if one.waited else "")
    return "was started" if one.certain else "may have been started"


_ENDS: dict[SessionState | None, str] = {
    SessionState.OPEN: "open",
    SessionState.MERGED: "merged",
    SessionState.CLOSED: "closed unmerged",
}


def _named(pull: PullRequest, cap: int) -> str:
    return f"#{pull.number} {inline(short(pull.title, cap))}".rstrip()


def _seen(past: Past, history: History | None, cap: int) -> Iterator[str]:
    if not past.seen:
        return
    times = [at for _, at in past.seen if at is not None]
    since = f" since {moment(min(times))}" if times else ""
    shown = ", ".join(str(run) for run, _ in past.seen[-_RUNS:])
    which = f"the last in runs {shown}" if len(past.seen) > _RUNS else f"in run{_s(past.seen)} {shown}"
    yield f"Seen before: {len(past.seen)} time{_s(past.seen)}{since}, {which}{_ended(past, history, cap)}"


def _ended(past: Past, history: History | None, cap: int) -> str:
    """What ended it then."""
    if pull := past.ended_by:
        return (
            f"; ended then by {_named(pull, cap)}, merged {moment(pull.merged_at)}" if pull.merged_at else ""
        )
    if history and history.last_green_sha and past.seen[-1][0] < (history.last_green_run or 0):
        return f"; green again since, last at {inline(history.last_green_sha[:10])}"
    return ""


def _s(items: tuple[object, ...]) -> str:
    return "" if len(items) == 1 else "s"
