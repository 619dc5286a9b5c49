"""Private keys: whole, cut at either end, or a few rows without their marks.

Sources: RFC 7468 (PEM), RFC 4716 (SSH2, four dashes), RFC 9580 (PGP), PROTOCOL.key of OpenSSH, and
appendix C of PuTTY's manual for its key files.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from ...patterns import pattern
from ..spans import Span
from ..text_index import TextIndex, in_time

KIND = "private-key"

_MARK = pattern(
    r"-{4,5} ?(?P<side>BEGIN|END) (?P<label>[A-Z0-9 ]{1,40}?) ?-{4,5}|Private-Lines: \d{1,3}\s*\Z"
)
# A label before a row makes it a digest: `sha384-…`, `h1:…`, `checksum = "…"`.
_ROW = pattern(
    r"(?<![A-Za-z0-9+/=:-])(?<!= \")(?<!: \")(?<!=\")([A-Za-z0-9+/]{40,1024}={0,2})[^A-Za-z0-9+/=]{0,4}\Z"
)
_LONG_ROW = pattern(r"[A-Za-z0-9+/]{60}")
_SHORT_ROW = pattern(r"([A-Za-z0-9+/]{1,1024}={0,2})[\"',\\ \t]{0,4}\Z")
_ATTRIBUTE = pattern(
    r"\W{0,40}(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject|x-\w{1,20}): ?.{0,200})?"
)
# DER of private keys as base64: PKCS #1, PKCS #8 (RSA, EC, Ed25519), PKCS #12, SEC 1; OpenSSH's magic words
_DER = pattern(
    r"(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{2,4}(?:IBAAK|IBADAN|IBAzCC)|MI[A-Za-z0-9+/]{1,3}AgEA(?:MB|AkE|AoG)"
    r"|MC4CAQAwBQYDK2V|MHcCAQEE|MIGkAgEBBD|MIHcAgEBBE|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=]{20,}"
)
_WIDTHS = frozenset({60, 64, 65, 70, 72, 76})  # of rows without a mark
_FILES = (b"\x1f\x8b", b"\x89PNG", b"PK\x03\x04", b"\xff\xd8\xff", b"%PDF", b"\x7fELF", b"BZh", b"\xfd7zXZ")
_MIME = 76  # characters of a row of any encoded file; keys have 64 or 70
_LONG = 40  # characters of a row that is not the last
_KINDS = 3  # of characters that a row has: upper case, lower case, digits
_FOREIGN = 3  # lines of other output that may be between the rows of a key


def find(index: TextIndex) -> Iterator[Span]:
    """The rows of private keys in the text; the marks (BEGIN, END) stay. A key is counted once."""
    private = index.contains("PRIVATE") or index.contains("Private-Lines:")
    if private or _LONG_ROW.search(index.long_words):
        for block in filter(_Block.is_private, _blocks(index.text)):
            yield from (Span(*row, KIND, first=row is block.rows[0]) for row in block.rows)
    if _DER.search(index.long_words):
        for match in _DER.finditer(index.text):
            yield Span(*match.span(), KIND)


class _Block:
    """Rows that belong together: those between two marks, or below each other and of one width."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label  # of its mark; None: there is none yet
        self.rows: list[tuple[int, int]] = []  # places in the text
        self.foreign = 0  # lines between its rows
        self._first = ""  # row
        self._column = 0  # in which the last row begins
        self._ended = False  # by a row that is less wide
        self._alone = False  # it may be a key's without a mark: two rows, or a line that no other file has

    def takes(self, line: str, start: int) -> bool:
        """Whether the line, which begins at `start`, ends with a row of this block."""
        found = _ROW.search(line) if len(line) >= _LONG else None
        if not found and self._first and _may_end(line[self._column :], marked=self.label is not None):
            found = _SHORT_ROW.match(line, self._column)
        if not found or (self._ended and self.label is None):
            return False
        row = found[1]
        if self._first and (len(row) > len(self._first) or (len(row) >= _LONG and _kinds(row) < _KINDS)):
            return False
        full = len(row) == len(self._first)
        self._ended = bool(self._first) and not full
        self._alone = self._alone or full or (line.strip() == row and len(row) != _MIME)
        self.rows.append((start + found.start(1), start + found.end(1)))
        self._first, self._column = self._first or row, found.start(1)
        return True

    def is_private(self) -> bool:
        """Whether its mark says so; without one, whether it is no certificate, file or text."""
        if self.label is not None:
            return "PRIVATE" in self.label.upper()
        row = self._first
        return self._alone and len(row) in _WIDTHS and _kinds(row) == _KINDS and not _is_public(row)


def _blocks(text: str) -> Iterator[_Block]:
    """All blocks of rows in the text."""
    block, start = _Block(), 0
    for line in in_time(text.split("\n")):
        mark = _MARK.search(line) if "----" in line or "Private-L" in line else None
        taken = block.takes(line[: mark.start() if mark else None], start)
        if not taken and block.rows and block.label is None and not mark:
            yield block
            block = _Block()
            taken = block.takes(line, start)
        ends = mark if mark and mark["side"] == "END" else None
        if mark and not ends:
            yield block
            block = _Block(mark["label"] or mark[0])
            ends = _MARK.search(line, mark.end())
            rest = line[mark.end() : ends.start() if ends else None]
            if (content := rest.strip(" \t\"'\\,")) and not content.startswith("[redacted:"):
                block.rows.append((start + mark.end(), start + mark.end() + len(rest)))
        elif ends and block.label is None:
            block.label = ends["label"]
        elif block.label is not None and not taken:
            block.foreign += not _ATTRIBUTE.fullmatch(line)
        if ends or block.foreign > _FOREIGN:
            yield block
            block = _Block()
        start += len(line) + 1
    yield block


def _kinds(text: str) -> int:
    """How many of the three kinds it has: upper case, lower case, digits."""
    return sum(any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))


def _may_end(text: str, *, marked: bool) -> bool:
    """Whether a short row may end a key: a word would not mix cases and digits or end with '='."""
    text = text.rstrip("\"',\\ \t")
    kinds = _kinds(text)
    some = marked and kinds == 2 and len(text) >= 4 and not text.istitle()
    return text.endswith("=") or kinds == _KINDS or some


def _is_public(row: str) -> bool:
    """The first row of a certificate or a structure like one, of a file, or of encoded text."""
    body = row.partition("=")[0]
    try:
        data = base64.b64decode(body[: len(body) // 4 * 4])
    except ValueError:  # characters that are not base64's
        return False
    structure = data[:1] == b"\x30" and data[4:5] == b"\x30"
    is_text = bool(data) and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in data)
    return structure or data.startswith(_FILES) or is_text
