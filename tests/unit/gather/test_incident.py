"""An incident: the runs of a workflow on a branch since it was last green, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.emulated.faults import Fault
from tests.emulated.github import GitHubEmulator
from tests.emulated.ids import sha_of
from tests.unit.gather.gathering import HEAD, RUN, add_run, earlier, gathered, github_of

from fire_routine.model import GitHubError


class TestAnIncident:
    def shas(self, emulator: GitHubEmulator, **fields: Any) -> list[str]:
        run = gathered(emulator, **fields)
        with github_of(emulator) as github:
            return list(github.incident(run).shas)

    def test_reaches_back_to_the_last_green_run_past_any_other_conclusion(
        self, emulator: GitHubEmulator
    ) -> None:
        earlier(emulator, 400, 1)
        earlier(emulator, 401, 2, conclusion="success")
        earlier(emulator, 402, 3)
        earlier(emulator, 403, 4, conclusion="cancelled")
        earlier(emulator, 404, 5, conclusion=None)
        earlier(emulator, 405, 5, head_branch="other")
        earlier(emulator, 406, 5, head_repository="stranger/widget")
        assert self.shas(emulator) == [sha_of(f"commit {number}") for number in (404, 403, 402)]

    def test_ends_at_the_next_green_run(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 402, 3)
        for run_id, day, conclusion in ((600, 3, "failure"), (601, 4, "success"), (602, 5, "failure")):
            created = f"2026-03-{day:02}T10:00:00Z"
            add_run(
                emulator,
                run_id,
                conclusion=conclusion,
                created_at=created,
                head_sha=sha_of(f"commit {run_id}"),
            )
        assert self.shas(emulator) == [sha_of("commit 600"), sha_of("commit 402")]

    @pytest.mark.parametrize(("run_id", "month"), [(401, 2), (601, 4)])
    def test_is_not_ended_by_a_green_run_of_another_event(
        self, emulator: GitHubEmulator, run_id: int, month: int
    ) -> None:
        earlier(emulator, 400, 1)
        created = f"2026-{month:02}-02T10:00:00Z"
        earlier(emulator, run_id, 2, conclusion="success", event="schedule", created_at=created)
        earlier(emulator, 602, 3, created_at="2026-04-03T10:00:00Z")
        assert self.shas(emulator) == [sha_of("commit 602"), sha_of("commit 400")]

    def test_is_looked_for_beyond_the_first_page(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 100, 1)
        earlier(emulator, 101, 2, conclusion="success")
        earlier(emulator, 102, 3)
        for run_id in range(200, 320):
            earlier(emulator, run_id, 4, head_repository="stranger/widget")
        assert self.shas(emulator) == [sha_of("commit 102")]

    def test_is_looked_for_no_further_than_its_end(self, emulator: GitHubEmulator) -> None:
        for run_id in range(100, 220):
            earlier(emulator, run_id, 2)
        earlier(emulator, 300, 3, conclusion="success")
        assert self.shas(emulator) == []
        assert not emulator.asked(r"/runs\?.*page=2")

    def test_is_looked_for_no_further_than_its_commits_count(self, emulator: GitHubEmulator) -> None:
        for run_id in range(100, 220):
            earlier(emulator, run_id, 2)
        assert len(self.shas(emulator)) == 30
        assert not emulator.asked(r"/runs\?.*page=2")

    def test_is_looked_for_as_far_as_this_run_however_many_began_after_it(
        self, emulator: GitHubEmulator
    ) -> None:
        for run_id in range(RUN + 1, RUN + 121):
            earlier(emulator, run_id, 2)
        assert len(self.shas(emulator)) == 30
        assert emulator.asked(r"/runs\?.*page=2")

    def test_is_looked_for_on_four_pages_at_most(self, emulator: GitHubEmulator) -> None:
        for run_id in range(1000, 1450):
            earlier(emulator, run_id, 4, head_repository="stranger/widget")
        add_run(emulator, created_at="2026-02-05T10:00:00Z")
        assert self.shas(emulator) == []
        assert emulator.asked(r"/runs\?.*page=4")
        assert not emulator.asked(r"/runs\?.*page=5")

    def test_holds_what_another_event_failed_with_until_either_was_green(
        self, emulator: GitHubEmulator
    ) -> None:
        at_green = {"head_sha": sha_of("commit 403")}  # which passed in the one and failed in the other
        earlier(emulator, 399, 1, event="schedule")
        earlier(emulator, 401, 2, event="schedule", **at_green)
        earlier(emulator, 402, 2, event="pull_request", **at_green)
        earlier(emulator, 403, 3, conclusion="success")
        earlier(emulator, 404, 3, event="schedule")
        earlier(emulator, 405, 3, event="pull_request", conclusion="success")
        after = {"created_at": "2026-03-04T10:00:00Z"}
        earlier(emulator, 600, 4, event="schedule", **after)
        earlier(emulator, 601, 4, conclusion="success", **after)
        earlier(emulator, 602, 4, event="schedule", **after)
        earlier(emulator, 603, 4, **after)
        run = gathered(emulator)
        with github_of(emulator) as github:
            incident = github.incident(run)
        assert incident.runs == {401, 404, 600}
        assert incident.ended == {399, 402, 403, 405, 601, 602, 603}

    def test_is_found_by_the_workflows_file_if_its_number_is_unknown(self, emulator: GitHubEmulator) -> None:
        earlier(emulator, 400, 1)
        emulator.fail(r"/actions/runs/500/attempts/1$", Fault.broken())
        assert self.shas(emulator) == [sha_of("commit 400")]

    def test_of_a_workflow_that_is_not_there_can_not_be_had(self, emulator: GitHubEmulator) -> None:
        run = replace(gathered(emulator), workflow_id=99)
        with github_of(emulator) as github, pytest.raises(GitHubError) as caught:
            github.incident(run)
        assert caught.value.status == 404

    def test_names_each_commit_once_and_at_most_30(self, emulator: GitHubEmulator) -> None:
        for run_id in range(300, 340):
            earlier(emulator, run_id, 2)
        earlier(emulator, 340, 3, head_sha=sha_of("commit 339"))
        earlier(emulator, 341, 4, head_sha=HEAD)
        shas = self.shas(emulator)
        assert len(shas) == len(set(shas)) == 30
        assert shas[0] == sha_of("commit 339")
        assert HEAD not in shas

    def test_in_a_merge_queue_is_one_pull_request_on_any_branch(self, emulator: GitHubEmulator) -> None:
        queue = "gh-readonly-queue/main/pr-12-" + "a" * 40
        again, other = queue.replace("a" * 40, "b" * 40), queue.replace("pr-12", "pr-13")
        add_run(emulator, head_branch=queue, event="merge_group")
        earlier(emulator, 400, 2, head_branch=again, event="merge_group")
        earlier(emulator, 401, 3, head_branch=other, event="merge_group")
        assert self.shas(emulator) == [sha_of("commit 400")]
