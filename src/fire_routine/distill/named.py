"""The lines of a log that name secrets: kept from all of it, for redaction alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..secret_words import AROUND, BELOW_HEAD, HEAD, VALUE
from .lines import segments, texts, unstamped

LINES, BYTES = 200, 64 * 1024  # lines with a value that are kept, and bytes of them with those around them
VALUES = 2_000  # of further lines the name and the value alone
LONG = 1_000  # bytes of a line from which on names and values are kept, and not all of it
_AROUND = [(text.encode(), lines) for text, lines in AROUND.items()]


class Naming(NamedTuple):
    """A line that may name a secret."""

    at: int  # its place among the lines at hand
    mask: bytes  # the line without digits
    around: bool  # one of `secret_words.AROUND` is in it
    head: bool  # it may be the head of a table


class Named:
    """The lines of a log that name secrets, in bounded memory.

    Of lines that differ in digits alone the last is kept; of more lines than there is room for, the first
    ones, and of the others the last values.
    """

    def __init__(self) -> None:
        # By a line's text without digits: the number of the first line around it, these lines, the name with
        # the value, and the lines' bytes.
        self._kept: dict[bytes, tuple[int, Sequence[bytes], bytes, int]] = {}
        self._size = 0
        self._values: dict[bytes, None] = {}  # names with their values, the last ones

    def look(self, lines: Sequence[bytes], first: int, naming: Sequence[Naming]) -> None:
        """Take those of a log's lines that hold one of `secret_words.LITERALS`.

        Args:
            lines: some of the log's, as they are.
            first: the number of the first of them.
            naming: which of them.
        """
        # They and the next ones, in which values may be, as one text.
        places = sorted({at for each in naming for at in (each.at, each.at + 1) if at < len(lines)})
        shown = dict(zip(places, texts(unstamped([lines[at] for at in places])), strict=True))
        begins, size = {}, 0
        for at, text in shown.items():
            begins[at] = size
            size += len(text) + 1
        joined = b"\n".join(shown.values())
        lowered = joined.lower()
        for at, mask, around, head in naming:
            text, begin = shown[at], begins[at]
            end = begin + len(text)
            reach = _around(lowered[begin:end]) if around else 0
            if head and reach < BELOW_HEAD and HEAD.search(lowered[begin:end]):
                reach = BELOW_HEAD
            if not reach and len(text) > LONG:
                self.read(text)
                continue
            if at + 1 in shown:
                end += 1 + len(shown[at + 1])
            found = VALUE.search(lowered, begin, end)
            value = joined[found.start() : found.end()] if found else b""
            if mask not in self._kept and len(self._kept) >= LINES:
                self._add(value)
            elif found or reach:
                above = max(at - (reach or 1), 0)
                self._keep(mask, first + above, lines[above : at + 1 + (reach or 1)], value)

    def _keep(self, mask: bytes, first: int, around: Sequence[bytes], value: bytes) -> None:
        """Keep a line with those around it, whose first has the number `first`; or its value alone."""
        size = sum(map(len, around))
        known = self._kept.get(mask)
        more = size - known[3] if known else size
        if self._size + more > BYTES:
            self._add(value)
            return
        if known and known[2] != value and len(self._values) < VALUES:
            self._add(known[2])
        self._kept[mask] = (first, around, value, size)
        self._size += more

    def read(self, text: bytes) -> None:
        """Take the names and values of a text."""
        for value in _values(text):
            self._add(value)

    def _add(self, value: bytes) -> None:
        if value:
            self._values.pop(value, None)
            self._values[value] = None
            if len(self._values) > VALUES:
                del self._values[next(iter(self._values))]

    def lines(self) -> tuple[tuple[int, str], ...]:
        """The lines' texts and numbers, in the log's order; before them the values, with the number 0."""
        numbered: dict[int, bytes] = {}
        for first, around, _, _ in self._kept.values():
            numbered.update(enumerate(around, first + 1))
        values = [(0, f"{value.decode('utf-8', 'replace')}\n") for value in self._values]
        texts = [(number, "\n".join(segments(line))) for number, line in sorted(numbered.items())]
        return tuple((number, line) for number, text in (*values, *texts) for line in text.split("\n"))


def _around(text: bytes) -> int:
    """How many lines around a line, given in lower case, may be secret."""
    # `in` first tries whether bytes are a number, which takes ten times as long.
    return next((lines for shows, lines in _AROUND if text.find(shows) >= 0), 0)


def _values(text: bytes) -> Iterator[bytes]:
    """The names and values in a text."""
    for named in VALUE.finditer(text.lower()):
        yield text[named.start() : named.end()]
