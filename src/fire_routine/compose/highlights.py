"""What people are shown of each distinct failure: a few lines, and the legs of its matrix that passed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..model import ERROR_WEIGHT, Digest, Failure, Highlight, Run
from ..patterns import pattern
from ..sanitize import flat
from .grouping import specific_annotations
from .job_names import base_name, matrix_values

MOST_LINES = 5  # of one failure
LONGEST_LINE = 300  # characters
LONGEST_CAUSE = 300  # characters
# Of the strongest line's weight. Below, a line is context: people read it in the log or in the text.
_WEAKEST = 0.5
_RANKED, _PEAKS = 500, 40  # lines that are looked at, and that are candidates
_AS_STRONG = 0.97  # of the strongest line's weight: below, it is clearly weaker
_NEAR = 8  # lines that belong to one report: an error, its code frame, the place in a file

_WORD = pattern(r"[^\W\d_]{2,}")
_NUMBERS = pattern(r"\d+|0x[0-9a-fA-F]+")
_LOCATION = pattern(r"[\w.-]+\.\w{1,6}(?::\d+|\(\d+[,)]|\", line \d+)")
_MARKER = pattern(r"(?:##\[\w+\]|E {2,}|>\s+(?=\S)|[│|]\s+)")  # the runner's and pytest's marks


class _Line(NamedTuple):
    place: int
    text: str
    weight: float


def highlights(run: Run, failures: Sequence[Failure]) -> tuple[Highlight, ...]:
    """One for each failure, in their order. The failures have to be redacted and sanitized."""
    return tuple(Highlight(cause(one), strongest(one), _passed_legs(run, one)) for one in failures)


def cause(failure: Failure) -> str:
    """Its strongest line on one line, without indentation and marks; or how it ended."""
    ranked = _ranked(_lines(failure.digest)) if failure.digest else []
    if ranked and ranked[0].weight >= ERROR_WEIGHT:
        as_strong = [line for line in ranked if line.weight >= ranked[0].weight * _AS_STRONG]
        return flat(_bare(min(as_strong).text), LONGEST_CAUSE)  # what comes first is the cause of the rest
    notes = () if failure.digest else strongest(failure)
    return notes[0] if notes else _ended(failure)


def strongest(failure: Failure) -> tuple[str, ...]:
    """Its one to five strongest lines, in the log's order; without a log, what the annotations say.

    Of lines close to each other the heaviest is taken, and the place in a file that it names. Lines that
    differ only in numbers are shown once. Where no line looks like an error, the last ones are taken.
    """
    if failure.digest is None:
        messages = (note.message for job in failure.jobs for note in specific_annotations(job))
        distinct = dict.fromkeys(flat(text, LONGEST_LINE) for text in messages if text.strip())
        return tuple(distinct)[:MOST_LINES]
    lines = _lines(failure.digest)
    ranked = _ranked(lines)
    if not ranked or ranked[0].weight < ERROR_WEIGHT:
        return tuple(_short(line.text) for line in lines if _WORD.search(line.text))[-MOST_LINES:]
    chosen: dict[int, str] = {}
    seen: set[str] = set()
    for peak in ranked:
        for line in (peak, *_location_of(lines, peak)):
            text = _bare(line.text)
            template = text if _LOCATION.search(text) else _NUMBERS.sub("#", text)
            if template not in seen and len(chosen) < MOST_LINES:
                seen.add(template)
                chosen[line.place] = line.text
    return tuple(_short(chosen[place]) for place in sorted(chosen))


def _ranked(lines: Sequence[_Line]) -> list[_Line]:
    """The lines worth showing, the heaviest first."""
    lines = heapq.nlargest(_RANKED, lines, key=lambda line: line.weight)
    peaks: list[_Line] = []
    shapes: list[tuple[str, ...]] = []
    least = max((line.weight for line in lines if _WORD.search(line.text)), default=0.0) * _WEAKEST
    for line in sorted(lines, key=lambda line: (-line.weight, line.place)):
        if len(peaks) >= _PEAKS or line.weight < least or not _WORD.search(line.text):
            continue
        shape = tuple(_NUMBERS.sub("#", line.text).split()[:2])
        near = [at for at, peak in enumerate(peaks) if abs(peak.place - line.place) <= _NEAR]
        # Next to each other, an error of a list is of the shape of the one before it, and context is not.
        if not near or any(shapes[at] == shape for at in near):
            peaks.append(line)
            shapes.append(shape)
    return peaks


def _bare(line: str) -> str:
    return _MARKER.sub("", line.strip(), count=1)


def _short(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"


def _lines(digest: Digest) -> list[_Line]:
    """The kept lines with their numbers, as far as they have words."""
    return [
        _Line(block.first + offset, line, block.weight)
        for block in digest.blocks
        for offset, line in enumerate(block.lines)
    ]


def _location_of(lines: Sequence[_Line], peak: _Line) -> Iterator[_Line]:
    """The nearest kept line after a peak, or else before it, that names a line of a file."""
    if _LOCATION.search(peak.text):
        return
    near = sorted(
        (line for line in lines if 0 < abs(line.place - peak.place) <= _NEAR and _LOCATION.search(line.text)),
        key=lambda line: (line.place < peak.place, abs(line.place - peak.place)),
    )
    yield from near[:1]


def _ended(failure: Failure) -> str:
    job = failure.jobs[0]
    step = f", step {job.failed_steps[0].name}" if job.failed_steps else ""
    code = next((code for code in failure.exit_codes if code is not None), None)
    how = "timed out" if job.conclusion == "timed_out" else "failed"
    return flat(f"{job.name}{step}: {how}" + ("" if code is None else f", exit code {code}"), LONGEST_CAUSE)


def _passed_legs(run: Run, failure: Failure) -> tuple[str, ...]:
    bases = {base_name(job.name) for job in failure.jobs}
    return tuple(name for name in run.passed_jobs if base_name(name) in bases and matrix_values(name))
