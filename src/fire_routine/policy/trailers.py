"""Commits that sessions wrote: their messages end with a `Claude-Session:` trailer. Pure.

Anyone may have written a message, so what a trailer names counts only for sessions that the ledger knows.
"""

from __future__ import annotations

import re

from ..model import Commit
from ..patterns import pattern

_TRAILER = pattern(
    r"^claude-session:[ \t]*https://claude\.ai/code/(session_[A-Za-z0-9_-]{1,128})/?(?:\?\S{0,500})?"
    r"[ \t\r]*$",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINES = pattern(r"\n[ \t\r]*\n\s*")


def sessions_in(commit: Commit | None) -> frozenset[str]:
    """The sessions that a commit's trailers name, by id.

    As git reads them, trailers are in the last paragraph of a message (git-interpret-trailers).
    """
    paragraphs = _BLANK_LINES.split(commit.message.strip()) if commit else []
    return frozenset(_TRAILER.findall(paragraphs[-1])) if len(paragraphs) > 1 else frozenset()
