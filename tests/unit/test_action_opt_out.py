"""What people decided beforehand: a label of the pull request, over real HTTP."""

from __future__ import annotations

from tests.emulated.faults import Fault
from tests.unit.test_action import SHA, Job, job

__all__ = ["job"]  # the fixture


def on_pull_request(job: Job, *labels: str) -> None:
    """The job's run is a push to the branch of pull request 3."""
    job.github.set_branch("topic", SHA)
    job.github.add_pull_request({"number": 3, "head": {"ref": "topic", "sha": SHA}, "labels": list(labels)})
    job.github.change_run(7, head_branch="topic", pull_requests=[{"number": 3}])


def test_a_label_of_the_pull_request_starts_nothing(job: Job) -> None:
    on_pull_request(job, "No-Claude")
    assert job.run() == 0
    assert (job.outputs["outcome"], job.outputs["reason"]) == ("skipped", "skip-labels")
    assert job.endpoint.requests == []
    assert "Skipped: a label of the pull request excludes it" in job.summary
    assert "Pull request #3 has the label `No-Claude`, which `skip-labels` names." in job.summary
    assert job.github.statuses == {}


def test_the_label_is_no_obstacle_without_the_input(job: Job) -> None:
    on_pull_request(job, "no-claude")
    job.environ["FIRE_ROUTINE_SKIP_LABELS"] = ""
    assert job.run() == 0
    assert job.outputs["outcome"] == "fired"


def test_labels_that_can_not_be_read_are_reported_and_the_fire_goes_on(job: Job) -> None:
    on_pull_request(job, "no-claude")
    job.github.fail("GET .*/pulls/3$", Fault.forbidden())
    assert job.run() == 0
    assert job.outputs["outcome"] == "fired"
    assert "The labels of pull request" in job.summary
    assert "pull-requests: read" in job.summary
