"""The endpoint's response → a session, or the error that reports what became of the fire. Pure.

The rules, in the order in which they are checked:

- 2xx with a session id and link is a session; any other 2xx is unknown.
- 3xx and 4xx refuse the request: failed. The status decides, even if the body that explains it is cut off.
  The exceptions are unknown: 303, whose request was processed (RFC 9110, 15.4.4), and 408, 409 and 499, as a
  gateway may have given up while the endpoint was still working.
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

from ..model.outcome import Session
from ..model.reason import Reason
from ..model.run import in_words
from ..model.session_link import session_link
from ..patterns import pattern
from ..retrying import retry_after
from ..sanitize import code, flat, web_address
from .errors import FireError, Rejected, Unknown

SECRET_LENGTH = 8  # characters; a shorter token is a test's, and is part of too many words by chance
QUOTED = 200  # characters of the endpoint's own words that a message repeats
CHECK = "A session may have started: look at https://claude.ai/code before you send it again."

_AMBIGUOUS = (303, 408, 409, 499)
_ERROR_TYPE = pattern(r"[a-z_]{1,64}")
_REQUEST_ID = pattern(r"[A-Za-z0-9_.-]{1,128}")
_SESSION_ID = pattern(r"[A-Za-z0-9_.:-]{1,128}")
_ANY_TOKEN = pattern(r"sk-ant-[A-Za-z0-9_-]{4,}")


# True for the action, the command and the library alike: each calls its arguments by other names.
_COPY_URL = (
    "Copy the routine's URL again from its API trigger at https://claude.ai/code/routines, and replace the"
    " saved one."
)
_SHORTEN = "Lower `max-characters`."
_BETA = "Set `anthropic-beta` to the value in the endpoint's current documentation."
# After 72 hours without the owner's GitHub connection: https://code.claude.com/docs/en/routines
_RESUME = (
    "Resume the routine at https://claude.ai/code/routines. It turns itself off if its owner's GitHub"
    " connection is lost for three days: connect it again first."
)
_ANY_BAD_REQUEST = (
    "Check at https://claude.ai/code/routines that the routine is not paused, that its owner's GitHub"
    " connection holds, and that `anthropic-beta` is right."
)
_RENEW = (
    "Generate a new token in the routine's API trigger at https://claude.ai/code/routines, and replace the"
    " saved one. A new token revokes the previous one."
)
_ACCOUNT = "Use an account with Claude Code on the web enabled, or ask its administrator to allow routines."
_NEWER = "Update the action: the endpoint has changed."
_UPDATE = "Lower `max-characters`, or update the action: the endpoint may have changed."
_REDIRECTED = f"Redirects are not followed, so that the token goes to one address only. {_COPY_URL}"
_OTHER = "Check the routine's saved URL, and any proxy in between."
# What a refusal means: the first row with its status, and with words that its message has (in lower case)
_REFUSALS = (
    (400, "paused", Reason.REFUSED, _RESUME),
    (400, "anthropic-beta", Reason.REFUSED, _BETA),
    (400, "beta header", Reason.REFUSED, _BETA),
    (400, "anthropic-version", Reason.REFUSED, _NEWER),
    (400, "character", Reason.REFUSED, _SHORTEN),
    (400, "too long", Reason.REFUSED, _SHORTEN),
    (400, "", Reason.REFUSED, _ANY_BAD_REQUEST),
    (401, "", Reason.UNAUTHORIZED, _RENEW),
    (403, "", Reason.FORBIDDEN, _ACCOUNT),
    (404, "", Reason.NOT_FOUND, _COPY_URL),
    (413, "", Reason.REFUSED, _SHORTEN),
    (422, "", Reason.REFUSED, _UPDATE),
)


@dataclass(frozen=True, slots=True)
class Response:
    """The status, the headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = True  # the whole body arrived, and it is within the limit

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body's JSON object; empty if it is not one."""
        try:
            value = json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def error(self) -> Mapping[str, Any]:
        """The error of a standard envelope; empty if there is none, or not all of it."""
        error = self.fields.get("error") if self.complete else None
        return error if isinstance(error, dict) else {}

    @property
    def is_overload(self) -> bool:
        """Whether the endpoint itself reports an overload: the whole documented envelope, nothing less."""
        error = self.error
        return (
            self.status in (503, 529)
            and self.fields.get("type") == "error"
            and error.get("type") == "overloaded_error"
            and isinstance(error.get("message"), str)
            and not any(key.startswith("claude_code_session_") for key in self.fields)  # it has started one
        )


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """Turns responses into sessions and errors, and keeps the token out of both."""

    token: str = field(repr=False)
    url: str = ""  # the routine's: a session's link may have its host

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
        if response.is_overload:
            seconds = retry_after(response.headers, now)
            when = "a few minutes" if seconds is None else in_words(timedelta(seconds=seconds))
            what = f"The endpoint is overloaded ({self._answer(response)}). Send it again in {when}."
            raise self._error(Rejected, response, Reason.OVERLOADED, what, seconds, retryable=True)
        if 300 <= status < 500 and status not in _AMBIGUOUS:
            reason, remedy = _refusal(status, self._own_words(response).lower())
            what = f"The endpoint refused the request ({self._answer(response)}). {remedy}"
            raise self._error(Rejected, response, reason, what)
        if status in (500, 502, 503, 504, 529):
            what = f"The endpoint returned {self._answer(response)}."
            raise self._error(Unknown, response, Reason.NO_ANSWER, f"{what} {CHECK}")
        what = f"The endpoint returned an undocumented {self._answer(response)}."
        raise self._error(Unknown, response, Reason.NO_ANSWER, f"{what} {CHECK}")

    def _success(self, response: Response) -> Session:
        named = self._named_session(response)
        if not response.complete:
            what = f"The response ({response.status}) was cut off or is too long."
            if named:
                what += f" It named {code(named.url)}."
            raise self._error(Unknown, response, Reason.NO_ANSWER, f"{what} {CHECK}")
        if named is None:
            what = f"The response ({response.status}) is not the documented one."
            raise self._error(Unknown, response, Reason.NO_ANSWER, f"{what} {CHECK}")
        return named

    def _named_session(self, response: Response) -> Session | None:
        """The session of a response of the documented shape, unless it repeats the token."""
        name, link = (response.fields.get(f"claude_code_session_{key}") for key in ("id", "url"))
        if not isinstance(name, str) or not isinstance(link, str) or not _SESSION_ID.fullmatch(name):
            return None
        known = session_link(link, self.url)
        if not known and not (link.startswith("https:") and web_address(link)):
            return None
        if any(one_line(part, self.token, len(part)) != part for part in (name, link)):
            return None
        return Session(name, known or link, self._request_id(response), response.status)

    def _rate_limited(self, response: Response, now: datetime) -> FireError:
        seconds = retry_after(response.headers, now)
        if seconds is None:
            when = (
                "The endpoint does not say when it resets: see the remaining runs at"
                " https://claude.ai/code/routines and send it again later."
            )
        else:
            wait = timedelta(seconds=seconds)
            when = (
                f"It resets at {now + wait:%Y-%m-%d %H:%M:%S} UTC, in {in_words(wait)}. Send it again then."
            )
        limit = "The routine's run limit or the account's usage limit is reached"
        what = f"{limit} ({self._answer(response)}). {when}"
        retryable = seconds is not None
        return self._error(Rejected, response, Reason.RATE_LIMITED, what, seconds, retryable=retryable)

    def _error(
        self,
        kind: type[FireError],
        response: Response,
        reason: Reason,
        message: str,
        seconds: int | None = None,
        *,
        retryable: bool = False,
    ) -> FireError:
        return kind(
            message,
            reason=reason,
            http_status=response.status,
            error_type=self._error_type(response),
            request_id=self._request_id(response),
            retry_after=seconds,
            retryable=retryable,
        )

    def _answer(self, response: Response) -> str:
        """The status, the type of error and the endpoint's own words, as far as it gave them."""
        parts = [str(response.status), self._error_type(response)]
        if words := self._own_words(response):
            parts.append(code(words))
        return " ".join(filter(None, parts))

    def _own_words(self, response: Response) -> str:
        words = response.error.get("message")
        return one_line(words, self.token) if isinstance(words, str) else ""

    def _error_type(self, response: Response) -> str:
        return self._identifier(response.error.get("type"), _ERROR_TYPE)

    def _request_id(self, response: Response) -> str:
        return self._identifier(response.headers.get("request-id"), _REQUEST_ID)

    def _identifier(self, value: object, shape: re.Pattern[str]) -> str:
        """An identifier of the endpoint's; empty if it has another shape, or repeats the token."""
        if not isinstance(value, str) or not shape.fullmatch(value):
            return ""
        return value if value == one_line(value, self.token) else ""


def _refusal(status: int, message: str) -> tuple[Reason, str]:
    """Why a 3xx or 4xx refuses a request, and the one thing to do about it.

    `message`: the endpoint's message, in lower case.
    """
    for number, words, reason, remedy in _REFUSALS:
        if number == status and words in message:
            return reason, remedy
    if status < 400:
        return Reason.REFUSED, _REDIRECTED
    return Reason.REFUSED, _OTHER


def one_line(text: str, token: str, limit: int = QUOTED) -> str:
    """Untrusted text as harmless text on one line, without the token, of at most `limit` characters."""
    plain = flat(text)
    if len(token) >= SECRET_LENGTH:
        plain = plain.replace(token, "[token]")
    return flat(_ANY_TOKEN.sub("[token]", plain), limit)
