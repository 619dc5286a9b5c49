"""Excerpts and annotations as fenced blocks of any size; no annotation repeats an excerpt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...model import ERROR_WEIGHT, Annotation, Attachment, Digest, Excerpt, Failure, utf16_length
from ...sanitize import inline
from ..excerpter import MakeExcerpt, above, greatest_weight
from ..grouping import specific_annotations
from ..layout import Part, cut, fill, head, listed, quoted, short

_FEWEST = 40  # units of an excerpt that are worth a fence
# An excerpt is preceded by its strongest lines in two cases. It is longer than `_LONG` units, or its
# strongest line is more than `_DEEP` units below its top.
_LONG, _DEEP = 4_000, 1_200
_NARROW, _ROOMY = 1_600, 4_800  # units of those lines; units of the evidence that has room for them
_BELOW_LEAD = "\n\n(Above: the strongest lines. Below: the excerpt in the log's order.)\n\n"
_LITTLE = 0.1  # of the greatest weight, below which a line is weak evidence
_ATTACHED_WEIGHT = 2  # a fifth of the failures' weight: the user chose the files, but they may be whole logs
_COUNT_OF_FILES = 60  # units of the line that counts attached files left out


def _depth(excerpt: Excerpt) -> int:
    """About how many units its strongest line is below its top."""
    most = max(range(len(excerpt.blocks)), key=lambda at: excerpt.blocks[at].weight, default=0)
    return sum(utf16_length(line) + 1 for block in excerpt.blocks[:most] for line in block.lines)


def log_block(title: str, digest: Digest, excerpt: MakeExcerpt, limit: int) -> tuple[str, Excerpt]:
    """A digest's excerpt, fenced, below a line with its share of the log; and the excerpt.

    Both are empty if `limit` has no room for it.
    """
    nothing = Excerpt("", 0, digest.total_lines)
    room = limit - utf16_length(title) - 60
    while room > _FEWEST:
        made = excerpt(digest, room)
        part = f", {made.lines} of {made.total_lines} lines" if made.cut else ""
        block = f"{title}{part}:\n{quoted(made.text)}"
        over = utf16_length(block) - limit
        if over <= 0:
            return (block, made) if made.text.strip() else ("", nothing)
        room -= over  # this content needs a longer fence than most
    return "", nothing


def evidence(failure: Failure, excerpt: MakeExcerpt, limit: int) -> str:
    """Annotations and excerpt; what an annotation repeats of the excerpt is left out.

    An excerpt is in the log's order. If it does not begin with its strongest lines, they come before it.
    """
    notes = merged_annotations(failure)
    log, unrepeated, first = "", notes, ""
    if failure.digest:
        log, made, unrepeated = _log(failure, failure.digest, notes, excerpt, limit)
        if few := _lead_room(failure.digest, made, limit):
            first, _ = log_block("Strongest lines", above(failure.digest, _LITTLE), excerpt, few)
            log, _, unrepeated = _log(
                failure, failure.digest, notes, excerpt, limit - utf16_length(first) - 2
            )
    rest = limit - sum(utf16_length(block) + 2 for block in (first, log) if block)
    return "\n\n".join(block for block in (_annotation_block(unrepeated, rest), first, log) if block)


def excerpt_with_lead(digest: Digest, excerpt: MakeExcerpt, limit: int) -> str:
    """An excerpt of at most `limit` units, and before it, if it is long, its strongest lines."""
    made = excerpt(digest, limit)
    few = _lead_room(digest, made, limit)
    first = excerpt(above(digest, _LITTLE), few).text if few else ""
    if not first:
        return made.text
    rest = excerpt(digest, limit - utf16_length(first) - utf16_length(_BELOW_LEAD)).text
    return f"{first}{_BELOW_LEAD}{rest}"


def _lead_room(digest: Digest, made: Excerpt, limit: int) -> int:
    """Units for the strongest lines before an excerpt; 0 if it needs none."""
    if limit < _ROOMY or greatest_weight(digest) < ERROR_WEIGHT or not _buries_its_strongest_line(made):
        return 0
    return min(_NARROW, utf16_length(made.text) // 2)  # the whole of a short one would be shown twice


def _buries_its_strongest_line(made: Excerpt) -> bool:
    """Whether an excerpt is long, or its strongest line is far below its top."""
    size = utf16_length(made.text)
    return size > _LONG or _depth(made) > _DEEP


def _log(
    failure: Failure, digest: Digest, notes: list[Annotation], excerpt: MakeExcerpt, limit: int
) -> tuple[str, Excerpt, list[Annotation]]:
    """The excerpt alone, fenced, and the annotations that it does not repeat: it leaves them room."""
    title = "From the available part of the log" if failure.partial else "From the log"
    log, made = log_block(title, digest, excerpt, limit - _needed(notes, limit))
    unrepeated = _unrepeated(notes, made.text)
    if len(unrepeated) < len(notes):  # the excerpt gets the room of those that it repeats
        log, made = log_block(title, digest, excerpt, limit - _needed(unrepeated, limit))
        unrepeated = _unrepeated(notes, made.text)
    return log, made, unrepeated


def _needed(notes: Sequence[Annotation], limit: int) -> int:
    """Units that annotations take next to an excerpt."""
    if not notes:
        return 0
    return min(sum(utf16_length(annotation_line(note)) + 1 for note in notes) + 60, limit // 3)


def attachments_part(attachments: Sequence[Attachment], excerpt: MakeExcerpt) -> Part | None:
    """The attached files; None: there are none."""
    part = Part(partial(_attachments, attachments, excerpt), _ATTACHED_WEIGHT, "the attached files")
    return part if attachments else None


def _attachments(attachments: Sequence[Attachment], excerpt: MakeExcerpt, limit: int) -> str:
    """A section for each attached file, by what it needs; those without room are counted."""
    parts = [Part(partial(_attachment, attachment, excerpt)) for attachment in attachments]
    texts = fill(parts, limit - _COUNT_OF_FILES)
    left = texts.count("")
    if left == len(texts):
        return ""
    return "".join(texts) + (f"\n\n({left} more attached files have no room here.)" if left else "")


def _attachment(attachment: Attachment, excerpt: MakeExcerpt, limit: int) -> str:
    block, _ = log_block(
        f"\n\n## Attached: {inline(short(attachment.path, 160))}\n\nFrom the file",
        attachment.digest,
        excerpt,
        limit,
    )
    return block


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
    lines = [annotation_line(note) for note in notes]
    room = limit - 30
    while lines and room > _FEWEST:
        text = listed([cut(line, max(room // 2, _FEWEST)) for line in lines], room, "\n")
        block = f"Annotations:\n{quoted(text)}"
        over = utf16_length(block) - limit
        if over <= 0:
            return block
        room -= over
    return head(f"({len(lines)} annotations left out)", limit) if lines else ""
