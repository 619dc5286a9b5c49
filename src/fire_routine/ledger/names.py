"""The names of failures in entries. Pure.

4f3a1c2b              by its log
s8a04727              by its job and step, because its log does not exist yet
j8a04727              the same name, of a failure that its log names as well
x4f3a1c2              without a log, for good
k3f9ad0712c45e8b6     no failure, but the `key` of an event: of 64 bits, as strangers may choose a part of it
7 failures 4f3a1c2b   several together that don't fit; `x`: all without a log, `y`: some of them
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..model.evidence import Brief, Fingerprint
from ..patterns import pattern


class Kind(StrEnum):
    """What a name is made of: its letter."""

    LOG = ""
    STEP = "s"
    LOG_AND_STEP = "j"
    UNREAD = "x"
    PARTLY = "y"
    KEY = "k"


_NAME = pattern(
    r"(?:(?P<count>[0-9]{1,6}) failures )?"
    r"(?P<kind>(?=.{8}$)|[sjxy](?=.{7}$)|k(?=.{16}$))(?P<digits>[0-9a-f]+)",
)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A failure's, or that of several together."""

    kind: Kind
    digits: str  # with the letter eight characters, but 16 digits of a key
    count: int = 1  # of failures

    def __str__(self) -> str:
        return (
            f"{self.count} failures {self.kind}{self.digits}"
            if self.count > 1
            else f"{self.kind}{self.digits}"
        )

    @classmethod
    def of(cls, kind: Kind, digest: str, count: int = 1) -> Name:
        """That of a digest, in hexadecimal digits."""
        return cls(kind, digest[: 8 - len(kind)], count)

    @property
    def uncertain(self) -> bool:
        """Whether its failure may be any other, for want of a log."""
        return self.kind in (Kind.UNREAD, Kind.PARTLY)

    def equals(self, other: Name) -> bool:
        """Whether both certainly name one failure: a step's name is also that of its log's failure."""
        if {self.kind, other.kind} <= {Kind.STEP, Kind.LOG_AND_STEP} and Kind.STEP in (self.kind, other.kind):
            return self.digits == other.digits
        return self == other and not self.uncertain and self.kind is not Kind.LOG_AND_STEP


def read_names(text: str) -> tuple[Name, ...]:
    """The names in an entry; empty where it is not of their form."""
    found = [_NAME.fullmatch(part) for part in ([text] if " failures " in text else text.split(" "))]
    ok = [one for one in found if one]
    if len(ok) < len(found):
        return ()
    return tuple(Name(Kind(one["kind"]), one["digits"], int(one["count"] or 1)) for one in ok)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def name_of(failure: Fingerprint) -> Name:
    """The failure's own name."""
    if _is_by_step(failure):
        return Name.of(Kind.STEP, failure.by_step[0])
    kind = Kind.UNREAD if failure.no_log else Kind.PARTLY if failure.partly else Kind.LOG
    return Name.of(kind, failure.digest, failure.count)


def by_step(failure: Fingerprint) -> tuple[Name, ...]:
    """The names of its jobs and steps, where its own is by its log."""
    if failure.no_log or _is_by_step(failure):
        return ()
    return tuple(Name.of(Kind.LOG_AND_STEP, digest) for digest in failure.by_step)


def is_in(failure: Fingerprint, names: Iterable[Name]) -> bool:
    """Whether one of the names is certainly that of this failure."""
    own = (name_of(failure), *by_step(failure))
    return any(mine.equals(other) for other in names for mine in own)


def fitted(brief: Brief, room: int) -> tuple[Fingerprint, ...]:
    """Each of its failures; all together where their names don't fit into the room (bytes)."""
    fits = len(" ".join(str(name_of(one)) for one in brief.fingerprints)) <= room
    return (fits and brief.fingerprints) or (brief.fingerprint,)


def names_of(brief: Brief, room: int) -> tuple[Name, ...]:
    """All names of its failures that fit; those by job and step come last, and may be left out."""
    failures = fitted(brief, room)
    found = [name_of(one) for one in failures]
    for name in dict.fromkeys(name for one in failures for name in by_step(one)):
        if len(" ".join(map(str, [*found, name]))) <= room:
            found.append(name)
    return tuple(found)


def _is_by_step(failure: Fingerprint) -> bool:
    return failure.running and bool(failure.by_step)
