"""What was decided, what became of it, and what became of the sessions before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from .reason import Cure, Reason
from .run import Note, PullRequest, in_words
from .session_link import session_id

SHOWN = "fire-routine"  # context of the commit statuses that people see


class GitHubError(Exception):
    """GitHub refused a request, or could not be reached. The message is one line and contains no token.

    `status` is the HTTP status, or None where there was no answer that could be used: then a
    request that writes may have arrived all the same. `retry_after`: seconds that GitHub asks to
    wait; None: it does not say. `permanent`: the set-up is at fault, so that no waiting helps.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        *,
        rate_limited: bool = False,
        retry_after: float | None = None,
        permanent: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.rate_limited = rate_limited
        self.retry_after = retry_after
        self.permanent = permanent

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed after a while."""
        if self.rate_limited:
            return self.retry_after is not None
        return not self.permanent and (self.status is None or self.status >= 500)

    @property
    def denied(self) -> bool:
        """Whether the token may lack a permission: GitHub hides what it may not see with a 404."""
        return self.status in (403, 404) and not self.rate_limited


Say = Callable[[str], object]  # gets a line for people who watch


def quiet(_line: str) -> None:
    """A `Say` that nobody hears."""


@dataclass(frozen=True, slots=True)
class Status:
    """A commit status (https://docs.github.com/rest/commits/statuses)."""

    id: int  # ascending in the order of creation; 0: not written yet
    state: str  # error, failure, pending or success
    description: str  # at most 140 characters
    target_url: str
    created_at: datetime | None = None
    creator: str | None = None  # the login of who wrote it; None: GitHub does not say
    context: str = SHOWN  # its name


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is fired: why, and the earlier session if there is one."""

    reason: Reason
    message: str  # what was decided, and how to change it; Markdown of ours
    session_url: str = ""  # of the one that is at work instead
    failed: bool = False  # not firing is a fault of the set-up, not a decision

    @property
    def session_id(self) -> str:
        return session_id(self.session_url)


@dataclass(frozen=True, slots=True)
class Fire:
    """This job fires."""

    message: str
    number: int = 0  # of the incident's sessions, from 1; 0: not known


class Result(StrEnum):
    """The `outcome` output."""

    FIRED = "fired"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """A Claude Code session that a fire started."""

    id: str
    url: str
    request_id: str = ""
    http_status: int = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it all: the values of the action's outputs."""

    result: Result
    reason: Reason | Literal[""] = ""  # where a session was fired: empty
    message: str = ""  # what happened, and what to do about it; Markdown of ours, others' values quoted
    session_id: str = ""
    session_url: str = ""
    http_status: int | None = None
    error_type: str = ""
    request_id: str = ""
    retry_after: int | None = None  # seconds
    requests: int = 0  # sent to the endpoint
    session_number: int = 0  # of the incident's sessions, from 1; 0: not known
    retried: tuple[str, ...] = ()  # why each earlier attempt failed: an HTTP status, or "no connection"

    @property
    def cure(self) -> Cure:
        return self.reason.cure if self.reason else Cure.NONE


# --- earlier sessions ---------------------------------------------------------------------------


class SessionState(StrEnum):
    """The `session-state` output."""

    NONE = "none"  # neither a branch nor a pull request
    BRANCH = "branch"  # pushed, without a pull request
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"  # without a merge


@dataclass(frozen=True, slots=True)
class SessionTrace:
    """What the session of one run left in the repository."""

    run: int  # whose failure the session was started for
    state: SessionState | None  # None: GitHub could not be asked
    branch: str = ""  # that it pushed, even if it is deleted since
    pull_request: PullRequest | None = None  # an open one, else a merged one, else the newest
    checks: str = ""  # "1 of 4 checks failed", of that pull request; empty: not asked, or there are none


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """A session of the incident that was started before, or may have been."""

    url: str  # its page; empty: not known
    run: int = 0  # whose failure it was started for; 0: not known
    attempt: int = 0
    started_at: datetime | None = None
    age: timedelta | None = None  # when `trace` was looked for
    certain: bool = True  # False: the endpoint's answer was lost
    same_failure: bool = True  # False: it was started on another failure of the incident
    trace: SessionTrace | None = None  # None: not looked for

    @property
    def state(self) -> SessionState | None:
        return self.trace.state if self.trace else None

    @property
    def pull_request(self) -> PullRequest | None:
        return self.trace.pull_request if self.trace else None

    @property
    def waited(self) -> str:
        """For how long, in words; empty where that is not known."""
        return in_words(self.age, rough=True) if self.age is not None else ""


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger shows of the same failures before, as far as it was read for the decision."""

    sessions: tuple[EarlierSession, ...] = ()  # of the incident, oldest first
    seen: tuple[tuple[int, datetime | None], ...] = ()  # other runs that failed so, oldest first; and when
    ended_by: PullRequest | None = None  # a session's that was merged after the last of `seen`
    notes: tuple[Note, ...] = ()
