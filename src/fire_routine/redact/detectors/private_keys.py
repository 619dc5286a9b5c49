"""Private keys: whole, cut at either end, or a few rows without their marks.

Sources: RFC 7468 (PEM), RFC 4716 (SSH2, four dashes), RFC 9580 (PGP), PROTOCOL.key of OpenSSH, and
appendix C of PuTTY's manual for its key files.
"""

from __future__ import annotations

import base64
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from ...patterns import pattern
from ..spans import Span
from ..text_index import TextIndex

KIND = "private-key"

_MARK = pattern(r"-{4,5} ?(BEGIN|END) ([A-Z0-9 ]{1,40}?) ?-{4,5}")
# A label before a row makes it a digest: `sha384-…`, `h1:…`, `checksum = "…"`.
_NO_LABEL = r"(?<![A-Za-z0-9+/=:-])(?<!= \")(?<!: \")(?<!=\")"
_ROW = pattern(_NO_LABEL + r"[A-Za-z0-9+/]{40,1024}={0,2}(?=[^A-Za-z0-9+/=]{0,4}$)")
_SHORT_ROW = pattern(r"[A-Za-z0-9+/]{1,1024}={0,2}(?=[\"',\\ \t]{0,4}$)")
_LONE_ROW = pattern(_NO_LABEL + r"([A-Za-z0-9+/]{60,1024}+={0,2})[^A-Za-z0-9+/=\n]{0,4}$", re.MULTILINE)
_ATTRIBUTE = pattern(
    r"\W{0,40}(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject|x-\w{1,20}): ?.{0,200})?$"
)
_PUTTY = pattern(r"Private-Lines: (\d{1,3})\s*\n((?:.*\n?){0,200})")
# DER of private keys as base64: PKCS #1, PKCS #8 (RSA, EC, Ed25519), PKCS #12, SEC 1; OpenSSH's magic words
_DER = pattern(
    r"(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{2,4}(?:IBAAK|IBADAN|IBAzCC)|MI[A-Za-z0-9+/]{1,3}AgEA(?:MB|AkE|AoG)"
    r"|MC4CAQAwBQYDK2V|MHcCAQEE|MIGkAgEBBD|MIHcAgEBBE|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=]{20,}"
)
_WIDTHS = frozenset({60, 64, 65, 70, 72, 76})  # of rows without a mark
_FILES = (b"\x1f\x8b", b"\x89PNG", b"PK\x03\x04", b"\xff\xd8\xff", b"%PDF", b"\x7fELF", b"BZh", b"\xfd7zXZ")
_MIME = 76  # characters of a row of any encoded file; keys have 64 or 70
_WIDEST = 1024  # characters of a row
_FOREIGN = 3  # lines of other output that may be between the rows of a key


def find(index: TextIndex) -> Iterator[Span]:
    """The rows of private keys in `text`; the marks (BEGIN, END) stay. A key is counted once."""
    text = index.text
    marked = index.contains("BEGIN") or index.contains("PRIVATE")
    keys = _Keys(text, marked=marked, rows=_LONE_ROW.search(index.long_words) is not None)
    for number in keys.candidates():
        if number >= keys.done:
            for count, piece in enumerate(keys.read(number)):
                yield piece._replace(first=count == 0)
    for match in _PUTTY.finditer(text) if "Private-Lines: " in text else ():
        rows = "\n".join(match[2].split("\n")[: int(match[1])])
        yield Span(match.start(2), match.start(2) + len(rows), KIND)
    if _DER.search(index.long_words):
        for match in _DER.finditer(text):
            yield Span(*match.span(), KIND)


