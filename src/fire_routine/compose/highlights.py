"""What people are shown of each distinct failure: a few lines, and the legs of its matrix that passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import Block, Digest, Failure, Highlight, Run
from ..patterns import WORKSPACE, pattern
from ..sanitize import flat
from .excerpter import MakeExcerpt, end_of_step, greatest_weight, is_weak, units_first
from .grouping import passed_legs, specific_annotations

MOST_LINES = 5  # of one failure
LONGEST_LINE = 300  # characters
LONGEST_CAUSE = 300  # characters
_ROOM = 500  # units of the excerpt that the lines are taken from
_WEAKEST = 0.5  # of the strongest line's weight; below, a line is context, which people read in the text
_AS_STRONG = 0.97  # of the strongest line's weight; below, it is clearly weaker

_WORD = pattern(r"[^\W\d_]{2,}")
# The runner's, pytest's and compilers' marks, and colours as some log viewers save them.
_MARKER = pattern(r"^(?:##\[\w+\]|_{3,} |E {2,}|--> |❯ |● |>\s+(?=\S)|[│|]\s+)|(?: _{3,}|:)$|\^\[\[[\d;]*m")


def highlights(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt) -> tuple[Highlight, ...]:
    """One for each failure, in their order. The failures have to be redacted and sanitized."""
    return tuple(Highlight(cause(one), strongest(one, excerpt), passed_legs(run, one)) for one in failures)


def cause(failure: Failure) -> str:
    """Its first unit on one line: name, reason, place; else its strongest line, or how it ended."""
    digest = failure.digest
    if digest is None or is_weak(digest):
        told = _of_annotations(failure) if digest is None else ()
        return told[0] if told else _ended(failure)
    least = greatest_weight(digest) * _AS_STRONG
    lines = _lines(block for block in digest.blocks if block.weight >= least)
    unit = next(iter(_units(digest)), lines[:1])  # what comes first is the cause of the rest
    return flat(": ".join(map(_bare, unit)), LONGEST_CAUSE) or _ended(failure)


def _units(digest: Digest) -> list[list[str]]:
    """The lines of each unit, without the workspace's path."""
    lines = {
        min(block.first + offset, block.last): _short(line)
        for block in digest.blocks
        for offset, line in enumerate(block.lines)
        if _WORD.search(line)
    }
    units = ([lines[number] for number in unit if number in lines] for unit in digest.units)
    return [unit for unit in units if unit]


def strongest(failure: Failure, excerpt: MakeExcerpt) -> tuple[str, ...]:
    """One to five lines: those of its units, else of a short excerpt; without a log, its annotations.

    Where no line looks like an error, the last ones are taken.
    """
    digest = failure.digest
    if digest is None:
        return _of_annotations(failure)
    if is_weak(digest):
        return tuple(_lines(excerpt(end_of_step(digest), _ROOM).blocks))[-MOST_LINES:]
    lines = [line for unit in _units(digest) for line in unit]
    if not lines:
        lines = _lines(excerpt(units_first(digest, greatest_weight(digest) * _WEAKEST), _ROOM).blocks)
    return tuple(dict.fromkeys(lines))[:MOST_LINES]


def _of_annotations(failure: Failure) -> tuple[str, ...]:
    messages = (note.message for job in failure.jobs for note in specific_annotations(job))
    distinct = dict.fromkeys(flat(text, LONGEST_LINE) for text in messages if text.strip())
    return tuple(distinct)[:MOST_LINES]


def _lines(blocks: Iterable[Block]) -> list[str]:
    """Those with words, without the workspace's path."""
    return [_short(line) for block in blocks for line in block.lines if _WORD.search(line)]


def _bare(line: str) -> str:
    return _MARKER.sub("", line.strip()).strip()


def _short(line: str) -> str:
    line = WORKSPACE.sub("", line.expandtabs(4)).rstrip()
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"


def _ended(failure: Failure) -> str:
    job = failure.jobs[0]
    step = f", step {job.failed_steps[0].name}" if job.failed_steps else ""
    code = next((code for code in failure.exit_codes if code is not None), None)
    how = "timed out" if job.conclusion == "timed_out" else "failed"
    return flat(f"{job.name}{step}: {how}" + ("" if code is None else f", exit code {code}"), LONGEST_CAUSE)
