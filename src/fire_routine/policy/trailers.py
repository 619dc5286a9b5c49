"""Commits that sessions wrote: their messages end with a `Claude-Session:` trailer. Pure.

Anyone may have written a message, so what a trailer names counts only for sessions that the ledger knows.
"""

from __future__ import annotations

import re

from ..model.run import Commit
from ..model.session_link import session_id, session_link
from ..patterns import pattern

_TRAILER = pattern(r"^claude-session:[ \t]*(\S{1,800})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINES = pattern(r"\n[ \t\r]*\n\s*")


def sessions_in(commit: Commit | None) -> frozenset[str]:
    """The sessions that a commit's trailers name, by id.

    As git reads them, trailers are in the last paragraph of a message (git-interpret-trailers).
    """
    paragraphs = _BLANK_LINES.split(commit.message.strip()) if commit else []
    named = _TRAILER.findall(paragraphs[-1]) if len(paragraphs) > 1 else ()
    return frozenset(session_id(link) for link in map(session_link, named) if link)
