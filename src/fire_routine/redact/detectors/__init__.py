"""The detectors, and the registry of them.

A detector takes a `TextIndex` and yields a `Span` with a kind for each secret. It keeps no state.
Its time is linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..spans import Span
from ..text_index import TextIndex
from . import (
    assignments,
    commands,
    k8s_secrets,
    private_keys,
    random_words,
    tables,
    tokens,
    tool_syntax,
    urls_headers,
)

__all__ = ["CONTEXTUAL", "DETECTORS", "Detector"]

Detector = Callable[[TextIndex], Iterator[Span]]

# Detectors that know a secret by its context. They also run on lines and commands that were joined.
CONTEXTUAL: tuple[Detector, ...] = (assignments.find, urls_headers.find, tool_syntax.find)
DETECTORS: tuple[Detector, ...] = (
    random_words.find,  # a vendor's kind, if there is one, is the more telling one
    tokens.find,
    *CONTEXTUAL,
    private_keys.find,
    k8s_secrets.find,
    tables.find,
    commands.find,
)
