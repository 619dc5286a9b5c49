"""A diff's hunks among the lines of a block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..weights import WEIGHTS
from .stack_traces import indent

_HUNK, _SIGNS = b"@@ -", (b"+", b"-", b" ", b"\\")  # of a diff's hunk: its header, how its lines begin
_PLACELESS = re.compile(rb"\s*@@ -[\d,]+ \+[\d,]+ @@\s*$")  # Jest's: of two values, not of a file


def _of_hunk(text: bytes, depth: int) -> bool:
    """Whether a line continues a hunk whose header has this indentation."""
    return not text.strip() or (text[depth : depth + 1] in _SIGNS and indent(text) >= depth)


def _hunks(texts: Sequence[bytes], begin: int, end: int) -> Iterator[tuple[int, list[int], list[int]]]:
    """The places of each hunk of a unified diff, as diff(1) and Jest write it.

    Of its header, of the first lines that differ, and of unchanged lines next to none of these. A header
    without a place is one of the last.
    """
    for header in [at for at in range(begin, end) if texts[at].lstrip().startswith(_HUNK)]:
        depth = indent(texts[header])
        last = next((at for at in range(header + 1, end) if not _of_hunk(texts[at], depth)), end)
        signs = {at: texts[at][depth : depth + 1] for at in range(header + 1, last)}
        differing = [
            at
            for sign in (b"-", b"+")
            for at in [at for at, first in signs.items() if first == sign][: WEIGHTS.differing_lines]
        ]
        next_to = {near for at in differing for near in (at - 1, at, at + 1)}
        same = [at for at, sign in signs.items() if sign not in (b"-", b"+") and at not in next_to]
        placeless = _PLACELESS.match(texts[header]) and not texts[max(header - 1, 0)].startswith(b"+++ ")
        yield header, differing, [header, *same] if placeless else same
