"""One distinct failure as a section of any size: which jobs, how it ended, what ran, the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from ...model import Action, FailedJob, Failure, Run, in_words, utf16_length
from ...sanitize import inline
from ..excerpter import MakeExcerpt
from ..grouping import matrix_values, passed_legs
from ..highlights import cause
from ..layout import Part, cut, fill, listed, quoted, short
from .evidence import lead_block, rest_block

_WEIGHT = 9  # the failures are the reason of the text
SMALLEST = 480  # units of a section: its heading, its step, a few lines of evidence
_NAME = 100
_NAME_SHORT = 48
_LEGS = 400
_COMMAND = 300
_REASON = 100  # units of the cause next to the name of a failure that has no room for a section
_ALTERNATIVES = 3  # exit codes, and shells, of jobs that share a failure
_FEWEST_LEGS = 4  # of a matrix, before a value of the failing legs alone means anything


def failures_part(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt) -> Part | None:
    """The failures' sections; None: there is no failure."""
    render = partial(_failures, run, failures, excerpt)
    return Part(render, _WEIGHT, "the failures") if failures else None


def _failures(run: Run, failures: Sequence[Failure], excerpt: MakeExcerpt, limit: int) -> str:
    """What broke in each failure, then the details of each; failures without room for that are listed."""
    shown = min(len(failures), max(limit // SMALLEST, 1))
    others = ""
    if shown < len(failures):
        shown = max(limit * 3 // 4 // SMALLEST, 1)
        others = _others(failures[shown:], limit // 4)
    room = limit - utf16_length(others)
    share = room * 3 // 5 // shown
    sections = [
        _Section(run, failure, number, len(failures), excerpt, share)
        for number, failure in enumerate(failures[:shown], 1)
    ]
    first = "".join(section.first for section in sections)
    details = [Part(section.details) for section in sections]
    return first + others + "".join(fill(details, room - utf16_length(first)))


class _Section:
    """One failure: what broke, and its details in any size."""

    def __init__(
        self, run: Run, failure: Failure, number: int, total: int, excerpt: MakeExcerpt, limit: int
    ) -> None:
        self._run, self._failure, self._number, self._total = run, failure, number, total
        self._excerpt = excerpt
        limit = min(limit, SMALLEST) if failure.gate else limit  # a gate takes no room from the others
        small = limit < SMALLEST
        text = (
            f"\n\n## Failure {number} of {total}: {_jobs_and_step(failure, _NAME_SHORT if small else _NAME)}"
        )
        text += f"\n\n{_step(failure)}"
        block, self._lead = lead_block(failure, excerpt, limit - utf16_length(text) - 2)
        text += f"\n\n{block}" if block else ""
        self.first = text if utf16_length(text) <= limit else ""

    def details(self, limit: int) -> str:
        """Which legs, what ran, the rest of the log; within `limit` units, after a blank line."""
        failure = self._failure
        if failure.gate or not self.first:
            return ""
        text = f"\n\n## Details of failure {self._number}" if self._total > 1 else ""
        heading = text
        small = limit < SMALLEST
        left_out = []
        for name, piece in (
            ("the entry that knows it", _known(failure)),
            ("which steps failed after it", _later(failure, _LEGS // 4)),
            *_legs(self._run, failure, _LEGS // 4 if small else _LEGS),
            ("what ran", _command(failure, min(_COMMAND, limit // 6))),
        ):
            if piece and utf16_length(text) + utf16_length(piece) + 2 > limit * 3 // 5:
                left_out.append(name)  # the evidence is worth more
            elif piece:
                text += f"\n\n{piece}"
        sentence = f"\n\n(No room here for {', '.join(left_out)}.)" if left_out else ""
        room = limit - utf16_length(text + sentence) - 2
        found = rest_block(failure, self._lead, self._excerpt, room) if room > 0 else ""
        text += f"\n\n{found}" if found else ""
        if text == heading or utf16_length(text) > limit:
            return ""
        return text + sentence if utf16_length(text + sentence) <= limit else text


def _others(failures: Sequence[Failure], limit: int) -> str:
    heading = f"\n\n## Without room for a section of their own: {len(failures)}\n\n"
    lines = [
        f"- {_jobs_and_step(one, _NAME_SHORT)}{_job_id(one.jobs[0])}{', known' if one.is_spared else ''}"
        for one in failures
    ]
    shown = [
        f"{line}: {inline(cut(cause(one), _REASON))}" if one.digest else line
        for line, one in zip(lines, failures, strict=True)
    ]
    room = limit - len(heading)
    names = listed(shown if utf16_length("\n".join(shown)) <= room else lines, room, "\n")
    return heading + names if names else ""


def _job_id(job: FailedJob) -> str:
    """After a comma; empty for a log of another CI, whose job has no address at GitHub."""
    return f", job {job.id}" if job.url else ""


def _jobs_and_step(failure: Failure, cap: int) -> str:
    job = failure.jobs[0]
    text = inline(short(job.name, cap))
    if len(failure.jobs) > 1:
        text += f" and {len(failure.jobs) - 1} more"
    if job.failed_steps:
        text += f" › {inline(short(job.failed_steps[0].name, cap))}"
    return text


def _step(failure: Failure) -> str:
    """How the step ended, after how long, in which shell."""
    job, digest = failure.jobs[0], failure.digest
    step = job.failed_steps[0] if job.failed_steps else None
    if step:
        named = f"Step {step.number}"
    elif digest and digest.step:
        named = f"Step {inline(short(digest.step, _NAME_SHORT))}"
    else:
        named = "No step failed" if job.steps else "No step ran" if job.url else "The log of a failed job"
    took = step.duration if step else None
    codes = dict.fromkeys(str(code) for code in failure.exit_codes if code is not None)
    facts = [
        named,
        f"exit code {_alternatives(codes)}" if codes else "",
        _ended(failure),
        f"after {in_words(took)}" if took is not None else "",
        f"shell {_alternatives(inline(short(shell, 80)) for shell in failure.shells)}"
        if failure.shells
        else "",
        _job_id(job)[2:] + (f" after {in_words(job.duration)}" if step is None and job.duration else ""),
        *_no_log(failure),
    ]
    sentence = ", ".join(fact for fact in facts if fact) + "."
    gate = " It began when the others had ended, and only checks their results." if failure.gate else ""
    return sentence + gate


def _known(failure: Failure) -> str:
    """The entry of `known-failures` that it matches, by those who maintain the repository."""
    known = failure.known
    if known is None:
        return ""
    note = inline(short(known.note, _LEGS)) if known.note else ""
    issue = f"<{known.issue_url}>" if known.issue_url else ""
    what = ", ".join(filter(None, (note, issue)))
    alone = "its jobs are re-run once" if known.action is Action.RERUN else "it starts no session"
    spared = f" Alone, {alone}." if failure.is_spared else ""
    if failure.known_in_part:
        spared = " It is known in part: what else the log lists as failed is not."
    return f"Known failure ({inline(short(known.place, _LEGS))})" + (f": {what}." if what else ".") + spared


def _alternatives(values: Iterable[str]) -> str:
    """Values that differ between the jobs, joined with "or"."""
    shown = list(values)
    shown = [*shown[:_ALTERNATIVES], *(["others"] if shown[_ALTERNATIVES:] else [])]
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _later(failure: Failure, cap: int) -> str:
    """The steps that failed after the first: those with `if: always()` may."""
    names = [inline(short(step.name, _NAME_SHORT)) for step in failure.jobs[0].failed_steps[1:]]
    shown = listed(names, cap)
    return f"Failed after it: {shown}." if shown else ""


def _ended(failure: Failure) -> str:
    job, ended = failure.jobs[0], failure.digest.ended if failure.digest else ""
    if job.conclusion == "timed_out" and ended in ("", "cancelled"):  # a log does not show it
        return "timed out"
    return cut(ended, 60)


def _no_log(failure: Failure) -> list[str]:
    if failure.digest:
        return []
    running = failure.jobs[0].running
    return ["still running: no log until it is done" if running else "its log is not here"]


def _legs(run: Run, failure: Failure, cap: int) -> list[tuple[str, str]]:
    """The jobs that share the failure, the passed legs of the same matrix, and what distinguishes them."""
    passed = passed_legs(run, failure)
    shared = passing = distinct = ""
    if len(failure.jobs) > 1:
        shared = _counted("Shared by {} jobs", [job.name for job in failure.jobs], cap)
    if passed:
        legs = "leg" if len(passed) == 1 else "legs"
        passing = _counted(f"Of the same matrix, {{}} {legs} passed", passed, cap // 2)
    if passed and len(failure.jobs) + len(passed) >= _FEWEST_LEGS:
        only = [inline(short(value, _NAME_SHORT)) for value in _only_failing(failure.jobs, passed)]
        if only:
            distinct = f"Every leg with this failure, and no leg that passed, has {', '.join(only[:4])}."
    return [
        ("who shares it", shared),
        ("what distinguishes the legs", distinct),
        ("which legs passed", passing),
    ]


def _counted(words: str, jobs: Sequence[str], cap: int) -> str:
    shown = [inline(short(name, _NAME)) for name in jobs[: cap // 4]]  # no name takes less
    names = listed(shown, cap, total=len(jobs))
    return words.format(len(jobs)) + (f": {names}." if names else ".")


def _only_failing(jobs: Sequence[FailedJob], passed: Sequence[str]) -> list[str]:
    """The matrix values that all of these jobs have and no leg that passed."""
    elsewhere = {value for name in passed for value in matrix_values(name)}
    everywhere = set.intersection(*(set(matrix_values(job.name)) for job in jobs))
    return [v for v in dict.fromkeys(matrix_values(jobs[0].name)) if v in everywhere and v not in elsewhere]


def _command(failure: Failure, limit: int) -> str:
    """What the step ran, where its name does not say it."""
    command = failure.digest.command.strip() if failure.digest else ""
    step = next(iter(failure.jobs[0].failed_steps), None)
    named = step.name if step else failure.digest.step if failure.digest else ""
    if not command or command in named:
        return ""
    return f"What ran:\n{quoted(cut(command, max(limit - 30, 60)))}"
