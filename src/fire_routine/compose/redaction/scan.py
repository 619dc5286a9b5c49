"""All rules over a text, and over its other readings, as spans of the text."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterator

from .assignments import assignments
from .blocks import private_keys
from .credentials import credentials
from .idioms import idioms
from .manifests import manifests
from .readings import base64_decoded, commands_joined, escapes_decoded
from .shapes import shapes
from .spans import BY_PLACE, Span, merged
from .text import Text
from .values import SYMBOLS, generated, mixed, placeholder, rest_of_secret, strong
from .wrapping import Join, continuation, joined_by_width

_DEPTH = 3  # encodings in one another: base64 of percent-encoded base64
_REPEATED = 200  # secrets looked for everywhere else in the text


def secrets(text: str, public: Collection[str] = ()) -> list[Span]:
    """The secrets in `text`, which has no invisible characters, in order and apart from each other.

    What is part of a `public` value is no secret that is looked for anywhere else.
    """
    found = [*_read(Text(text), 0)]
    if "\n" in text:
        found += [*_wrapped(text, found)]
    return merged([*found, *_repeated(text, merged(found), public)])


def _read(text: Text, depth: int) -> Iterator[Span]:
    """The secrets in `text` as it stands and as it decodes."""
    yield from shapes(text)
    yield from _placed(text)
    yield from _in_commands(text.text)
    yield from private_keys(text.text)
    yield from manifests(text.text)
    if depth < _DEPTH:
        yield from _decoded(text, depth)


def _placed(text: Text) -> Iterator[Span]:
    """The secrets that what stands around them gives away."""
    yield from assignments(text)
    yield from credentials(text)
    yield from idioms(text)


def _in_commands(text: str) -> Iterator[Span]:
    view = commands_joined(text)
    if view:
        for span in _placed(Text(view.text)):
            yield from view.original(span)


def _decoded(text: Text, depth: int) -> Iterator[Span]:
    view = escapes_decoded(text.text)
    if view:
        for span in _read(Text(view.text), depth + 1):
            yield from view.original(span)
    for rows, decoded in base64_decoded(text):
        inner = next(_read(Text(decoded), depth + 1), None)
        for number, (start, end) in enumerate(rows if inner else ()):
            yield Span(start, end, inner.kind if inner else "", first=number == 0)


def _wrapped(text: str, found: list[Span]) -> Iterator[Span]:
    """Secrets known by their place that go on in the next line."""
    view, joins = joined_by_width(text)
    joined = Text(view.text)
    for span in (*_placed(joined), *_decoded(joined, 0)) if joins else ():
        end = _end(view.text, span, joins)
        if end > span.start:
            yield from view.original(span._replace(end=end))
    for span in found:
        random = span.kind in BY_PLACE and generated(text[span.start : span.end])
        further = continuation(text, span.end) if random else None
        if further:
            yield Span(*further, span.kind, first=False)


def _end(text: str, span: Span, joins: list[Join]) -> int:
    """Where a span that goes over joins really ends: at the first behind which nothing goes on."""
    first, last = (
        bisect(joins, place, key=lambda join: join.position) for place in (span.start - 1, span.end - 1)
    )
    for place, certain in joins[first:last]:
        rest = text[place : span.end]
        if place == span.start:
            if text[place - 1] not in "=:" or not generated(rest):
                return span.start
        elif placeholder(text[span.start : place]):
            return span.start
        elif text[span.end : span.end + 1] == ":" or not rest_of_secret(rest.rstrip("\"'"), certain):
            return place
    return span.end


def _unlike_words(value: str) -> bool:
    """Long and random, or a person's password that is part of no word: `Winter26!`, but not `Oracle19c`."""
    random = len(value) >= 10 and mixed(value) and generated(value)
    return random or (strong(value) and any(c in SYMBOLS for c in value))


def _repeated(text: str, spans: list[Span], public: Collection[str]) -> Iterator[Span]:
    """The secrets once more, where nothing but the value tells them."""
    values = {text[span.start : span.end]: span.kind for span in spans if span.first}
    known = {span.start for span in spans}
    told = "\n".join(public)
    wanted = [(value, kind) for value, kind in values.items() if _unlike_words(value) and value not in told]
    for value, kind in wanted[:_REPEATED]:
        position = text.find(value)
        while position >= 0:
            if position not in known:
                yield Span(position, position + len(value), kind)
            position = text.find(value, position + len(value))
