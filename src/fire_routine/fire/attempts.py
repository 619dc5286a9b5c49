"""One fire: its attempts, the waits between them, and its result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..model import Message, Session, utf16_length
from ..settings import MAX_CHARACTERS
from .connection import Connection
from .errors import Cancelled, FireError, TextTooLong, Unknown
from .request import Request
from .responses import ResponseReader
from .retries import Retries, announcement, cause

REQUEST_SECONDS = 60.0  # for one request, from connecting to the response's last byte


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a fire needs besides its text. The same plan serves any number of fires.

    `clock` is monotonic, in seconds; `now` is the time of day; `sleep` waits for a number of seconds;
    `jitter` gives a random number from 0 to 1.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)  # with the token
    reader: ResponseReader
    max_wait: float  # seconds of all waits together
    deadline: float  # seconds for the whole fire
    clock: Callable[[], float]
    now: Callable[[], datetime]
    sleep: Callable[[float], object]
    jitter: Callable[[], float]
    announce: Callable[[str], object]  # gets a line before each wait


def encoded(text: str) -> bytes:
    """The request's body. Lone surrogates, which UTF-8 cannot represent, become U+FFFD.

    Raises:
        TextTooLong: over the endpoint's limit, counted in UTF-16 code units.
    """
    length = utf16_length(text)
    if length > MAX_CHARACTERS:
        raise TextTooLong(
            Message(
                "The text has {length} characters (UTF-16 units), and the endpoint accepts at most {most}."
                " Nothing was sent: shorten it.",
                length=f"{length:,}",
                most=f"{MAX_CHARACTERS:,}",
            ),
            reason="text-too-long",
        )
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.dumps({"text": whole}, ensure_ascii=False).encode("utf-8")


class Attempts:
    """The attempts of one fire, for one call of `run`."""

    def __init__(self, plan: Plan, text: str | None) -> None:
        self._plan = plan
        self._text = text
        self.retried: list[str] = []  # the cause of each failed attempt that was followed by another
        self._requests: list[Request] = []
        self._under_way: Request | None = None
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
            self.session = self._attempts(b"" if self._text is None else encoded(self._text))
            return self.session
        except FireError as error:
            error.requests = self.requests
            if len(self._requests) > 1:
                error.amend(Message("Tried {number} times.", number=len(self._requests)))
            raise
        except BaseException as interruption:
            raise self.interrupted(interruption) from interruption

    def interrupted(self, by: BaseException) -> FireError:
        """The error for a fire that an exception in its own thread ended."""
        error: FireError
        if self._under_way is not None and self._under_way.abandon():
            error = Unknown(
                Message(
                    "The request was interrupted ({by}) while it was sent. A session may have started: look"
                    " at https://claude.ai/code before you fire again.",
                    by=type(by).__name__,
                ),
                reason="interrupted",
            )
        else:
            error = Cancelled(
                Message(
                    "Interrupted ({by}) before a session could start. Fire again if you still want one.",
                    by=type(by).__name__,
                ),
                reason="interrupted",
            )
        error.requests = self.requests
        return error

    def _attempts(self, body: bytes) -> Session:
        plan = self._plan
        ends_at = plan.clock() + plan.deadline
        retries = Retries(plan.max_wait, plan.jitter)
        connection = Connection(plan.url)
        while True:
            try:
                return self._attempt(connection, body, ends_at - plan.clock())
            except FireError as error:
                wait, failure = retries.next_wait(error, ends_at - plan.clock()), error
                if wait is None:
                    raise
            self._under_way = None  # it started nothing
            self.retried.append(cause(failure))
            plan.announce(announcement(failure, wait, len(self.retried) + 1, plan.max_wait))
            plan.sleep(wait)

    def _attempt(self, connection: Connection, body: bytes, remaining: float) -> Session:
        plan = self._plan
        seconds = max(0.0, min(REQUEST_SECONDS, remaining))
        headers = {name: value for name, value in plan.headers.items() if body or name != "Content-Type"}
        self._under_way = Request(connection, plan.url, headers, body, seconds)
        self._requests.append(self._under_way)
        return plan.reader.session(self._under_way.send(plan.clock), plan.now())
