"""Excerpts and annotations as fenced blocks of any size; no annotation repeats an excerpt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ...model import Annotation, Attachment, Block, Digest, Excerpt, Failure, utf16_length
from ...sanitize import inline
from ..excerpter import (
    MakeExcerpt,
    end_of_step,
    greatest_weight,
    is_weak,
    numbers,
    units_first,
    without,
)
from ..grouping import specific_annotations
from ..layout import FRAME, Part, cut, filled, head, listed, quoted, short

_FEWEST = 40  # units of an excerpt that are worth a fence
LEAD = 1_300  # units of what broke, before any detail: with its heading, a first screen
_STRONG = 0.3  # of the greatest weight; weaker lines are details
_NEIGHBOURS = 3  # lines between two that are shown as one group …
_OF_ONE_RULE = 30  # … where one rule found both, as a list's heading and its row
_WEAK_END = 800  # units of a failed step's end, where no line looks like its cause
_LONG = 4_000  # units from which on an excerpt alone begins with its strongest lines
_BELOW_LEAD = "\n\n(Above: the strongest lines. Below: the others in the log's order.)\n\n"
_ATTACHED_WEIGHT = 2  # a fifth of the failures' weight: the user chose the files, but they may be whole logs
_SHARE_OF_LOG = 28  # units of the words on how much of a log is shown
_WEAK = "No line of this log looks like its cause. The end of the failed step"


class Lead(NamedTuple):
    """What broke, in a few lines; and the numbers of these lines, which nothing below shows again."""

    text: str
    lines: frozenset[int] = frozenset()
    whole: bool = False  # there is no more to show


def lead_of(digest: Digest, excerpt: MakeExcerpt, limit: int) -> Lead:
    """The strongest lines of at most `limit` units, the strongest of them first.

    A log whose excerpt is short is shown in its own order. If no line looks like an error, the lead is the
    end of the failed step.
    """
    if is_weak(digest):
        end = excerpt(end_of_step(digest), min(limit, _WEAK_END))
        return Lead(end.text, frozenset(numbers(end)))
    everything = excerpt(digest, 2 * limit)
    if utf16_length(everything.text) <= limit:
        return Lead(everything.text, frozenset(numbers(everything)), whole=True)
    most = greatest_weight(digest)
    # Of several failures each comes before what is near one of them.
    least = most * (1.01 if len(digest.units) > 1 else _STRONG)
    made = excerpt(units_first(digest, least), limit)
    return Lead(_strongest_first(made), frozenset(numbers(made)))


def _strongest_first(made: Excerpt) -> str:
    """An excerpt's lines, in groups of neighbours; the group with the strongest line comes first."""
    groups: list[list[Block]] = []
    for block in made.blocks:
        last = groups[-1][-1] if groups else block
        near = _OF_ONE_RULE if block.rule == last.rule else _NEIGHBOURS
        if groups and block.first <= last.last + near:
            groups[-1].append(block)
        else:
            groups.append([block])
    groups.sort(key=lambda group: -max(block.weight for block in group))
    return "\n\n".join("\n".join(line for block in group for line in block.lines) for group in groups)


def log_block(title: str, digest: Digest, excerpt: MakeExcerpt, limit: int) -> str:
    """A digest's excerpt, fenced, below a line with its share of the log; empty where it has no room."""
    room = limit - utf16_length(title) - _SHARE_OF_LOG - FRAME
    made = excerpt(digest, room) if room > _FEWEST else None
    if not made or not made.lines:
        return ""
    part = f", {made.lines} of {made.total_lines} lines" if made.cut else ""
    return f"{title}{part}:\n{quoted(made.text)}"


def lead_block(failure: Failure, excerpt: MakeExcerpt, limit: int) -> tuple[str, Lead]:
    """What broke, fenced, in at most `limit` units; without a log, what the annotations say."""
    if failure.digest is None:
        return _annotation_block(merged_annotations(failure), limit), Lead("", whole=True)
    title = f"{_WEAK}:\n" if is_weak(failure.digest) else ""
    room = min(limit - utf16_length(title) - FRAME, LEAD)
    lead = lead_of(failure.digest, excerpt, room) if room > _FEWEST else Lead("")
    return f"{title}{quoted(lead.text)}" if lead.text.strip() else "", lead


