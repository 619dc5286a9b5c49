"""An organisation on the emulated GitHub: its repositories, and its runs as GraphQL shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from tests.contract.exchanges import RecordedGitHub
from tests.support.emulated import graph
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.repository import Repository

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIP, BEFORE = sha_of("tip"), sha_of("before")


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
