"""Spans and marks → a bounded digest: each line with its weight, in the log's order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..model import Block, Digest, Step
from .fingerprint import fingerprint
from .green import Green
from .scan import Mark, Scan, Span
from .text import LONGEST, segments

MOST = 90_000  # characters a digest keeps


def _exits(scan: Scan) -> list[Mark]:
    exits = [mark for mark in scan.marks if mark.kind == "exit"]
    return exits or [mark for mark in scan.marks if mark.kind == "error"][-1:]


def _stamp(at: datetime | None) -> bytes:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S").encode() if at is not None else b""


def _failed_windows(steps: Sequence[Step]) -> list[tuple[bytes, bytes]]:
    """From when to when steps failed, as the log writes times; whole seconds, both ends included."""
    bad = ("failure", "timed_out", "cancelled")
    times = [(_stamp(step.started_at), _stamp(step.completed_at)) for step in steps if step.conclusion in bad]
    return [(start, end) for start, end in times if start and end]


def _place(span: Span, exits: Sequence[Mark], lines: Sequence[int]) -> float:
    """How much the place of a span by the log's own marks says for it."""
    at = bisect_left(lines, span.anchor)
    if at == len(lines):
        return 0.5 if span.anchor - lines[-1] > 40 else 0.9
    mark = exits[at]
    if span.anchor < mark.header.line:
        return 0.45
    return 1.0 - min(0.25, (mark.line - span.anchor) / 12000)


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
            factor *= (1.0, 0.7, 0.5, 0.3, 0.2, 0.15)[min(repeats, 5)]
            alike = rules.get(span.rule, 0)
            rules[span.rule] = alike + 1
            factor *= 1 / (1 + alike / 40)
        factors.append(factor)
    return factors


@dataclass(slots=True)
class _Line:
    weight: float
    rule: str
    raw: bytes


def _lines(spans: Sequence[Span], factors: Sequence[float], green: Green | None) -> dict[int, _Line]:
    """Each line by its number, with the most that any span gives it."""
    lines: dict[int, _Line] = {}
    for span, factor in zip(spans, factors, strict=True):
        for offset, share in enumerate(span.weights):
            weight = share * factor
            raw = span.raw[offset]
            if green is not None and weight > 0.05 and raw in green:
                weight *= 0.15
            known = lines.get(span.first + offset)
            if known is None or known.weight < weight:
                lines[span.first + offset] = _Line(weight, span.rule, raw)
    return lines


def _blocks(lines: dict[int, _Line]) -> tuple[Block, ...]:
    """The most telling lines, up to the bound; neighbours of one weight and rule make a block."""
    size = 0
    kept: list[int] = []
    for number in sorted(lines, key=lambda number: (-lines[number].weight, number)):
        size += min(len(lines[number].raw), LONGEST) + 1
        if size > MOST:
            break
        kept.append(number)
    blocks: list[Block] = []
    for number in sorted(kept):
        line = lines[number]
        texts = tuple(segments(line.raw))
        last = blocks[-1] if blocks else None
        if (
            last
            and last.last + 1 == number
            and last.rule == line.rule
            and abs(last.weight - line.weight) < last.weight * 0.01
        ):
            blocks[-1] = replace(last, lines=last.lines + texts, last=number)
        else:
            blocks.append(Block(number, texts, round(line.weight, 3), line.rule, number))
    return tuple(blocks)


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log."""
    spans = sorted(scan.spans, key=lambda span: span.anchor)
    factors = score(scan, spans, steps)
    blocks = _blocks(_lines(spans, factors, green))
    return Digest(blocks, scan.total, _fingerprint(spans, factors), **_facts(scan, spans))


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
