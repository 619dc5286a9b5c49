"""Whose failure it is, in one word: only where something that is known already shows it. Pure.

A wrong verdict is worse than none, so it is given of all that failed or of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model.evidence import ERROR_WEIGHT, Failure, Verdict, Whose, to_fire
from ..model.run import History, Run
from ..sanitize import inline
from .grouping import specific_annotations
from .sections.changes import named
from .sections.title_facts import name

_FILES = 3  # changed files that are shown


def verdict(run: Run, failures: Sequence[Failure]) -> Verdict | None:
    """The first that is true of all failures that are not known; None: nothing shows it.

    Args:
        run: with its context, as far as it was asked for.
        failures: redacted and sanitized.
    """
    left = to_fire(failures)
    told = left or [one for one in failures if not one.gate]
    if told and all(one.known and not one.known_in_part for one in told):
        return _known(told)
    if not left:
        return None
    changed = _in_what_changed(run, left)
    return (
        _infrastructure(left)
        or (None if changed else _flaky(run))  # a flaky test may be broken all the same
        or _red_before(run)
        or changed
    )


def _known(failures: Sequence[Failure]) -> Verdict:
    entries = list(dict.fromkeys(one.known for one in failures if one.known))
    link = next((one.issue_url for one in entries if one.issue_url), "")
    return Verdict(Whose.KNOWN, f"by {', '.join(inline(one.place) for one in entries[:_FILES])}", link)


def _infrastructure(failures: Sequence[Failure]) -> Verdict | None:
    outages = dict.fromkeys(one.outage for one in failures)
    if not all(outages):
        return None
    return Verdict(Whose.INFRASTRUCTURE, ", ".join(outages), failures[0].jobs[0].url)


def _flaky(run: Run) -> Verdict | None:
    rerun = run.rerun
    if rerun is None or not rerun.flakes:
        return None
    times = "once" if rerun.flakes == 1 else f"{rerun.flakes} times"
    return Verdict(
        Whose.FLAKY,
        f"passed {times} on a re-run in {rerun.days} days, without a change",
        _page(run, rerun.last_flake),
    )


def _red_before(run: Run) -> Verdict | None:
    history = run.history or History()
    if not history.base_failed_alike or not run.pull_request:
        return None
    base = name(run.pull_request.base_branch)
    return Verdict(Whose.RED_BEFORE, f"the last run of {base} failed alike", _page(run, history.base_red))


def _in_what_changed(run: Run, failures: Sequence[Failure]) -> Verdict | None:
    history = run.history or History()
    found: dict[str, None] = {}
    for one in failures:
        paths = named(history.files, "\n".join(_reported(one)))
        if not paths:
            return None
        found |= dict.fromkeys(sorted(paths))
    since = f"since {name(history.last_green_sha[:10])}" if history.last_green_sha else "by this pull request"
    files = ", ".join(map(inline, list(found)[:_FILES]))
    return Verdict(Whose.IN_WHAT_CHANGED, f"the failure names {files}, changed {since}", _comparison(run))


def _reported(failure: Failure) -> list[str]:
    """What tells of the failure: not what was printed near it."""
    notes = [f"{note.path}:{note.line}" for job in failure.jobs for note in specific_annotations(job)]
    digest = failure.digest
    if digest is None:
        return notes
    strong = {place for place, block in enumerate(digest.blocks) if block.weight >= ERROR_WEIGHT}
    return notes + [line.text for line in digest.lines if line.block in strong]


def _page(run: Run, number: int) -> str:
    """Another run's page; empty where that is not known."""
    return f"{run.url.rpartition('/')[0]}/{number}" if number and run.url else ""


def _comparison(run: Run) -> str:
    history, pull = run.history, run.pull_request
    if history and history.last_green_sha and run.url:
        return (
            f"{run.url.partition('/actions/')[0]}/compare/{history.last_green_sha[:10]}...{run.head_sha[:10]}"
        )
    return f"{pull.url}/files" if pull and pull.url else ""
