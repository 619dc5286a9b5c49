"""Everything that is known of a failed run → the text that is sent, within its budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from ..model.evidence import (
    Attachment,
    Brief,
    Digest,
    Failure,
    Fingerprint,
    MakeExcerpt,
    Verdict,
    to_fire,
    utf16_length,
)
from ..model.outcome import Past
from ..model.run import History, Note, Run
from ..patterns import pattern
from ..redact import redact_text
from ..redact.apply import cleaned, identifiers
from ..redact.text_index import TooSlowError
from ..sanitize import code, new_word, on_quotations
from ..settings import KEPT_TEXT, MIN_CHARACTERS
from .bounds import bounded
from .grouping import combined, distinct
from .highlights import highlights
from .layout import WORD, Part, cut, filled, head
from .sections.changes import changes_part
from .sections.event import event_parts, event_title, words_of_others
from .sections.evidence import attachments_part
from .sections.failure import failures_part
from .sections.next_steps import go_on_section, missing_part
from .sections.title_facts import facts, past_facts, title, verdict_facts, warning
from .verdict import verdict

_TRIES = 3
_MARK = 120  # units of the mark that the user's own words are cut
_OWN_WORDS = 4  # they may take one part in this many of the budget, if that is more than what is never cut
_REDACTED = 1_000_000  # characters of logs and annotations that are searched for secrets: about a second
_SECONDS = 15.0  # that the search may take
_TOO_SLOW = Note(
    "most of the logs",
    "the search for secrets in them took too long, and what is not searched is not sent",
    "Look for lines that repeat themselves without end.",
)
_ROOMY = 16_384  # units of a text from which on facts may take more
_FACTS, _MORE_FACTS = 600, 750  # units of the facts, with how to go on
_LEAST_FACTS = 3  # facts that every text has
_Told = TypeVar("_Told", Failure, Attachment)
_FENCE = pattern(r"( {0,3})(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class _Material:
    """What the text is made of, cleaned."""

    run: Run
    failures: tuple[Failure, ...]
    attachments: tuple[Attachment, ...]
    text: str
    past: Past
    verdict: Verdict | None = None


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
    redaction once more. After a fault of ours while it tells of one log, that log's last lines are shown.

    Args:
        past: what became of earlier sessions, and where the failures were seen before.
        text: the user's own words; the first 4,096 units of them are never cut.
        excerpt: a digest within a budget (`distill.excerpt`).
        server_url: `gh` commands name its host where that is not github.com.
        word: begins and ends each quotation; default: a new random one.

    Raises:
        ValueError: `max_characters` is below the smallest budget for this `text`.
    """
    if max_characters < MIN_CHARACTERS + min(utf16_length(text.strip()), KEPT_TEXT):
        raise ValueError(f"max-characters: {max_characters} is too little for this text")
    made = partial(
        _composed,
        run,
        text=text,
        past=past or Past(),
        max_characters=max_characters,
        excerpt=excerpt,
        server_url=server_url,
        word=word or new_word(),
    )
    try:
        return made(failures, attachments)
    except Exception:
        return made(
            [_tellable(failure, lambda one: made([one], [])) for failure in failures],
            [_tellable(attachment, lambda one: made([], [one])) for attachment in attachments],
        )


def _tellable(one: _Told, alone: Callable[[_Told], Brief]) -> _Told:
    """A failure or a file; with its log's last lines alone, if a text of nothing else ends in a fault."""
    try:
        alone(one)
    except Exception as fault:
        if one.digest is not None:
            lines = [line.text for line in one.digest.lines]
            return replace(one, digest=one.digest.of_last_lines(lines, fault))
    return one


def _composed(
    run: Run,
    failures: Sequence[Failure],
    attachments: Sequence[Attachment],
    *,
    text: str,
    past: Past,
    max_characters: int,
    excerpt: MakeExcerpt,
    server_url: str,
    word: str,
) -> Brief:
    logs = [(one.jobs[0].name, one.digest) for one in failures]
    faults = tuple(_faults([*logs, *((one.path, one.digest) for one in attachments)]))
    run = replace(run, notes=(*run.notes, *faults))
    failures = [replace(one, digest=one.digest and one.digest.told()) for one in failures]
    attachments = [replace(one, digest=one.digest.told()) for one in attachments]
    given, material, redactions = _cleaned(run, failures, attachments, text.strip(), past)
    judged = verdict(material.run, material.failures)
    material = replace(material, text=closed(material.text), verdict=judged)
    render = partial(_text, material, excerpt, server_url)
    body, late = _redacted(render, max_characters, identifiers(given), word)
    fingerprints = distinct(failure.fingerprint for failure in to_fire(failures) or failures)
    history = material.run.history or History()
    without_jobs = Fingerprint.of([run.workflow_path, str(run.conclusion)], no_log=not run.jobs_known)
    nothing_failed = Fingerprint(run.fired_for.key_name) if run.fired_for else without_jobs
    return Brief(
        text=body,
        fingerprints=fingerprints,
        fingerprint=combined(fingerprints) if fingerprints else nothing_failed,
        redactions=redactions + late,
        highlights=highlights(material.run, material.failures, excerpt),
        named_files=tuple(file for file in history.files if file.named),
        notes=faults,
        verdict=judged,
    )


