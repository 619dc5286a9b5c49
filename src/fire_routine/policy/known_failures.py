"""A run in which all that failed is known already starts nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..model.evidence import Action, Failure, KnownFailure, to_fire
from ..model.outcome import Skip
from ..model.reason import Reason
from ..model.run import Note, Run
from ..sanitize import code

MOST_NAMED = 3  # entries in the message


def known_failures(failures: Sequence[Failure]) -> Skip | None:
    """Skip a run in which every failure is known, each by an entry with `action = "skip"`."""
    entries = known_entries(failures)
    if not entries or any(entry.action is Action.RERUN for entry in entries):
        return None
    return Skip(
        Reason.KNOWN_FAILURE,
        f'{known_as(entries)} To report it anyway, set `action = "note"` there, on the default branch, and'
        " re-run the failed jobs.",
    )


def known_entries(failures: Sequence[Failure]) -> tuple[KnownFailure, ...]:
    """The entries that all failures are known by, each once; none where any failure is not known."""
    known = [failure.known for failure in failures if failure.known and failure.is_spared]
    return () if to_fire(failures) else tuple(dict.fromkeys(known))


def can_be_rerun(run: Run, note: Callable[[Note], object]) -> bool:
    """Whether the failed jobs can be re-run: once, and GitHub re-runs finished runs only."""
    if run.status == "completed" or run.attempt > 1:
        return run.attempt == 1
    why = "`known-failures` asks for it, but the run has not ended. So the failure is fired"
    note(Note("a re-run of the failed jobs", why, "Use a `workflow_run` workflow."))
    return False


def known_as(entries: Sequence[KnownFailure]) -> str:
    """Sentences that name the entries."""
    named = [_named(entry) for entry in entries[:MOST_NAMED]]
    if len(entries) > MOST_NAMED:
        named.append(f"{len(entries) - MOST_NAMED} more entries match.")
    return " ".join(named)


def _named(entry: KnownFailure) -> str:
    """Its place; its note and its issue stand where the report shows the failure."""
    return f"Known by {code(entry.place)}."
