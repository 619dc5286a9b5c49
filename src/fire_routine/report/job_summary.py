"""The job summary: the outcome and the session's link first, the evidence below, the text folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..model import Brief, FailedJob, Failure, Note, Outcome, Result, Run, Step, in_words
from ..sanitising import inline, link, prose, verbatim

LIMIT = 1024 * 1024 - 1  # bytes of a step's summary, the newline that is added apart; more is rejected whole
MAX_JOBS = 100  # rows; a matrix has up to 256 jobs
MAX_NOTES = 30
NAME = 200  # characters shown of one
MAX_LINES = 15  # of the outcome's message: bad inputs are said a line each

_HEADINGS = {
    Result.FIRED: "Session started",
    Result.SKIPPED: "No session started: skipped",
    Result.FAILED: "No session started: failed",
    Result.UNKNOWN: "Unknown: a session may have started",
}

Clean = Callable[[str], str]


def summary(
    outcome: Outcome,
    brief: Brief | None = None,
    run: Run | None = None,
    failures: Sequence[Failure] = (),
    notes: Sequence[Note] = (),
    *,
    clean: Clean,
    limit: int = LIMIT,
) -> str:
    """The summary in Markdown, at most `limit` bytes of UTF-8.

    `clean` takes secrets out of a line: names and messages pass it before they are shown; the text has passed
    it already.
    """
    parts = [
        f"### fire-routine: {_HEADINGS[outcome.result]}",
        *_result(outcome, clean),
        *_failed_jobs(run, failures, clean),
        *_notes(notes, clean),
        *_redactions(brief),
    ]
    head = "\n\n".join(parts)
    if brief is None:
        return head
    return f"{head}\n\n{_folded(brief, outcome, limit - _size(head) - 2)}"


def session_link(outcome: Outcome) -> str:
    """The session's link, under its own address: a label can't promise another place. Empty without a URL."""
    label = outcome.session_url.removeprefix("https://").removeprefix("http://")
    return link(label, outcome.session_url, NAME)


def job_link(job: FailedJob, clean: Clean) -> str:
    return link(clean(job.name), job.url, NAME)


def _result(outcome: Outcome, clean: Clean) -> Iterator[str]:
    if outcome.session_url:
        label = "Earlier session" if outcome.result is Result.SKIPPED else "Session"
        yield f"**{label}:** {session_link(outcome)}"
    linked = outcome.session_url if outcome.result is Result.FIRED else ""
    for line in outcome.message.splitlines()[:MAX_LINES]:
        if line.strip() and not (linked and linked in line):
            yield _short(clean(line))
    if outcome.reason:
        yield f"Reason: {inline(outcome.reason, NAME)}"


def _failed_jobs(run: Run | None, failures: Sequence[Failure], clean: Clean) -> Iterator[str]:
    rows = _rows(run, failures)
    if not rows:
        return
    several = len({number for number, _, _ in rows}) > 1
    heading = "| Failed job | Failed step | Exit code | Took |"
    lines = [heading + (" Failure |" if several else ""), "|---|---|---|---|" + ("---|" if several else "")]
    for number, job, exit_code in rows[:MAX_JOBS]:
        steps = ", ".join(inline(clean(step.name), 80) for step in job.failed_steps[:5])
        cells = [job_link(job, clean), steps or "–", exit_code, _took(job)] + (
            [f"{number}"] if several else []
        )
        lines.append("| " + " | ".join(cells) + " |")
    yield "\n".join(lines)
    if len(rows) > MAX_JOBS:
        yield f"… and {len(rows) - MAX_JOBS} failed jobs more."


def _rows(run: Run | None, failures: Sequence[Failure]) -> list[tuple[int, FailedJob, str]]:
    """Failed jobs with the number of the failure they share, one failure's jobs together."""
    rows = [
        (number, job, "–" if code is None else str(code))
        for number, failure in enumerate(failures, start=1)
        for job, code in zip(failure.jobs, failure.exit_codes, strict=True)
    ]
    seen = {job.id for _, job, _ in rows}
    rest = [job for job in (run.failed_jobs if run else ()) if job.id not in seen]
    return rows + [(len(failures) + 1, job, "–") for job in rest]


def _took(job: FailedJob) -> str:
    """The failed step's duration, else the job's."""
    step: Step | None = next(iter(job.failed_steps), None)
    took = step.duration if step is not None and step.duration is not None else job.duration
    return in_words(took) if took is not None else "–"


def _notes(notes: Sequence[Note], clean: Clean) -> Iterator[str]:
    if not notes:
        return
    lines = ["**Could not be had**", ""]
    for note in notes[:MAX_NOTES]:
        remedy = f" {_short(clean(note.remedy))}" if note.remedy else ""
        what, why = _short(clean(note.what)), _short(clean(note.why).rstrip("."))
        lines.append(f"- {what}: {why}.{remedy}")
    if len(notes) > MAX_NOTES:
        lines.append(f"- … and {len(notes) - MAX_NOTES} more")
    yield "\n".join(lines)


def _short(text: str) -> str:
    return prose(text, 500)


def _redactions(brief: Brief | None) -> Iterator[str]:
    if brief is None or not any(brief.redactions.values()):
        return
    counts = (f"{count} × {inline(kind, NAME)}" for kind, count in sorted(brief.redactions.items()) if count)
    yield f"**Redacted in the text:** {', '.join(counts)}"


def _folded(brief: Brief, outcome: Outcome, room: int) -> str:
    """The text in `<details>`, in a fence of its own, cut to `room` bytes."""
    sent = outcome.result in (Result.FIRED, Result.UNKNOWN)
    title = "The text that was sent" if sent else "The text, not sent"
    block = _details(title, brief, verbatim(brief.text, "text"))
    if _size(block) <= room:
        return block
    told = (
        "The text is too long for a job summary: its end is missing here, and is in the `text-file` output."
    )
    spare = room - _size(_details(title, brief, verbatim("", "text"))) - _size(told) - 2
    # The fence grows with the backticks in the text, at most two bytes for each byte of them.
    longest = (len(verbatim(brief.text, "text")) - len(brief.text) - len("text\n\n")) // 2
    spare -= 2 * longest
    if spare <= 0:
        return told
    text = brief.text.encode("utf-8", "replace")[:spare].decode("utf-8", "ignore")
    return _details(title, brief, f"{verbatim(text, 'text')}\n\n{told}")


def _details(title: str, brief: Brief, content: str) -> str:
    heading = f"<summary>{title} ({brief.characters:,} characters)</summary>"
    return f"<details>{heading}\n\n{content}\n\n</details>"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
