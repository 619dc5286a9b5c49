"""Spans and marks → a bounded digest: each line with its weight, in the log's order."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ..model import Block, Digest, Step
from .fingerprint import fingerprint
from .green import Green
from .scan import Mark, Scan, Span
from .text import LONGEST, RAW_DULL, clean, segments

LIKE = 0.96
LIKE_LISTED = 0.85
NEAR_WEIGHT = 1.25
FALL = 0.94
FAR = 0.66
REACH = 300
BEYOND = 0.4
BEFORE = 0.35
CROWD = 8
LIST = 40
MOST = 90_000  # characters a digest keeps


def _exits(scan: Scan) -> list[Mark]:
    exits = [mark for mark in scan.marks if mark.kind == "exit"]
    return exits or [mark for mark in scan.marks if mark.kind == "error"][-1:]


def _stamp(at: datetime | None) -> bytes:
    return at.astimezone(UTC).isoformat()[:19].encode() if at is not None else b""


def _failed_windows(steps: Sequence[Step]) -> list[tuple[bytes, bytes]]:
    """From when to when steps failed, as the log writes times; whole seconds, both ends included."""
    bad = ("failure", "timed_out", "cancelled")
    times = [(_stamp(step.started_at), _stamp(step.completed_at)) for step in steps if step.conclusion in bad]
    return [(start, end) for start, end in times if start and end]


def _place(span: Span, exits: Sequence[Mark], lines: Sequence[int]) -> float:
    """How much the place of a span by the log's own marks says for it."""
    at = bisect_left(lines, span.anchor)
    if at == len(lines):
        return BEYOND if span.anchor - lines[-1] > 3 else 0.9
    mark = exits[at]
    if span.anchor < mark.header.line:
        return BEFORE
    return FAR + (1 - FAR) * math.exp((span.anchor - mark.line) / REACH)


def score(scan: Scan, spans: Sequence[Span], steps: Sequence[Step]) -> list[float]:
    """A factor for each span: where it stands, and how often its like was seen before."""
    exits = _exits(scan)
    lines = [mark.line for mark in exits]
    failed = _failed_windows(steps)
    if not any(start <= span.stamp <= end for span in spans for start, end in failed if span.stamp):
        failed = []
    seen: dict[int, int] = {}
    rules: dict[str, int] = {}
    factors: list[float] = []
    for span in spans:
        factor = _place(span, exits, lines) if lines else 1.0
        if failed:
            factor *= 1.0 if any(start <= span.stamp <= end for start, end in failed) else 0.5
        if span.key:
            repeats = seen.get(span.key, 0)
            seen[span.key] = repeats + 1
            factor *= (1.0, 0.6, 0.4, 0.3, 0.2, 0.15)[min(repeats, 5)]
            alike = rules.get(span.rule, 0)
            rules[span.rule] = alike + 1
            factor *= 1 / (1 + alike / (LIST if span.listed else CROWD))
        factors.append(factor)
    return factors


_Lines = dict[int, tuple[float, str, bytes]]  # number → weight, rule, raw


def _lines(scan: Scan, spans: Sequence[Span], factors: Sequence[float]) -> _Lines:
    """Each line by its number, with the most that anything gives it."""
    lines: _Lines = {}
    for number, raw in enumerate(scan.whole):
        lines[number] = (0.02, "all", raw)
    for tail in scan.tails:
        number, weight, room = tail.first + len(tail.raw), tail.weight * NEAR_WEIGHT, MOST
        for raw in reversed(tail.raw):
            number -= 1
            weight *= FALL if len(raw) > 40 else 1 - (1 - FALL) / 3  # short lines cost little
            room -= len(raw)
            told = weight * 0.2 if RAW_DULL.match(raw) else weight
            known = lines.get(number)
            if known is None or known[0] < told:
                lines[number] = (told, "tail", raw)
            if room < 0:
                break
    seen: set[str] = set()
    for span, factor in zip(spans, factors, strict=True):
        number = span.first
        fall = (
            (LIKE_LISTED if span.listed else LIKE) if span.rule in seen else 1.0
        )  # an example is shown whole, its like by their first lines
        seen.add(span.rule)
        for share, raw in zip(span.weights, span.raw, strict=True):
            weight = share * factor * fall ** abs(number - span.anchor)
            known = lines.get(number)
            if known is None or known[0] < weight:
                lines[number] = (weight, span.rule, raw)
            number += 1
    return lines


def _dim(lines: _Lines, green: Green) -> None:
    """Lines that the green run prints too weigh little."""
    for number, (weight, rule, raw) in lines.items():
        if weight > 0.05 and raw in green:
            lines[number] = (weight * 0.15, rule, raw)


def _blocks(lines: _Lines) -> tuple[Block, ...]:
    """The most telling lines, up to the bound; neighbours of one weight and rule make a block."""
    size = 0
    kept: list[int] = []
    for number in sorted(lines, key=lambda number: (-lines[number][0], number)):
        size += min(len(lines[number][2]), LONGEST) + 1
        if size > MOST:
            break
        kept.append(number)
    kept.sort()
    blocks: list[Block] = []
    texts: list[str] = []
    first, last, weight, rule = 0, -2, 0.0, ""
    for number, shown in zip(kept, clean([lines[number][2] for number in kept]), strict=True):
        new, name, _ = lines[number]
        if number != last + 1 or name != rule or abs(new - weight) > weight * 0.01:
            if texts:
                blocks.append(Block(first, tuple(texts), weight, rule, last))
            first, texts, weight, rule = number, [], new, name
        texts += shown
        last = number
    if texts:
        blocks.append(Block(first, tuple(texts), weight, rule, last))
    return tuple(blocks)


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log."""
    spans = scan.spans
    factors = score(scan, spans, steps)
    lines = _lines(scan, spans, factors)
    if green is not None:
        _dim(lines, green)
    return Digest(_blocks(lines), scan.total, _fingerprint(spans, factors), **_facts(scan, spans))


def _fingerprint(spans: Sequence[Span], factors: Sequence[float]) -> str:
    told = [
        (max(span.weights) * factor, span) for span, factor in zip(spans, factors, strict=True) if span.key
    ]
    best = max((weight for weight, _ in told), default=0.0)
    return fingerprint(
        segments(span.raw[span.anchor - span.first])[-1] for weight, span in told if weight >= best * 0.75
    )


_ENDED = {
    "out-of-memory": "out of memory",
    "compiler-killed": "killed",
    "killed": "killed",
    "disk-full": "no space left on device",
    "actions-lost": "the runner was lost",
    "travis-stalled": "timed out: no output",
    "travis-limit": "timed out",
    "go-timeout": "timed out",
}


def _facts(scan: Scan, spans: Sequence[Span]) -> dict[str, Any]:
    """What the failed step was, and how it ended."""
    exits = _exits(scan)
    mark = exits[-1] if exits else None
    ended = next((_ENDED[span.rule] for span in spans if span.rule in _ENDED), "")
    if mark is None:
        return {"ended": ended}
    code = re.search(r"(?:exit code|exited with) (\d{1,3})\b", mark.text)
    if "timed out" in mark.text or "exceeded the maximum execution time" in mark.text:
        ended = "timed out"
    elif "was canceled" in mark.text:
        ended = ended or "cancelled"
    elif code and not ended:
        ended = {"124": "timed out", "137": "killed", "143": "terminated"}.get(code.group(1), "")
    return {
        "step": mark.header.name,
        "command": mark.header.command,
        "shell": mark.header.shell,
        "exit_code": int(code.group(1)) if code else None,
        "ended": ended,
    }
