"""One distinct failure as a section of any size: which jobs, how it ended, what ran, the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...model.evidence import Action, Failure, MakeExcerpt, utf16_length
from ...model.run import Job, Run, counted, in_words
from ...sanitize import inline
from ..grouping import passed_legs
from ..highlights import cause
from ..layout import Part, cut, fill, left_out, listed, quoted, short
from .evidence import evidence_block
from .title_facts import NAME, alternatives, jobs_and_step, name

_WEIGHT = 9  # the failures are the reason of the text
SMALLEST = 480  # units of a section: its heading, its step, a few lines of evidence
_FOR_OTHERS = 4  # failures without a section take one part in this many of the room, where there are such
# Of a section. The evidence is worth more than any of it.
_DETAILS = 0.4  # the share that legs, commands and the like may take together
_LEGS, _FOR_LEGS = 400, 4  # units that names of legs may take, and one part in this many of the section
_COMMAND, _FOR_COMMAND = 2_000, 6  # the same of what a step ran: a usual script
_REASON = 100  # units of the cause next to the name of a failure that has no room for a section


def failures_part(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt) -> Part | None:
    """The failures' sections; None: there is no failure."""
    render = partial(_failures, run, failures, excerpt)
    return Part(render, _WEIGHT, "the failures") if failures else None