def rest_block(failure: Failure, lead: Lead, excerpt: MakeExcerpt, limit: int) -> str:
    """Annotations and the log's further lines: nothing that the lead shows, or the one of the other."""
    if failure.digest is None:
        return ""
    notes = _unrepeated(merged_annotations(failure), lead.text)
    if lead.whole:
        return _annotation_block(notes, limit)
    digest = without(failure.digest, lead.lines)
    title = "From the available part of the log" if failure.partial else "From the log"
    title += ", besides the lines above" if lead.lines else ""
    log = log_block(title, digest, excerpt, limit)
    if unrepeated := _unrepeated(notes, log):
        needed = sum(utf16_length(annotation_line(note)) + 1 for note in unrepeated) + 60
        log = log_block(title, digest, excerpt, limit - min(needed, limit // 3))
    rest = _annotation_block(_unrepeated(notes, log), limit - utf16_length(log) - 2)
    return "\n\n".join(filter(None, (rest, log)))


def excerpt_with_lead(digest: Digest, excerpt: MakeExcerpt, limit: int) -> str:
    """An excerpt of at most `limit` units, its strongest lines before the others if it is long."""
    made = excerpt(digest, limit)
    if utf16_length(made.text) <= _LONG or is_weak(digest):
        return made.text
    lead = lead_of(digest, excerpt, LEAD)
    rest = excerpt(without(digest, lead.lines), limit - utf16_length(lead.text + _BELOW_LEAD)).text
    return f"{lead.text}{_BELOW_LEAD}{rest}"


def attachments_part(attachments: Sequence[Attachment], excerpt: MakeExcerpt) -> Part | None:
    """The attached files; None: there are none."""
    part = Part(partial(_attachments, attachments, excerpt), _ATTACHED_WEIGHT, "the attached files")
    return part if attachments else None


def _attachments(attachments: Sequence[Attachment], excerpt: MakeExcerpt, limit: int) -> str:
    """A section for each attached file, by what it needs; those without room are named."""
    parts = []
    for one in attachments:
        name = inline(short(one.path, 160))
        title = f"\n\n## Attached: {name}\n\nFrom the file"
        parts.append(Part(partial(log_block, title, one.digest, excerpt), name=name))
    sections = filled(parts, limit)
    return "".join(sections) if any(sections[: len(parts)]) else ""


def merged_annotations(failure: Failure) -> list[Annotation]:
    """Those of level `failure` over all its jobs; without a log, the warnings too."""
    notes = [note for job in failure.jobs for note in specific_annotations(job)]
    if not failure.digest:
        notes += [note for job in failure.jobs for note in job.annotations if note.level == "warning"]
    return list(dict.fromkeys(notes))


def annotation_line(note: Annotation) -> str:
    """An annotation as compilers print their findings."""
    place = _place(note) + (f":{note.line}" if note.line else "") + ": " if _place(note) else ""
    titled = f"{note.title}: " if note.title and note.title not in note.message else ""
    return place + titled + note.message.strip()


def _place(note: Annotation) -> str:
    """The runner gives those without a file the path `.github`."""
    return "" if note.path == ".github" else note.path


def _unrepeated(notes: Sequence[Annotation], shown: str) -> list[Annotation]:
    folded = _folded(shown)
    return [
        note for note in notes if not all(_folded(part) in folded for part in (note.message, _place(note)))
    ]


def _folded(text: str) -> str:
    return "".join(text.split())


def _annotation_block(notes: Sequence[Annotation], limit: int) -> str:
    title = "Annotations:\n"
    room = limit - len(title) - FRAME
    shown = [cut(annotation_line(note), max(room // 2, _FEWEST)) for note in notes]
    if shown and (text := listed(shown, room, "\n")):
        return title + quoted(text)
    return head(f"({len(notes)} annotations left out)", limit) if notes else ""
