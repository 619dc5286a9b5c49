"""Which run is reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fire_routine.gather.event import GatherError, find_target
from fire_routine.model.run import Target, TargetKind
from fire_routine.settings import Context, Settings

NAME = "octo-org/widget"
HERE = Context(repository=NAME, run_id=500, run_attempt=2, event_name="push")


def finished(**run: Any) -> Context:
    return Context(repository=NAME, run_id=900, event_name="workflow_run", event={"workflow_run": run})


def test_the_run_is_that_of_the_input_or_else_of_the_event_or_else_this_one() -> None:
    table = [
        (Settings(), HERE, Target(TargetKind.FINAL_JOB, NAME, 500, 2)),
        (Settings(), replace(HERE, job_status="failure"), Target(TargetKind.STEP, NAME, 500, 2)),
        (Settings(), finished(id=700, run_attempt=3), Target(TargetKind.WORKFLOW_RUN, NAME, 700, 3)),
        (Settings(), finished(id=700), Target(TargetKind.WORKFLOW_RUN, NAME, 700, None)),
        (Settings(run_id=42), finished(id=700, run_attempt=3), Target(TargetKind.RUN_ID, NAME, 42, None)),
        (Settings(run_id=500), HERE, Target(TargetKind.RUN_ID, NAME, 500, 2)),
    ]
    found = [find_target(settings, context) for settings, context, _ in table]
    assert found == [target for _, _, target in table]


@pytest.mark.parametrize(
    ("context", "named"),
    [
        (Context(), "GITHUB_REPOSITORY"),
        (Context(repository=NAME), "run-id: GITHUB_RUN_ID"),
        (finished(id="x"), "run-id: the `workflow_run` event"),
        (finished(), "run-id"),
    ],
)
def test_without_a_run_the_input_and_the_remedy_are_named_in_one_line(context: Context, named: str) -> None:
    with pytest.raises(GatherError, match=named) as error:
        find_target(Settings(), context)
    assert "\n" not in str(error.value)
