"""Runs the detectors on a text and on its other readings. The results are spans of the original text."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from . import detectors, own_tokens
from .decoders import decode_base64, decode_escapes
from .heuristics import (
    SYMBOLS,
    continues_secret,
    is_placeholder,
    is_strong_password,
    looks_generated,
    mixes_digits,
)
from .line_wraps import Join, join_by_width
from .prefixes import without_prefixes
from .spans import CONTEXT_KINDS, Span, merge
from .text_index import TextIndex, occurrences

_DEPTH = 2  # nested encodings that are decoded, such as base64 of percent-encoded base64
_JUDGED = 512  # characters of a value that show whether it is searched for
_REPEATED = 200  # distinct secrets that are searched for elsewhere; each is one pass over the text


def find_secrets(text: str, public: Collection[str] = (), own: Collection[str] = ()) -> list[Span]:
    """The secrets in `text`, in order and without overlaps.

    Args:
        text: without invisible characters (`sanitize.visible`).
        public: values that are known not to be secret. Other occurrences of them, or of parts, stay.
        own: tokens that are secret wherever they stand, in any writing.
    """
    return find_in_parts([text], public, own)


def find_in_parts(
    parts: Sequence[str],
    public: Collection[str] = (),
    own: Collection[str] = (),
    search: Callable[[str], Iterable[Span]] | None = None,
) -> list[Span]:
    """The same for parts that are unrelated but for the values in them; the spans are of the joined lines.

    Args:
        search: what finds the secrets of a part, for one that keeps them (`kept`).
    """
    text = "\n".join(parts)
    found = [span for token in own for span in own_tokens.find(text, token)]
    start = 0
    for part in parts:
        spans = (search or _secrets)(part)
        found += (span._replace(start=span.start + start, end=span.end + start) for span in spans)
        start += len(part) + 1
    return merge([*found, *_repeated(text, merge(found), public)])


def _secrets(text: str) -> tuple[Span, ...]:
    view = without_prefixes(text)
    read = view.text if view else text
    found = [*_detect(TextIndex(read), 0)]
    found += _wrapped(read, {span.start for span in found if span.kind not in CONTEXT_KINDS})
    return tuple(piece for span in found for piece in view.original(span)) if view else tuple(found)


# A text is composed several times, mostly of the same logs.
kept = lru_cache(64)(_secrets)


def _detect(index: TextIndex, depth: int) -> Iterator[Span]:
    """The secrets in the text as it is, and in what it decodes to."""
    yield from detectors.find(index)
    if depth < _DEPTH:
        yield from _decoded(index, depth)


def _decoded(index: TextIndex, depth: int) -> Iterator[Span]:
    view = decode_escapes(index.text)
    if view:
        for span in _detect(TextIndex(view.text), depth + 1):
            yield from view.original(span)
    for rows, decoded in decode_base64(index):
        inner = next(_detect(TextIndex(decoded), depth + 1), None)
        for number, (start, end) in enumerate(rows if inner else ()):
            yield Span(start, end, inner.kind if inner else "", first=number == 0)


def _wrapped(text: str, known: set[int]) -> Iterator[Span]:
    """Secrets that continue on the next line: vendors' tokens, and those that the text around them tells.

    Args:
        known: where tokens begin that were found without joining lines.
    """
    view, joins = join_by_width(text)
    if not joins:
        return
    joined = TextIndex(view.text)
    for span in (*detectors.find_by_context(joined), *_decoded(joined, 0)):
        whole = span.kind not in CONTEXT_KINDS and next(view.original(span)).start not in known
        end = span.end if whole else _end(view.text, span, joins)
        if end > span.start:
            yield from view.original(span._replace(end=end))


def _end(text: str, span: Span, joins: list[Join]) -> int:
    """Where a span over joined lines ends: at the first join after which no secret continues."""
    first, last = (
        bisect(joins, place, key=lambda join: join.position) for place in (span.start - 1, span.end - 1)
    )
    for place, certain in joins[first:last]:
        rest = text[place : span.end]
        if place == span.start:
            if text[place - 1] not in "=:" or not looks_generated(rest):
                return span.start
        elif is_placeholder(text[span.start : place]):
            return span.start
        elif not continues_secret(rest.rstrip("\"'"), certain and text[span.end : span.end + 1] != ":"):
            return place
    return span.end


def _is_distinctive(value: str) -> bool:
    """Whether a value is safe to search for elsewhere: it cannot be part of an ordinary word.

    True for long random values and for passwords with a symbol: `Winter26!`, but not `Oracle19c`.
    """
    random = len(value) >= 10 and mixes_digits(value) and looks_generated(value)
    return random or (is_strong_password(value) and any(c in SYMBOLS for c in value))


def _repeated(text: str, spans: list[Span], public: Collection[str]) -> Iterator[Span]:
    """Other occurrences of the secrets, where only the value identifies them."""
    values = {text[span.start : span.end]: span.kind for span in spans if span.first}
    known = {span.start for span in spans}
    public_text = "\n".join(public)
    wanted = [
        (value, kind)
        for value, kind in values.items()
        if _is_distinctive(value[:_JUDGED]) and value not in public_text
    ]
    for value, kind in wanted[:_REPEATED]:
        for position in occurrences(text, value):
            if position not in known:
                yield Span(position, position + len(value), kind)
