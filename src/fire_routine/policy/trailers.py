"""Commits that sessions wrote: their messages end with a `Claude-Session:` trailer. Pure."""

from __future__ import annotations

import re

from ..model.run import Run
from ..model.session_link import session_id, session_link
from ..patterns import pattern

_TRAILER = pattern(r"^claude-session:[ \t]*(\S{1,800})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINES = pattern(r"\n[ \t\r]*\n\s*")


def sessions_behind(run: Run) -> frozenset[str]:
    """The sessions that pushed the failing commit, by id, as its trailers name them.

    As git reads them, trailers are in the last paragraph of a message (git-interpret-trailers). Anyone may
    have written what is merged, and a session's fix that people merged is theirs. So they don't count on the
    default branch, nor in a commit that GitHub made: a merge, or a change on its pages. The ledger counts
    those alone that it knows.
    """
    commit = run.commit
    if commit is None or commit.by_github or run.head_branch == run.default_branch:
        return frozenset()
    paragraphs = _BLANK_LINES.split(commit.message.strip())
    named = _TRAILER.findall(paragraphs[-1]) if len(paragraphs) > 1 else ()
    return frozenset(session_id(link) for link in map(session_link, named) if link)
