"""The run's pull request and history: what decides at once, and the rest where a session is to be started."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ..clock import Deadline
from ..github import past_runs
from ..github.api import Listing
from ..github.client import GitHub
from ..github.missing import ACTIONS, CONTENTS, PULLS, Missing
from ..github.parse import Comparison
from ..model.run import RUN_FAILED, History, PullRequest, Run, Target
from ..settings import Context
from ..threads import result, threads
from . import event

PAGE = 30  # runs of one listing
WIDTH = 4  # requests at a time
FEWEST_PULLS, MOST_PULLS = 20, 100  # pull requests of one listing
GREEN_PAGES = 3  # of 100 jobs each, of a green run
# Two runs of such an event on one commit may do different things.
_OF_MANY_KINDS = ("workflow_dispatch", "repository_dispatch", "schedule")


@dataclass(frozen=True, slots=True)
class _Base:
    """A branch that the run's branch is to be merged into, or started from."""

    name: str = ""
    red: Run | None = None  # its last finished run, if that failed
    green: Run | None = None  # its last green run, among the newest


def ask_for_context(
    github: GitHub,
    missing: Missing,
    pool: Executor,
    run: Run,
    numbers: tuple[int, ...],
    target: Target,
    context: Context,
) -> Callable[[Run], Run]:
    """Request what decides on the run. What this returns adds it, once the failed jobs are known.

    Args:
        numbers: of the pull requests that the run names.
    """
    if not run.default_branch and context.repository.casefold() == run.repository.casefold():
        run = replace(run, default_branch=event.default_branch(context))
    own = event.pull_request(context) if event.is_own_run(target, context) else None
    if own and own.head_repository == context.repository:
        own = replace(own, head_repository=run.repository)  # which may have another name by now
    default_branch = pool.submit(_default_branch, github, missing, run)
    pull_request = pool.submit(_pull_request, github, missing, run, own, numbers)
    history = pool.submit(_last_green, github, missing, run)

    def complete(known: Run) -> Run:
        known = replace(known, default_branch=result(default_branch), history=result(history))
        named = () if known.of_default_branch else numbers
        return replace(known, pull_request=result(pull_request), named_pull_requests=named)

    return complete


def with_context(github: GitHub, run: Run, deadline: Deadline) -> Run:
    """The run with what only its text needs: what has changed, and what was green or red before.

    It decides nothing, so it is not asked for where no session is started.
    """
    missing = Missing(token=bool(github.token))
    timely = github.of(run.repository).within(deadline).sparing()
    with threads(WIDTH, "context") as pool:
        changes = pool.submit(_changes, timely, missing, run)
        based = pool.submit(_base, timely, missing, run, past_runs.base_branch(run))
        was_green = pool.submit(_was_green, timely, missing, run)
        past, base = result(changes), result(based)
        if past and past.never_green:
            if not base.name and run.default_branch != run.head_branch and not run.from_fork:
                # The branch that it started from is no base that it would be merged into.
                base = replace(_base(timely, missing, run, run.default_branch), red=None)
            past = _with_green(past, base)
        if past or base.red or result(was_green):
            past = past or History()
            past = replace(past, same_commit_was_green=result(was_green))
            if base.red:
                past = replace(past, base_red=base.red.id, base_red_sha=base.red.head_sha)
    notes = (*run.notes, *missing.collected())
    return replace(run, history=past, notes=tuple(dict.fromkeys(notes)))


def _default_branch(github: GitHub, missing: Missing, run: Run) -> str:
    return run.default_branch or missing.ask("the default branch", CONTENTS, github.default_branch, "")


# --- the pull request and its base ------------------------------------------------------------------


def _pull_request(
    github: GitHub, missing: Missing, run: Run, own: PullRequest | None, numbers: tuple[int, ...]
) -> PullRequest | None:
    """The pull request; `own`: the one that the event describes."""
    what = "the pull request"
    return own or missing.ask(what, PULLS, lambda: _find_pull_request(github, run, numbers), run.pull_request)


def _find_pull_request(github: GitHub, run: Run, numbers: tuple[int, ...]) -> PullRequest | None:
    queue = past_runs.queued(run.head_branch)
    if queue:
        return github.pull_request(int(queue["number"]))
    if run.of_default_branch:
        return None
    if numbers:
        return github.pull_request(numbers[0])
    if not run.head_branch or not run.head_repository:
        return None
    found = [
        pull
        for pull in github.pull_requests_from(run.head_repository.partition("/")[0], run.head_branch)
        if pull.head_repository == run.head_repository
        and (run.event.startswith("pull_request") or pull.state == "open")
    ]
    # A branch may have had several: the one with this very commit counts, else the open one.
    found.sort(key=lambda pull: (pull.head_sha != run.head_sha, pull.state != "open"))
    return found[0] if found else None


def _base(github: GitHub, missing: Missing, run: Run, branch: str) -> _Base:
    """A branch that this one started from."""
    if not branch or not run.workflow_id:
        return _Base()

    def ask() -> _Base:
        runs = _past(github, run, {"branch": branch, "status": "completed"}).items
        own = [past for past in runs if past.head_repository == run.repository]
        # A nightly run does other things than a pull request's. It counts only if no push's run has ended.
        ended = [past for past in own if past.conclusion in ("success", *RUN_FAILED)]
        counted = [past for past in ended if past.event == "push"] or ended
        green = next((past for past in counted if past.conclusion == "success"), None)
        return _Base(branch, past_runs.newest_red(counted), green)

    return missing.ask(f"whether {branch} fails already", ACTIONS, ask, _Base(branch))


