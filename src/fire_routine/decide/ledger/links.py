"""Which links of the ledger may be shown to people. Pure.

Anyone who may write commit statuses can put any address there. So an address of an entry is shown, copied or
counted only if it leads to Claude.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from ...patterns import pattern
from ...settings import LOOPBACK

_PATH = r"/[A-Za-z0-9._~/?=&%+#:@-]{1,1000}"
_CLAUDE = pattern(r"https://claude\.ai" + _PATH)
_LOCAL = pattern(r"https?://(?P<host>127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?" + _PATH)


def session_link(url: str, routine_url: str) -> str:
    """The address if it is a session's, else an empty string.

    A session's address is `https://claude.ai/…`; or it is on the host of the routine, where that is loopback.
    """
    if _CLAUDE.fullmatch(url):
        return url
    found = _LOCAL.fullmatch(url)
    host = urlsplit(routine_url).hostname or ""
    return url if found and host in LOOPBACK and found["host"].strip("[]") == host else ""


def session_id(url: str) -> str:
    """The id at the end of a session's address."""
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
