"""What an answer of GitHub means: a status that was written, a refusal, a passing fault."""

from __future__ import annotations

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.unit.gather.gathering import HEAD, github_of

from fire_routine.model import GitHubError


def test_a_status_that_was_written_is_read_with_its_link(emulator: GitHubEmulator) -> None:
    with github_of(emulator) as github:
        created = github.create_status(HEAD, "pending", "claimed", "https://example.com/run")
        assert created.target_url == "https://example.com/run"
        assert list(github.statuses(HEAD).statuses) == [created]


def test_a_refusal_is_no_rate_limit_and_a_passing_fault_is_no_answer(emulator: GitHubEmulator) -> None:
    emulator.set_branch("main", HEAD)
    emulator.fail("POST .*/statuses/", Fault.forbidden())
    emulator.fail("/git/ref", Fault.broken(502), times=1)
    with github_of(emulator) as github:
        with pytest.raises(GitHubError, match="Resource not accessible by integration") as error:
            github.create_status(HEAD, "pending", "claimed")
        assert (error.value.status, error.value.rate_limited) == (403, False)
        assert github.branch_head("main") == HEAD
