"""Private keys: whole, cut at either end, or a few rows of one that stand alone.

Sources: RFC 7468 (PEM), RFC 4716 (SSH2, four dashes), RFC 9580 (PGP), PROTOCOL.key of OpenSSH, and
PuTTY's appendix C for its key files.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from .spans import Span

KIND = "private-key"

_MARK = re.compile(r"-{4,5} ?(BEGIN|END) ([A-Z0-9 ]{1,40}?) ?-{4,5}")
_ROW = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40,1024}={0,2}(?=[^A-Za-z0-9+/=]{0,4}$)")
_SHORT_ROW = re.compile(r"[A-Za-z0-9+/]{1,1024}={0,2}(?=[\"',\\ \t]{0,4}$)")
_ATTRIBUTE = re.compile(
    r"\W{0,40}(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject|x-\w{1,20}): ?.{0,200})?$"
)
_PUTTY = re.compile(r"(?:Private-Lines: (\d{1,3})|Private-MAC: [0-9a-f]{32,})$")
# DER of private keys as base64: PKCS #1, PKCS #8 (RSA, EC, Ed25519), SEC 1; OpenSSH's magic words
_DER = re.compile(
    r"(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{2}[A-Za-z0-9+/]{0,2}(?:IBAAK|IBADAN)|MI[A-Za-z0-9+/]{1,3}AgEA(?:MB|AkE|AoG)"
    r"|MC4CAQAwBQYDK2V|MHcCAQEE|MIGkAgEBBD|MIHcAgEBBE|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=]{20,}"
)
_LONG_RUN = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}+={0,2}[^A-Za-z0-9+/=\n]{0,4}$", re.MULTILINE)
_WIDTHS = frozenset({60, 64, 65, 70, 72, 76})  # of rows that stand alone
_MAGIC = (
    b"\x1f\x8b",
    b"\x89PNG",
    b"PK\x03\x04",
    b"\xff\xd8\xff",
    b"%PDF",
    b"\x7fELF",
    b"BZh",
    b"\xfd7zXZ",
)  # files
_FOREIGN = 3  # lines of other output that may stand between the rows of a key


class _Keys:
    """Goes through a text's lines once, keeping what stood between marks from being looked at again."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.starts: list[int] = []
        position = 0
        for line in self.lines:
            self.starts.append(position)
            position += len(line) + 1

    def spans(self) -> Iterator[Span]:
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            mark = _MARK.search(line) if "----" in line else None
            if mark:
                private = "PRIVATE KEY" in mark[2]
                after, pieces = self._body(number, mark) if mark[1] == "BEGIN" else (number + 1, [])
                yield from _once(pieces if private else [])
                number = after
            else:
                after, pieces = self._rows(number)
                yield from _once(pieces)
                number = after

    def _span(self, number: int, start: int, end: int) -> Span:
        return Span(self.starts[number] + start, self.starts[number] + end, KIND)

    def _body(self, number: int, begin: re.Match[str]) -> tuple[int, list[Span]]:
        """The lines from a BEGIN mark to its END, or as far as they look like a key's."""
        line = self.lines[number]
        end = _MARK.search(line, begin.end())
        rest = line[begin.end() : end.start() if end else len(line)]
        pieces = [self._span(number, begin.end(), begin.end() + len(rest))] if rest.strip(" \t\"'\\,") else []
        if end:
            return number + 1, pieces
        column = -1
        for below in range(number + 1, len(self.lines)):
            line = self.lines[below]
            end = _MARK.search(line) if "----" in line else None
            row = self._row_of_body(line[: end.start()] if end else line, column)
            if row:
                pieces.append(self._span(below, *row))
                column = row[0]
            if end:
                return below + 1, pieces
            if not (row or _ATTRIBUTE.match(line) or self._goes_on(below)):
                return below, pieces
        return len(self.lines), pieces

    def _row_of_body(self, line: str, column: int) -> tuple[int, int] | None:
        row = _ROW.search(line) if len(line) >= 40 else None
        if not row:
            start = column if column >= 0 else len(line) - len(line.lstrip())
            row = _SHORT_ROW.match(line, start) if _key_like(line[start:], column >= 0) else None
        return row.span() if row else None

    def _goes_on(self, number: int) -> bool:
        return any(_ROW.search(line) for line in self.lines[number + 1 : number + 1 + _FOREIGN])

    def _rows(self, number: int) -> tuple[int, list[Span]]:
        """Rows of base64 that have lost their BEGIN mark."""
        found: list[tuple[int, int]] = []
        after = number
        while after < len(self.lines) and (row := _lone_row(self.lines[after])):
            if found and row[1] - row[0] != found[0][1] - found[0][0]:
                break
            found.append(row)
            after += 1
        if not found and "-END" not in self._line(after + 1):
            return number + 1, []
        last = self._last_row(after, found)
        ended = _MARK.search(self._line(after + 1 if last else after))
        if not found and not (last and ended):
            return number + 1, []
        rows = [*found, last] if last else found
        pieces = [self._span(number + n, *row) for n, row in enumerate(rows)]
        return number + len(rows), pieces if self._private(number, found, ended) else []

    def _line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def _last_row(self, number: int, found: list[tuple[int, int]]) -> tuple[int, int] | None:
        line = self._line(number)
        start = found[0][0] if found else len(line) - len(line.lstrip())
        row = _SHORT_ROW.match(line, start)
        return row.span() if row and _key_like(line[start:], True) else None

    def _private(self, number: int, found: list[tuple[int, int]], ended: re.Match[str] | None) -> bool:
        if ended:
            return "PRIVATE KEY" in ended[2]
        first = self.lines[number][slice(*found[0])]
        alone = len(found) > 1 or self.lines[number].strip() == first
        return alone and len(first) in _WIDTHS and not _public(first)