class _Keys:
    """Reads a text's lines from top to bottom, those of one key together."""

    def __init__(self, text: str, *, marked: bool, rows: bool) -> None:
        self._text = text
        self._marked = marked  # there may be a mark
        self._rows_alone = rows  # there may be rows without a mark
        self._lines: list[str] = []
        self._starts: list[int] = []
        self.done = 0  # lines that were read

    def candidates(self) -> list[int]:
        """Numbers of the lines with a mark, or a row of base64 at their end."""
        places = [match.start() for match in _LONE_ROW.finditer(self._text)] if self._rows_alone else []
        if self._marked:
            places += [match.start() for match in _MARK.finditer(self._text)]
        if not places:
            return []
        self._lines = self._text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines[:-1])]
        return sorted({bisect_right(self._starts, place) - 1 for place in places})

    def read(self, number: int) -> list[Span]:
        """What is secret in the key that begins with that line."""
        mark = _MARK.search(self._lines[number]) if "----" in self._lines[number] else None
        if not mark:
            return self._rows(number)
        if mark[1] == "BEGIN":
            pieces = self._body(number, mark)
        else:
            self.done = number + 1
            row = self._row(self._line(number - 1), -1)
            pieces = [self._span(number - 1, *row)] if row and number else []
        return pieces if "PRIVATE KEY" in mark[2] else []

    def _line(self, number: int) -> str:
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def _span(self, number: int, start: int, end: int) -> Span:
        return Span(self._starts[number] + start, self._starts[number] + end, KIND)

    def _body(self, number: int, begin: re.Match[str]) -> list[Span]:
        """The lines from a BEGIN mark to its END, or as far as they look like a key's."""
        line = self._lines[number]
        end = _MARK.search(line, begin.end())
        rest = line[begin.end() : end.start() if end else len(line)]
        content = rest.strip(" \t\"'\\,")
        on_line = bool(content) and not content.startswith("[redacted:")
        pieces = [self._span(number, begin.end(), begin.end() + len(rest))] if on_line else []
        column, width = -1, _WIDEST
        while not end and number + 1 < len(self._lines):
            number += 1
            line = self._lines[number]
            end = _MARK.search(line) if "----" in line else None
            row = self._row(line[: end.start()] if end else line, column)
            if row and self._fits(line[slice(*row)], width):
                pieces.append(self._span(number, *row))
                column, width = row[0], row[1] - row[0] if width == _WIDEST else width
            elif not (end or _ATTRIBUTE.match(line) or self._goes_on(number)):
                break
        self.done = number + 1
        return pieces

    def _fits(self, row: str, width: int) -> bool:
        """Whether a row may belong to a key with rows of that width: random characters, and not wider."""
        return len(row) <= width and (len(row) < 40 or _kinds(row) == 3)

    def _row(self, line: str, column: int) -> tuple[int, int] | None:
        """The base64 at a line's end. A short one has to begin at `column`, where the one above did."""
        row = _ROW.search(line) if len(line) >= 40 else None
        start = column if column >= 0 else len(line) - len(line.lstrip())
        if not row and _key_like(line[start:], column >= 0):
            row = _SHORT_ROW.match(line, start)
        return row.span() if row else None

    def _goes_on(self, number: int) -> bool:
        return any(_ROW.search(line) for line in self._lines[number + 1 : number + 1 + _FOREIGN])

    def _rows(self, number: int) -> list[Span]:
        """Rows of base64 that have lost their BEGIN mark."""
        found: list[tuple[int, int]] = []
        while row := _LONE_ROW.search(self._line(number + len(found))):
            if found and (len(row[1]) != found[0][1] - found[0][0] or _kinds(row[1]) < 3):
                break
            found.append(row.span(1))
        below = self._line(number + len(found))
        last = self._row(below, found[0][0])
        fits = last is not None and self._fits(below[slice(*last)], found[0][1] - found[0][0])
        rows = [*found, last] if last and fits else found
        self.done = number + len(rows)
        ended = _MARK.search(self._line(self.done))
        pieces = [self._span(number + n, *row) for n, row in enumerate(rows)]
        if self._private(number, found, ended):
            return pieces
        if len(found) == 1:
            self.done = number + 1  # no block: what seemed its last row may begin a key
        return []

    def _private(self, number: int, found: list[tuple[int, int]], ended: re.Match[str] | None) -> bool:
        if ended and ended[1] == "END":
            return "PRIVATE KEY" in ended[2]
        first = self._lines[number][slice(*found[0])]
        alone = len(found) > 1 or (self._lines[number].strip() == first and len(first) != _MIME)
        return alone and len(first) in _WIDTHS and _kinds(first) == 3 and not _public(first)


def _kinds(text: str) -> int:
    """How many of the three kinds it has: upper case, lower case, digits."""
    return sum(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))


def _key_like(text: str, in_key: bool) -> bool:
    """Whether a short row may end a key: a word would not mix cases and digits or end with '='."""
    text = text.rstrip("\"',\\ \t")
    kinds = _kinds(text)
    return (
        text.endswith("=") or kinds == 3 or (in_key and kinds == 2 and len(text) >= 4 and not text.istitle())
    )


def _public(row: str) -> bool:
    """The first row of a certificate or a structure like one, of a file, or of encoded text."""
    body = row.partition("=")[0]
    try:
        data = base64.b64decode(body[: len(body) // 4 * 4])
    except ValueError:  # characters that are not base64's
        return False
    structure = data[:1] == b"\x30" and data[4:5] == b"\x30"
    is_text = bool(data) and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in data)
    return structure or data.startswith(_FILES) or is_text
