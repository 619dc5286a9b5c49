"""Errors in words of our own: the libraries' messages may name proxies with their passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..model.outcome import GitHubError
from ..retrying import http_date, retry_after
from ..sanitize import code, flat
from ..settings import CA_VARIABLES

# Seconds to wait at a secondary rate limit that states none: "wait for at least one minute"
UNSTATED = 60.0
# How GitHub words it, today and in older versions of its server
_SECONDARY = re.compile(r"secondary rate|abuse detection", re.IGNORECASE)
CUT = "GitHub can't be reached, or cut the connection"
LATE = "GitHub did not answer in time"
ELSEWHERE = "GitHub redirects to an address that can't be used"
NO_PROXY = "GitHub can't be reached: the proxy refused or can't be reached"
NO_CERTIFICATES = (
    f"the certificates named by {', '.join(CA_VARIABLES[:-1])} or {CA_VARIABLES[-1]} can't be read"
)


def words(data: object) -> str:
    """What an error object says: its message, and the messages of its `errors`.

    These are a text, or a list of texts and objects, and may have what counts:
    https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed
    """
    if not isinstance(data, Mapping):
        return ""
    more = data.get("errors")
    said = [data.get("message")]
    for one in more if isinstance(more, list) else [more]:
        said.append(one.get("message") if isinstance(one, Mapping) else one)
    return ": ".join(text for text in said if isinstance(text, str) and text)


def refusal(status: int, headers: Mapping[str, str], message: str) -> GitHubError:
    """An unsuccessful answer; `headers` by lower-case name, `message`: what it says.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    text = flat(message, 200)
    secondary = _SECONDARY.search(text) is not None
    used_up = headers.get("x-ratelimit-remaining") == "0"
    told = used_up or "retry-after" in headers or secondary or "rate limit" in text.lower()
    limited = status == 429 or (status == 403 and told)
    asked = retry_after(headers)
    seconds = None if asked is None else float(asked)
    if limited and seconds is None:
        seconds = _until_reset(headers) if used_up else UNSTATED if secondary or status == 429 else None
    return GitHubError(
        f"GitHub answered {status}" + (f": {code(text)}" if text else ""),
        status,
        rate_limited=limited,
        retry_after=seconds,
    )


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Until the hour's requests are anew; None: GitHub does not state it, or no time of its clock."""
    reset, now = headers.get("x-ratelimit-reset", ""), http_date(headers.get("date", ""))
    return max(0.0, float(reset) - now.timestamp()) if re.fullmatch(r"[0-9]{1,11}", reset) and now else None
