"""Errors in words of our own: the libraries' messages may name proxies with their passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..model import GitHubError
from ..sanitize import code, flat
from ..settings import CA_VARIABLES

CUT = "GitHub can't be reached, or cut the connection"
LATE = "GitHub did not answer in time"
ELSEWHERE = "GitHub redirects to an address that can't be used"
NO_PROXY = "GitHub can't be reached: the proxy refused or can't be reached"
NO_CERTIFICATES = (
    f"the certificates named by {', '.join(CA_VARIABLES[:-1])} or {CA_VARIABLES[-1]} can't be read"
)


def refusal(status: int, headers: Mapping[str, str], message: object) -> GitHubError:
    """An unsuccessful answer; `headers` by lower-case name, `message`: of its error object.

    Rate limits, and `retry-after` in seconds:
    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    text = flat(message, 200) if isinstance(message, str) else ""
    used_up = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    limited = status == 429 or (status == 403 and (used_up or "rate limit" in text.lower()))
    asked = headers.get("retry-after", "")
    return GitHubError(
        f"GitHub answered {status}" + (f": {code(text)}" if text else ""),
        status,
        rate_limited=limited,
        retry_after=float(asked) if re.fullmatch(r"[0-9]{1,6}", asked) else None,
    )
