"""`Routine`: fire it with a text, at most once, and get the session or the reason why not."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .. import __version__
from ..model import Outcome, Result, Session, utf16_length
from ..settings import HEADER_VALUE, LOOPBACK, MAX_CHARACTERS, Settings, endpoint, host_name
from ..settings import token as checked_token
from .answers import SESSIONS_PAGE, Judge
from .connection import Connection
from .errors import Cancelled, FireError, NotSent, TextTooLong, Unknown
from .exchange import Exchange
from .retries import Retries, announcement, cause

REQUEST_SECONDS = 60.0  # for one request, from connecting to the answer's last byte
_DEFAULTS = Settings()


def _now() -> datetime:
    return datetime.now(UTC)


def _encoded(text: str) -> bytes:
    """The request's body. Lone surrogates, which no UTF-8 can hold, become U+FFFD.

    Raises:
        TextTooLong: over the endpoint's limit, counted in UTF-16 code units.
    """
    length = utf16_length(text)
    if length > MAX_CHARACTERS:
        raise TextTooLong(
            f"The text has {length:,} characters (UTF-16 units) and the endpoint takes at most"
            f" {MAX_CHARACTERS:,}, so nothing was sent: shorten it.",
            reason="text-too-long",
        )
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.dumps({"text": whole}, ensure_ascii=False).encode("utf-8")


def _header(name: str, value: str) -> str:
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError(f"{name} must be printable ASCII on one line")
    return value


class Routine:
    """A Claude Code routine that can be fired.

    Thread-safe: it holds no state between two fires.
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
            max_wait: seconds of waiting in all between attempts; 0: only one attempt.
            deadline: seconds that a fire may take in all; by default `max_wait` and a minute.
            clock: seconds, monotonic.
            now: the time of day, for a limit's reset.
            sleep: waits so many seconds.
            jitter: a random number from 0 to 1.
            announce: gets a line before each wait: why, how long, and which attempt comes after it.

        Raises:
            ValueError: an argument can't be used; the message never repeats the URL or the token.
        """
        if not url or not token:
            raise ValueError("a routine needs its fire URL and its token")
        self._url = endpoint(url, host_name(trusted_host) if trusted_host else "")
        self._token = checked_token(token)
        self._headers = {
            "Authorization": f"Bearer {self._token}",
            "anthropic-version": _header("anthropic-version", version),
            "anthropic-beta": _header("anthropic-beta", beta),
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"fire-routine/{__version__}",
        }
        self._max_wait = max_wait
        self._deadline = max_wait + REQUEST_SECONDS if deadline is None else deadline
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._announce = announce
        loopback = urlsplit(self._url)
        self._judge = Judge(self._token, loopback.scheme == "http" and loopback.hostname in LOOPBACK)

    def __repr__(self) -> str:
        return f"<Routine at {urlsplit(self._url).netloc}>"

    def fire(self, text: str | None = None) -> Session:
        """Start a session of the routine.

        `text`: at most 65,536 UTF-16 code units next to the routine's saved prompt; None: the prompt alone.

        It is sent again only where the attempt before provably created nothing, so that one call
        starts at most one session.

        An exception that is raised in this thread meanwhile (KeyboardInterrupt, or `Interrupted` and its
        like from a signal handler) ends the fire at once and comes out as the cause of `Unknown`
        where a request had begun, else of `Cancelled`.

        Raises:
            FireError: no session was started, or it can't be told; its class says which.
        """
        return _Fire(self, text).run()


class _Fire:
    """One call of `Routine.fire`: its attempts, its waits, and what it came to."""

    def __init__(self, routine: Routine, text: str | None) -> None:
        self._routine = routine
        self._text = text
        self.retried: list[str] = []  # why each attempt failed after which there was another
        self._exchanges: list[Exchange] = []
        self._under_way: Exchange | None = None
        self.session: Session | None = None

    @property
    def requests(self) -> int:
        """How many were sent, or begun."""
        return sum(exchange.begun for exchange in self._exchanges)

    def run(self) -> Session:
        try:
            self.session = self._attempts(b"" if self._text is None else _encoded(self._text))
            return self.session
        except FireError as error:
            error.requests = self.requests
            if len(self._exchanges) > 1:
                error.amend(f"Tried {len(self._exchanges)} times.")
            raise
        except BaseException as interruption:
            raise self.interrupted(interruption) from interruption

    def interrupted(self, by: BaseException) -> FireError:
        """What to say of a fire that an exception in its own thread ended."""
        error: FireError
        if self._under_way is not None and self._under_way.leave():
            error = Unknown(
                f"Interrupted ({type(by).__name__}) after the request had begun to be sent:"
                f" a session may have started; look at {SESSIONS_PAGE} before firing again.",
                reason="interrupted",
            )
        else:
            error = Cancelled(
                f"Interrupted ({type(by).__name__}) before a session could start:"
                " fire again if one is still wanted.",
                reason="interrupted",
            )
        error.requests = self.requests
        return error

    def _attempts(self, body: bytes) -> Session:
        routine = self._routine
        ends_at = routine._clock() + routine._deadline
        retries = Retries(routine._max_wait, routine._jitter)
        connection = Connection(routine._url)
        while True:
            try:
                return self._attempt(connection, body, ends_at - routine._clock())
            except FireError as error:
                wait, failure = retries.next_wait(error, ends_at - routine._clock()), error
                if wait is None:
                    raise
            self._under_way = None  # it created nothing
            self.retried.append(cause(failure))
            routine._announce(announcement(failure, wait, len(self.retried) + 1, routine._max_wait))
            routine._sleep(wait)

    def _attempt(self, connection: Connection, body: bytes, remaining: float) -> Session:
        routine = self._routine
        seconds = max(0.0, min(REQUEST_SECONDS, remaining))
        headers = {name: value for name, value in routine._headers.items() if body or name != "Content-Type"}
        self._under_way = Exchange(connection, routine._url, headers, body, seconds)
        self._exchanges.append(self._under_way)
        return routine._judge.judge(self._under_way.run(routine._clock), routine._now())


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
    """Fire the settings' routine: whatever the endpoint, the network or a signal does becomes an `Outcome`.

    The parameters are those of `Routine`. After an interruption without a session the outcome's reason is
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
        return _failure(NotSent(f"Nothing was sent: {problem}.", reason="not-configured"))
    fire = _Fire(routine, text)
    try:
        outcome = _success(fire.run(), fire.requests)
    except FireError as error:
        outcome = _failure(error)
    except BaseException as interruption:  # a signal, between the answer and here
        if fire.session is None:
            outcome = _failure(fire.interrupted(interruption))
        else:
            outcome = _success(fire.session, fire.requests)
    return replace(outcome, retried=tuple(fire.retried))


def _success(session: Session, requests: int) -> Outcome:
    return Outcome(
        result=Result.FIRED,
        message=f"Session started: {session.url}",
        session_id=session.id,
        session_url=session.url,
        http_status=session.http_status,
        request_id=session.request_id,
        requests=requests,
    )


def _failure(error: FireError) -> Outcome:
    return Outcome(
        result=error.outcome,
        reason=error.reason,
        message=error.message,
        http_status=error.http_status,
        error_type=error.error_type,
        request_id=error.request_id,
        retry_after=error.retry_after,
        requests=error.requests,
    )
