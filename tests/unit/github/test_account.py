"""The repositories that a token names, and the runs of their default branches."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import github_of

from fire_routine.github.account import Branch, Repository, branches, repositories
from fire_routine.model import GitHubError

SINCE = datetime(2026, 1, 7, 12, tzinfo=UTC)
LISTED = "GET /installation/repositories"


def answers(emulator: GitHubEmulator, target: str, body: object) -> None:
    emulator.fail(target, Fault(200, raw=json.dumps(body).encode()))


def repository(name: str, **fields: object) -> dict[str, object]:
    return {"full_name": name, "node_id": f"R_{name[-4:]}", "archived": False, "fork": False} | fields


def suite(number: int, conclusion: str | None = "FAILURE", branch: str | None = "main", **run: object) -> Any:
    path = f"/acme/pay/actions/runs/{number}"
    described = {
        "event": "push",
        "runNumber": number,
        "resourcePath": path,
        "url": f"https://github.com{path}",
    }
    workflow = {"resourcePath": "/acme/pay/actions/workflows/ci.yml"}
    return {
        "status": "COMPLETED" if conclusion else "IN_PROGRESS",
        "conclusion": conclusion,
        "updatedAt": "2026-01-09T12:00:00Z",
        "branch": branch and {"name": branch},
        "workflowRun": described | {"workflow": workflow} | run,
    }


def commit(sha: str, *suites: Any, total: int | None = None, shown: Any = None) -> dict[str, Any]:
    checks = {"totalCount": len(suites) if total is None else total, "nodes": list(suites)}
    return {"oid": sha, "status": shown and {"context": shown}, "checkSuites": checks}


def node(tip: dict[str, Any], *older: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    history = {"totalCount": len(older) + 1 if total is None else total, "nodes": [tip, *older]}
    ref = {"name": "main", "target": tip | {"history": history}}
    return {"nameWithOwner": "acme/pay", "defaultBranchRef": ref}


def read(emulator: GitHubEmulator, *nodes: Any) -> list[Branch]:
    answers(emulator, "POST /graphql", {"data": {"nodes": list(nodes)}})
    with github_of(emulator) as github:
        return list(branches(github, [Repository("acme/pay", "R_1")] * len(nodes), SINCE))


# --- repositories ------------------------------------------------------------------------------------


def test_those_that_a_glob_names_are_found(emulator: GitHubEmulator) -> None:
    names = ("acme/pay-api", "acme/Pay-Web", "acme/ledger", "acme/site")
    listed = [repository(name) for name in names]
    listed += [repository("acme/pay-old", archived=True), repository("acme/pay-fork", fork=True)]
    answers(emulator, LISTED, {"total_count": len(listed), "repositories": listed})
    with github_of(emulator) as github:
        found = repositories(github, ["ACME/pay-*", "acme/ledger"])
        assert [one.name for one in found.items] == ["acme/pay-api", "acme/Pay-Web", "acme/ledger"]
        assert found.total == 3
        assert repositories(github, ["other/*"]).items == []


def test_a_token_of_no_app_lists_the_organisation(emulator: GitHubEmulator) -> None:
    emulator.fail(LISTED, Fault(403, "You must authenticate with an installation access token"))
    answers(emulator, "GET /orgs/acme/repos", [repository("acme/pay")])
    answers(emulator, "GET /orgs/other/repos", [repository("other/pay")])
    with github_of(emulator) as github:
        found = repositories(github, ["acme/*", "acme/x", "other/pay"])
    assert [one.name for one in found.items] == ["acme/pay", "other/pay"]


def test_a_rate_limit_is_not_taken_for_another_kind_of_token(emulator: GitHubEmulator) -> None:
    emulator.fail(LISTED, Fault.rate_limited())
    with github_of(emulator) as github, pytest.raises(GitHubError):
        repositories(github, ["acme/*"])
    assert not emulator.asked("/orgs/")


# --- their runs --------------------------------------------------------------------------------------


def test_the_runs_of_the_branch_are_read_from_all_its_commits(emulator: GitHubEmulator) -> None:
    tip = commit("a" * 40, suite(3, "SUCCESS"), suite(4, None))
    [branch] = read(emulator, node(tip, commit("b" * 40, suite(2))))
    assert branch.repository == "acme/pay"
    assert [(run.id, run.status, run.conclusion) for run in branch.runs] == [
        (3, "completed", "success"),
        (4, "in_progress", ""),
        (2, "completed", "failure"),
    ]
    assert {(run.workflow, run.event) for run in branch.runs} == {("ci.yml", "push")}
    assert branch.runs[2].url == "https://github.com/acme/pay/actions/runs/2"
    assert [len(emulator.asked(what)) for what in ("POST /graphql", "GET")] == [1, 0]


def test_runs_of_other_branches_and_tags_on_its_commits_are_not_its_own(emulator: GitHubEmulator) -> None:
    suites = [suite(1, branch="topic"), suite(2, branch=None), suite(3, branch=None, event="merge_group")]
    [branch] = read(emulator, node(commit("a" * 40, *suites, suite(4))))
    assert [run.id for run in branch.runs] == [3, 4]


def test_what_may_be_null_may_be_null(emulator: GitHubEmulator) -> None:
    bare = {"oid": "b" * 40, "status": None, "checkSuites": None}
    tip = commit("a" * 40, None, suite(1) | {"workflowRun": None}, suite(2))
    empty = {"nameWithOwner": "acme/empty", "defaultBranchRef": None}
    found = read(emulator, node(tip, bare, None), empty, None)  # type: ignore[arg-type]
    assert [[run.id for run in branch.runs] for branch in found] == [[2], [], []]
    assert [bool(branch.unread) for branch in found] == [False, False, True]


def test_the_newest_status_of_ours_comes_with_each_run(emulator: GitHubEmulator) -> None:
    """GraphQL names a bot without what ends its login elsewhere."""

    def shown(kind: str, login: str) -> dict[str, Any]:
        creator = {"__typename": kind, "login": login}
        return {
            "description": "f",
            "targetUrl": None,
            "createdAt": "2026-01-09T13:00:00Z",
            "creator": creator,
        }

    tip = commit("a" * 40, suite(2), shown=shown("Bot", "sweeper"))
    [branch] = read(emulator, node(tip, commit("b" * 40, suite(1), shown=shown("User", "octocat"))))
    assert [run.shown.creator for run in branch.runs if run.shown] == ["sweeper[bot]", "octocat"]


@pytest.mark.parametrize("more", ["suites of the tip", "suites of a commit", "commits"])
def test_a_branch_with_more_gets_a_page_of_its_runs(emulator: GitHubEmulator, more: str) -> None:
    tip = commit("a" * 40, suite(2), total=51 if more == "suites of the tip" else 50)
    old = commit("b" * 40, suite(1), total=21 if more == "suites of a commit" else 20)
    emulator.full_name = "acme/pay"
    emulator.add_run({"id": 9, "head_sha": "a" * 40, "head_branch": "main", "conclusion": "failure"})
    [branch] = read(emulator, node(tip, old, total=21 if more == "commits" else 20))
    assert [run.id for run in branch.runs] == [2, 1, 9]
    assert branch.unread == ""


def test_runs_beyond_that_page_are_said_to_be_left_out(emulator: GitHubEmulator) -> None:
    emulator.full_name = "acme/pay"
    for number in range(101):
        emulator.add_run({"id": 100 + number, "head_branch": "main", "updated_at": "2026-01-09T10:00:00Z"})
    [branch] = read(emulator, node(commit("a" * 40, total=51)))
    assert (len(branch.runs), branch.unread) == (100, "runs before 09 Jan, 10:00 UTC")


def test_a_page_that_can_not_be_read_is_said_to_be(emulator: GitHubEmulator) -> None:
    emulator.full_name = "acme/pay"
    emulator.fail("/actions/runs", Fault.broken(502))
    [branch] = read(emulator, node(commit("a" * 40, suite(1), total=51)))
    assert [run.id for run in branch.runs] == [1]
    assert "502" in branch.unread


def test_a_request_that_is_too_heavy_is_made_again_in_halves(emulator: GitHubEmulator) -> None:
    asked = [Repository(f"acme/r{number}", f"R_{number}") for number in range(60)]
    emulator.fail("POST /graphql", Fault.broken(502))
    with github_of(emulator) as github:
        found = list(branches(github, asked, SINCE))
    assert [branch.repository for branch in found] == [one.name for one in asked]
    assert all("502" in branch.unread for branch in found)
    sizes = [len(re.findall(r"R_\d+", request.body.decode())) for request in emulator.asked("POST /graphql")]
    assert sizes[:5] == [25, 12, 6, 3, 1]
    assert len(sizes) == 2 * 60 - 3


@pytest.mark.parametrize("fault", [Fault(401, "Bad credentials"), Fault.rate_limited(), Fault.slow_down()])
def test_a_refusal_of_all_is_not_asked_again(emulator: GitHubEmulator, fault: Fault) -> None:
    emulator.fail("POST /graphql", fault)
    asked = [Repository(f"acme/r{number}", f"R_{number}") for number in range(50)]
    with github_of(emulator) as github, pytest.raises(GitHubError):
        list(branches(github, asked, SINCE))
    assert len(emulator.asked("POST /graphql")) == 1
