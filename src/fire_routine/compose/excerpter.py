"""Excerpts of digests within a budget, as all sections ask for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..model import Digest, Excerpt, utf16_length

MakeExcerpt = Callable[[Digest, int], Excerpt]

_ENOUGH = 2_000  # units of an excerpt that may hold any line, even a low-scoring one
_NEXT_TO_NOTHING = 0.02  # of the greatest weight, below which a line is no evidence


class Excerpter:
    """Excerpts that beyond 2,000 units have no lines of almost no weight.

    One that was made for a greater limit and stays within this one is the answer again.
    """

    def __init__(self, excerpt: MakeExcerpt) -> None:
        self._excerpt = excerpt
        # With the digests themselves, since the next one could have the id of one that is gone
        self._made: dict[int, tuple[Digest, list[tuple[int, int, Excerpt]]]] = {}

    def __call__(self, digest: Digest, limit: int) -> Excerpt:
        _, known = self._made.setdefault(id(digest), (digest, []))
        for asked, used, earlier in known:
            if used <= limit <= asked:
                return earlier
        found = self._without_filler(digest, limit)
        known.append((limit, utf16_length(found.text), found))
        return found

    def _without_filler(self, digest: Digest, limit: int) -> Excerpt:
        if limit <= _ENOUGH:
            return self._excerpt(digest, limit)
        strong = self._excerpt(above(digest, _NEXT_TO_NOTHING), limit)
        return strong if utf16_length(strong.text) > _ENOUGH else self._excerpt(digest, _ENOUGH)


def greatest_weight(digest: Digest) -> float:
    return max((block.weight for block in digest.blocks), default=0.0)


def above(digest: Digest, share: float) -> Digest:
    """The digest's lines of at least this share of the greatest weight, and those of the step's end."""
    least = greatest_weight(digest) * share
    strong = (block for block in digest.blocks if block.weight >= least or block.first in digest.ends)
    return replace(digest, blocks=tuple(strong))
