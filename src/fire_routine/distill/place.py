"""How much a span's place in the log, and its like before it, say for it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ..model import Step
from .findings import Mark, Scan, Span

BEFORE = 0.12  # stands before the failed step
BEYOND = 0.4  # stands behind the last failed step: uploads, clean-up
ELSEWHERE = 0.5  # another step's, by the API's times
FAR, REACH = 0.66, 300  # far before the step's end, in lines; right before it: 1
DEEP = 0.55  # at least that in a huge log: the more lines stand before the end, the less far ones tell
REPEATS = (1.0, 0.6, 0.4, 0.3, 0.2, 0.15)  # the first line of a template, the second, …
CLOSING = 0.6  # the last, where there are more: beside it stands how it ended
LONG = 5_000  # lines of a log that repeats itself: what is frequent in it, a line or a format, tells less
HUGE = 30_000  # lines from which on fewer alike are few: half as many where the log has four times as many
OFTEN = 4  # lines alike that are few in such a log
MANY = 5  # lines of one rule that are few in it, but for a list of what failed
ALIKE = 3  # findings of one shape that are shown as examples of it
SHAPES = 6  # the same beyond these until the next has half the weight
RARE = 0.4  # at least so much of its weight has what is frequent: a thousand findings may be the failure
CROWD = 8  # blocks of a rule until its next has half the weight
LIST = 40  # the same in a list of what failed


def exits(scan: Scan) -> list[Mark]:
    """The marks at which steps failed; where there are none, the last error that was marked."""
    ends = [mark for mark in scan.marks if mark.kind == "exit"]
    return ends or [mark for mark in scan.marks if mark.kind == "error"][-1:]


def _stamp(at: datetime | None) -> bytes:
    return at.astimezone(UTC).isoformat()[:19].encode() if at is not None else b""


def failed_times(steps: Sequence[Step]) -> list[tuple[bytes, bytes]]:
    """From when to when steps failed, as the log writes times; whole seconds, both ends included."""
    bad = ("failure", "timed_out", "cancelled")
    times = [(_stamp(step.started_at), _stamp(step.completed_at)) for step in steps if step.conclusion in bad]
    return [(start, end) for start, end in times if start and end]


def _near(lines: int, total: int) -> float:
    """How much it says for a span that it stands so many lines before the end of its step."""
    larger = max(total / HUGE, 1.0)
    far = max(FAR / math.pow(larger, 0.25), DEEP)
    return far + (1 - far) * math.exp(-lines / (REACH * larger))


def _place(span: Span, exits: Sequence[Mark], lines: Sequence[int], total: int) -> float:
    """How much the place of a span by the log's own marks says for it; a huge log without any ends
    where it failed."""
    if not lines:
        return _near(total - span.anchor, total) if total > HUGE else 1.0
    at = bisect_left(lines, span.anchor)
    if at == len(lines):
        return BEYOND if span.anchor - lines[-1] > 3 else 0.9
    mark = exits[at]
    if span.anchor < mark.header.line:
        return BEFORE
    return _near(mark.line - span.anchor, total)


def factors(scan: Scan, spans: Sequence[Span], steps: Sequence[Step]) -> list[float]:
    """A factor for each span: where it stands, and how often its like was seen before."""
    ends = exits(scan)
    lines = [mark.line for mark in ends]
    failed = failed_times(steps)
    if not any(start <= span.stamp <= end for span in spans for start, end in failed if span.stamp):
        failed = []
    seen: dict[tuple[bool, int], int] = {}  # in a failed step, and elsewhere
    alike: dict[tuple[bool, int], int] = {}
    rules: dict[tuple[bool, str], int] = {}
    found: list[float] = []
    totals = Counter(span.rule for span in spans)
    few = max(OFTEN * math.sqrt(min(1.0, HUGE / max(scan.total, 1))), 1.0)
    last = {span.key: span.anchor for span in spans}
    for span in spans:
        factor = _place(span, ends, lines, scan.total)
        if failed:
            factor *= 1.0 if any(start <= span.stamp <= end for start, end in failed) else ELSEWHERE
        there = factor >= DEEP * 0.99
        if span.key:
            repeats = seen.get((there, span.key), 0)
            seen[there, span.key] = repeats + 1
            closing = span.anchor == last[span.key] and scan.counts.get(span.key, 1) > len(REPEATS)
            factor *= CLOSING if closing else REPEATS[min(repeats, len(REPEATS) - 1)]
            if scan.total > LONG:
                many = LIST if span.listed else MANY
                often = min(1.0, few / scan.counts.get(span.key, 1)) * min(1.0, many / totals[span.rule])
                factor *= max(math.sqrt(often), RARE)
            shapes = alike.get((there, span.shape), 0)
            alike[there, span.shape] = shapes + 1
            factor *= 1 / (1 + max(shapes + 1 - ALIKE, 0) / SHAPES)
            others = rules.get((there, span.rule), 0)
            rules[there, span.rule] = others + 1
            factor *= 1 / (1 + others / (LIST if span.listed else CROWD))
        found.append(factor)
    return found


def inside(scan: Scan, spans: Sequence[Span], steps: Sequence[Step]) -> list[Span]:
    """The spans within a failed step; all of them where none is."""
    ends = exits(scan)
    lines = [mark.line for mark in ends]
    failed = failed_times(steps)
    timed = [span for span in spans if any(start <= span.stamp <= end for start, end in failed)]
    placed = [span for span in timed or spans if _place(span, ends, lines, scan.total) >= DEEP]
    return placed or timed or list(spans)
