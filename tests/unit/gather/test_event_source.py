"""Which run is reported."""

from __future__ import annotations

from typing import Any

import pytest

from fire_routine.gather import GatherError, find_trigger
from fire_routine.model import Trigger, TriggerKind
from fire_routine.settings import Context, Settings

HERE = Context(repository="octo-org/widget", run_id=500, run_attempt=2, event_name="push")


def finished(**run: Any) -> Context:
    return Context(
        repository="octo-org/widget", run_id=900, event_name="workflow_run", event={"workflow_run": run}
    )


def test_a_final_job_reports_its_own_run_and_attempt() -> None:
    assert find_trigger(Settings(), HERE) == Trigger(TriggerKind.FINAL_JOB, "octo-org/widget", 500, 2)


def test_a_step_of_a_job_that_failed_reports_its_own_run() -> None:
    context = Context(repository="octo-org/widget", run_id=500, job_status="failure")
    assert find_trigger(Settings(), context).kind is TriggerKind.STEP


def test_a_workflow_run_event_reports_the_finished_run() -> None:
    trigger = find_trigger(Settings(), finished(id=700, run_attempt=3))
    assert trigger == Trigger(TriggerKind.WORKFLOW_RUN, "octo-org/widget", 700, 3)


def test_a_workflow_run_event_without_an_attempt_reports_the_latest() -> None:
    assert find_trigger(Settings(), finished(id=700)).attempt is None


def test_the_run_id_input_comes_before_everything_else() -> None:
    trigger = find_trigger(Settings(run_id=42), finished(id=700, run_attempt=3))
    assert trigger == Trigger(TriggerKind.RUN_ID, "octo-org/widget", 42, None)


def test_the_run_id_of_this_run_means_this_attempt() -> None:
    assert find_trigger(Settings(run_id=500), HERE).attempt == 2


@pytest.mark.parametrize(
    ("context", "named"),
    [
        (Context(), "GITHUB_REPOSITORY"),
        (Context(repository="octo-org/widget"), "run-id: GITHUB_RUN_ID"),
        (finished(id="x"), "run-id: the `workflow_run` event"),
        (finished(), "run-id"),
    ],
)
def test_without_a_run_the_input_and_the_remedy_are_named_in_one_line(context: Context, named: str) -> None:
    with pytest.raises(GatherError, match=named) as error:
        find_trigger(Settings(), context)
    assert "\n" not in str(error.value)
