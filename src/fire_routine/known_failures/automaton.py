"""A regular expression → the nodes of the automaton that follows it, for `linear`.

The syntax is Python's, without what can't be searched in linear time: references to groups, and looking
around.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

MOST_CHARACTERS = 500  # of an expression
MOST_NODES = 2_000  # of its automaton: a repeated part counts as often as it may occur
DEEPEST = 30  # groups in each other
MOST_TIMES = 1_000  # of a repetition

_REPETITION = re.compile(r"[*+?]|\{(?P<low>\d{1,6})?(?P<comma>,)?(?P<high>\d{1,6})?(?<!\{)\}")
_CLASSES = "dDsSwW"
_PLACES = "bB"

_Accepts = Callable[[str], object]  # whether a character is accepted
_Build = Callable[[int], int]  # the node that a part begins with, given the node after it


class PatternError(ValueError):
    """An expression can't be used. The message completes "the pattern …"."""


class Node(NamedTuple):
    """Accepts a character, or is passed without one: at a place, or to any of several nodes.

    A node without targets is the match.
    """

    accepts: _Accepts | None
    place: str  # `^`, `$`, `b` or `B`; empty: anywhere
    targets: list[int]


class Automaton:
    """The nodes of an expression, which is read from its beginning and built from its end.

    `literal` is a text that every match contains; empty where none is known.
    """

    def __init__(self, pattern: str) -> None:
        """
        Raises:
            PatternError: it is invalid, too large, or can't be searched in linear time.
        """
        if len(pattern) > MOST_CHARACTERS:
            raise PatternError(f"is longer than {MOST_CHARACTERS} characters")
        self.nodes: list[Node] = [Node(None, "", [])]  # the match
        self._flags = re.IGNORECASE if pattern.startswith("(?i)") else re.NOFLAG
        self._text = pattern.removeprefix("(?i)")
        self._at = 0
        self._literals: list[str] = [""]  # runs of single characters that every match contains
        self._builds = 0
        build = self._alternatives(0)
        if self._at < len(self._text):
            raise PatternError("has a `)` without its `(`")
        self.first = build(0)
        self.literal = "" if self._flags else max(self._literals, key=len)

    def _alternatives(self, depth: int) -> _Build:
        if depth > DEEPEST:
            raise PatternError("has too many groups in each other")
        branches = [self._sequence(depth)]
        while self._take("|"):
            branches.append(self._sequence(depth))
        if len(branches) == 1:
            return branches[0]
        if depth == 0:
            self._literals = [""]
        return lambda then: self._add(None, "", [branch(then) for branch in branches])

    def _sequence(self, depth: int) -> _Build:
        parts: list[_Build] = []
        while self._next not in ("", "|", ")"):
            character, atom = self._atom(depth)
            part = self._repeated(atom)
            if depth == 0 and character and part is atom:
                self._literals[-1] += character
            elif depth == 0:
                self._literals.append("")
            parts.append(part)
        return lambda then: self._in_turn(parts, then)

    def _in_turn(self, parts: Sequence[_Build], then: int) -> int:
        for part in reversed(parts):
            then = part(then)
        return then

    def _repeated(self, atom: _Build) -> _Build:
        """The atom as often as what follows it states."""
        found = _REPETITION.match(self._text, self._at)
        if found is None:
            return atom
        self._at = found.end()
        low, high = _times(found)
        self._take("?")
        if _REPETITION.match(self._text, self._at):
            raise PatternError(f"has two repetitions in a row at `{found[0]}`")
        return lambda then: self._times(atom, low, high, then)

    def _times(self, atom: _Build, low: int, high: int | None, then: int) -> int:
        end = then
        if high is None:
            then = self._add(None, "", [])
            self.nodes[then].targets.extend((atom(then), end))
        for _ in range((high or low) - low):
            then = self._add(None, "", [atom(then), end])
        for _ in range(low):
            then = atom(then)
            self._count()
        return then

    def _atom(self, depth: int) -> tuple[str, _Build]:
        """The next part, and the one character that it is; empty: it is more than that."""
        if found := _REPETITION.match(self._text, self._at):
            raise PatternError(f"repeats nothing at `{found[0]}`")
        character = self._text[self._at]
        self._at += 1
        if character == "(":
            return "", self._group(depth)
        if character == "[":
            return "", self._accepting(self._class())
        if character == "\\":
            return self._escaped()
        if character in "^$":
            return "", self._place(character)
        if character == ".":
            return "", self._accepting(bool)
        return self._literal(character)

    def _literal(self, character: str) -> tuple[str, _Build]:
        same = {character}
        if self._flags:
            same |= {character.lower(), character.upper()}
        return character, self._accepting(same.__contains__)

    def _escaped(self) -> tuple[str, _Build]:
        character = self._next
        self._at += 1
        if not character:
            raise PatternError("ends in a `\\`")
        if character in _PLACES:
            return "", self._place(character)
        if character in _CLASSES:
            return "", self._accepting(re.compile(f"\\{character}").match)
        if character.isalnum():
            raise PatternError(f"has `\\{character}`, which is not supported here")
        return self._literal(character)

    def _group(self, depth: int) -> _Build:
        if not self._take("?:") and self._next == "?":
            raise PatternError("has a `(?…)`: only `(?:…)`, and `(?i)` at its beginning, are supported here")
        build = self._alternatives(depth + 1)
        if not self._take(")"):
            raise PatternError("has a `(` without its `)`")
        return build

    def _class(self) -> _Accepts:
        """A `[…]`, by Python's own rules: one character takes the same time in any class."""
        begin = self._at - 1
        self._take("^")
        self._take("]")
        while self._next != "]":
            if not self._next:
                raise PatternError("has a `[` without its `]`")
            self._at += 2 if self._next == "\\" else 1
        self._at += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                return re.compile(self._text[begin : self._at], self._flags).match
        except re.error as error:
            raise PatternError(f"has a wrong `[…]`: {error.msg}") from None

    def _accepting(self, accepts: _Accepts) -> _Build:
        return lambda then: self._add(accepts, "", [then])

    def _place(self, place: str) -> _Build:
        if _REPETITION.match(self._text, self._at):
            raise PatternError(f"repeats nothing after `{place}`")
        return lambda then: self._add(None, place, [then])

    def _add(self, accepts: _Accepts | None, place: str, targets: list[int]) -> int:
        self._count()
        self.nodes.append(Node(accepts, place, targets))
        return len(self.nodes) - 1

    def _count(self) -> None:
        self._builds += 1
        if self._builds > MOST_NODES:
            raise PatternError("repeats too much")

    @property
    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, text: str) -> bool:
        """Whether this text is next; then it is read."""
        taken = self._text.startswith(text, self._at)
        self._at += len(text) if taken else 0
        return taken


def _times(found: re.Match[str]) -> tuple[int, int | None]:
    """The least and the most times of a repetition; None: any number."""
    if found[0] in ("*", "+", "?"):
        return (1 if found[0] == "+" else 0), (1 if found[0] == "?" else None)
    low = int(found["low"] or 0)
    high = int(found["high"]) if found["high"] else (None if found["comma"] else low)
    if max(low, high or 0) > MOST_TIMES:
        raise PatternError(f"repeats more than {MOST_TIMES:,} times")
    if high is not None and high < low:
        raise PatternError(f"repeats at least {low} and at most {high} times")
    return low, high
