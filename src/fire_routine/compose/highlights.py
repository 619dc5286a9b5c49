"""What people are shown of each distinct failure: a few lines, and the legs of its matrix that passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model import ERROR_WEIGHT, Block, Digest, Failure, Highlight, Run
from ..patterns import WORKSPACE, pattern
from ..sanitize import flat
from .excerpter import MakeExcerpt, is_weak
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
    """Its first unit on one line: name, reason and place; without one its strongest line, or how it ended."""
    if failure.digest is None:
        return next(iter(_of_annotations(failure)), "") or _ended(failure)
    if is_weak(failure.digest):
        return _ended(failure)
    units = _units(failure.digest)
    if units:
        return flat(": ".join(map(_bare, units[0])), LONGEST_CAUSE)
    lines = _lines(failure.digest.blocks)
    most = max((weight for _, weight in lines), default=0.0)
    # What comes first is the cause of the rest.
    return flat(_bare(next(line for line, weight in lines if weight >= most * _AS_STRONG)), LONGEST_CAUSE)


def _units(digest: Digest) -> list[list[str]]:
    """The lines of each unit, without the workspace's path."""
    lines = {
        min(block.first + offset, block.last): line
        for block in digest.blocks
        for offset, line in enumerate(block.lines)
        if _WORD.search(line)
    }
    units = ([_short(lines[number]) for number in unit if number in lines] for unit in digest.units)
    return [unit for unit in units if unit]


def strongest(failure: Failure, excerpt: MakeExcerpt) -> tuple[str, ...]:
    """One to five lines: those of its units, else of a short excerpt; without a log, what the annotations say.

    Where no line looks like an error, the last ones are taken.
    """
    if failure.digest is None:
        return _of_annotations(failure)
    units = [] if is_weak(failure.digest) else _units(failure.digest)
    if units:
        return _told(units)
    lines = _lines(excerpt(failure.digest, _ROOM).blocks)
    most = max((weight for _, weight in lines), default=0.0)
    if most < ERROR_WEIGHT:
        chosen = list(range(len(lines)))[-MOST_LINES:]
    else:
        by_weight = sorted(range(len(lines)), key=lambda at: (-lines[at][1], at))
        chosen = [at for at in by_weight if lines[at][1] >= most * _WEAKEST][:MOST_LINES]
    return tuple(_short(lines[at][0]) for at in sorted(chosen))


def _told(units: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The lines of the first units, whole ones as far as five lines go; a line that heads several is told once."""
    told: dict[str, None] = {}
    for unit in units:
        if told and len({*told, *unit}) > MOST_LINES:
            break
        told.update(dict.fromkeys(unit))
    return tuple(told)[:MOST_LINES]


def _of_annotations(failure: Failure) -> tuple[str, ...]:
    messages = (note.message for job in failure.jobs for note in specific_annotations(job))
    distinct = dict.fromkeys(flat(text, LONGEST_LINE) for text in messages if text.strip())
    return tuple(distinct)[:MOST_LINES]


def _lines(blocks: Iterable[Block]) -> list[tuple[str, float]]:
    """Those with words, with their weights."""
    return [(line, block.weight) for block in blocks for line in block.lines if _WORD.search(line)]


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
