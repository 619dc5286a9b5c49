"""The distinct failures as Markdown: what broke, where, and the jobs that share it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.event import Event
from ..model.evidence import Failure
from ..model.run import RUN_FAILED, History, Job, counted, in_words
from ..sanitize import fence, inline, prose
from .contents import Contents
from .markdown import NAME, fold, named_link, worded_link

MOST_LOGS = 10  # jobs of a failure whose logs are linked; the others are in a fold
MOST_LEGS = 5  # legs that passed, by name
STEP, CAUSE, VALUE = 80, 200, 500  # characters shown of a step's name, of a cause, of a note


def title(contents: Contents) -> str:
    """ "2 distinct failures in 3 of 4 jobs"; empty where no job is known to have failed."""
    if contents.run and (event := contents.run.fired_for):
        return _what(contents, event)
    failed = len(contents.run.failed_jobs) if contents.run else 0
    if not failed:
        run = contents.run
        none = run is not None and run.jobs_known and run.conclusion in RUN_FAILED
        return "The run failed, and none of its jobs did" if none else ""
    jobs = f"{failed} of {counted(contents.total_jobs, 'job')}"
    if not contents.failures:
        return f"{jobs} failed"
    number = len(contents.failures)
    known = sum(failure.is_spared for failure in contents.failures)
    of_these = f", {known} known" if 0 < known < number else ""
    return f"{counted(number, 'failure' if number == 1 else 'distinct failure')} in {jobs}{of_these}"


def _what(contents: Contents, event: Event) -> str:
    """The event's own title; of one that is not known, its name."""
    parts = [inline(contents.clean(text), NAME) if at % 2 else text for at, text in enumerate(event.title)]
    return "".join(parts).strip() or f"Event {inline(event.name, NAME)}"


def whose(contents: Contents) -> Iterator[str]:
    """Whose failure it is, where that is known, and what was green before: on one line each."""
    if verdict := contents.verdict:
        link = worded_link("see", verdict.url)
        basis = "".join((f": {verdict.basis}" if verdict.basis else "", f" ({link})" if link else ""))
        yield f"**Verdict:** {inline(verdict.whose)}{basis}"
    yield from _before(contents)


def _before(contents: Contents) -> Iterator[str]:
    run = contents.run
    history = (run.history if run else None) or History()

    def shown(name: str) -> str:
        return inline(contents.clean(name), NAME)

    if run is None:
        return
    if history.same_commit_was_green:
        before = "the same commit was green"
    elif history.base_is_red and run.pull_request:
        before = f"{shown(run.pull_request.base_branch)} fails this workflow, too"
    elif history.last_green_sha:
        since = f", {counted(history.total_commits, 'commit')} since" if history.total_commits else ""
        before = f"green at {shown(history.last_green_sha[:7])}{since}"
    elif history.green_branch_sha:
        before = f"{shown(history.green_branch)} was green at {shown(history.green_branch_sha[:7])}"
    else:
        return
    yield f"**Before:** {before}"


def blocks(contents: Contents, most: int, folded_jobs: int) -> Iterator[str]:
    """A block for each distinct failure; beyond `most`, one line per failure in a fold.

    Args:
        folded_jobs: the most jobs of one failure to list in its fold.
    """
    failures = contents.failures
    for number in range(min(most, len(failures))):
        yield from _block(contents, number, folded_jobs)
    if len(failures) > most:
        lines = [f"- {line(contents, number)}" for number in range(most, len(failures))]
        yield fold(f"{counted(len(lines), 'more distinct failure')}", "\n".join(lines))
    yield from _ungrouped(contents, folded_jobs)


def line(contents: Contents, number: int) -> str:
    """A failure on one line: its job and step, and its cause."""
    why = inline(contents.highlight(number).cause, CAUSE)
    known = " (known)" if contents.failures[number].is_spared else ""
    return _where(contents, contents.failures[number]) + known + (f": {why}" if why else "")


def _block(contents: Contents, number: int, folded_jobs: int) -> Iterator[str]:
    failure, highlight = contents.failures[number], contents.highlight(number)
    several = len(contents.failures) > 1
    facts = [_where(contents, failure), _ended(failure)]
    if len(failure.jobs) == 1:
        facts.append(worded_link("log", failure.jobs[0].url))
    if failure.gate:
        facts.append("only reports how the other jobs ended")
    yield (f"**{number + 1}.** " if several else "") + " · ".join(filter(None, facts))
    yield from _known(contents, failure)
    if highlight.lines:
        yield fence("\n".join(line.removeprefix("##[error]") for line in highlight.lines), "text")
    if len(failure.jobs) > 1:
        yield f"Logs: {_logs(contents, failure.jobs[:MOST_LOGS])}"
    if len(failure.jobs) > MOST_LOGS:
        yield _more_jobs(contents, failure.jobs[MOST_LOGS:], folded_jobs)
    if passed := highlight.passed_legs:
        names = ", ".join(inline(name, NAME) for name in passed[:MOST_LEGS])
        more = f" and {len(passed) - MOST_LEGS} more" if len(passed) > MOST_LEGS else ""
        yield f"✅ Passed: {names}{more}"


def _known(contents: Contents, failure: Failure) -> Iterator[str]:
    """The entry of `known-failures` that it matches."""
    known = failure.known
    if known is None:
        return
    note = prose(contents.clean(known.note), VALUE)
    what = " · ".join(filter(None, (note, worded_link("issue", known.issue_url))))
    title = "Known in part" if failure.known_in_part else "Known failure"
    yield f"📌 {title} ({inline(known.place, VALUE)})" + (f": {what}" if what else "")


def _where(contents: Contents, failure: Failure) -> str:
    """The job and the step that failed."""
    job = failure.jobs[0]
    text = inline(contents.clean(job.name), NAME)
    if len(failure.jobs) > 1:
        text += f" and {counted(len(failure.jobs) - 1, 'more job')}"
    step = job.failed_steps[0].name if job.failed_steps else failure.digest.step if failure.digest else ""
    return f"**{text}**" + (f" › {inline(contents.clean(step), STEP)}" if step else "")


def _ended(failure: Failure) -> str:
    """How the step ended, and after how long."""
    job = failure.jobs[0]
    codes = list(dict.fromkeys(str(code) for code in failure.exit_codes if code is not None))
    how = f"exit code {' or '.join(codes[:3])}" if codes else ""
    if job.conclusion == "timed_out":
        how = "timed out"
    step = next(iter(job.failed_steps), None)
    took = step.duration if step is not None and step.duration is not None else job.duration
    return " ".join(filter(None, (how, f"after {in_words(took)}" if took is not None else "")))


def _logs(contents: Contents, jobs: Sequence[Job]) -> str:
    return ", ".join(named_link(job.name, job.url, contents.clean) for job in jobs)


def _more_jobs(contents: Contents, jobs: Sequence[Job], most: int) -> str:
    number = counted(len(jobs), "more job")
    if not most:
        return f"… and {number}"
    left = f" and {len(jobs) - most} more" if len(jobs) > most else ""
    return fold(number, _logs(contents, jobs[:most]) + left)


def _ungrouped(contents: Contents, folded_jobs: int) -> Iterator[str]:
    """Failed jobs that belong to no failure: the action ended before it had read their logs."""
    seen = {job.id for failure in contents.failures for job in failure.jobs}
    rest = [job for job in (contents.run.failed_jobs if contents.run else ()) if job.id not in seen]
    if rest:
        yield f"Failed jobs: {_logs(contents, rest[:MOST_LOGS])}"
    if len(rest) > MOST_LOGS:
        yield _more_jobs(contents, rest[MOST_LOGS:], folded_jobs)
