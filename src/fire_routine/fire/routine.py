"""`Routine`: fire it with a text, at most once, and get the session or the reason why there is none."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..model import Message, Outcome, Result, Session
from ..settings import HEADER_VALUE, LOOPBACK, Settings, endpoint, host_name
from ..settings import token as checked_token
from ..version import __version__
from .attempts import REQUEST_SECONDS, Attempts, Plan
from .errors import FireError, NotSent
from .responses import ResponseReader

_DEFAULTS = Settings()


def _now() -> datetime:
    return datetime.now(UTC)


def _header(name: str, value: str) -> str:
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError(f"{name} must be printable ASCII on one line")
    return value


class Routine:
    """A Claude Code routine that can be fired.

    Thread-safe: it keeps no state between two fires.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        trusted_host: str = _DEFAULTS.trusted_host,
        beta: str = _DEFAULTS.anthropic_beta,
        version: str = _DEFAULTS.anthropic_version,
        max_wait: float = _DEFAULTS.max_wait,
        deadline: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _now,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[], float] = random.random,
        announce: Callable[[str], object] = lambda _line: None,
    ) -> None:
        """
        Args:
            url: the routine's fire URL, or its bare `trig_…` id.
            token: the routine's bearer token.
            trusted_host: a host name that the token may be sent to, besides `api.anthropic.com` and
                loopback.
            beta: the `anthropic-beta` header.
            version: the `anthropic-version` header.
            max_wait: seconds of all waits between attempts together; 0: only one attempt.
            deadline: seconds for a whole fire; default: `max_wait` and a minute.
            clock: seconds, monotonic.
            now: the time of day, for a limit's reset.
            sleep: waits for a number of seconds.
            jitter: a random number from 0 to 1.
            announce: gets a line before each wait: why, how long, and which attempt comes after it.

        Raises:
            ValueError: an argument cannot be used; the message never repeats the URL or the token.
        """
        if not url or not token:
            raise ValueError("a routine needs its fire URL and its token")
        url = endpoint(url, host_name(trusted_host) if trusted_host else "")
        token = checked_token(token)
        parts = urlsplit(url)
        self._plan = Plan(
            url=url,
            headers={
                "Authorization": f"Bearer {token}",
                "anthropic-version": _header("anthropic-version", version),
                "anthropic-beta": _header("anthropic-beta", beta),
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
                "User-Agent": f"fire-routine/{__version__}",
            },
            reader=ResponseReader(token, parts.scheme == "http" and parts.hostname in LOOPBACK),
            max_wait=max_wait,
            deadline=max_wait + REQUEST_SECONDS if deadline is None else deadline,
            clock=clock,
            now=now,
            sleep=sleep,
            jitter=jitter,
            announce=announce,
        )

    def __repr__(self) -> str:
        return f"<Routine at {urlsplit(self._plan.url).netloc}>"

    def attempts(self, text: str | None) -> Attempts:
        """A fire that has not begun, for callers that need to know how far it came."""
        return Attempts(self._plan, text)

    def fire(self, text: str | None = None) -> Session:
        """Start a session of the routine.

        The request is sent again only if the attempt before it provably started nothing. So one call starts
        at most one session.

        An exception that is raised in this thread meanwhile, such as KeyboardInterrupt, ends the fire at
        once. It becomes the cause of `Unknown` if a request had begun, else of `Cancelled`.

        Args:
            text: at most 65,536 UTF-16 code units, next to the routine's saved prompt; None: the prompt
                alone.

        Raises:
            FireError: no session was started, or it is unknown whether one was; its class shows which.
        """
        return self.attempts(text).run()


def fire_once(
    settings: Settings,
    text: str,
    *,
    deadline: float | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = _now,
    sleep: Callable[[float], object] = time.sleep,
    jitter: Callable[[], float] = random.random,
    announce: Callable[[str], object] = lambda _line: None,
) -> Outcome:
    """Fire the settings' routine. Every result, including an interruption, becomes an `Outcome`.

    The parameters are those of `Routine`. After an interruption without a session, the outcome's reason is
    `interrupted`.
    """
    try:
        routine = Routine(
            settings.routine_url,
            settings.routine_token,
            trusted_host=settings.trusted_host,
            beta=settings.anthropic_beta,
            version=settings.anthropic_version,
            max_wait=settings.max_wait,
            deadline=deadline,
            clock=clock,
            now=now,
            sleep=sleep,
            jitter=jitter,
            announce=announce,
        )
    except ValueError as problem:
        return _failure(
            NotSent(Message("Nothing was sent: {problem}.", problem=problem), reason="not-configured")
        )
    attempts = routine.attempts(text)
    try:
        return _success(attempts.run(), attempts)
    except FireError as error:
        return _failure(error, attempts.retried)
    except BaseException as interruption:  # a signal, after the response came
        if attempts.session is None:
            return _failure(attempts.interrupted(interruption), attempts.retried)
        return _success(attempts.session, attempts)


def _success(session: Session, attempts: Attempts) -> Outcome:
    return Outcome(
        result=Result.FIRED,
        message=f"Session started: {session.url}",
        session_id=session.id,
        session_url=session.url,
        http_status=session.http_status,
        request_id=session.request_id,
        requests=attempts.requests,
        retried=tuple(attempts.retried),
    )


def _failure(error: FireError, retried: Sequence[str] = ()) -> Outcome:
    return Outcome(
        result=error.outcome,
        reason=error.reason,
        message=error.message,
        http_status=error.http_status,
        error_type=error.error_type,
        request_id=error.request_id,
        retry_after=error.retry_after,
        requests=error.requests,
        retried=tuple(retried),
    )
