"""The endpoint's response → a session, or the error that reports what became of the fire. Pure.

The rules, in the order in which they are checked:

- 2xx with a session id and link is a session; any other 2xx is unknown.
- 3xx and 4xx refuse the request: failed. The status decides, even if the body that explains it is cut off.
  The exceptions are 408, 409 and 499: a gateway may have given up while the endpoint was still working,
  so they are unknown.
- 503 and 529 with the documented error envelope (`overloaded_error`) refuse it for now: failed, and it may be
  sent again. Any other 503 or 529, such as a gateway's HTML page, may hide a session: unknown.
- Everything else, including 1xx, 500, 502 and 504, is unknown.

Source: the routine API's page (statuses, error envelope, "There is no idempotency key").
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..model import Message, Session
from ..patterns import pattern
from ..sanitize import flat
from .errors import FireError, Overloaded, RateLimited, Rejected, Unknown
from .retries import retry_after

SECRET_LENGTH = 8  # characters; a shorter token is a test's, and is part of too many words by chance
QUOTED = 200  # characters of the endpoint's own words that a message repeats

_AMBIGUOUS = (408, 409, 499)
_SESSION_ID = pattern(r"[A-Za-z0-9_.:-]{1,128}")
_PATH = r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/?=&%+#:@-]{0,1000})?"
_SECURE_LINK = pattern(r"https://[A-Za-z0-9.-]{1,253}" + _PATH)
_LOOPBACK_LINK = pattern(r"http://(?:127\.0\.0\.1|localhost|\[::1\])" + _PATH)
_ANY_TOKEN = pattern(r"sk-ant-[A-Za-z0-9_-]{4,}")

_REASONS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    413: "too-large",
    422: "invalid",
}
_COPY_URL = Message(
    "Copy the routine's URL from its API trigger at https://claude.ai/code/routines into the secret that"
    " `routine-url` reads."
)
_SHORTEN = Message("Lower `max-characters`.")
_REMEDIES = {
    401: Message(
        "Generate a new token for this routine at https://claude.ai/code/routines and save it as the secret"
        " that `routine-token` reads. A new token revokes the previous one."
    ),
    403: Message(
        "Use an account with Claude Code on the web enabled, or ask its administrator to allow routines."
    ),
    404: _COPY_URL,
    413: _SHORTEN,
    422: Message("Lower `max-characters`, or update the action: the endpoint may have changed."),
}
_OTHER_REMEDY = Message("Check the secret that `routine-url` reads, and any proxy in between.")
CHECK = Message("A session may have started: look at https://claude.ai/code before you fire again.")


@dataclass(frozen=True, slots=True)
class Response:
    """The status, the headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = True  # the whole body arrived, and it is within the limit


def one_line(text: str, token: str, limit: int = QUOTED) -> str:
    """Untrusted text as harmless text on one line, without the token, of at most `limit` characters."""
    plain = flat(text)
    if len(token) >= SECRET_LENGTH:
        plain = plain.replace(token, "[token]")
    return flat(_ANY_TOKEN.sub("[token]", plain), limit)


def _duration(seconds: int) -> str:
    """A duration in the largest unit of which it has at least two, rounded up."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {unit}"
    return f"{seconds} s"


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The body's JSON object; empty if it is not one."""
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return {}
    return value if isinstance(value, dict) else {}


def _session(response: Response, loopback: bool) -> tuple[str, str] | None:
    """Id and link of the session in a response of the documented shape."""
    fields = _parsed(response.body)
    name, link = fields.get("claude_code_session_id"), fields.get("claude_code_session_url")
    if not isinstance(name, str) or not isinstance(link, str) or not _SESSION_ID.fullmatch(name):
        return None
    if not _SECURE_LINK.fullmatch(link) and not (loopback and _LOOPBACK_LINK.fullmatch(link)):
        return None
    return name, link