def _cleaned(
    run: Run, failures: Sequence[Failure], attachments: Sequence[Attachment], text: str, past: Past
) -> tuple[_Material, _Material, Counter[str]]:
    """What the text is made of, as given and cleaned, and what was redacted; without what takes too long."""
    for room in (_REDACTED, _REDACTED // 20):
        given = _Material(*bounded(run, failures, attachments, room), text, past)
        with suppress(TooSlowError):
            return given, *cleaned(given, _SECONDS)
        run = replace(run, notes=(*run.notes, *(() if _TOO_SLOW in run.notes else (_TOO_SLOW,))))
    given = _Material(*bounded(run, failures, attachments, 0), text, past)
    return given, *cleaned(given)


def _faults(logs: Iterable[tuple[str, Digest | None]]) -> Iterator[Note]:
    """A note on each log, after its name, that a fault of ours kept from being read or told."""
    for name, digest in logs:
        if digest is not None and digest.fault:
            yield Note(
                f"what explains the failure in the log of {name}",
                f"the action has a fault ({code(digest.fault)}), so only the log's last lines are shown",
                "Please report it.",
            )


def _redacted(
    render: Callable[[int], str], max_characters: int, public: Collection[str], word: str
) -> tuple[str, Counter[str]]:
    """The text, redacted once more as a whole."""
    budget = max_characters
    for _ in range(_TRIES):
        body, late = redact_text(render(budget).replace(WORD, word), public)
        over = utf16_length(body) - max_characters
        if over <= 0:
            break
        budget -= over  # what a late redaction puts in can be longer than what it takes out
    return head(body, max_characters), late


def _text(material: _Material, excerpt: MakeExcerpt, server_url: str, budget: int) -> str:
    """What is never cut, and what shares the rest of the budget."""
    run, failures, own = material.run, material.failures, material.text
    kept = min(utf16_length(own), max(KEPT_TEXT + _MARK, budget // _OWN_WORDS))
    words = f"\n\n{own_words(own, kept)}" if own else ""
    told: Iterable[Part | None] = [failures_part(run, failures, excerpt)]
    what, others = title(run, failures), ""
    if event := run.fired_for:
        what, others, told = event_title(event, run), words_of_others(event), event_parts(event)
    opening = (f"# {what}", warning(run), others, on_quotations(WORD))
    first = "\n\n".join(filter(None, opening)) + words
    go_on = go_on_section(run, failures, server_url)
    known = _facts(material, bool(go_on), (_FACTS if budget - kept < _ROOMY else _MORE_FACTS) - len(go_on))
    evidence = (*told, attachments_part(material.attachments, excerpt))
    context = (changes_part(run), missing_part((*run.notes, *material.past.notes)))
    room = budget - utf16_length(first + known + go_on)
    texts = filled([part for part in (*evidence, *context) if part], room)
    broke = sum(part is not None for part in evidence)
    return "".join([first, *texts[:broke], known, *texts[broke:], go_on])


def _facts(material: _Material, commands: bool, room: int) -> str:
    """The first facts, as many as leave the evidence its room, and a few in any case."""
    run = material.run
    lines = [
        *verdict_facts(material.verdict, run.rerun),
        *past_facts(material.past, run.history),
        *facts(run, material.failures, commands=commands),
    ]
    lines = [f"- {line}" for line in lines]
    heading = "\n\n## Facts\n\n"
    while len(lines) > _LEAST_FACTS and utf16_length(heading + "\n".join(lines)) > room:
        lines.pop()
    return heading + "\n".join(lines) if lines else ""


def own_words(text: str, limit: int) -> str:
    """The text within `limit` units, closed."""
    room = limit
    while room > 0:
        words = closed(cut(text, room))
        over = utf16_length(words) - limit
        if over <= 0:
            return words
        room -= over
    return ""


def closed(text: str) -> str:
    """The text with the code fence closed that it may leave open
    (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    opened = indented = ""
    for line in text.split("\n"):
        match = _FENCE.fullmatch(line)
        if not match:
            continue
        indentation, marks, rest = match.groups()
        if not opened:
            opened = "" if marks[0] == "`" and "`" in rest else marks
            indented = indentation  # in a list's item, less would end the item and open a fence after it
        elif marks[0] == opened[0] and len(marks) >= len(opened) and not rest.strip():
            opened = ""
    return f"{text}\n{indented}{opened}" if opened else text
