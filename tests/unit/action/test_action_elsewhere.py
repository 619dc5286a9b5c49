"""`run-id` as the address of a run: of the own repository, or of another one of the same owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import LOG, SHA, Job
from tests.support.emulated.repository import Repository

from fire_routine.emulator import Endpoint


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator("octo/ci-sweep") as github:
        github.set_branch("main", "d" * 40)
        github.add_run({"id": 7, "head_sha": "d" * 40, "event": "workflow_dispatch", "status": "in_progress"})
        yield github


@pytest.fixture
def shop(github: GitHubEmulator) -> Repository:
    """The repository of the failed run."""
    shop = github.add_repository("octo/shop")
    shop.set_branch("main", SHA)
    shop.add_run({"id": 40, "head_sha": SHA, "event": "push", "conclusion": "failure"})
    shop.add_job(40, {"id": 41, "name": "build", "conclusion": "failure"}, LOG)
    return shop


@pytest.fixture
def job(github: GitHubEmulator, shop: Repository, tmp_path: Path) -> Iterator[Job]:
    """A job of another repository, started by hand, with a token for both."""
    with Endpoint() as endpoint:
        job = Job(github, endpoint, tmp_path)
        job.environ |= {
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_EVENT_NAME": "workflow_dispatch",
            "FIRE_ROUTINE_DEFAULT_TOKEN": "false",
            "FIRE_ROUTINE_RUN_ID": f"https://github.com/{shop.full_name}/actions/runs/40/job/41",
        }
        yield job


def test_a_run_of_another_repository_is_fired_once_and_recorded_there(job: Job, shop: Repository) -> None:
    assert job.run() == 0
    (session,) = job.endpoint.sessions
    assert "in `octo/shop` on `main` (run 40, attempt 1)" in session.text
    assert "error[E0308]: mismatched types" in session.text
    assert shop.statuses[SHA][-1]["target_url"] == session.url
    assert not job.github.statuses
    assert job.ended() == "skipped duplicate"
    assert len(job.endpoint.sessions) == 1


def test_it_is_never_fired_unrecorded(job: Job) -> None:
    job.github.fail(r"POST .*/statuses", Fault.forbidden())
    assert job.ended() == "failed ledger-unavailable"
    assert "Give the token `statuses: write`" in job.log
    assert job.endpoint.requests == []


def test_a_fork_of_that_repository_is_a_fork(job: Job, shop: Repository) -> None:
    shop.change_run(40, event="pull_request", head_repository={"full_name": "eve/shop"})
    assert job.ended() == "skipped untrusted-run"
    assert job.endpoint.sessions == []


def test_an_attempt_is_that_of_the_address(job: Job, shop: Repository) -> None:
    job.environ["FIRE_ROUTINE_RUN_ID"] = "https://github.com/octo/shop/actions/runs/40/attempts/1"
    shop.add_run({"id": 40, "run_attempt": 2, "head_sha": SHA, "event": "push", "conclusion": "success"})
    job.run()
    assert "(run 40, attempt 1)" in job.endpoint.sessions[0].text


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/eve/shop/actions/runs/40",
        "https://evil.example/octo/shop/actions/runs/40",
        "https://github.com/octo/../eve/shop/actions/runs/40",
        "octo/shop#40",
    ],
)
def test_a_run_of_anyone_else_is_refused_before_anything_is_asked(job: Job, address: str) -> None:
    job.environ["FIRE_ROUTINE_RUN_ID"] = address
    assert job.ended() == "failed invalid-input"
    refusals = ("only those of `https://github.com/octo`", "neither a run's number nor an address")
    assert any(why in job.log for why in refusals)
    assert job.github.requests == []
    assert job.endpoint.requests == []
