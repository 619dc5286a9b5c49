"""The run's pull request and history, requested at the same time as its jobs' annotations."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ..model import History, PullRequest, Run, Trigger
from ..settings import Context
from . import event, past_runs
from ..github.parse import Comparison, PastRun
from ..github.session import Listing
from .best_effort import ACTIONS, CONTENTS, PULLS, BestEffort

PAGE = 30  # runs of one listing
FEWEST_PULLS, MOST_PULLS = 20, 100  # pull requests of one listing
GREEN_PAGES = 3  # of 100 jobs each, of a green run
# Two runs of such an event on one commit may do different things.
_OF_MANY_KINDS = ("workflow_dispatch", "repository_dispatch", "schedule")


@dataclass(frozen=True, slots=True)
class Base:
    """A branch that the run's branch is to be merged into, or started from."""

    name: str = ""
    is_red: bool = False
    green: PastRun | None = None  # its last green run, among the newest


@dataclass(frozen=True, slots=True)
class RunContext:
    """Requests in progress."""

    named: tuple[int, ...]  # pull requests that the run names
    default_branch: Future[str]
    pull_request: Future[tuple[PullRequest | None, Base]]
    history: Future[History | None]
    green_before: Future[PastRun | None]
    passed: Callable[[PastRun, Run], bool]  # called once the failed jobs are known
    changed: Callable[[History, str, str], History]  # called once it is known that no run was green
    base: Callable[[str], Base]  # called for the default branch then, if there is no pull request

    def complete(self, run: Run) -> Run:
        """The run with the answers."""
        pull, base = self.pull_request.result()
        past, green = self.history.result(), self.green_before.result()
        default_branch = run.default_branch or self.default_branch.result()
        was_green = green is not None and self.passed(green, run)
        if past and past.never_green and pull:
            past = replace(
                self.changed(past, pull.base_branch, "the changes of the pull request"),
                base_branch=pull.base_branch,
            )
        if past and past.never_green:
            if not base.name and default_branch != run.head_branch and not run.from_fork:
                base = replace(self.base(default_branch), is_red=False)  # of another branch, not its base
            past = _with_green(past, base)
        if past or base.is_red or was_green:
            past = replace(past or History(), base_is_red=base.is_red, same_commit_was_green=was_green)
        return replace(
            run,
            default_branch=default_branch,
            pull_request=pull,
            named_pull_requests=() if is_of_default_branch(run, default_branch) else self.named,
            history=past,
        )


def ask_for_context(
    best_effort: BestEffort, run: Run, numbers: tuple[int, ...], trigger: Trigger, context: Context
) -> RunContext:
    """Request the context of the run; `numbers`: of the pull requests that it names."""
    questions = _Questions(best_effort, run, numbers, trigger, context)
    submit = best_effort.pool.submit
    return RunContext(
        numbers,
        submit(questions.default_branch),
        submit(questions.pull_request),
        submit(questions.history),
        submit(questions.green_before),
        questions.passed,
        questions.changed,
        questions.base,
    )


def is_of_default_branch(run: Run, default_branch: str) -> bool:
    """Whether the default branch itself failed: a pull request from there is not the reason of the run."""
    return not run.event.startswith("pull_request") and run.head_branch == default_branch


def _with_green(past: History, base: Base) -> History:
    green = base.green
    if green is None or not green.head_sha:
        return past
    return replace(
        past, green_branch=base.name, green_branch_sha=green.head_sha, green_branch_at=green.created_at
    )


