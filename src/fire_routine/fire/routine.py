"""`Routine`: fire it with a text, at most once, and get the session or the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from ..clock import REAL, Clock
from ..model.evidence import utf16_length
from ..model.outcome import Outcome, Result, Say, Session, quiet
from ..model.reason import Reason
from ..retrying import retrying
from ..routine_url import endpoint, host_name, routine_token
from ..sanitize import without_frames
from ..settings import HEADER_VALUE, MAX_CHARACTERS, Settings
from ..version import __version__
from .errors import Cancelled, FireError, NotSent, Unknown
from .request import Request, route_to
from .responses import CHECK, ResponseReader

REQUEST_SECONDS = 60.0  # for one request, from connecting to the response's last byte
FIRST_BACKOFF = 1.0  # seconds; doubled with each attempt
LONGEST_BACKOFF = 20.0  # seconds; `MAX_WAIT` then has room for about seven attempts
MAX_WAIT = 60.0  # seconds of all waits between attempts together
VERSION = "2023-06-01"  # the `anthropic-version` header, as the routine API's page has it
SHORTEST_ATTEMPT = 1.0  # seconds that must be left after a wait: less is too little for a response

_DEFAULTS = Settings()


def _checked(what: str, check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except ValueError as problem:
        raise ValueError(f"{what} {problem}") from None


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
        max_wait: float = MAX_WAIT,
        deadline: float | None = None,
        clock: Clock = REAL,
        say: Say = quiet,
    ) -> None:
        """
        Args:
            url: the routine's fire URL, or its bare `trig_…` id.
            token: the routine's bearer token.
            trusted_host: a host name that the token may be sent to, besides `api.anthropic.com` and
                loopback.
            beta: the `anthropic-beta` header.
            max_wait: seconds of all waits between attempts together; 0: only one attempt.
            deadline: seconds for a whole fire; default: `max_wait` and a minute.
            clock: where time comes from, and where it is waited for.
            say: gets a line before each wait: why, how long, and which attempt comes after it.

        Raises:
            ValueError: an argument cannot be used; the message never repeats the URL or the token.
        """
        if not url or not token:
            raise ValueError("a routine needs its fire URL and its token")
        host = _checked("trusted_host", host_name, trusted_host) if trusted_host else ""
        self._url = _checked("the routine's URL", lambda value: endpoint(value, host), url)
        token = _checked("the routine's token", routine_token, token)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "anthropic-version": VERSION,
            "anthropic-beta": _header("anthropic-beta", beta),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"fire-routine/{__version__}",
        }
        self._reader = ResponseReader(token, self._url)
        self._max_wait = max_wait
        self._deadline = max_wait + REQUEST_SECONDS if deadline is None else deadline
        self._clock = clock
        self._say = say

    def __repr__(self) -> str:
        return f"<Routine at {urlsplit(self._url).netloc}>"

    def fire(self, text: str | None = None) -> Session:
        """Start a session of the routine.

        The request is sent again only if the attempt before it provably started nothing. So one call starts
        at most one session.

        An exception that is raised in this thread meanwhile, such as KeyboardInterrupt, ends the fire at
        once. It becomes the cause of `Unknown` if a request had begun, else of `Cancelled`.

        Args:
            text: at most 65,536 UTF-16 code units, next to the routine's saved prompt; None: the prompt
                alone. Tags that would end the payload lose their bracket (`sanitize.without_frames`).
                Nothing else is changed: redact and quote what others wrote before.

        Raises:
            FireError: no session was started, or it is unknown whether one was; its class shows which.
            TypeError: the text is no string.
        """
        if text is not None and not isinstance(text, str):
            raise TypeError(f"the text is of the type {type(text).__name__}: pass a str, or None")
        if text == "":  # a value that got lost, rather than a session that is wanted
            raise NotSent(
                "The text is empty, so nothing was sent. None fires the saved prompt alone.",
                reason=Reason.INVALID_INPUT,
            )
        return _Fire(self, text).run()


def fire_once(
    settings: Settings,
    text: str,
    *,
    deadline: float | None = None,
    clock: Clock = REAL,
    say: Say = quiet,
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
            deadline=deadline,
            clock=clock,
            say=say,
        )
    except ValueError as problem:
        return _failure(NotSent(f"Nothing was sent: {problem}.", reason=Reason.INVALID_INPUT), [])
    fire = _Fire(routine, text)
    try:
        return _success(fire.run(), fire)
    except FireError as error:
        return _failure(error, fire.retried)
    except BaseException as interruption:  # a signal, after the response came
        if fire.session is None:
            return _failure(fire.interrupted(interruption), fire.retried)
        return _success(fire.session, fire)


class _Fire:
    """One fire: its attempts, and how far it has come."""

    def __init__(self, routine: Routine, text: str | None) -> None:
        self._routine = routine
        self._text = text and without_frames(text)
        self._requests: list[Request] = []
        self._waited = 0.0  # seconds
        self._ends_at = 0.0  # by the monotonic clock
        self.retried: list[str] = []  # the cause of each failed attempt that was followed by another
        self.session: Session | None = None  # set as soon as it is known

    @property
    def requests(self) -> int:
        """How many requests were sent, or had begun to be sent."""
        return sum(request.begun for request in self._requests)

    def run(self) -> Session:
        """The session.

        Raises:
            FireError: there is none, or it is unknown whether there is one.
        """
        try:
            self.session = self._attempts()
            return self.session
        except FireError as error:
            error.requests = self.requests
            if len(self._requests) > 1:
                error.amend(f"Tried {len(self._requests)} times.")
            raise
        except BaseException as interruption:
            raise self.interrupted(interruption) from interruption

    def interrupted(self, by: BaseException) -> FireError:
        """The error for a fire that an exception in its own thread ended."""
        error: FireError
        name = type(by).__name__
        under_way = self._requests[-1] if len(self._requests) > len(self.retried) else None
        if under_way is not None and under_way.abandon():
            what = f"The request was interrupted ({name}) while it was sent."
            error = Unknown(f"{what} {CHECK}", reason=Reason.INTERRUPTED)
        else:
            what = f"Interrupted ({name}) before a session could start."
            error = Cancelled(f"{what}", reason=Reason.INTERRUPTED)
        error.requests = self.requests
        return error

    def _attempts(self) -> Session:
        routine, clock = self._routine, self._routine._clock
        headers, body = routine._headers, b""
        if self._text is not None:
            headers, body = headers | {"Content-Type": "application/json"}, encoded(self._text)
        self._ends_at = clock.monotonic() + routine._deadline
        route = route_to(routine._url)

        def attempt() -> Session:
            seconds = max(0.0, min(REQUEST_SECONDS, self._ends_at - clock.monotonic()))
            request = Request(route, routine._url, headers, body, seconds)
            self._requests.append(request)
            return routine._reader.session(request.send(clock.monotonic), clock.now())

        return retrying(attempt, _backoffs(), sleep=clock.sleep, errors=FireError, wait=self._wait)

    def _wait(self, error: FireError, backoff: float) -> float | None:
        """Seconds to wait before the next attempt, never fewer than `Retry-After`; None: there is none."""
        routine = self._routine
        again = error.reason == Reason.OVERLOADED and not {"503", "529"}.isdisjoint(self.retried)
        if not error.retryable or again:  # each may have started a session all the same
            return None
        seconds = max(float(error.retry_after or 0), backoff * (0.5 + routine._clock.random() / 2))
        remaining = self._ends_at - routine._clock.monotonic()
        if seconds > routine._max_wait - self._waited or seconds > remaining - SHORTEST_ATTEMPT:
            return None
        self._waited += seconds
        status = error.http_status
        self.retried.append("no connection" if status is None else str(status))
        what = error.reason.heading
        answer = f" ({status})" if status else ""
        limits = f"attempt {len(self.retried) + 1}, at most {routine._max_wait:.0f} s of waiting in all"
        routine._say(f"{what[:1].upper()}{what[1:]}{answer}. Trying again in {seconds:.0f} s ({limits}).")
        return seconds


def encoded(text: str) -> bytes:
    """The request's body. Lone surrogates, which UTF-8 cannot represent, become U+FFFD.

    Raises:
        NotSent: over the endpoint's limit, counted in UTF-16 code units.
    """
    length = utf16_length(text)
    if length > MAX_CHARACTERS:
        raise NotSent(
            f"The text has {length:,} characters (UTF-16 units), and the endpoint accepts at most"
            f" {MAX_CHARACTERS:,}. Nothing was sent: shorten it.",
            reason=Reason.INVALID_INPUT,
        )
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.dumps({"text": whole}, ensure_ascii=False).encode("utf-8")


def _backoffs() -> Iterator[float]:
    """Seconds before each further attempt, without end and before they are spread."""
    seconds = FIRST_BACKOFF
    while True:
        yield seconds
        seconds = min(LONGEST_BACKOFF, 2 * seconds)


def _header(name: str, value: str) -> str:
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError(f"`{name}` must be printable ASCII on one line")
    return value


def _success(session: Session, fire: _Fire) -> Outcome:
    return Outcome(
        result=Result.FIRED,
        message=f"Session started: {session.url}",
        session_id=session.id,
        session_url=session.url,
        http_status=session.http_status,
        request_id=session.request_id,
        requests=fire.requests,
        retried=tuple(fire.retried),
    )


def _failure(error: FireError, retried: list[str]) -> Outcome:
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
