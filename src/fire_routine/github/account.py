"""The repositories that a token names, and the runs of their default branches.

GraphQL gives 25 repositories in one answer. Source of its fields: GitHub's public schema
(https://docs.github.com/graphql/overview/public-schema), objects Repository, Commit, CheckSuite and
WorkflowRun. An answer that is not as described counts as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from ..model import GitHubError
from . import fields
from .api import Listing
from .client import GitHub
from .fields import Json

PAGES = 50  # of 100 repositories
TOGETHER = 25  # repositories of one request
TIP = 50  # check suites of the newest commit, on which schedules run
COMMITS = 20  # of the branch, since the time that counts
EACH = 20  # check suites of such a commit
APP = 15368  # GitHub Actions, which makes a check suite for each run

# A run's number is taken from its path: `databaseId` is an Int, which GraphQL keeps to 32 bits.
_COMMIT = (
    f"oid checkSuites(last:%d,filterBy:{{appId:{APP}}}){{totalCount nodes{{"
    "status conclusion updatedAt branch{name}"
    " workflowRun{event runNumber resourcePath url workflow{resourcePath}}}}"
)
QUERY = (
    "{nodes(ids:[%s]){...on Repository{defaultBranchRef{name target{...on Commit{"
    f'{_COMMIT % TIP} history(first:{COMMITS},since:"%s"){{totalCount nodes{{{_COMMIT % EACH}}}}}'
    "}}}}}}"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """One that the token names."""

    name: str  # owner/name
    node: str  # its id in GraphQL


@dataclass(frozen=True, slots=True)
class BranchRun:
    """A workflow run on a commit of the default branch."""

    id: int
    workflow: str  # the name of its file
    event: str
    number: int  # ascending within the workflow
    status: str  # such as completed
    conclusion: str  # as the REST API words it; empty: it has none yet
    updated_at: datetime  # of a completed one: when its latest attempt ended
    sha: str
    url: str


@dataclass(frozen=True, slots=True)
class Branch:
    """What is known of a default branch."""

    repository: str
    runs: tuple[BranchRun, ...] = ()
    unread: str = ""  # what of it could not be read, and why
    name: str = ""
    whole: bool = True  # False: it has more runs than were asked for


def repositories(github: GitHub, globs: Sequence[str]) -> Listing[Repository]:
    """Those that one of the globs (owner/pattern) matches, without archived ones and forks.

    An App's token names those that it is installed in. Another token may list those of an organisation.
    https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation
    https://docs.github.com/rest/repos/repos#list-organization-repositories
    """
    api, what = github.of(""), "the repositories"
    try:
        listed = [api.list_all("/installation/repositories", what, "repositories", _repository, PAGES)]
    except GitHubError as error:
        if error.status != 403 or error.rate_limited:
            raise
        owners = dict.fromkeys(quote(glob.partition("/")[0], safe="") for glob in globs)
        listed = [api.list_all(f"/orgs/{one}/repos", what, None, _repository, PAGES) for one in owners]
    wanted = [glob.casefold() for glob in globs]
    items = (one for listing in listed for one in listing.items if one)
    found = [one for one in items if any(fnmatchcase(one.name.casefold(), glob) for glob in wanted)]
    unlisted = sum(one.total - len(one.items) - len(one.odd) for one in listed)
    return Listing(found, len(found) + unlisted)


def branches(github: GitHub, asked: Sequence[Repository], since: datetime) -> Iterator[Branch]:
    """The default branches and their runs; of a branch with more of them, one page of these as well.

    GitHub answers 502 to what takes it too long. So a request that fails is made again for each half.

    Args:
        since: of the oldest commit whose runs are asked for, besides the newest one's.

    Raises:
        GitHubError: the token is refused, or the rate limit is used up.
    """
    if len(asked) > TOGETHER:
        for at in range(0, len(asked), TOGETHER):
            yield from branches(github, asked[at : at + TOGETHER], since)
        return
    ids = ",".join(f'"{one.node}"' for one in asked)
    try:
        found = github.query(QUERY % (ids, f"{since:%Y-%m-%dT%H:%M:%SZ}"), lambda data: _read(asked, data))
    except GitHubError as error:
        _raise_if_final(error)
        if len(asked) == 1:
            yield Branch(asked[0].name, unread=str(error))
        for half in (asked[: len(asked) // 2], asked[len(asked) // 2 :]) if len(asked) > 1 else ():
            yield from branches(github, half, since)
        return
    for branch in found:
        yield branch if branch.whole else _completed(github.of(branch.repository), branch, since)


def _raise_if_final(error: GitHubError) -> None:
    """Raise it if no smaller request would be answered."""
    if error.rate_limited or error.status == 401:
        raise error


def _completed(github: GitHub, branch: Branch, since: datetime) -> Branch:
    """https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository"""
    try:
        page = github.runs("the branch's runs", _listed, {"branch": branch.name})
    except GitHubError as error:
        _raise_if_final(error)
        return replace(branch, unread=f"some of its runs: {error}")
    runs = {run.id: run for run in (*branch.runs, *page.items)}
    oldest = min((run.updated_at for run in page.items), default=since)
    cut = f"runs before {oldest:%d %b, %H:%M} UTC" if page.total > len(page.items) and oldest > since else ""
    return replace(branch, runs=tuple(runs.values()), unread=cut or branch.unread)


def _repository(data: Json) -> Repository | None:
    """None: one that nothing is fired for."""
    if any(data.get(name) for name in ("archived", "fork", "disabled")):
        return None
    return Repository(fields.needed(data, "full_name"), fields.needed(data, "node_id").replace('"', ""))


def _read(asked: Sequence[Repository], answer: Json) -> list[Branch]:
    """What GitHub may not show, as without a permission, is null, and an error with its place says so."""
    errors = [one for one in answer.get("errors") or () if len(one.get("path") or ()) > 1]
    wrong = {one["path"][1]: str(one["message"]) for one in errors}
    nodes = zip(asked, answer["data"]["nodes"], strict=True)
    return [_branch(one.name, node, wrong.get(at, "")) for at, (one, node) in enumerate(nodes)]


def _branch(repository: str, node: Any, unread: str) -> Branch:
    ref = node and node["defaultBranchRef"]
    tip = ref and ref["target"]
    if not tip:  # it has no commit yet, or GitHub does not show it
        return Branch(repository, unread=unread)
    history = tip["history"]
    older = [one for one in history["nodes"] or () if one and one["oid"] != tip["oid"]]
    runs, whole = {}, history["totalCount"] <= COMMITS
    for commit, most in ((tip, TIP), *((one, EACH) for one in older)):
        suites = commit["checkSuites"] or {"totalCount": 0, "nodes": None}
        whole = whole and suites["totalCount"] <= most
        for suite in suites["nodes"] or ():
            if suite and suite["workflowRun"] and _is_of(suite, ref["name"]):
                run = _run(suite, commit)
                runs[run.id] = run
    return Branch(repository, tuple(runs.values()), unread, ref["name"], whole)


def _is_of(suite: Any, branch: str) -> bool:
    """Whether the run is of this branch: a commit shows those of all branches and tags that it was on.

    A merge queue's run is of a branch that is gone.
    """
    if suite["workflowRun"]["event"] == "merge_group":
        return True
    return suite["branch"] is not None and suite["branch"]["name"] == branch


def _run(suite: Any, commit: Any) -> BranchRun:
    run = suite["workflowRun"]
    return BranchRun(
        id=int(_last(run["resourcePath"])),
        workflow=_last(run["workflow"]["resourcePath"]),
        event=run["event"],
        number=run["runNumber"],
        status=suite["status"].lower(),
        conclusion=(suite["conclusion"] or "").lower(),
        updated_at=_time(suite["updatedAt"]),
        sha=commit["oid"],
        url=run["url"],
    )


def _listed(data: Json) -> BranchRun:
    return BranchRun(
        id=fields.identity(data),
        workflow=_last(data["path"].partition("@")[0]),
        event=data["event"],
        number=data["run_number"],
        status=data["status"] or "",
        conclusion=data["conclusion"] or "",
        updated_at=_time(data["updated_at"]),
        sha=data["head_sha"],
        url=data["html_url"],
    )


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _time(value: object) -> datetime:
    found = fields.time(value)
    if found is None:
        raise TypeError("a time was expected")
    return found
