"""What a session is fired for: a run's failures, or an event. What differs is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import ClassVar

from .reason import Reason

COMMENT_MARK = "<!-- fire-routine "  # how each comment of ours begins


class EventError(ValueError):
    """The event can't be read, so a guard lacks its fact. `message`: what is wrong, in one line."""

    def __init__(self, what: str) -> None:
        self.message = f"{what}. Nothing was sent. If GitHub sent it so, please report it."
        super().__init__(self.message)


class Role(IntEnum):
    """What an account may do in the repository, as far as it matters here."""

    NONE = 0  # less than the others, or not known
    TRIAGE = 1  # to label and assign
    PUSH = 2  # to write


@dataclass(frozen=True, slots=True)
class Words:
    """A text that the event brings, and whose it is."""

    name: str  # such as "the issue"
    text: str
    author: str = ""  # a login; empty: anyone may have written it
    by_bot: bool = False
    by_writer: bool = False  # its author can write to the repository


class Failures:
    """What failed in a run."""

    key_name = "failures"  # what its comment is found by
    noun = "this failure"
    again = "run `{}`"  # what a person sends it again with: the run's number
    branch = "claude/fix-run-"  # how the branch begins that the text names for a session; the run follows
    headings: Mapping[Reason, str] = {}  # for the report, besides the reasons' own
    is_overtaken = True  # by a newer commit, and by labels that are set meanwhile


FAILURES = Failures()


@dataclass(frozen=True, slots=True)
class Event:
    """The event of a run that is fired by `key`."""

    noun: ClassVar[str] = "this key"
    again: ClassVar[str] = "this `key`"
    branch: ClassVar[str] = "claude/run-"
    is_overtaken: ClassVar[bool] = False
    headings: ClassVar[Mapping[Reason, str]] = {
        Reason.DUPLICATE: "this key already has a session",
        Reason.UNTRUSTED_RUN: "this event starts no session",
        Reason.SKIP_BRANCHES: "the event is about an excluded branch",
    }
    key: str
    name: str  # as in `on:`
    action: str = ""  # its activity type
    title: tuple[str, ...] = ()  # words of ours and values of others in turn; empty: the event is not known
    sender: str = ""  # the login of who caused it
    by_bot: bool = False
    role: Role = Role.NONE  # of the sender
    words: tuple[Words, ...] = ()
    labels: tuple[str, ...] = ()  # of its issue or pull request
    branches: tuple[str, ...] = ()  # that it is about
    branches_known: bool = True  # False: GitHub was asked for them, and did not say
    sha: str = ""  # of a deployment
    message: str = ""  # of that commit
    number: int = 0  # of its issue or pull request; 0: it has none
    on_pull_request: bool = False  # the number is a pull request's
    url: str = ""

    @property
    def key_name(self) -> str:
        """The key as the ledger names it: `k` and 64 bits, so that nobody finds another key of this name."""
        return f"k{sha256(self.key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
