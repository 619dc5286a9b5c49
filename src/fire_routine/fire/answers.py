"""The endpoint's answer → a session, or the error that reports what became of the fire. Pure.

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

from ..model import Session
from ..patterns import pattern
from ..sanitising import flat
from .errors import FireError, Overloaded, RateLimited, Rejected, Unknown
from .retries import retry_after

ROUTINES_PAGE = "https://claude.ai/code/routines"
SESSIONS_PAGE = "https://claude.ai/code"
SECRET_LENGTH = 8  # characters; a shorter token is a test's, and stands in too many words by chance
QUOTED = 200  # characters shown of the endpoint's own words

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
_REMEDIES = {
    401: f"generate a new token for this routine at {ROUTINES_PAGE} and save it as the secret behind"
    " `routine-token` (generating one revokes the one before)",
    403: "use an account with Claude Code on the web enabled, or ask its administrator to allow routines",
    404: f"copy the routine's URL anew from its API trigger at {ROUTINES_PAGE} into the secret behind"
    " `routine-url`",
    413: "lower `max-characters`",
    422: "lower `max-characters`, or update the action: the endpoint may have changed",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = True  # the whole body arrived, and is no longer than is read of one


def one_line(text: str, token: str, limit: int = QUOTED) -> str:
    """Someone else's words as harmless text on one line, without the token, at most `limit` characters."""
    plain = flat(text)
    if len(token) >= SECRET_LENGTH:
        plain = plain.replace(token, "[token]")
    return flat(_ANY_TOKEN.sub("[token]", plain), limit)


def _span(seconds: int) -> str:
    """A time span as people say it, rounded up."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {unit}"
    return f"{seconds} s"


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The body's JSON object; empty where it is none."""
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return {}
    return value if isinstance(value, dict) else {}


def _session(answer: Answer, loopback: bool) -> tuple[str, str] | None:
    """Id and link of the session that the answer names, if it is of the documented shape."""
    fields = _parsed(answer.body)
    name, link = fields.get("claude_code_session_id"), fields.get("claude_code_session_url")
    if not isinstance(name, str) or not isinstance(link, str) or not _SESSION_ID.fullmatch(name):
        return None
    if not _SECURE_LINK.fullmatch(link) and not (loopback and _LOOPBACK_LINK.fullmatch(link)):
        return None
    return name, link


