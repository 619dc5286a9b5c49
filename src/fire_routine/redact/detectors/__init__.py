"""The detectors, and the registry of them.

A detector takes a `TextIndex` and yields a `Span` with a kind for each secret. It keeps no state.
Its time is linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..public import is_public
from ..spans import Span
from ..text_index import TextIndex
from . import (
    assignments,
    formats,
    k8s_secrets,
    other_lines,
    private_keys,
    random_words,
    urls_headers,
)

__all__ = ["find", "find_by_context"]

Detector = Callable[[TextIndex], Iterator[Span]]


def find(index: TextIndex) -> Iterator[Span]:
    """All secrets in the text."""
    yield from _not_public(index, random_words.find)  # a vendor's kind, if there is one, tells more
    yield from find_by_context(index)
    yield from private_keys.find(index)
    yield from k8s_secrets.find(index)
    yield from _not_public(index, other_lines.find)


def find_by_context(index: TextIndex) -> Iterator[Span]:
    """The secrets that the text around them tells, also where lines were joined."""
    yield from _not_public(index, assignments.find)
    yield from urls_headers.find(index)
    yield from formats.find(index)


def _not_public(index: TextIndex, detector: Detector) -> Iterator[Span]:
    """What a detector finds by the name or the look of a value, and nothing shows to be public."""
    return (span for span in detector(index) if not is_public(index.text, span.start, span.end))
