"""The GraphQL API: what a repository's runs look like there. The published schema is held by graphql-core.

The objects are made from the runs that the REST API shows, so both always say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    graphql_sync,
)
from tests.support.emulated.described import Json
from tests.support.emulated.ids import number_of, sha_of
from tests.support.emulated.repository import Repository

ACTIONS = 15368  # the id of GitHub's own app
SHOWN_BYTES = 512_000
LONGEST = 100  # items that one page of a connection has
_SCHEMA = Path(__file__).parents[2] / "contract" / "github" / "schema.graphql"

T = TypeVar("T")


@cache
def schema() -> GraphQLSchema:
    built = build_schema(_SCHEMA.read_text("utf-8"))
    # GitHub answers numbers of runs here that have more than 32 bits.
    number = built.type_map["Int"]
    assert isinstance(number, GraphQLScalarType)
    number.coerce_output_value = int
    return built


def answer(repositories: Iterable[Repository], login: str, sent: Mapping[str, Any]) -> tuple[Json, int]:
    """The answer to a query, and its status: an error of the query itself is one of the answer.

    Args:
        repositories: those that the token may read.
        login: whose token it is.
    """
    query = sent.get("query")
    if not isinstance(query, str):
        return {"message": "A query attribute must be specified and must be a string."}, 400
    found = graphql_sync(
        schema(), query, root_value=root(repositories, login), variable_values=sent.get("variables")
    )
    errors = [{**error.formatted, **(error.extensions or {})} for error in found.errors or ()]
    data = {} if found.data is None and errors else {"data": found.data}
    return {**data, **({"errors": errors} if errors else {})}, 200


def root(repositories: Iterable[Repository], login: str) -> Json:
    by_id = {repository.node_id: repository for repository in repositories}

    def nodes(_info: object, ids: Sequence[str]) -> list[Any]:
        return [repository_node(by_id[one]) if one in by_id else _no_node(one) for one in ids]

    def repository(_info: object, owner: str, name: str, **_: Any) -> Any:
        whole = f"{owner}/{name}"
        for one in by_id.values():
            if one.full_name.casefold() == whole.casefold():
                return repository_node(one)
        message = f"Could not resolve to a Repository with the name '{whole}'."
        return GraphQLError(message, extensions={"type": "NOT_FOUND"})

    return {
        "id": "Query",
        "nodes": nodes,
        "repository": repository,
        "viewer": {"id": f"U_{number_of(login)}", "login": login},
    }


def _no_node(wanted: str) -> GraphQLError:
    message = f"Could not resolve to a node with the global id of '{wanted}'"
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def repository_node(repository: Repository) -> Json:
    tip = repository.branches.get(repository.default_branch)
    return {
        "__typename": "Repository",
        "id": repository.node_id,
        "nameWithOwner": repository.full_name,
        "url": f"{repository.site.html}/{repository.full_name}",
        "isPrivate": repository.about.get("private", False),
        "object": lambda _info, expression="", **_: _object(repository, expression.partition(":")[2]),
        "defaultBranchRef": _ref(repository, repository.default_branch, tip) if tip else None,
    }


def _object(repository: Repository, path: str) -> Json | None:
    """A file or a folder of the default branch; GitHub shows the first 512,000 bytes of a text."""
    made = {"id": f"O_{path}", "oid": sha_of(path)}
    if path in repository.files:
        return {**made, "__typename": "Blob", "text": repository.files[path].decode()[:SHOWN_BYTES]}
    folder = f"{path}/" if path else ""
    names = {one.removeprefix(folder).partition("/")[0] for one in repository.files if one.startswith(folder)}
    entries = [{"name": name, "object": _object(repository, folder + name)} for name in sorted(names)]
    return {**made, "__typename": "Tree", "entries": entries} if entries else None


def _ref(repository: Repository, name: str, sha: str | None) -> Json:
    target = commit_node(repository, sha) if sha else None
    return {"__typename": "Ref", "id": f"REF_{name}", "name": name, "target": target}


def commit_node(repository: Repository, sha: str) -> Json:
    def check_suites(_info: object, filterBy: Json | None = None, **page: Any) -> Json:  # noqa: N803
        app = (filterBy or {}).get("appId")
        found = [one for one in suites(repository, sha) if app in (None, one["appId"])]
        return connection(repository, found, lambda one: one, **page)

    def history(_info: object, since: str = "", **page: Any) -> Json:
        shas = repository.commits[repository.commits.index(sha) :] if sha in repository.commits else [sha]
        recent = [one for one in shas if moment(repository.committed(one)) >= moment(since)]
        return connection(repository, recent, lambda one: commit_node(repository, one), **page)

    return {
        "__typename": "Commit",
        "id": f"C_{sha}",
        "oid": sha,
        "checkSuites": check_suites,
        "history": history,
    }


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp or "1970-01-01T00:00:00Z")


def connection(
    repository: Repository,
    items: Sequence[T],
    show: Callable[[T], Json],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    **_: Any,
) -> Json:
    """A page of a list: the cursors are positions.

    https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api
    """
    size = first if first is not None else last
    if size is None:
        raise GraphQLError("You must provide a `first` or `last` value to properly paginate the connection.")
    if not 0 < size <= LONGEST:
        raise GraphQLError(
            f"Requesting {size} records exceeds the `first` or `last` limit of {LONGEST} records."
        )
    start, end = (int(after) if after else 0), (int(before) - 1 if before else len(items))
    start, end = (start, min(end, start + size)) if first is not None else (max(start, end - size), end)
    shown: list[Json | None] = [show(one) for one in items[start:end]]
    if repository.nulls:  # an element may be null, too
        shown.append(None)
    page = {"hasNextPage": end < len(items), "endCursor": str(end) if end > start else None}
    return {"nodes": shown, "totalCount": len(items), "pageInfo": page}


def suites(repository: Repository, sha: str) -> list[Json]:
    """A commit's check suites, the oldest first: one for each run, of any branch, and those of other apps."""
    found = [suite_of(repository, run) for run in repository.runs_of(sha)]
    for app, fields in repository.other_suites.get(sha, ()):
        found.append(suite(app, **fields))
    return sorted(found, key=lambda one: (one["createdAt"], one["databaseId"]))


