"""Spans, which are the places of secrets in a text, and views, which are decoded forms of a text."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Kinds that name the place of a secret. The kind of a token found in the same place is more specific.
CONTEXT_KINDS = frozenset({"password", "secret", "token", "api-key", "authorization", "cookie"})


class Span(NamedTuple):
    """A secret, or a piece of one, at text[start:end]."""

    start: int
    end: int
    kind: str
    first: bool = True  # not the continuation of a secret in pieces, which is counted once


class View:
    """A decoded form of a text, such as its joined lines, with the way back to the original.

    It is built from pieces of the original, each taken as it is or replaced by one text.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0
        self._starts: list[int] = []  # of the pieces, in the view
        self._sources: list[tuple[int, int, bool]] = []  # start and end in the original, verbatim

    def add(self, source: str, start: int, end: int, replacement: str | None = None) -> None:
        """Appends source[start:end], or its replacement. Empty pieces are left out."""
        part = source[start:end] if replacement is None else replacement
        if part:
            self._starts.append(self.length)
            self._sources.append((start, end, replacement is None))
            self._parts.append(part)
            self.length += len(part)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def position(self, original: int) -> int:
        """Where a character of the original is, if all pieces stand in its order; if left out, the next."""
        piece = bisect_right(self._sources, (original, sys.maxsize)) - 1
        start, end, _ = self._sources[piece]
        return self._starts[piece] + min(original, end) - start

    def original(self, span: Span) -> Iterator[Span]:
        """The spans of the original that a span of the view comes from, one per separate piece."""
        piece = self._piece(span.start)
        start = end = self._source(piece, span.start)[0]
        first = span.first
        while piece < len(self._starts) and self._starts[piece] < span.end:
            piece_start = self._source(piece, max(span.start, self._starts[piece]))[0]
            if piece_start != end:
                yield Span(start, end, span.kind, first)
                start, first = piece_start, False
            last = (
                min(span.end, self._starts[piece + 1] if piece + 1 < len(self._starts) else self.length) - 1
            )
            end = self._source(piece, last)[1]
            piece += 1
        yield Span(start, end, span.kind, first)

    def _piece(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _source(self, piece: int, position: int) -> tuple[int, int]:
        """Start and end, in the original, of the view's character at `position`."""
        start, end, verbatim = self._sources[piece]
        if not verbatim:
            return start, end
        start += position - self._starts[piece]
        return start, start + 1


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans in order. Those that overlap become one, with the most specific kind."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if result and span.start < result[-1].end:
            last = result[-1]
            telling = [one for one in (last, span) if one.kind not in CONTEXT_KINDS] or [span, last]
            first = any(one.first for one in telling)
            result[-1] = Span(last.start, max(last.end, span.end), telling[0].kind, first)
        else:
            result.append(span)
    return result


def replace(text: str, spans: Iterable[Span]) -> tuple[str, Counter[str]]:
    """`text` with a mark for each span, and the spans counted by kind. Its lines stay as many as before."""
    counts: Counter[str] = Counter()
    parts: list[str] = []
    done = 0
    for span in merge(spans):
        counts[span.kind] += span.first
        mark = f"[redacted:{span.kind}]"
        parts.append(text[done : span.start])
        parts.append("\n".join([mark] * (text.count("\n", span.start, span.end) + 1)))
        done = span.end
    parts.append(text[done:])
    return "".join(parts), +counts