def _is_overload(answer: Answer) -> bool:
    """Whether the endpoint itself says that it is overloaded: the whole documented envelope, nothing less."""
    envelope = _parsed(answer.body) if answer.complete else {}
    error = envelope.get("error")
    return (
        envelope.get("type") == "error"
        and isinstance(error, dict)
        and error.get("type") == "overloaded_error"
        and isinstance(error.get("message"), str)
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns answers into sessions and errors, knowing what must not be repeated in them."""

    token: str = field(repr=False)
    loopback: bool  # the endpoint is on loopback, so a session's link may be as well

    def judge(self, answer: Answer, now: datetime) -> Session:
        """The session that the answer tells of.

        Raises:
            FireError: it tells of none; which class, the module's table says.
        """
        status = answer.status
        if 200 <= status < 300:
            return self._success(answer)
        if status == 429:
            raise self._rate_limited(answer, now)
        if status in (503, 529) and _is_overload(answer):
            raise self._overloaded(answer, now)
        if 300 <= status < 400:
            raise self._error(
                Rejected,
                answer,
                "redirected",
                "redirects are not followed, so that the token goes to one address only:"
                f" copy the routine's URL anew from {ROUTINES_PAGE} into the secret behind `routine-url`",
            )
        if 400 <= status < 500 and status not in _AMBIGUOUS:
            raise self._error(Rejected, answer, _REASONS.get(status, "rejected"), self._remedy(answer))
        raise self._unknown(
            answer, "server-error" if status in (500, 502, 503, 504, 529) else "unexpected-status"
        )

    def _success(self, answer: Answer) -> Session:
        named = _session(answer, self.loopback)
        if named and any(one_line(part, self.token, len(part)) != part for part in named):
            named = None  # it repeats the token
        if named and answer.complete:
            return Session(named[0], named[1], self._request_id(answer), answer.status)
        if not answer.complete:
            raise self._unknown(answer, "cut-off", f" after it named {named[1]}" if named else "")
        raise self._unknown(answer, "unexpected-answer")

    def _unknown(self, answer: Answer, reason: str, detail: str = "") -> FireError:
        what = {
            "cut-off": f"The answer ({answer.status}) was cut off or is too long{detail}",
            "unexpected-answer": f"The answer ({answer.status}) is not the documented one",
            "server-error": f"The endpoint answered {self._status_line(answer)}",
            "unexpected-status": f"The endpoint answered {self._status_line(answer)}, undocumented",
        }[reason]
        message = f"{what}: a session may have started; look at {SESSIONS_PAGE} before firing again."
        return self._build(Unknown, answer, reason, message)

    def _rate_limited(self, answer: Answer, now: datetime) -> FireError:
        seconds = self._retry_after(answer, now)
        if seconds is None:
            when = "when it resets was not said"
            remedy = f"see the runs left at {ROUTINES_PAGE} and fire again later"
        else:
            resets = now + timedelta(seconds=seconds)
            when = f"it resets at {resets:%Y-%m-%d %H:%M:%S} UTC, in {_span(seconds)}"
            remedy = "fire again then"
        what = (
            f"The routine's run limit or the account's usage limit is reached ({self._status_line(answer)})"
        )
        return self._build(
            RateLimited,
            answer,
            "rate-limited",
            f"{what}; {when}: {remedy}.",
            retry_after=seconds,
            retryable=seconds is not None,
        )

    def _overloaded(self, answer: Answer, now: datetime) -> FireError:
        seconds = self._retry_after(answer, now)
        when = "some minutes" if seconds is None else _span(seconds)
        return self._build(
            Overloaded,
            answer,
            "overloaded",
            f"The endpoint is overloaded ({self._status_line(answer)}): fire again in {when}.",
            retry_after=seconds,
            retryable=True,
        )

    def _error(self, kind: type[FireError], answer: Answer, reason: str, remedy: str) -> FireError:
        return self._build(
            kind, answer, reason, f"The endpoint refused the request ({self._status_line(answer)}): {remedy}."
        )

    def _build(
        self,
        kind: type[FireError],
        answer: Answer,
        reason: str,
        message: str,
        *,
        retry_after: int | None = None,
        retryable: bool = False,
    ) -> FireError:
        return kind(
            message,
            reason=reason,
            http_status=answer.status,
            error_type=self._envelope(answer)[0],
            request_id=self._request_id(answer),
            retry_after=retry_after,
            retryable=retryable,
        )

    def _remedy(self, answer: Answer) -> str:
        if answer.status != 400:
            return _REMEDIES.get(
                answer.status, "check the secret behind `routine-url`, and any proxy in between"
            )
        words = self._envelope(answer)[1].lower()
        if "paused" in words:
            return f"resume the routine at {ROUTINES_PAGE}"
        if "anthropic-beta" in words or "beta header" in words:
            return "set `anthropic-beta` to the value that the endpoint's documentation names today"
        if "anthropic-version" in words:
            return "set `anthropic-version` to the value that the endpoint's documentation names today"
        if "character" in words or "too long" in words:
            return "lower `max-characters`"
        return (
            f"see that the routine is not paused at {ROUTINES_PAGE}, and that `anthropic-beta` is up to date"
        )

    def _envelope(self, answer: Answer) -> tuple[str, str]:
        """Type and message of the standard error envelope, empty where there is none."""
        error = _parsed(answer.body).get("error") if answer.complete else None
        if not isinstance(error, dict):
            return "", ""
        kind, words = error.get("type"), error.get("message")
        kind = kind if isinstance(kind, str) and re.fullmatch(r"[a-z_]{1,64}", kind) else ""
        kind = kind if kind == one_line(kind, self.token) else ""
        return kind, one_line(words, self.token) if isinstance(words, str) else ""

    def _status_line(self, answer: Answer) -> str:
        kind, words = self._envelope(answer)
        return " ".join(part for part in (str(answer.status), kind, f"“{words}”" if words else "") if part)

    def _request_id(self, answer: Answer) -> str:
        value = answer.headers.get("request-id", "")
        usable = re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", value) and value == one_line(value, self.token)
        return value if usable else ""

    def _retry_after(self, answer: Answer, now: datetime) -> int | None:
        return retry_after(answer.headers.get("retry-after"), answer.headers.get("date"), now)
