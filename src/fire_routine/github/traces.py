"""What became of sessions: the branch that each pushes, and the pull request that it opens from there.

The endpoint can't be asked. But the text names the branch to push, `claude/fix-run-<run id>`. Only someone
with write access can make such a branch, and a fork's pull request from one of that name does not count.
"""

from __future__ import annotations

import os.path
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from ..model.event import FAILURES, Event, Failures
from ..model.outcome import GitHubError, SessionState, SessionTrace
from ..model.run import Note, PullRequest, counted
from ..patterns import pattern
from . import fields, parse
from .api import Api
from .fields import Json
from .missing import CHECKS, CONTENTS, PULLS, Missing

PAGES = 3  # of 100 pull requests each
_PAGE = 100
_RUN = pattern(rf"(?:{Failures.branch}|{Event.branch})(?P<run>[0-9]{{1,19}})(?:[^0-9].*)?")
_PASSED = ("success", "neutral", "skipped")  # conclusions that let a pull request be merged
_RANK = {SessionState.OPEN: 2, SessionState.MERGED: 1}


def session_traces(
    github: Api,
    runs: Collection[int],
    *,
    since: datetime | None = None,
    pages: int = PAGES,
    checks: bool = True,
    prefixes: Sequence[str] = (Failures.branch,),
) -> tuple[Mapping[int, SessionTrace], tuple[Note, ...]]:
    """The traces of the sessions that were started for these runs, by the run's id; a note on each failed
    request.

    One request for the branches of each prefix, one for each 100 pull requests, one for the checks.

    Args:
        since: when the first session was started; no older pull request is looked for. None: not known.
        pages: of 100 pull requests; where they don't reach back to `since`, a state may be unknown.
        prefixes: how the names of the branches begin, before the run.
        checks: ask for those of the newest pull request that is not merged.
    """
    if not runs:
        return {}, ()
    missing = Missing(token=bool(github.token))
    pushed = _branches(github, runs, prefixes, missing)
    pulls, complete = _pulls(github, runs, pushed, prefixes, since, pages, missing)
    found = {run: _trace(run, pushed, pulls.get(run, []), complete) for run in runs}
    unmerged = {
        run: trace.pull_request
        for run, trace in found.items()
        if trace.pull_request and trace.state is not SessionState.MERGED
    }
    if checks and unmerged:
        run, newest = max(unmerged.items(), key=lambda item: item[1].number)
        try:
            found[run] = replace(found[run], checks=_counted(check_runs(github, newest.head_sha)))
        except GitHubError as error:
            missing.add("the checks of a session's pull request", error, CHECKS)
    return found, missing.collected()


def _branches(
    github: Api, runs: Collection[int], prefixes: Sequence[str], missing: Missing
) -> Mapping[int, str] | None:
    """The first branch of each run that has one; None: they can't be read."""
    digits = os.path.commonprefix([str(run) for run in runs])  # noqa: RUF071 - no paths, but numbers
    try:
        names = [name for prefix in prefixes for name in branches(github, prefix + digits)]
    except GitHubError as error:
        missing.add("the branches of sessions", error, CONTENTS)
        return None
    found: dict[int, str] = {}
    for name in sorted(names):
        run = _run_of(name, prefixes)
        if run in runs:
            found.setdefault(run, name)
    return found


def branches(github: Api, prefix: str) -> list[str]:
    """All branches whose names begin with `prefix`."""

    def read(data: Json) -> str:
        return fields.needed(data, "ref").removeprefix("refs/heads/")

    path = f"/git/matching-refs/{quote(f'heads/{prefix}', safe='')}"
    return github.list_page(path, None, read).items


def _run_of(branch: str, prefixes: Sequence[str]) -> int:
    """The run that the session's branch names; 0: it is no session's."""
    named = _RUN.fullmatch(branch) if branch.startswith(tuple(prefixes)) else None
    return int(named["run"]) if named else 0


