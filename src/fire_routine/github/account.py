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

from ..model.outcome import GitHubError
from . import fields
from .api import Listing
from .client import GitHub
from .fields import Json

LISTED = 50  # pages of 100 repositories
TOGETHER = 25  # repositories of one request
COMMITS = 20  # of the branch, since the time that counts, in one request
REQUESTS = 5  # for the commits of a branch
SUITES = 100  # of one commit, the newest: scheduled runs are all on the newest commit
APP = 15368  # GitHub Actions, which makes a check suite for each run

# A run's number is taken from its path: `databaseId` is an Int, which GraphQL keeps to 32 bits.
_COMMIT = (
    f"fragment commit on Commit{{oid checkSuites(last:{SUITES},filterBy:{{appId:{APP}}}){{totalCount nodes{{"
    "status conclusion updatedAt branch{name}"
    " workflowRun{event runNumber resourcePath url workflow{resourcePath}}}}}"
)
# Each repository has a cursor of its own, so each is a field of its own.
_REPOSITORY = (
    "r%(at)d:nodes(ids:[$r%(at)d]){...on Repository{defaultBranchRef{name target{...on Commit{"
    "...commit@include(if:$tips)"
    f" history(first:{COMMITS},since:$since,after:$c%(at)d)"
    "{pageInfo{hasNextPage endCursor} nodes{...commit}}"
    "}}}}}"
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
    after: str = ""  # GraphQL's cursor, where older commits follow


def repositories(github: GitHub, globs: Sequence[str]) -> Listing[Repository]:
    """Those that one of the globs (owner/pattern) matches, without archived ones and forks.

    An App's token names those that it is installed in. Another token may list those of an organisation.
    https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation
    https://docs.github.com/rest/repos/repos#list-organization-repositories
    """
    api = github.of("")
    try:
        listed = [api.list_all("/installation/repositories", "repositories", _repository, LISTED)]
    except GitHubError as error:
        if error.status != 403 or error.rate_limited:
            raise
        owners = dict.fromkeys(quote(glob.partition("/")[0], safe="") for glob in globs)
        listed = [api.list_all(f"/orgs/{one}/repos", None, _repository, LISTED) for one in owners]
    wanted = [glob.casefold() for glob in globs]
    items = (one for listing in listed for one in listing.items if one)
    found = [one for one in items if any(fnmatchcase(one.name.casefold(), glob) for glob in wanted)]
    unlisted = sum(one.total - len(one.items) for one in listed)
    return Listing(found, len(found) + unlisted)


def branches(github: GitHub, asked: Sequence[Repository], since: datetime) -> list[Branch]:
    """The default branches and their runs: on the newest commit, and on the newest 100 since a time.

    Raises:
        GitHubError: the token is refused, or the rate limit is used up.
    """
    found = {one.name: Branch(one.name) for one in asked}
    for _ in range(REQUESTS):
        for at in range(0, len(asked), TOGETHER):
            wanted = [(one, found[one.name].after) for one in asked[at : at + TOGETHER]]
            for page in _pages(github, wanted, f"{since:%Y-%m-%dT%H:%M:%SZ}"):
                before = found[page.repository]
                unread = before.unread or page.unread
                found[page.repository] = replace(page, runs=before.runs + page.runs, unread=unread)
        asked = [one for one in asked if found[one.name].after]
    cut = f"runs on older commits than its newest {REQUESTS * COMMITS}"
    return [replace(one, unread=one.unread or cut) if one.after else one for one in found.values()]


def _pages(github: GitHub, asked: Sequence[tuple[Repository, str]], since: str) -> Iterator[Branch]:
    """A page of each, after its cursor.

    GitHub answers 502 to what takes it too long. So a request that fails is made again for each half.
    """
    places = range(len(asked))
    given = "".join(f",$r{at}:ID!,$c{at}:String" for at in places)
    fields = " ".join(_REPOSITORY % {"at": at} for at in places)
    query = f"query($since:GitTimestamp!,$tips:Boolean!{given}){{{fields}}} {_COMMIT}"
    values: dict[str, object] = {"since": since, "tips": not any(after for _, after in asked)}
    for at, (repository, after) in enumerate(asked):
        values |= {f"r{at}": repository.node, f"c{at}": after or None}
    try:
        yield from github.query(query, lambda answer: _read(asked, answer), values)
    except GitHubError as error:
        if error.rate_limited or error.status == 401:
            raise
        if len(asked) == 1:
            yield Branch(asked[0][0].name, unread=str(error))
        for half in (asked[: len(asked) // 2], asked[len(asked) // 2 :]) if len(asked) > 1 else ():
            yield from _pages(github, half, since)


def _repository(data: Json) -> Repository | None:
    """None: one that nothing is fired for."""
    if any(data.get(name) for name in ("archived", "fork", "disabled")):
        return None
    return Repository(fields.needed(data, "full_name"), fields.needed(data, "node_id"))


def _read(asked: Sequence[tuple[Repository, str]], answer: Json) -> list[Branch]:
    """What GitHub may not show, as without a permission, is null, and an error with its place says so."""
    wrong = {one["path"][0]: str(one["message"]) for one in answer.get("errors") or () if one.get("path")}
    data = answer["data"]
    return [
        _branch(repository.name, data[f"r{at}"][0], wrong.get(f"r{at}", ""))
        for at, (repository, _) in enumerate(asked)
    ]


def _branch(repository: str, node: Any, unread: str) -> Branch:
    ref = node and node["defaultBranchRef"]
    tip = ref and ref["target"]
    if not tip:  # it has no commit yet, or GitHub does not show it
        return Branch(repository, unread=unread)
    history, runs = tip["history"], dict[int, BranchRun]()
    for commit in (tip, *(one for one in history["nodes"] or () if one)):
        suites = commit.get("checkSuites") or {"totalCount": 0, "nodes": None}
        if suites["totalCount"] > SUITES:
            unread = unread or f"all but the newest {SUITES} runs on {commit['oid'][:7]}"
        for suite in suites["nodes"] or ():
            if suite and suite["workflowRun"] and _is_of(suite, ref["name"]):
                run = _run(suite, commit)
                runs[run.id] = run
    page = history["pageInfo"]
    return Branch(repository, tuple(runs.values()), unread, page["endCursor"] if page["hasNextPage"] else "")


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


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _time(value: object) -> datetime:
    found = fields.time(value)
    if found is None:
        raise TypeError("a time was expected")
    return found