def _failures(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt, limit: int) -> str:
    """A section of each failure; failures without room for that are listed."""
    shown = min(len(failures), max(limit // SMALLEST, 1))
    others = ""
    if shown < len(failures):
        for_others = limit // _FOR_OTHERS
        shown = max((limit - for_others) // SMALLEST, 1)
        others = _others(failures[shown:], for_others)
    sections = [
        Part(partial(_section, run, failure, f"Failure {number} of {len(failures)}", excerpt))
        for number, failure in enumerate(failures[:shown], 1)
    ]
    return "".join(fill(sections, limit - utf16_length(others))) + others


def _section(run: Run, failure: Failure, title: str, excerpt: MakeExcerpt, limit: int) -> str:
    """What broke, then which legs and what ran; empty where it has no room."""
    limit = min(limit, SMALLEST) if failure.gate else limit  # a gate takes no room from the others
    text = f"\n\n## {title}: {jobs_and_step(failure, ' › ')}\n\n{_step(failure)}"
    details = "" if failure.gate else _details(run, failure, limit - utf16_length(text))
    block = evidence_block(failure, excerpt, limit - utf16_length(text + details) - 2)
    text += f"\n\n{block}{details}" if block else details
    return text if utf16_length(text) <= limit else ""


def _details(run: Run, failure: Failure, limit: int) -> str:
    """Which legs, what ran; within a part of `limit` units, each after a blank line."""
    cap = min(_LEGS, limit // _FOR_LEGS)
    passed, names = passed_legs(run, failure), [job.name for job in failure.jobs]
    legs = counted(len(passed), "leg")
    text, missing = "", []
    for what, piece in (
        ("the entry that knows it", _known(failure)),
        ("which steps failed after it", _later(failure, _LEGS // 4)),
        ("who shares it", _named(f"Shared by {len(names)} jobs", names, cap) if names[1:] else ""),
        ("which legs passed", _named(f"Of the same matrix, {legs} passed", passed, cap // 2)),
        ("what ran", _command(failure, min(_COMMAND, limit // _FOR_COMMAND))),
    ):
        if piece and utf16_length(text + piece) + 2 > limit * _DETAILS:
            missing.append(what)
        elif piece:
            text += f"\n\n{piece}"
    sentence = left_out(missing, limit)
    return text + sentence if utf16_length(text + sentence) <= limit // 2 else text


def _others(failures: Sequence[Failure], limit: int) -> str:
    heading = f"\n\n## Without room for a section of their own: {len(failures)}\n\n"
    room = limit - len(heading)
    for told in (_REASON, 0):  # the names of all are worth more than what is told of some
        lines = [_other(failure, told) for failure in failures]
        if utf16_length("\n".join(lines)) <= room:
            break
    names = listed(lines, room, "\n")
    return heading + names if names else ""


def _other(failure: Failure, told: int) -> str:
    known = ", known" if failure.is_spared else ""
    reason = f": {inline(cut(cause(failure), told))}" if told and failure.digest else ""
    return f"- {jobs_and_step(failure, ' › ')}{_job_id(failure.jobs[0])}{known}{reason}"


def _job_id(job: Job) -> str:
    """After a comma; empty for a log of another CI, whose job has no address at GitHub."""
    return f", job {job.id}" if job.url else ""


def _step(failure: Failure) -> str:
    """How the step ended, after how long, in which shell."""
    job, digest = failure.jobs[0], failure.digest
    step = job.failed_steps[0] if job.failed_steps else None
    if step:
        named = f"Step {step.number}"
    elif digest and digest.step:
        named = f"Step {name(digest.step)}"
    else:
        named = "No step failed" if job.steps else "No step ran" if job.url else "The log of a failed job"
    took = step.duration if step else None
    codes = dict.fromkeys(str(code) for code in failure.exit_codes if code is not None)
    facts = [
        named,
        f"exit code {alternatives(codes)}" if codes else "",
        _ended(failure),
        f"after {in_words(took)}" if took is not None else "",
        f"shell {alternatives(name(shell) for shell in failure.shells)}" if failure.shells else "",
        _job_id(job)[2:] + (f" after {in_words(job.duration)}" if step is None and job.duration else ""),
        "" if digest else "still running: no log until it is done" if job.running else "its log is not here",
    ]
    sentence = ", ".join(fact for fact in facts if fact) + "."
    gate = " It began when the others had ended, and only checks their results." if failure.gate else ""
    return sentence + gate


def _known(failure: Failure) -> str:
    """The entry of `known-failures` that it matches, by those who maintain the repository."""
    known = failure.known
    if known is None:
        return ""
    note = name(known.note, _LEGS) if known.note else ""
    issue = f"<{known.issue_url}>" if known.issue_url else ""
    what = ", ".join(filter(None, (note, issue)))
    alone = "its jobs are re-run once" if known.action is Action.RERUN else "it starts no session"
    spared = f" Alone, {alone}." if failure.is_spared else ""
    if failure.known_in_part:
        spared = " It is known in part: what else the log lists as failed is not."
    return f"Known failure ({name(known.place, _LEGS)})" + (f": {what}." if what else ".") + spared


def _later(failure: Failure, cap: int) -> str:
    """The steps that failed after the first: those with `if: always()` may."""
    names = [name(step.name) for step in failure.jobs[0].failed_steps[1:]]
    shown = listed(names, cap)
    return f"Failed after it: {shown}." if shown else ""


def _ended(failure: Failure) -> str:
    job, ended = failure.jobs[0], failure.digest.ended if failure.digest else ""
    if job.conclusion == "timed_out" and ended in ("", "cancelled"):  # a log does not show it
        return "timed out"
    return cut(ended, 60)


def _named(words: str, jobs: Sequence[str], cap: int) -> str:
    """How many jobs, and which; empty where there is none."""
    shown = [name(job) for job in jobs[: cap // 4]]  # no name takes less
    names = listed(shown, cap, total=len(jobs))
    return words + (f": {names}." if names else ".") if jobs else ""


def _command(failure: Failure, limit: int) -> str:
    """What the step ran, where its name, as the section's heading shows it, does not say it."""
    command = failure.digest.command.strip() if failure.digest else ""
    step = next(iter(failure.jobs[0].failed_steps), None)
    named = step.name if step else failure.digest.step if failure.digest else ""
    if not command or command in short(named, NAME):
        return ""
    return f"What ran:\n{quoted(cut(command, max(limit - 30, 60)))}"
