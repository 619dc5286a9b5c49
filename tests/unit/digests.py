"""Digests that are made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fire_routine.model.evidence import Block, Digest, Line


def lines(
    texts: Iterable[str], weight: float = 10.0, first: int = 1, *, block: int = 0, rank: int = 0
) -> tuple[Line, ...]:
    """Consecutive lines of a log."""
    return tuple(Line(number, text, weight, "rule", block, rank) for number, text in enumerate(texts, first))


def digest_of(*texts: str, weight: float = 10.0, **changes: Any) -> Digest:
    """Of a log with these lines alone, all of which a reader needs."""
    return Digest(lines(texts, weight), len(texts), (Block(weight, "rule"),), **changes)


def of_blocks(*blocks: Iterable[Line], weight: float = 10.0, total: int = 9_999, **changes: Any) -> Digest:
    """Of a log whose lines are those of these blocks."""
    placed = [line._replace(block=place) for place, block in enumerate(blocks) for line in block]
    told = tuple(Block(weight, "rule") for _ in blocks)
    return Digest(tuple(sorted(placed, key=lambda line: line.number)), total, told, **changes)


def texts(digest: Digest) -> list[str]:
    """Of all its lines."""
    return [line.text for line in digest.lines]
