"""What a green run of the same job printed: it explains no failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .lines.windows import windows
from .normalize.templates import templates

MOST = 400_000  # templates that are remembered; further lines of a longer log are not known


@dataclass(frozen=True, slots=True)
class Green:
    """The templates of a green log's lines, hashed."""

    templates: frozenset[int]

    def __contains__(self, line: bytes) -> bool:
        return hash(templates([line])[0]) in self.templates


def read_green(chunks: Iterable[bytes]) -> Green:
    """Read a green log once, in bounded memory."""
    met: set[int] = set()
    for window in windows(chunks):
        met.update(map(hash, templates(window.lines[window.start : window.stop])))
        if len(met) > MOST:
            break
    return Green(frozenset(met))
