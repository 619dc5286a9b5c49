"""Excerpts and annotations as fenced blocks of any size; no annotation repeats an excerpt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...model.evidence import Attachment, Digest, Failure, MakeExcerpt, utf16_length
from ...model.run import Annotation, counted
from ...sanitize import inline
from ..grouping import specific_annotations
from ..layout import FRAME, Part, cut, filled, head, listed, quoted, short

_FEWEST = 40  # units of an excerpt that are worth a fence
_ATTACHED_WEIGHT = 2  # a fifth of the failures' weight: the user chose the files, but they may be whole logs
_WEAK = "No line of this log looks like its cause. The end of the failed step"
_REDACTED = "[redacted:"
_FOR_REPLACED = 40  # units of the line that counts them
_REST = "Further lines that may explain it:\n"


def log_block(title: str, digest: Digest, excerpt: MakeExcerpt, limit: int) -> str:
    """What is told of a log, fenced, below a title if there is one; empty where it has no room."""
    title += ":\n" if title else ""
    room = limit - utf16_length(title) - 2 * FRAME - len(_REST) - 2 - _FOR_REPLACED
    made = excerpt(digest, room) if room > _FEWEST else None
    if not made or not made.shown:
        return ""
    if not made.lead:
        return f"{title}{quoted(made.rest)}{_replaced(made.rest)}"
    rest = f"\n\n{_REST}{quoted(made.rest)}" if made.rest else ""
    return f"{title}{quoted(made.lead)}{_replaced(made.lead)}{rest}"


def _replaced(told: str) -> str:
    """How many words of a failure are replaced, for its cause may be among them; or nothing."""
    count = told.count(_REDACTED)
    return f"\n({counted(count, 'word')} replaced as secret.)" if count else ""


def evidence_block(failure: Failure, excerpt: MakeExcerpt, limit: int) -> str:
    """What broke, fenced, in at most `limit` units; and what annotations say besides, or without a log."""
    notes = merged_annotations(failure)
    if failure.digest is None:
        return _annotation_block(notes, limit)
    title = "From the available part of the log" if failure.partial else ""
    title = _WEAK if failure.digest.is_weak else title
    log = log_block(title, failure.digest, excerpt, limit)
    if unrepeated := _unrepeated(notes, log):
        needed = sum(utf16_length(annotation_line(note)) + 1 for note in unrepeated) + 60
        log = log_block(title, failure.digest, excerpt, limit - min(needed, limit // 3))
    rest = _annotation_block(_unrepeated(notes, log), limit - utf16_length(log) - 2)
    return "\n\n".join(filter(None, (log, rest)))


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