def suite_of(repository: Repository, run: Json) -> Json:
    """The check suite of a run. Enumerations are in capitals here."""
    place = f"/{repository.full_name}/actions"
    file = str(run["path"]).partition("@")[0].rpartition("/")[2]
    workflow = {"id": f"W_{run['workflow_id']}", "resourcePath": f"{place}/workflows/{file}"}
    shown = {
        "id": f"WFR_{run['id']}",
        "event": run["event"],
        "runNumber": run["run_number"],
        "resourcePath": f"{place}/runs/{run['id']}",
        "url": f"{repository.site.html}{place}/runs/{run['id']}",
        "workflow": workflow,
    }
    known = run["head_branch"] in repository.branches  # a tag, or a branch that is gone, is no branch
    branch = _ref(repository, run["head_branch"], None) if known and not repository.nulls else None
    return suite(
        ACTIONS,
        databaseId=run["id"] + 10**9,
        branch=branch,
        status=_capitals("CheckStatusState", run["status"], "COMPLETED"),
        conclusion=_capitals("CheckConclusionState", run["conclusion"], None),
        createdAt=run["created_at"],
        updatedAt=run["updated_at"],
        workflowRun=shown,
    )


def suite(app: int, /, **fields: Any) -> Json:
    """Needs `databaseId`, `status`, `createdAt` and `updatedAt`; `app`: the number of who made it."""
    made = {
        "__typename": "CheckSuite",
        "id": f"CS_{fields['databaseId']}",
        "appId": app,  # to search for, no field
    }
    return {**made, "branch": None, "workflowRun": None, "conclusion": None, **fields}


def _capitals(kind: str, value: str | None, default: str | None) -> str | None:
    described = schema().type_map[kind]
    assert isinstance(described, GraphQLEnumType)
    name = (value or "").upper()
    return name if name in described.values else default
