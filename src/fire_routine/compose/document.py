"""Everything that is known of a failed run → the text that is sent, within its budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..model import (
    Attachment,
    Brief,
    ChangedFile,
    Failure,
    Fingerprint,
    Past,
    Run,
    to_fire,
    utf16_length,
)
from ..redact import redact_text
from ..redact.apply import cleaned, identifiers
from ..sanitize import new_word, on_quotations
from ..settings import KEPT_TEXT, MIN_CHARACTERS
from . import any_ci
from .bounds import bounded
from .excerpter import MakeExcerpt, telling
from .grouping import combined, distinct
from .highlights import highlights
from .layout import WORD, Part, fill, head, shares
from .sections.changes import changes_part, named
from .sections.evidence import annotation_line, attachments_part, merged_annotations
from .sections.failure import failures_part
from .sections.next_steps import go_on_section, missing_part
from .sections.past import past_facts
from .sections.title_facts import CAPS, facts, title, warning
from .user_text import closed, own_words

_TRIES = 3
_LEFT_OUT = 120  # units of a line that names what was left out
_REDACTED = (
    1_000_000  # characters of logs and annotations that are looked through for secrets: about a second
)
_ROOMY = 16_384  # units of a text from which on facts may take more
_FACTS, _MORE_FACTS = 600, 750  # units of the facts, with how to go on
_LEAST_FACTS = 3  # facts that every text has
_SEARCHED = 20  # failures whose logs changed files are looked for in


@dataclass(frozen=True, slots=True)
class _Material:
    """What the text is made of, cleaned."""

    run: Run
    failures: tuple[Failure, ...]
    attachments: tuple[Attachment, ...]
    text: str
    past: Past


def compose(
    run: Run,
    failures: Sequence[Failure],
    attachments: Sequence[Attachment] = (),
    *,
    text: str = "",
    past: Past | None = None,
    max_characters: int,
    excerpt: MakeExcerpt,
    server_url: str = "https://github.com",
    word: str = "",
) -> Brief:
    """The text for a failed run, of at most `max_characters` UTF-16 units.

    Every value in it is redacted and sanitized before it is cut to size; the finished text passes
    redaction once more.

    Args:
        past: what became of earlier sessions, and where the failures were seen before.
        text: the user's own words; the first 4,096 units of them are never cut.
        excerpt: a digest within a budget (`distill.excerpt`).
        server_url: `gh` commands name its host where that is not github.com.
        word: begins and ends each quotation; default: a new random one.

    Raises:
        ValueError: `max_characters` is below the smallest budget for this `text`.
    """
    given = _Material(*bounded(run, failures, attachments, _REDACTED), text.strip(), past or Past())
    material, redactions = cleaned(given)
    material = replace(
        material,
        text=closed(material.text),
        failures=tuple(replace(one, digest=one.digest and telling(one.digest)) for one in material.failures),
        attachments=tuple(replace(one, digest=telling(one.digest)) for one in material.attachments),
    )
    if max_characters < MIN_CHARACTERS + min(utf16_length(given.text), KEPT_TEXT):
        raise ValueError(f"max-characters: {max_characters} is too little for this text")
    composer = _Composer(material, excerpt, server_url)
    body, late = _within(composer, max_characters, identifiers(given), word or new_word())
    fingerprints = distinct(failure.fingerprint for failure in to_fire(failures) or failures)
    without_jobs = Fingerprint.of([run.workflow_path, str(run.conclusion)], no_log=not run.jobs_known)
    return Brief(
        text=body,
        fingerprints=fingerprints,
        fingerprint=combined(fingerprints) if fingerprints else without_jobs,
        redactions=redactions + late,
        highlights=highlights(material.run, material.failures, composer.excerpt),
        named_files=composer.named_files(max_characters),
    )


def _within(
    composer: _Composer, max_characters: int, public: Collection[str], word: str
) -> tuple[str, Counter[str]]:
    """The text, redacted once more as a whole."""
    budget = max_characters
    for _ in range(_TRIES):
        body, late = redact_text(composer.within(budget).replace(WORD, word), public)
        over = utf16_length(body) - max_characters
        if over <= 0:
            break
        budget -= over  # what a late redaction puts in can be longer than what it takes out
    return head(body, max_characters), late


def _needed(parts: Sequence[Part], room: int) -> int:
    return sum(utf16_length(part.render(room)) for part in parts)


def _filled(parts: Sequence[Part], room: int) -> list[str]:
    """The sections by their shares; the last one names those that have no room."""
    texts = fill(parts, room)
    if all(texts):
        return texts
    texts = fill(parts, room - _LEFT_OUT)
    missing = [part.name for part, text in zip(parts, texts, strict=True) if not text]
    left_out = f"\n\n(No room here for {', '.join(missing)}.)" if missing and room >= _LEFT_OUT else ""
    return [*texts, left_out]


@dataclass(frozen=True, slots=True)
class _Composer:
    """Lays the material out: what is never cut first, then what shares the rest."""

    material: _Material
    excerpt: MakeExcerpt
    server_url: str

    def within(self, budget: int) -> str:
        text = self.material.text
        kept = min(utf16_length(text), KEPT_TEXT + _LEFT_OUT)
        parts = self._parts(budget)
        opening, known, go_on = self._fixed(budget - kept)
        room = (
            budget - kept - sum(map(utf16_length, (opening, known, go_on))) - 2
        )  # a blank line before the text
        if (over := utf16_length(text) - kept) > 0:
            extra = shares([over, _needed(parts, room)], room, [1, 4])[0]
            kept, room = kept + extra, room - extra
        words = f"\n\n{own_words(text, kept)}" if text else ""
        texts = _filled(parts, room)
        broke = bool(self.material.failures) + bool(self.material.attachments)  # parts that come first
        return "".join([opening, words, *texts[:broke], known, *texts[broke:], go_on])

    def _fixed(self, budget: int) -> tuple[str, str, str]:
        """Title and warning, the facts, and how to go on: with the widest caps that leave the evidence
        its room."""
        run, failures, past = self.material.run, self.material.failures, self.material.past
        warned = warning(run)
        room = _FACTS if budget < _ROOMY else _MORE_FACTS
        for cap in CAPS:
            name = title(run, failures, cap) if run.id else any_ci.title(run, failures, cap)
            opening = "\n\n".join(filter(None, (f"# {name}", warned, on_quotations(WORD))))
            if run.id:
                go_on = go_on_section(run, failures, self.server_url, brief=cap != CAPS[0])
                own = facts(run, cap, failures, commands=bool(go_on))
            else:
                go_on, own = any_ci.go_on(run), any_ci.facts(run, cap)
            lines = [*past_facts(past, run.history, cap), *own]
            known = "\n\n## Facts\n\n" + "\n".join(f"- {line}" for line in lines)
            if utf16_length(known + go_on) <= room:
                return opening, known, go_on
        while len(lines) > _LEAST_FACTS and utf16_length(known + go_on) > room:
            lines.pop()
            known = "\n\n## Facts\n\n" + "\n".join(f"- {line}" for line in lines)
        return opening, known, go_on

    def named_files(self, budget: int) -> tuple[ChangedFile, ...]:
        """The changed files that the evidence of a text of `budget` units names."""
        files = self.material.run.history.files if self.material.run.history else ()
        marked = named(files, self._evidence(budget))
        return tuple(file for file in files if file.path in marked)

    def _parts(self, budget: int) -> list[Part]:
        """The sections that share the room, by weight, in the order of the text."""
        run, failures, attachments = self.material.run, self.material.failures, self.material.attachments
        parts = (
            failures_part(run, failures, self.excerpt),
            attachments_part(attachments, self.excerpt),
            changes_part(run, self._evidence(budget)),
            missing_part((*run.notes, *self.material.past.notes)),
        )
        return [part for part in parts if part]

    def _evidence(self, budget: int) -> str:
        """What may be shown of the logs, and the files that their findings name: changed files are looked for
        in it."""
        logs = [self.excerpt(f.digest, budget).text for f in self.material.failures[:_SEARCHED] if f.digest]
        notes = [annotation_line(note) for f in self.material.failures for note in merged_annotations(f)]
        files = [file for f in self.material.failures[:_SEARCHED] if f.digest for file in f.digest.files]
        return "\n".join(logs + notes + files)