class _Questions:
    def __init__(
        self, best_effort: BestEffort, run: Run, numbers: tuple[int, ...], trigger: Trigger, context: Context
    ) -> None:
        self._best_effort = best_effort
        self._github = best_effort.github
        self._run = run
        self._numbers = numbers
        self._own = event.is_own_run(trigger, context)
        self._context = context

    def default_branch(self) -> str:
        known = self._run.default_branch
        if self._context.repository.casefold() == self._run.repository.casefold():
            known = event.default_branch(self._context) or known
        if known:
            return known
        return self._best_effort.ask("the default branch", CONTENTS, self._github.default_branch, "")

    def pull_request(self) -> tuple[PullRequest | None, Base]:
        """The pull request, and its base branch."""
        pull = self._best_effort.ask(
            "the pull request", PULLS, self._find_pull_request, self._run.pull_request
        )
        base = past_runs.base_branch(replace(self._run, pull_request=pull))
        if not base or not self._run.workflow_id:
            return pull, Base()
        return pull, self.base(base)

    def base(self, branch: str) -> Base:
        """A branch that this one started from."""
        if not branch or not self._run.workflow_id:
            return Base()
        what = f"whether {branch} fails already"
        return self._best_effort.ask(what, ACTIONS, lambda: self._base(branch), Base(branch))

    def _find_pull_request(self) -> PullRequest | None:
        run = self._run
        named = event.pull_request(self._context) if self._own else None
        if named and named.head_repository == self._context.repository:
            return replace(named, head_repository=run.repository)  # which may have another name by now
        if named:
            return named
        queue = past_runs.queued(run.head_branch)
        if queue:
            return self._github.pull_request(int(queue["number"]))
        if is_of_default_branch(run, run.default_branch or event.default_branch(self._context)):
            return None
        if self._numbers:
            return self._github.pull_request(self._numbers[0])
        if not run.head_branch or not run.head_repository:
            return None
        owner = run.head_repository.partition("/")[0]
        found = [
            pull
            for pull in self._github.pull_requests_from(owner, run.head_branch)
            if pull.head_repository == run.head_repository
            and (run.event.startswith("pull_request") or pull.state == "open")
        ]
        # A branch may have had several: the one with this very commit counts, else the open one.
        found.sort(key=lambda pull: (pull.head_sha != run.head_sha, pull.state != "open"))
        return found[0] if found else None

    def _past(self, filters: dict[str, str]) -> Listing[PastRun]:
        began = self._run.created_at
        before = {"created": f"<={began:%Y-%m-%dT%H:%M:%SZ}"} if began else {}
        return self._github.past_runs(self._run.workflow_id, {**filters, **before}, PAGE)

    def _base(self, base: str) -> Base:
        runs = self._past({"branch": base, "status": "completed"}).items
        own = [past for past in runs if past.head_repository == self._run.repository]
        # A nightly run does other things than a pull request's. It counts only if no push's run has ended.
        ended = [past for past in own if past.failed or past.conclusion == "success"]
        counted = [past for past in ended if past.event == "push"] or ended
        green = next((past for past in counted if past.conclusion == "success"), None)
        return Base(base, past_runs.is_red(counted), green)

    def green_before(self) -> PastRun | None:
        """The last green run of the same commit before this one."""
        if not self._run.workflow_id:
            return None

        def ask() -> PastRun | None:
            listing = self._past({"head_sha": self._run.head_sha, "status": "success"})
            # Another event's run may have done other things, or tested another merge of the commit.
            same = [
                past for past in past_runs.earlier(listing.items, self._run) if past.event == self._run.event
            ]
            return next((past for past in same if past.conclusion == "success"), None)

        return self._best_effort.ask("whether this commit was green before", ACTIONS, ask, None)

    def passed(self, green: PastRun, run: Run) -> bool:
        """Whether the failed jobs passed in a green run.

        A run on another branch or tag, with other inputs or at another time may have had other jobs.
        """
        if green.head_branch == run.head_branch and run.event not in _OF_MANY_KINDS:
            return True

        def ask() -> bool:
            jobs = self._github.jobs(green.id, None, GREEN_PAGES).items
            passed = {job.name for job in jobs if job.conclusion == "success"}
            return bool(run.failed_jobs) and all(job.name in passed for job in run.failed_jobs)

        return self._best_effort.ask("whether this commit was green before", ACTIONS, ask, False)

    def history(self) -> History | None:
        if not self._run.workflow_id or not self._run.head_branch:
            return None
        past = self._best_effort.ask("the last green run", ACTIONS, self._last_green, None)
        if past is None or past.last_green_sha is None:
            return past
        return self._with_merged(
            self.changed(past, past.last_green_sha, "the changes since the last green run")
        )

    def _with_merged(self, past: History) -> History:
        """The same, with the pull requests whose merges are among its commits.

        Pull requests are merged into the default branch and into branches whose commits name some.
        """
        queue = past_runs.queued(self._run.head_branch)
        branch = queue["base"] if queue else self._run.head_branch or ""
        default = self._run.default_branch or event.default_branch(self._context)
        likely = branch == default or any("#" in commit.subject for commit in past.commits)
        if not past.commits or not likely or self._run.event.startswith("pull_request"):
            return past
        filters = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
        size = min(max(FEWEST_PULLS, 2 * len(past.commits)), MOST_PULLS)
        what = "the pull requests merged since the last green run"

        def ask() -> tuple[PullRequest, ...]:
            listed = self._github.pull_requests(what, filters, per_page=size).items
            place = {commit.sha: number for number, commit in enumerate(past.commits)}
            merged = [pull for pull in listed if pull.merged_at and pull.merge_sha in place]
            return tuple(sorted(merged, key=lambda pull: place[pull.merge_sha]))

        return replace(past, merged=self._best_effort.ask(what, PULLS, ask, ()))

    def changed(self, past: History, base: str, what: str) -> History:
        """The same, with what changed since a commit or a branch."""
        changes = self._best_effort.ask(
            what,
            CONTENTS,
            lambda: self._github.compare(base, self._run.head_sha),
            Comparison((), (), 0),
        )
        return replace(
            past,
            commits=changes.commits,
            files=changes.files,
            total_commits=changes.total_commits,
        )

    def _is_first_run(self) -> bool:
        """Whether the workflow has no earlier run on this branch. Called only if none was green."""
        listing = self._past(past_runs.branch_filters(self._run))
        others = past_runs.earlier(past_runs.on_branch(listing.items, self._run), self._run)
        return not others and listing.total <= len(listing.items)

    def _last_green(self) -> History | None:
        listing = self._past({**past_runs.branch_filters(self._run), "status": "success"})
        greens = past_runs.greens_before(listing.items, self._run)
        if not greens:
            # Forks may have branches of the same name; then the newest runs may all be theirs.
            # A merge queue's branch is new each time, and so are most tags.
            known = listing.total <= len(listing.items) and not past_runs.queued(self._run.head_branch)
            if not known or self._run.on_tag:
                return None
            return History(never_green=True, first_run=self._is_first_run())
        last = greens[0]
        same = next((past for past in greens if past.event == self._run.event), None)
        return History(
            last_green_run=last.id,
            last_green_sha=last.head_sha,
            last_green_at=last.created_at,
            last_green_of_event=same.id if same else None,
            last_green_sha_of_event=same.head_sha if same else None,
        )