def private_keys(text: str) -> Iterator[Span]:
    """The rows of private keys in `text`; its marks (BEGIN, END) stay."""
    if "PRIVATE KEY" in text or _LONG_RUN.search(text):
        yield from _Keys(text).spans()
    if "Private-" in text:
        yield from _putty(text)
    for match in _DER.finditer(text):
        yield Span(*match.span(), KIND)


def _once(pieces: Iterable[Span]) -> Iterator[Span]:
    """Pieces of one secret, counted as one."""
    for number, piece in enumerate(pieces):
        yield piece._replace(first=number == 0)


def _key_like(text: str, in_key: bool) -> bool:
    """Whether a short row may end a key: a word would not mix cases and digits or end with '='."""
    text = text.rstrip("\"',\\ \t")
    if text.endswith("="):
        return True
    kinds = sum(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
    return kinds == 3 or (in_key and kinds == 2 and len(text) >= 4 and not text.istitle())


def _lone_row(line: str) -> tuple[int, int] | None:
    if len(line) < 60:
        return None
    row = _ROW.search(line)
    if not row:
        return None
    text = row.group()
    return (
        row.span() if all(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit)) else None
    )


def _public(row: str) -> bool:
    """The first row of a certificate or another structure that begins with one, or encoded text."""
    data = base64.b64decode(row[: len(row) // 4 * 4].rstrip("="))
    return (
        (data[0] == 0x30 and data[4:5] == b"\x30")
        or data.startswith(_MAGIC)
        or all(32 <= byte < 127 or byte in b"\t\r\n" for byte in data)
    )


def _putty(text: str) -> Iterator[Span]:
    left = 0
    position = 0
    for line in text.split("\n"):
        match = _PUTTY.search(line)
        if match and match[1]:
            left = int(match[1])
        elif left:
            left -= 1
            yield (
                Span(position, position + len(line), KIND, False)
                if line
                else Span(position, position, KIND, False)
            )
        position += len(line) + 1
