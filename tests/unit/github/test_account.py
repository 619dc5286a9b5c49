"""The repositories that a token names, and the runs of their default branches."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.repository import Repository as Emulated
from tests.support.emulated.repository import timestamp
from tests.unit.gather.gathering import github_of

from fire_routine.github import account
from fire_routine.github.account import Branch, Repository, branches, repositories
from fire_routine.model.outcome import GitHubError

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
SINCE = NOW - timedelta(hours=72)
LISTED = "GET /installation/repositories"
OLD, TIP = sha_of("old"), sha_of("tip")


@pytest.fixture
def pay(emulator: GitHubEmulator) -> Emulated:
    emulator.now = lambda: NOW
    pay = emulator.add_repository("acme/pay")
    for sha in (OLD, TIP):
        pay.set_branch("main", sha)
    return pay


def add(pay: Emulated, number: int, sha: str = TIP, **run: object) -> None:
    ended = timestamp(NOW - timedelta(hours=10))
    known = {"head_branch": "main", "conclusion": "failure", "run_number": number, "updated_at": ended}
    pay.add_run({"id": 3_000_000_000 + number, "head_sha": sha, **known, **run})


def read(emulator: GitHubEmulator, *names: str) -> list[Branch]:
    with github_of(emulator) as github:
        listed = repositories(github, names or ["acme/*"])
        return list(branches(github, listed.items, SINCE))


def numbers(branch: Branch) -> list[int]:
    return sorted(run.number for run in branch.runs)


# --- repositories ------------------------------------------------------------------------------------


def test_those_that_a_glob_names_are_found(emulator: GitHubEmulator) -> None:
    for name in ("acme/pay-api", "acme/Pay-Web", "acme/ledger", "acme/site"):
        emulator.add_repository(name)
    emulator.add_repository("acme/pay-old", archived=True)
    emulator.add_repository("acme/pay-fork", fork=True)
    with github_of(emulator) as github:
        found = repositories(github, ["ACME/pay-*", "acme/ledger"])
        assert [one.name for one in found.items] == ["acme/pay-api", "acme/Pay-Web", "acme/ledger"]
        assert found.total == 3
        assert repositories(github, ["other/*"]).items == []


def test_a_token_of_no_app_lists_the_organisation(emulator: GitHubEmulator) -> None:
    emulator.personal = True
    for name in ("acme/pay", "other/pay", "other/web"):
        emulator.add_repository(name)
    with github_of(emulator) as github:
        found = repositories(github, ["acme/*", "acme/x", "other/pay"])
    assert [one.name for one in found.items] == ["acme/pay", "other/pay"]


def test_repositories_beyond_those_that_are_listed_are_counted(
    emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "LISTED", 1)
    for number in range(150):
        emulator.add_repository(f"acme/r{number}")
    with github_of(emulator) as github:
        found = repositories(github, ["acme/*"])
    assert (len(found.items), found.total) == (99, 150)  # the emulator's own is listed, too


def test_a_rate_limit_is_not_taken_for_another_kind_of_token(emulator: GitHubEmulator) -> None:
    emulator.fail(LISTED, Fault.rate_limited())
    with github_of(emulator) as github, pytest.raises(GitHubError):
        repositories(github, ["acme/*"])
    assert not emulator.asked("/orgs/")


# --- their runs --------------------------------------------------------------------------------------


def test_the_runs_of_the_branch_are_read_from_all_its_commits(
    emulator: GitHubEmulator, pay: Emulated
) -> None:
    add(pay, 1, OLD)
    add(pay, 2, conclusion="success", path=".github/workflows/nightly.yml@main", event="schedule")
    add(pay, 3, status="in_progress", conclusion=None)
    [branch] = read(emulator)
    found = {run.number: (run.id, run.workflow, run.event, run.status, run.conclusion) for run in branch.runs}
    assert found == {
        1: (3_000_000_001, "ci.yml", "push", "completed", "failure"),
        2: (3_000_000_002, "nightly.yml", "schedule", "completed", "success"),
        3: (3_000_000_003, "ci.yml", "push", "in_progress", ""),
    }
    assert {run.url for run in branch.runs if run.number == 1} == {
        f"{emulator.site.html}/acme/pay/actions/runs/3000000001"
    }
    assert (branch.repository, branch.unread) == ("acme/pay", "")
    assert [len(emulator.asked(what)) for what in ("POST /graphql", "GET /repos")] == [1, 0]


def test_runs_of_other_branches_and_tags_on_its_commits_are_not_its_own(
    emulator: GitHubEmulator, pay: Emulated
) -> None:
    pay.set_branch("topic", TIP)
    add(pay, 1, head_branch="topic")
    add(pay, 2, head_branch="v1")
    add(pay, 3, head_branch="gh-readonly-queue/main/pr-1-0", event="merge_group")
    add(pay, 4)
    pay.add_check_suite(TIP, 99, "FAILURE")  # another app's
    [branch] = read(emulator)
    assert numbers(branch) == [3, 4]


def test_what_may_be_null_may_be_null(emulator: GitHubEmulator, pay: Emulated) -> None:
    pay.nulls = True
    pay.add_check_suite(TIP, account.APP, "FAILURE")  # its run was deleted
    add(pay, 1, event="merge_group")
    emulator.add_repository("acme/empty")
    with github_of(emulator) as github:
        asked = [*repositories(github, ["acme/*"]).items, Repository("acme/gone", "R_gone")]
        found = list(branches(github, asked, SINCE))
    assert [numbers(branch) for branch in found] == [[1], [], []]
    assert [branch.unread for branch in found] == [
        "",
        "",
        "Could not resolve to a node with the global id of 'R_gone'",
    ]


def test_what_the_token_may_not_read_is_not_taken_for_green(emulator: GitHubEmulator, pay: Emulated) -> None:
    """As GitHub answers an App that lacks `checks: read`."""
    words, place = "Resource not accessible by integration", ["defaultBranchRef", "target", "checkSuites"]
    history = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    node = {
        "defaultBranchRef": {
            "name": "main",
            "target": {"oid": TIP, "checkSuites": None, "history": history},
        }
    }
    error = {"type": "FORBIDDEN", "path": ["r0", 0, *place], "message": words}
    body = json.dumps({"data": {"r0": [node]}, "errors": [error]})
    emulator.fail("POST /graphql", Fault(200, raw=body.encode()))
    [branch] = read(emulator)
    assert (branch.runs, branch.unread) == ((), words)
    assert pay.full_name == branch.repository


def test_older_commits_are_read_page_by_page(emulator: GitHubEmulator, pay: Emulated) -> None:
    emulator.add_repository("acme/quiet")
    for number in range(45):
        pay.set_branch("main", sha_of(f"{number}"))
        add(pay, number, sha_of(f"{number}"))
    found = read(emulator)
    assert [numbers(branch) for branch in found] == [list(range(45)), []]
    assert [branch.unread for branch in found] == ["", ""]
    assert len(emulator.asked("POST /graphql")) == 3


def test_what_is_not_read_is_said_to_be_left_out(emulator: GitHubEmulator, pay: Emulated) -> None:
    for number in range(101):
        add(pay, number)
    [branch] = read(emulator)
    assert (len(branch.runs), branch.unread) == (100, f"all but the newest 100 runs on {TIP[:7]}")
    for number in range(101):
        pay.set_branch("main", sha_of(f"{number}"))
    [branch] = read(emulator)
    assert (branch.runs, branch.unread) == ((), "runs on older commits than its newest 100")


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


USED_UP = json.dumps({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit already exceeded"}]})
REFUSALS = [
    Fault(401, "Bad credentials"),
    Fault.rate_limited(),
    Fault.slow_down(),
    Fault(200, headers={"X-RateLimit-Remaining": "0"}, raw=USED_UP.encode()),
]


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_of_all_is_not_asked_again(emulator: GitHubEmulator, fault: Fault) -> None:
    emulator.fail("POST /graphql", fault)
    asked = [Repository(f"acme/r{number}", f"R_{number}") for number in range(50)]
    with github_of(emulator) as github, pytest.raises(GitHubError):
        list(branches(github, asked, SINCE))
    assert len(emulator.asked("POST /graphql")) == 1
