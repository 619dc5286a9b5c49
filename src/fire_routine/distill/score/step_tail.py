"""Scores the lines before the end of a step, the nearest highest."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..context.line_store import LineStore
from ..lines.clean import DIGITS
from ..noise import maps_memory
from ..rules import CONSEQUENCE, WARNING
from ..types import MOST, Tail
from ..weights import WEIGHTS
from .scorer import Lines, Material, give


def looked_at(tail: Tail) -> range:
    """The numbers of the lines of which each is looked at."""
    end = tail.first + len(tail.raw)
    return range(max(end - WEIGHTS.looked_at, tail.first), end)


def score(lines: Lines, material: Material) -> Lines:
    """Weight for the lines before the end of each step, whether a rule takes them or not."""
    scored = dict(lines)
    scan, store = material.scan, material.store
    quiet = store.boilerplate | {
        finding.number for finding in scan.findings if finding.rule.weight <= WARNING
    }
    own = {
        span.finding.number: span.finding.rule.weight * factor
        for span, factor in zip(material.spans, material.scores, strict=True)
        if span.finding.rule.weight > CONSEQUENCE
    }
    for tail in scan.tails:
        for number, weight in _weights(tail, quiet, store, WEIGHTS.any_line if scan.whole else 0.0):
            # A finding has no more here than its own weight: the last of many similar ones is one of many.
            give(scored, number, min(weight, own.get(number, weight)), "tail")
    return scored


def _weights(
    tail: Tail, quiet: Collection[int], store: LineStore, least: float
) -> Iterator[tuple[int, float]]:
    """The numbers of a tail's lines, the last first, and their weights.

    The farther a line is from the end, the less it weighs. `quiet`: numbers of lines that explain nothing.
    It ends where a line has less than the `least` that any has, or a digest is full.
    """
    number, weight = tail.first + len(tail.raw), tail.weight
    near, given, room = looked_at(tail).start, weight, MOST
    alike: dict[bytes, int] = {}
    for raw in reversed(tail.raw):
        number -= 1
        if number in quiet and maps_memory(store.text[number]):
            continue  # what is above such a map is as near to the end as if the map were not there
        weight *= WEIGHTS.fall if len(raw) > WEIGHTS.short_line else WEIGHTS.fall_of_short
        if number >= near:
            mask = store.text[number].translate(None, DIGITS)
            alike[mask] = alike.get(mask, 0) + 1
            given = weight * (WEIGHTS.boilerplate if number in quiet else 1.0)
            given *= WEIGHTS.further_alike if alike[mask] > WEIGHTS.alike else 1.0
        elif (near - number) % WEIGHTS.together == 1:
            given = weight
        yield number, given if number >= tail.step else given * WEIGHTS.earlier_step
        room -= len(raw)
        if room < 0 or weight < least:
            break
