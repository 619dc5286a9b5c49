"""What compose asks of a digest."""

from __future__ import annotations

from collections.abc import Callable

from ..model import ERROR_WEIGHT, Digest, Excerpt

MakeExcerpt = Callable[[Digest, int], Excerpt]


def is_weak(digest: Digest) -> bool:
    """Whether no line of the log looks like an error."""
    return max((block.weight for block in digest.blocks), default=0.0) < ERROR_WEIGHT