def _pulls(
    github: Api,
    runs: Collection[int],
    pushed: Mapping[int, str] | None,
    prefixes: Sequence[str],
    since: datetime | None,
    pages: int,
    missing: Missing,
) -> tuple[Mapping[int, list[PullRequest]], bool]:
    """The pull requests of each run's session, newest first, and whether there can be no others."""
    filters = {"state": "all", "sort": "created", "direction": "desc"}
    if pushed and set(pushed) == set(runs) and len(runs) == 1:  # an answer of a few kB instead of MB
        owner = github.repository.partition("/")[0]
        filters["head"] = f"{owner}:{next(iter(pushed.values()))}"
    found: dict[int, list[PullRequest]] = {}
    what = "the pull requests of sessions"
    try:
        for page in range(1, pages + 1):
            listing = github.list_page(
                "/pulls", None, parse.pull_request, **filters, per_page=_PAGE, page=page
            )
            for pull in _own(listing.items, github.repository):
                if (run := _run_of(pull.head_branch, prefixes)) in runs:
                    found.setdefault(run, []).append(pull)
            oldest = listing.items[-1].created_at if listing.items else None
            if listing.total < _PAGE or (since and oldest and oldest < since):
                return found, listing.total == len(listing.items)
    except GitHubError as error:
        missing.add(what, error, PULLS)
        return found, False
    missing.say(what, f"only the newest {pages * _PAGE} pull requests are read")
    return found, False


def _own(pulls: Iterable[PullRequest], repository: str) -> Iterable[PullRequest]:
    """Those from a branch of this repository: anyone can give a branch of a fork a session's name."""
    return (pull for pull in pulls if (pull.head_repository or "").casefold() == repository.casefold())


def open_fixes(github: Api) -> tuple[list[SessionTrace], bool]:
    """The open pull requests of sessions that fix failures, newest first; whether there can be no others.

    One request for each 100 open pull requests of the repository, at most three.

    Raises:
        GitHubError: they can't be read.
    """
    filters = {"state": "open", "sort": "created", "direction": "desc"}
    found: list[SessionTrace] = []
    for page in range(1, PAGES + 1):
        listing = github.list_page("/pulls", None, parse.pull_request, **filters, per_page=_PAGE, page=page)
        found += [
            SessionTrace(run, SessionState.OPEN, pull.head_branch, pull)
            for pull in _own(listing.items, github.repository)
            if (run := _run_of(pull.head_branch, (FAILURES.branch,)))
        ]
        if listing.total < _PAGE:
            return found, True
    return found, False


def _trace(
    run: int, pushed: Mapping[int, str] | None, pulls: Collection[PullRequest], complete: bool
) -> SessionTrace:
    branch = (pushed or {}).get(run, "")
    pull = max(pulls, key=lambda pull: (_RANK.get(_state(pull), 0), pull.number), default=None)
    if pull is not None:
        return SessionTrace(run, _state(pull), pull.head_branch, pull)
    if not complete or pushed is None:
        return SessionTrace(run, None, branch)
    return SessionTrace(run, SessionState.BRANCH if branch else SessionState.NONE, branch)


def _state(pull: PullRequest) -> SessionState:
    if pull.merged_at:
        return SessionState.MERGED
    return SessionState.OPEN if pull.state == "open" else SessionState.CLOSED


def check_runs(github: Api, sha: str) -> list[tuple[str, str | None]]:
    """Status and conclusion of a commit's check runs, at most 100, the latest of each name."""
    path = f"/commits/{quote(sha, safe='')}/check-runs"
    return github.list_page(path, "check_runs", parse.check_run, per_page=100).items


def _counted(check_runs: Iterable[tuple[str, str | None]]) -> str:
    """ "1 of 4 checks failed"; empty where there are none."""
    ends = Counter(
        "still running" if status != "completed" else "passed" if conclusion in _PASSED else "failed"
        for status, conclusion in check_runs
    )
    for end in ("failed", "still running"):
        if ends[end]:
            return f"{ends[end]} of {counted(ends.total(), 'check')} {end}"
    return "checks passed" if ends else ""
