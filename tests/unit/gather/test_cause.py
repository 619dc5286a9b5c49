"""The event with the roles of who caused it, and of who wrote its words: one request for each account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.emulated.events import BOT, MAINTAINER, STRANGER, Json, of_repository, payload
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator

from fire_routine.gather.cause import read_cause
from fire_routine.github.client import GitHub
from fire_routine.model.event import Event, Role
from fire_routine.model.run import Origin
from fire_routine.settings import Context


@pytest.fixture
def emulator() -> Iterator[GitHubEmulator]:
    with GitHubEmulator("octo/widgets") as github:
        github.roles = {"mona": "admin", "tria": "triage", "main": "maintain"}
        yield github


def cause(emulator: GitHubEmulator, name: str, whole: Json) -> Event:
    return deployed(emulator, name, whole)[0]


def deployed(emulator: GitHubEmulator, name: str, whole: Json) -> tuple[Event, Origin | None]:
    context = Context(repository="octo/widgets", event_name=name, event=whole)
    with GitHub(emulator.url, emulator.token, "octo/widgets") as github:
        return read_cause(github, "k", context)


def asked(emulator: GitHubEmulator) -> list[str]:
    return [request.path.partition("/octo/widgets")[2] for request in emulator.requests]


@pytest.mark.parametrize(
    ("login", "role"),
    [("mona", Role.PUSH), ("main", Role.PUSH), ("tria", Role.TRIAGE), ("stranger", Role.NONE)],
)
def test_roles_are_those_that_github_states(emulator: GitHubEmulator, login: str, role: Role) -> None:
    assert cause(emulator, "issues", payload("issues", {**STRANGER, "login": login})).role is role


def test_each_account_is_asked_for_once(emulator: GitHubEmulator) -> None:
    whole = payload("issue_comment", comment={"user": MAINTAINER}, issue={"user": STRANGER})
    event = cause(emulator, "issue_comment", whole)
    assert [(one.author, one.by_writer) for one in event.words] == [("mona", True), ("stranger", False)]
    assert sorted(asked(emulator)) == [f"/collaborators/{name}/permission" for name in ("mona", "stranger")]


def test_apps_are_not_asked_for_and_cannot_write(emulator: GitHubEmulator) -> None:
    emulator.roles[str(BOT["login"])] = "admin"
    event = cause(emulator, "issues", payload("issues", BOT, issue={"user": BOT}))
    assert (event.role, event.words[0].by_writer, asked(emulator)) == (Role.NONE, False, [])


@pytest.mark.parametrize("name", ["issues", "push", "release", "deployment_status", "pull_request"])
def test_a_lone_surrogate_is_no_fault_and_names_nobody(emulator: GitHubEmulator, name: str) -> None:
    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(part) for key, part in value.items()}
        if isinstance(value, list):
            return [spoilt(part) for part in value]
        return f"{value}\ud800" if isinstance(value, str) else value

    event = cause(emulator, name, spoilt(payload(name)))
    assert event.role is Role.NONE
    assert not any(one.by_writer for one in event.words)


@pytest.mark.parametrize("fault", [Fault(status=404), Fault(status=403), Fault(status=502)])
def test_without_an_answer_no_one_can_write(emulator: GitHubEmulator, fault: Fault) -> None:
    emulator.fail(r"/permission", fault)
    event = cause(emulator, "issues", payload("issues"))
    assert (event.role, event.words[0].by_writer) == (Role.NONE, False)


def test_what_anyone_may_have_written_is_no_writers(emulator: GitHubEmulator) -> None:
    (words,) = cause(
        emulator, "repository_dispatch", payload("repository_dispatch", client_payload={"a": 1})
    ).words
    assert not words.by_writer


def test_the_branch_of_a_commented_pull_request_is_asked_for(emulator: GitHubEmulator) -> None:
    emulator.add_pull_request({"number": 1, "head": {"ref": "claude/fix-run-7", "sha": "b" * 40}})
    changes: dict[str, Any] = {"issue": {"number": 1, "pull_request": {"url": "…"}}}
    assert cause(emulator, "issue_comment", payload("issue_comment", **changes)).branches == (
        "claude/fix-run-7",
    )
    emulator.fail(r"/pulls/1", Fault(status=403))
    assert not cause(emulator, "issue_comment", payload("issue_comment", **changes)).branches_known


def deployment(ref: str, sha: str) -> Json:
    """As of a host: its previews' `ref` is the commit, or the name of a branch, perhaps of a fork's."""
    changes: dict[str, Any] = {"deployment": {"ref": ref, "sha": sha}, "workflow_run": None}
    return of_repository(payload("deployment_status", BOT, **changes), "octo/widgets")


def test_what_the_default_branch_has_is_writers_code(emulator: GitHubEmulator) -> None:
    emulator.set_branch("main", "d" * 40)
    emulator.set_branch("main", "e" * 40)
    for sha in ("d" * 40, "e" * 40):  # the branch may have moved on
        event, origin = deployed(emulator, "deployment_status", deployment("main", sha))
        assert (origin, event.branches, event.branches_known) == (Origin.WRITERS, ("main",), True)
    assert len([path for path in asked(emulator) if "permission" not in path]) == 2


def test_what_is_at_a_branchs_head_is_the_repositorys_and_has_its_branches(emulator: GitHubEmulator) -> None:
    sha = "c" * 40
    emulator.set_branch("claude/fix-run-7", sha)
    emulator.add_comparison("main", sha, {"commits": [{"sha": sha, "message": "Fix it"}]})
    event, origin = deployed(emulator, "deployment_status", deployment(sha, sha))
    assert (origin, event.branches, event.message) == (Origin.DISPATCHED, ("claude/fix-run-7",), "Fix it")
    assert len([path for path in asked(emulator) if "permission" not in path]) == 2


@pytest.mark.parametrize("ref", ["f" * 40, "patch-1", "main"])
def test_a_forks_commit_is_not_the_repositorys_whatever_its_branch_is_called(
    emulator: GitHubEmulator, ref: str
) -> None:
    sha = "f" * 40
    emulator.add_comparison("main", sha, {"commits": [{"sha": sha}]})
    event, origin = deployed(emulator, "deployment_status", deployment(ref, sha))
    assert (origin, event.branches_known) == (None, True)


@pytest.mark.parametrize("answer", [None, {"commits": [{"sha": "b" * 40}]}, {"commits": []}])
def test_a_commit_that_github_does_not_show_is_not_known(
    emulator: GitHubEmulator, answer: Json | None
) -> None:
    """As the 251st that the default branch lacks."""
    sha = "c" * 40
    emulator.set_branch("topic", sha)
    if answer is not None:
        emulator.add_comparison("main", sha, answer)
    event, _ = deployed(emulator, "deployment_status", deployment(sha, sha))
    assert not event.branches_known


def test_a_pull_request_that_is_not_found_has_no_known_branch(emulator: GitHubEmulator) -> None:
    changes: dict[str, Any] = {"issue": {"number": 1, "pull_request": {"url": "…"}}}
    assert not cause(emulator, "issue_comment", payload("issue_comment", **changes)).branches_known
