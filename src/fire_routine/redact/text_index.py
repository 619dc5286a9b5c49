"""A text with what lets detectors find their few places in it fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from math import inf
from time import monotonic
from typing import TypeVar

from ..search import Literals
from .token_formats import commands, formats

Item = TypeVar("Item")

_CHECKED = 64  # items after which the time is looked at
_deadline: ContextVar[float] = ContextVar("deadline", default=inf)
_LONG = 26  # characters; the shortest token and encoded key that are looked for here


class TooSlowError(Exception):
    """A search for secrets has taken longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is searched for secrets in here ends in a `TooSlowError` if it takes longer."""
    reset = _deadline.set(monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(reset)


def in_time(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each of which is searched for secrets.

    Raises:
        TooSlowError: a search `within` some seconds takes longer.
    """
    for number, item in enumerate(items):
        if number % _CHECKED == 0 and monotonic() > _deadline.get():
            raise TooSlowError
        yield item


@cache
def _literals() -> Literals:
    """What formats and commands look for, in lower case."""
    needed = (one.needs for listed in formats().values() for one in listed if one.needs)
    of_commands = (one.literal for one in commands("commands_that_print"))
    return Literals(literal.lower().encode() for literal in (*formats(), *needed, *of_commands))


class TextIndex:
    """A text, its lower-case form of the same length, and its distinct words.

    Logs repeat themselves: their distinct words are a tenth of them or less. They decide, in one search,
    which of the detectors' several hundred literals occur at all.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower() if text.isascii() else text.encode().lower().decode()  # ASCII alone
        self.words = "\n".join(set(text.split()))

    @cached_property
    def _lowered_words(self) -> str:
        return self.words.lower()

    @cached_property
    def long_words(self) -> str:
        """The distinct words of 26 characters or more, which few are."""
        return "\n".join(word for word in self.words.split("\n") if len(word) >= _LONG)

    @cached_property
    def literals(self) -> frozenset[str]:
        """What formats and commands look for, as far as it occurs in the lower-case text."""
        found = {
            number for _, number in _literals().find(self._lowered_words.encode("utf-8", "surrogatepass"))
        }
        return frozenset(_literals().literals[number].decode() for number in found)

    def contains(self, literal: str) -> bool:
        """Whether the literal, which has no white space, occurs."""
        return literal in self.words

    def find(self, literal: str) -> Iterator[int]:
        """Where the literal, which has no white space, occurs."""
        return occurrences(self.text, literal) if self.contains(literal) else iter(())

    def find_lowered(self, literal: str) -> Iterator[int]:
        """Where the literal occurs in the lower-case text."""
        return occurrences(self.lowered, literal) if literal in self._lowered_words else iter(())


def occurrences(text: str, literal: str) -> Iterator[int]:
    """Where the literal occurs in a text; as long as the time is not over (`within`)."""
    return in_time(_occurrences(text, literal))


def _occurrences(text: str, literal: str) -> Iterator[int]:
    position = text.find(literal)
    while position >= 0:
        yield position
        position = text.find(literal, position + len(literal))


def end_of_line(text: str, start: int) -> int:
    """Where the line ends that has that position."""
    end = text.find("\n", start)
    return len(text) if end < 0 else end
