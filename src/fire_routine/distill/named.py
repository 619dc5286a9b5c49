"""The lines of a log that name secrets: kept from all of it, for redaction alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..secret_words import AROUND, BELOW_HEAD, HEAD, VALUE
from .lines import segments, shown

LINES, BYTES = 200, 64 * 1024  # lines with a value that are kept, and bytes of them with those around them
VALUES = 2_000  # of further lines the name and the value alone
LONG = 1_000  # bytes of a line from which on names and values are kept, and not all of it
_AROUND = {text.encode(): lines for text, lines in AROUND.items()}


class Named:
    """The lines of a log that name secrets, in bounded memory.

    Of lines that differ in digits alone the last is kept; of more lines than there is room for, the first
    ones, and of the others the last values.
    """

    def __init__(self) -> None:
        # By a line's text without digits: the numbered lines, and the name with the value.
        self._kept: dict[bytes, tuple[dict[int, bytes], bytes]] = {}
        self._size = 0
        self._values: dict[bytes, None] = {}  # names with their values, the last ones

    def look(self, lines: Sequence[bytes], index: int, number: int, mask: bytes, *, shows: bool) -> None:
        """Take one of a log's lines that holds one of `secret_words.LITERALS`.

        Args:
            lines: some of the log's, as they are.
            index: the line's place among them.
            number: the line's in the log.
            mask: the line without digits.
            shows: whether it may show that lines around it are secret, as `secret_words.LITERALS` has it.
        """
        text = shown(lines[index])
        reach = _shows(text.lower()) if shows else 0
        if not reach and len(text) > LONG:
            self.read(text)
            return
        value = next(_values(b"\n".join((text, *map(shown, lines[index + 1 : index + 2])))), b"")
        if not (value or reach):
            return
        reach = reach or 1
        first = max(index - reach, 0)
        group = dict(enumerate(lines[first : index + 1 + reach], number - index + first))
        known, known_value = self._kept.get(mask, ({}, b""))
        size = self._size + _size(group) - _size(known)
        if size > BYTES or (not known and len(self._kept) >= LINES):
            self._add(value)
            return
        if known_value != value and len(self._values) < VALUES:
            self._add(known_value)
        self._kept[mask], self._size = (group, value), size

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
        numbered = {number + 1: line for group, _ in self._kept.values() for number, line in group.items()}
        values = [(0, f"{value.decode('utf-8', 'replace')}\n") for value in self._values]
        texts = [(number, "\n".join(segments(line))) for number, line in sorted(numbered.items())]
        return tuple((number, line) for number, text in (*values, *texts) for line in text.split("\n"))


def _shows(text: bytes) -> int:
    """How many lines around a line, given in lower case, it shows to be secret."""
    reach = next((lines for shows, lines in _AROUND.items() if shows in text), 0)
    return BELOW_HEAD if reach < BELOW_HEAD and HEAD.search(text) else reach


def _values(text: bytes) -> Iterator[bytes]:
    """The names and values in a text."""
    for named in VALUE.finditer(text.lower()):
        yield text[named.start() : named.end()]


def _size(group: Mapping[int, bytes]) -> int:
    return sum(map(len, group.values()))
