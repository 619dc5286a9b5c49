"""Boilerplate: lines that are printed in any failure and explain none (`rules/tables/boilerplate.toml`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ...patterns import pattern
from ..lines.clean import numbered
from ..lines.multi_search import Literals
from ..rules import table

_LINES = table("boilerplate")
_BY_FIRST = {first.encode("latin-1"): pattern(each.encode()) for first, each in _LINES["beginnings"].items()}
_WITHIN = {text.encode(): pattern(each.encode()) for text, each in _LINES["within"].items()}
_MAPS = pattern(_LINES["memory_map"].encode())
# A shell's trace; an indented plus is a diff's.
_TRACE = pattern(rb"\n\+(?:\+{0,5} (?![\s~]|CategoryInfo|FullyQualified|expected|actual)|\+{1,5}[^+\s])")
# With what a step runs, as a runner shows it before the step's output, below what it runs; and what ends it.
_SETTINGS = pattern(
    rb"\n(?:shell: [^\n]*|with:|env:)\n(?:(?:  [^\n]*|shell: [^\n]*|env:)\n){0,300}##\[endgroup\]"
)
_SETTINGS_END = b"##[endgroup]"


@cache
def _within() -> Literals:
    return Literals(_WITHIN)


def boilerplate_among(texts: Sequence[bytes]) -> set[int]:
    """The places of the texts of shown lines that are boilerplate."""
    bare = [text.lstrip() for text in texts]
    among: set[int] = set()
    for at, text in enumerate(bare):
        beginning = _BY_FIRST.get(text[:1])
        if beginning is not None and beginning.match(text):
            among.add(at)
    joined = b"\n%b\n" % b"\n".join(texts)
    places: dict[int, list[int]] = {}  # in the text, of the last byte of each literal that occurs
    for end, which in _within().find(joined):
        places.setdefault(which, []).append(end - 1)
    for which, ends in places.items():
        line = _WITHIN[_within().literals[which]]
        among.update(at - 1 for at in numbered(joined, ends) if line.match(bare[at - 1]))
    among.update(at - 1 for at in numbered(joined, (match.end() for match in _TRACE.finditer(joined))))
    return among


def maps_memory(text: bytes) -> bool:
    """Whether a line describes a part of a process's memory."""
    return _MAPS.match(text) is not None


def settings_among(joined: bytes) -> set[int]:
    """The places of the lines, of joined ones, with what a step runs with, as a runner shows it."""
    if joined.find(_SETTINGS_END) < 0:
        return set()
    text = b"\n%b\n" % joined
    settings = list(_SETTINGS.finditer(text))
    begins = numbered(text, [match.start() for match in settings])
    return {
        at
        for match, first in zip(settings, begins, strict=True)
        for at in range(first, first + match.group().count(b"\n"))
    }
