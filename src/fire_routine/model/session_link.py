"""What the address of a Claude Code session is. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..patterns import pattern

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # hosts that are this machine
_CLAUDE = "claude.ai"
_LINK = pattern(
    r"(?P<page>(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253}|\[::1\])(?P<port>:[0-9]{1,5})?"
    r"/code/session_[A-Za-z0-9_-]{1,200})/?(?:[?#][!-~]{0,1000})?"
)


def session_link(url: str, routine_url: str = "") -> str:
    """The session's address in its one form, without a query, a fragment or a slash at the end; else empty.

    Anyone who may write a commit status or a commit's message can put any address there. So what is shown,
    copied or counted is a session's of Claude, `https://claude.ai/code/session_…`; or one of the routine's
    own host, over https, or over http where that is loopback.
    """
    found = _LINK.fullmatch(url)
    if found is None:
        return ""
    host = found["host"].strip("[]")
    if (found["scheme"], host, found["port"]) == ("https", _CLAUDE, None):
        return found["page"]
    own = host == (urlsplit(routine_url).hostname or "") and (found["scheme"] == "https" or host in LOOPBACK)
    return found["page"] if own else ""


def session_id(link: str) -> str:
    """The id at the end of what `session_link` gives."""
    return link.rpartition("/")[2]
