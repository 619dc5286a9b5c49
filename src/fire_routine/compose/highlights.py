"""What people are shown of each distinct failure: a few lines, and the legs of its matrix that passed."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.evidence import Digest, Failure, Highlight, MakeExcerpt
from ..model.run import Run
from ..patterns import WORKSPACE, pattern
from ..sanitize import flat
from .grouping import passed_legs, specific_annotations

MOST_LINES = 5  # of one failure
LONGEST_LINE = 300  # characters
LONGEST_CAUSE = 300  # characters
_ROOM = 500  # units of the excerpt that the lines are taken from
_OF_CAUSE = 3  # lines of a block: name, reason, place

_WORD = pattern(r"[^\W\d_]{2,}")
# The runner's, pytest's and compilers' marks, and colours as some log viewers save them.
_MARKER = pattern(r"^(?:##\[\w+\]|_{3,} |E {2,}|--> |❯ |● |>\s+(?=\S)|[│|]\s+)|(?: _{3,}|:)$|\^\[\[[\d;]*m")


def highlights(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt) -> tuple[Highlight, ...]:
    """One for each failure, in their order. The failures have to be redacted and sanitized."""
    return tuple(Highlight(cause(one), strongest(one, excerpt), passed_legs(run, one)) for one in failures)


def cause(failure: Failure) -> str:
    """Its first block on one line: name, reason, place, in the log's order; else how it ended."""
    digest = failure.digest
    if digest is None or digest.is_weak:
        notes = _of_annotations(failure) if digest is None else ()
        return notes[0] if notes else _ended(failure)
    told = (_bare(line) for line in _needed(digest, 0)[:_OF_CAUSE])
    return flat(": ".join(filter(None, told)), LONGEST_CAUSE) or _ended(failure)


def strongest(failure: Failure, excerpt: MakeExcerpt) -> tuple[str, ...]:
    """One to five lines: what of its blocks a reader needs; without a log, its annotations.

    Where no line looks like an error, the last ones are taken.
    """
    digest = failure.digest
    if digest is None:
        return _of_annotations(failure)
    if digest.is_weak:
        shown = excerpt(digest, _ROOM).shown
        return tuple(_short(line.text) for line in shown if _WORD.search(line.text))[-MOST_LINES:]
    lines = (line for place in range(len(digest.blocks)) for line in _needed(digest, place)[:_OF_CAUSE])
    return tuple(dict.fromkeys(lines))[:MOST_LINES]


def _needed(digest: Digest, block: int) -> list[str]:
    """The lines of a block that a reader needs, without the workspace's path."""
    lines = (line.text for line in digest.lines if line.block == block and not line.rank)
    return [_short(line) for line in lines if _WORD.search(line)]


def _of_annotations(failure: Failure) -> tuple[str, ...]:
    messages = (note.message for job in failure.jobs for note in specific_annotations(job))
    distinct = dict.fromkeys(flat(text, LONGEST_LINE) for text in messages if text.strip())
    return tuple(distinct)[:MOST_LINES]


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
