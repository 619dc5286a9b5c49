"""An organisation on the emulated GitHub: its repositories, and its runs as GraphQL shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from tests.contract.exchanges import RecordedGitHub
from tests.support.emulated import graph
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.repository import Repository

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIP, BEFORE = sha_of("tip"), sha_of("before")
RED = """query($ids: [ID!]!, $since: GitTimestamp) {
  nodes(ids: $ids) { ... on Repository { nameWithOwner defaultBranchRef { target { ... on Commit {
    oid checkSuites(last: 2, filterBy: {appId: 15368}) { totalCount nodes {
      conclusion status updatedAt branch { name }
      workflowRun { databaseId event runNumber workflow { resourcePath } } } }
    history(first: 1, since: $since) { totalCount nodes { oid } } } } } } } }"""


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator("acme/ci-sweep") as github:
        github.now = lambda: NOON
        yield github


@pytest.fixture
def pay(github: GitHubEmulator) -> Repository:
    """A run on each of two commits, the newer one failed."""
    pay = github.add_repository("acme/pay")
    for number, sha in ((3_000_000_001, BEFORE), (3_000_000_002, TIP)):
        pay.set_branch("main", sha)
        conclusion = "failure" if sha == TIP else "success"
        pay.add_run({"id": number, "head_sha": sha, "conclusion": conclusion, "run_number": 7})
    return pay


def asked(github: GitHubEmulator, query: str, **variables: Any) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    answer = github.serve("POST", "/graphql", {"authorization": f"Bearer {github.token}"}, body, False)
    found: dict[str, Any] = json.loads(answer.body)
    return found


def tip_of(github: GitHubEmulator, repository: Repository, since: datetime = NOON) -> dict[str, Any]:
    found = asked(github, RED, ids=[repository.node_id], since=f"{since:%Y-%m-%dT%H:%M:%SZ}")
    assert "errors" not in found
    tip: dict[str, Any] = found["data"]["nodes"][0]["defaultBranchRef"]["target"]
    return tip


def test_a_run_is_the_same_in_both_apis(github: GitHubEmulator, pay: Repository) -> None:
    (suite,) = tip_of(github, pay)["checkSuites"]["nodes"]
    assert (suite["status"], suite["conclusion"], suite["branch"]) == (
        "COMPLETED",
        "FAILURE",
        {"name": "main"},
    )
    run = suite["workflowRun"]
    assert (run["databaseId"], run["event"], run["runNumber"]) == (3_000_000_002, "push", 7)
    assert run["workflow"]["resourcePath"] == "/acme/pay/actions/workflows/ci.yml"
    pay.change_run(3_000_000_002, status="in_progress", conclusion=None)
    (suite,) = tip_of(github, pay)["checkSuites"]["nodes"]
    assert (suite["status"], suite["conclusion"], suite["updatedAt"]) == (
        "IN_PROGRESS",
        None,
        "2026-03-01T12:00:00Z",
    )


def test_what_is_more_than_asked_for_is_counted(github: GitHubEmulator, pay: Repository) -> None:
    for number in (3, 4):
        pay.add_run(
            {"id": number, "head_sha": TIP, "created_at": "2026-03-02T00:00:00Z", "event": "schedule"}
        )
    pay.add_check_suite(TIP, 99, "FAILURE")  # of another app
    tip = tip_of(github, pay)
    assert tip["checkSuites"]["totalCount"] == 3
    assert [one["workflowRun"]["databaseId"] for one in tip["checkSuites"]["nodes"]] == [3, 4]
    assert (tip["history"]["totalCount"], tip["history"]["nodes"]) == (2, [{"oid": TIP}])
    assert tip_of(github, pay, NOON + timedelta(hours=1))["history"]["totalCount"] == 0


def test_a_suite_may_have_no_run_and_a_tag_is_no_branch(github: GitHubEmulator, pay: Repository) -> None:
    pay.add_run({"id": 5, "head_sha": TIP, "head_branch": "v1", "created_at": "2026-03-02T00:00:00Z"})
    pay.add_check_suite(TIP, graph.ACTIONS, "FAILURE")
    without, with_run = sorted(
        tip_of(github, pay)["checkSuites"]["nodes"], key=lambda one: bool(one["workflowRun"])
    )
    assert without["workflowRun"] is None
    assert with_run["branch"] is None


def test_an_empty_repository_has_no_branch_and_an_unknown_one_is_null(github: GitHubEmulator) -> None:
    empty = github.add_repository("acme/empty")
    found = asked(github, RED, ids=[empty.node_id, "R_gone"])
    assert found["data"]["nodes"] == [{"nameWithOwner": "acme/empty", "defaultBranchRef": None}, None]
    assert [(one["type"], one["path"]) for one in found["errors"]] == [("NOT_FOUND", ["nodes", 1])]


@pytest.mark.parametrize(
    "wrong",
    ["{nodes(ids: []) {stars}}", "{viewer {login", "{viewer(since: 1) {login}}"],
    ids=["field", "end", "argument"],
)
def test_a_wrong_query_is_an_error(github: GitHubEmulator, wrong: str) -> None:
    found = asked(github, wrong)
    assert found["errors"] and "data" not in found


@pytest.mark.parametrize("nulls", [False, True])
def test_every_field_is_answered_as_the_schema_has_it(
    github: GitHubEmulator, pay: Repository, nulls: bool
) -> None:
    pay.nulls = nulls
    pay.add_check_suite(TIP, 99, None)
    query = f"{{viewer {{{whole('User')}}} rateLimit {{{whole('RateLimit')}}}"
    query += f' nodes(ids: ["{pay.node_id}"]) {{... on Repository {{{whole("Repository")}}}}}}}'
    found = asked(github, query)
    assert "errors" not in found
    tip = found["data"]["nodes"][0]["defaultBranchRef"]["target"]
    suites = tip["checkSuites"]["nodes"]
    assert (suites[-1] is None, suites[0]["app"] is None) == (nulls, nulls)


def whole(name: str) -> str:
    """All fields of a type, and of the objects in them."""
    found = graph.schema().type_map[name]
    assert isinstance(found, GraphQLObjectType)
    parts = []
    for field_name, field in found.fields.items():
        kind = get_named_type(field.type)
        asked_for = f"{field_name}(last: 5)" if "last" in field.args else field_name
        if (name, field_name) == ("Commit", "history"):
            asked_for += " {totalCount nodes {oid} pageInfo {" + whole("PageInfo") + "}}"
        elif (name, field_name) == ("CheckSuite", "branch"):
            asked_for += " {id name}"
        elif kind.name == "GitObject":  # an interface
            asked_for += f" {{... on Commit {{{whole('Commit')}}}}}"
        elif isinstance(kind, GraphQLObjectType):
            asked_for += f" {{{whole(kind.name)}}}"
        parts.append(asked_for)
    return " ".join(parts)


@pytest.mark.parametrize("nulls", [False, True])
def test_the_repositories_of_an_app_and_of_an_organisation(nulls: bool) -> None:
    with RecordedGitHub("acme/ci-sweep", nulls=nulls) as github:
        for number in range(5):
            github.add_repository(
                f"acme/r{number}", archived=number == 1, fork=number == 2, disabled=number == 3
            )
        github.repositories[5].installed = False
        listed = rest(github, "/installation/repositories?per_page=2&page=2")
        assert listed["total_count"] == 5
        names = [
            (one["name"], one["archived"], one["fork"], one["disabled"]) for one in listed["repositories"]
        ]
        assert names == [("r1", True, False, False), ("r2", False, True, False)]
        assert listed["repositories"][0]["node_id"] == github.repositories[2].node_id
        of_all = rest(github, "/orgs/acme/repos?per_page=100")
        assert [one["full_name"] for one in of_all][-1] == "acme/r4"
        assert rest(github, "/orgs/other/repos")["message"] == "Not Found"
        github.personal = True
        assert "installation access token" in rest(github, "/installation/repositories")["message"]
        github.check("/installation/repositories", "/orgs/acme/repos")


def rest(github: GitHubEmulator, target: str) -> Any:
    answer = github.serve("GET", target, {"authorization": f"Bearer {github.token}"}, b"", False)
    return json.loads(answer.body)


def test_requests_fail_on_demand(github: GitHubEmulator) -> None:
    github.fail("POST /graphql", Fault.broken(502), times=1)
    fault = github.fault("POST /graphql")
    assert fault and fault.status == 502
    assert github.fault("POST /graphql") is None