def _is_overload(response: Response) -> bool:
    """Whether the endpoint itself reports an overload: the whole documented envelope, nothing less."""
    envelope = _parsed(response.body) if response.complete else {}
    error = envelope.get("error")
    return (
        envelope.get("type") == "error"
        and isinstance(error, dict)
        and error.get("type") == "overloaded_error"
        and isinstance(error.get("message"), str)
    )


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Turns responses into sessions and errors, and keeps the token out of both."""

    token: str = field(repr=False)
    loopback: bool  # the endpoint is on loopback, so a session's link may be too

    def session(self, response: Response, now: datetime) -> Session:
        """The session that the response names.

        Args:
            response: the endpoint's, or a gateway's.
            now: the time of day, from which a limit's reset is counted if the response has no date.

        Raises:
            FireError: it names none; the module's table defines which class.
        """
        status = response.status
        if 200 <= status < 300:
            return self._success(response)
        if status == 429:
            raise self._rate_limited(response, now)
        if status in (503, 529) and _is_overload(response):
            raise self._overloaded(response, now)
        if 300 <= status < 400:
            remedy = Message(
                "Redirects are not followed, so that the token goes to one address only. {copy}",
                copy=_COPY_URL,
            )
            raise self._rejected(response, "redirected", remedy)
        if 400 <= status < 500 and status not in _AMBIGUOUS:
            raise self._rejected(response, _REASONS.get(status, "rejected"), self._remedy(response))
        reason = "server-error" if status in (500, 502, 503, 504, 529) else "unexpected-status"
        raise self._unknown(response, reason)

    def _success(self, response: Response) -> Session:
        named = _session(response, self.loopback)
        if named and any(one_line(part, self.token, len(part)) != part for part in named):
            named = None  # it repeats the token
        if named and response.complete:
            return Session(named[0], named[1], self._request_id(response), response.status)
        if not response.complete:
            raise self._unknown(response, "cut-off", named[1] if named else "")
        raise self._unknown(response, "unexpected-answer")

    def _unknown(self, response: Response, reason: str, link: str = "") -> FireError:
        """`link`: the session's, if the response named one before it broke off."""
        status = self._status_line(response)
        what = {
            "cut-off": Message("The response ({status}) was cut off or is too long.", status=response.status),
            "unexpected-answer": Message(
                "The response ({status}) is not the documented one.", status=response.status
            ),
            "server-error": Message("The endpoint returned {status}.", status=status),
            "unexpected-status": Message("The endpoint returned an undocumented {status}.", status=status),
        }[reason]
        if link:
            what = Message("{what} It named {link}.", what=what, link=link)
        message = Message("{what} {check}", what=what, check=CHECK)
        return self._error(Unknown, response, reason, message)

    def _rate_limited(self, response: Response, now: datetime) -> FireError:
        seconds = self._retry_after(response, now)
        if seconds is None:
            when = Message(
                "The endpoint does not say when it resets: see the remaining runs at"
                " https://claude.ai/code/routines and fire again later."
            )
        else:
            when = Message(
                "It resets at {time} UTC, in {duration}: fire again then.",
                time=f"{now + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}",
                duration=_duration(seconds),
            )
        message = Message(
            "The routine's run limit or the account's usage limit is reached ({status}). {when}",
            status=self._status_line(response),
            when=when,
        )
        return self._error(
            RateLimited,
            response,
            "rate-limited",
            message,
            retry_after=seconds,
            retryable=seconds is not None,
        )

    def _overloaded(self, response: Response, now: datetime) -> FireError:
        seconds = self._retry_after(response, now)
        when = "a few minutes" if seconds is None else _duration(seconds)
        message = Message(
            "The endpoint is overloaded ({status}). Fire again in {when}.",
            status=self._status_line(response),
            when=when,
        )
        return self._error(Overloaded, response, "overloaded", message, retry_after=seconds, retryable=True)

    def _rejected(self, response: Response, reason: str, remedy: Message) -> FireError:
        message = Message(
            "The endpoint refused the request ({status}). {remedy}",
            status=self._status_line(response),
            remedy=remedy,
        )
        return self._error(Rejected, response, reason, message)

    def _error(
        self,
        kind: type[FireError],
        response: Response,
        reason: str,
        message: Message,
        *,
        retry_after: int | None = None,
        retryable: bool = False,
    ) -> FireError:
        return kind(
            message,
            reason=reason,
            http_status=response.status,
            error_type=self._envelope(response)[0],
            request_id=self._request_id(response),
            retry_after=retry_after,
            retryable=retryable,
        )

    def _remedy(self, response: Response) -> Message:
        if response.status != 400:
            return _REMEDIES.get(response.status, _OTHER_REMEDY)
        words = self._envelope(response)[1].lower()
        if "paused" in words:
            return Message("Resume the routine at https://claude.ai/code/routines.")
        if "anthropic-beta" in words or "beta header" in words:
            return Message("Set `anthropic-beta` to the value in the endpoint's current documentation.")
        if "anthropic-version" in words:
            return Message("Set `anthropic-version` to the value in the endpoint's current documentation.")
        if "character" in words or "too long" in words:
            return _SHORTEN
        return Message(
            "Check at https://claude.ai/code/routines that the routine is not paused, and that"
            " `anthropic-beta` is right."
        )

    def _envelope(self, response: Response) -> tuple[str, str]:
        """Type and message of the standard error envelope; empty if there is none."""
        error = _parsed(response.body).get("error") if response.complete else None
        if not isinstance(error, dict):
            return "", ""
        kind, words = error.get("type"), error.get("message")
        kind = kind if isinstance(kind, str) and re.fullmatch(r"[a-z_]{1,64}", kind) else ""
        kind = kind if kind == one_line(kind, self.token) else ""
        return kind, one_line(words, self.token) if isinstance(words, str) else ""

    def _status_line(self, response: Response) -> str:
        kind, words = self._envelope(response)
        return " ".join(part for part in (str(response.status), kind, f"“{words}”" if words else "") if part)

    def _request_id(self, response: Response) -> str:
        value = response.headers.get("request-id", "")
        usable = re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", value) and value == one_line(value, self.token)
        return value if usable else ""

    def _retry_after(self, response: Response, now: datetime) -> int | None:
        return retry_after(response.headers.get("retry-after"), response.headers.get("date"), now)
