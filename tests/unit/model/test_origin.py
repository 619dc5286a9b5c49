"""Who wrote the code that ran, by event, head and payload: unknown unless it is proven."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.simulator.boards import pull_request, sample_run

from fire_routine.model.run import Commit, Origin, origin_in_payload, origin_of

OWN, OTHER = "octo/cat", "stranger/cat"


def about_pull_request(head: str | None) -> dict[str, Any]:
    return {"pull_request": {"head": {"repo": {"full_name": head} if head else None}}}


def test_the_event_proves_who_caused_the_run() -> None:
    by_writers = [
        "push", "pull_request", "schedule", "merge_group", "release", "create", "delete", "page_build",
        "public", "branch_protection_rule",
    ]  # fmt: skip
    others = [
        "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch", "gollum", "label",
        "milestone", "check_run", "check_suite", "status", "deployment", "deployment_status", "dynamic",
        "pull_request_target", "pull_request_review", "pull_request_review_comment", "workflow_run", "",
        "PUSH", "an_event_of_next_year",
    ]  # fmt: skip
    dispatched = ["workflow_dispatch", "repository_dispatch"]  # other code may have run
    assert {origin_of(event, OWN, "Octo/Cat") for event in by_writers} == {Origin.WRITERS}
    assert {origin_of(event, OWN, OWN) for event in dispatched} == {Origin.DISPATCHED}
    assert {origin_of(event, OWN, OWN) for event in others} == {Origin.UNKNOWN}


@given(st.text(), st.sampled_from([None, "", OTHER, "octo/cat2", "octo"]))
def test_another_head_is_a_fork_for_any_event(event: str, head: str | None) -> None:
    for proven in (None, *Origin):
        assert origin_of(event, OWN, head, proven) is Origin.FORK


@pytest.mark.parametrize(
    "event", ["pull_request_target", "pull_request_review", "pull_request_review_comment"]
)
def test_own_payload_proves_whose_pull_request_it_is(event: str) -> None:
    for name, origin in ((OWN, Origin.WRITERS), (OTHER, Origin.FORK), (None, Origin.FORK)):
        assert origin_in_payload(event, about_pull_request(name), OWN) is origin
    shapeless: tuple[object, ...] = (None, [], {})
    for head in shapeless:
        assert origin_in_payload(event, {"pull_request": {"head": head}}, OWN) is None
    assert origin_in_payload(event, {}, OWN) is origin_in_payload(event, {"pull_request": None}, OWN) is None
    for other in ("issue_comment", "check_run", "workflow_run", "push"):  # there it proves nothing
        assert origin_in_payload(other, about_pull_request(OWN), OWN) is None


def test_a_run_after_another_is_as_trusted_as_the_one_before_it() -> None:
    """`unit/policy/test_guards.py` has what follows for other events and heads."""
    before = {"event": "workflow_dispatch", "head_repository": {"full_name": OWN}}
    assert origin_in_payload("workflow_run", {"workflow_run": before}, OWN) is Origin.DISPATCHED
    for shapeless in (3, {**before, "event": None}, {"event": "push"}):
        assert origin_in_payload("workflow_run", {"workflow_run": shapeless}, OWN) is None


def test_own_payload_is_believed_only_where_the_record_names_no_fork() -> None:
    proven = Origin.WRITERS
    assert sample_run(event="pull_request_target", origin_in_payload=proven).origin is Origin.WRITERS
    run = sample_run(event="pull_request_target", origin_in_payload=proven, head_repository=OTHER)
    assert run.origin is Origin.FORK


@pytest.mark.parametrize("bot", ["renovate[bot]", "dependabot[bot]", "copilot-swe-agent[bot]"])
def test_a_bots_branch_is_an_origin_of_its_own(bot: str) -> None:
    by_bot = Commit("a" * 40, "Bump x", bot)
    for run in (
        sample_run(event="push", actor=bot),
        sample_run(event="pull_request", actor=bot),
        sample_run(event="push", actor="mona", commit=by_bot, head_branch="renovate/x"),  # a person's re-run
        sample_run(event="pull_request", pull_request=pull_request(head_repository=OWN, author=bot)),
        sample_run(event="pull_request_target", actor=bot, origin_in_payload=Origin.WRITERS),
    ):
        assert run.origin is Origin.BOT
    merged = sample_run(event="push", commit=by_bot, head_branch="main", default_branch="main")
    assert merged.origin is Origin.WRITERS  # a person merged it
    assert sample_run(event="merge_group", actor=bot).origin is Origin.WRITERS
    assert sample_run(event="push", actor=bot, head_repository=OTHER).origin is Origin.FORK


def test_pull_request_that_was_only_looked_up_can_prove_a_fork_but_not_a_writer() -> None:
    """GitHub lists pull requests of the same commit or branch, not the one that triggered the run."""
    for event in ("pull_request_target", "pull_request_review"):
        own = sample_run(event=event, pull_request=pull_request(head_repository=OWN))
        assert own.origin is Origin.UNKNOWN
        fork = sample_run(event=event, pull_request=pull_request(head_repository=OTHER))
        assert fork.origin is Origin.FORK
    # A branch of the repository itself may be proposed elsewhere too.
    assert sample_run(pull_request=pull_request(head_repository=OTHER)).origin is Origin.WRITERS
