"""Earlier sessions of the incident, and what became of each, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.outcome import EarlierSession, SessionState
from ..sanitize import inline
from .contents import Contents
from .markdown import NAME, worded_link

MOST = 3  # sessions that are shown: the newest

_ENDS = {
    SessionState.OPEN: "open",
    SessionState.MERGED: "merged",
    SessionState.CLOSED: "closed without a merge",
}


def sessions(contents: Contents) -> Iterator[str]:
    """A line on each session that was looked for; first the one that the outcome is about."""
    about = contents.session
    if about and about.trace:
        yield f"**What became of it:** {became(contents, about)}"
    others = [one for one in contents.past.sessions if one is not about and one.trace]
    for one in others[-MOST:]:
        page = worded_link("session", one.url) or "session"
        other = "" if one.same_failure else ", another failure"
        yield f"Earlier {page} (run {one.run}{other}): {became(contents, one)}"


def became(contents: Contents, one: EarlierSession) -> str:
    """ "[#14](…) `Fix the tally` is open, 1 of 4 checks failed"."""
    trace, pull = one.trace, one.pull_request
    if trace is not None and pull is not None and trace.state is not None:
        link = worded_link(f"#{pull.number}", pull.url) or f"pull request {pull.number}"
        title = inline(contents.clean(pull.title), NAME)
        checks = f", {trace.checks}" if trace.checks else ""
        return f"{' '.join(filter(None, (link, title)))} is {_ENDS[trace.state]}{checks}"
    if one.state is SessionState.BRANCH and trace is not None:
        return f"it pushed {inline(contents.clean(trace.branch), NAME)}, and there is no pull request yet"
    if one.state is SessionState.NONE:
        return "no trace" + (f" after {one.waited}" if one.waited else "") + ": no branch, no pull request"
    return "not known (see Unavailable)"