# --- earlier runs ----------------------------------------------------------------------------------


def _past(github: GitHub, run: Run, filters: dict[str, str]) -> Listing[Run]:
    began = run.created_at
    before = {"created": f"<={began:%Y-%m-%dT%H:%M:%SZ}"} if began else {}
    return github.past_runs(run, {**filters, **before}, PAGE)


def _was_green(github: GitHub, missing: Missing, run: Run) -> bool:
    """Whether the failed jobs passed in an earlier run of the same commit."""
    if not run.workflow_id:
        return False

    def ask() -> bool:
        listing = _past(github, run, {"head_sha": run.head_sha, "status": "success"})
        # Another event's run may have done other things, or tested another merge of the commit.
        same = [past for past in past_runs.earlier(listing.items, run) if past.event == run.event]
        green = next((past for past in same if past.conclusion == "success"), None)
        return green is not None and _passed(github, run, green)

    return missing.ask("whether this commit was green before", ACTIONS, ask, False)


def _passed(github: GitHub, run: Run, green: Run) -> bool:
    """Whether the failed jobs passed in a green run.

    A run on another branch or tag, with other inputs or at another time may have had other jobs.
    """
    if green.head_branch == run.head_branch and run.event not in _OF_MANY_KINDS:
        return True
    jobs = github.jobs(green.id, None, GREEN_PAGES).items
    passed = {job.name for job in jobs if job.conclusion == "success"}
    return bool(run.failed_jobs) and all(job.name in passed for job in run.failed_jobs)


def _last_green(github: GitHub, missing: Missing, run: Run) -> History | None:
    """The last green run of the branch; None: it is not known."""
    if not run.workflow_id or not run.head_branch:
        return None

    def ask() -> History | None:
        listing = _past(github, run, {**past_runs.branch_filters(run), "status": "success"})
        greens = past_runs.greens_before(listing.items, run)
        if not greens:
            # Forks may have branches of the same name; then the newest runs may all be theirs.
            # A merge queue's branch is new each time, and so are most tags.
            known = listing.total <= len(listing.items) and not past_runs.queued(run.head_branch)
            return History(never_green=True) if known and not run.on_tag else None
        last = greens[0]
        same = next((past for past in greens if past.event == run.event), None)
        return History(
            last_green_run=last.id,
            last_green_sha=last.head_sha,
            last_green_at=last.created_at,
            last_green_of_event=same.id if same else None,
            last_green_sha_of_event=same.head_sha if same else None,
        )

    return missing.ask("the last green run", ACTIONS, ask, None)


def _changes(github: GitHub, missing: Missing, run: Run) -> History | None:
    """The history, with what changed since the last green run or since the base branch."""
    past = run.history
    if past and past.last_green_sha:
        what = "the changes since the last green run"
        return _with_merged(
            github, missing, run, _with_changes(github, missing, run, past, past.last_green_sha, what)
        )
    if past is None or not past.never_green:
        return past

    def ask() -> bool:
        listing = _past(github, run, past_runs.branch_filters(run))
        others = past_runs.earlier(past_runs.on_branch(listing.items, run), run)
        return not others and listing.total <= len(listing.items)

    past = replace(past, first_run=missing.ask("earlier runs of the branch", ACTIONS, ask, False))
    if pull := run.pull_request:
        what = "the changes of the pull request"
        past = _with_changes(github, missing, run, past, pull.base_branch, what)
        past = replace(past, base_branch=pull.base_branch)
    return past


def _with_changes(github: GitHub, missing: Missing, run: Run, past: History, base: str, what: str) -> History:
    """The same, with what changed since a commit or a branch."""
    unknown = Comparison((), (), 0)
    changes = missing.ask(what, CONTENTS, lambda: github.compare(base, run.head_sha), unknown)
    return replace(past, commits=changes.commits, files=changes.files, total_commits=changes.total_commits)


def _with_merged(github: GitHub, missing: Missing, run: Run, past: History) -> History:
    """The same, with the pull requests whose merges are among its commits.

    Pull requests are merged into the default branch and into branches whose commits name some.
    """
    queue = past_runs.queued(run.head_branch)
    branch = queue["base"] if queue else run.head_branch or ""
    likely = branch == run.default_branch or any("#" in commit.subject for commit in past.commits)
    if not past.commits or not likely or run.event.startswith("pull_request"):
        return past
    filters = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
    size = min(max(FEWEST_PULLS, 2 * len(past.commits)), MOST_PULLS)
    what = "the pull requests merged since the last green run"

    def ask() -> tuple[PullRequest, ...]:
        listed = github.pull_requests(filters, per_page=size).items
        place = {commit.sha: number for number, commit in enumerate(past.commits)}
        merged = [pull for pull in listed if pull.merged_at and pull.merge_sha in place]
        return tuple(sorted(merged, key=lambda pull: place[pull.merge_sha]))

    return replace(past, merged=missing.ask(what, PULLS, ask, ()))


def _with_green(past: History, base: _Base) -> History:
    green = base.green
    if green is None or not green.head_sha:
        return past
    return replace(
        past, green_branch=base.name, green_branch_sha=green.head_sha, green_branch_at=green.created_at
    )
