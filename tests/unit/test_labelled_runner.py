"""What makes the labelled logs writes a job's log as a runner does."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.labelled.runner import BASH, Hosted, JobResult, Log, run_jobs

pytestmark = pytest.mark.skipif(not Path(BASH).exists(), reason=f"needs {BASH}")


def _run(tmp_path: Path, *steps: dict[str, Any], hosted: Hosted | None = None, **job: Any) -> list[JobResult]:
    (tmp_path / "work/_temp").mkdir(parents=True)
    workflow = {"env": {"A": "1"}, "jobs": {"test": {"runs-on": "ubuntu-latest", "steps": steps, **job}}}
    environ = {"PATH": os.environ["PATH"]}
    return list(run_jobs(workflow, tmp_path, tmp_path / "work/it", environ, hosted or Hosted()))


def _lines(job: JobResult) -> list[str]:
    lines = job.log.decode("utf-8-sig").removesuffix("\n").split("\n")
    return [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ", "", line, count=1) for line in lines]


def test_a_step_s_head_output_and_failure_are_logged(tmp_path: Path) -> None:
    script = "echo one\nprintf '10%%\\r20%%\\n' >&2\nexit 3"
    (job,) = _run(tmp_path, {"run": script}, {"name": "never", "run": "true"})

    assert _lines(job) == [
        "Prepare workflow directory",
        "Prepare all required actions",
        "Complete job name: test",
        "##[group]Run echo one",
        "\x1b[36;1mecho one\x1b[0m",
        "\x1b[36;1mprintf '10%%\\r20%%\\n' >&2\x1b[0m",
        "\x1b[36;1mexit 3\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "env:",
        "  A: 1",
        "##[endgroup]",
        "one",
        "10%",
        "20%",
        "##[error]Process completed with exit code 3.",
        "Cleaning up orphan processes",
    ]
    assert job.failed


def test_workflow_commands_become_marks(tmp_path: Path) -> None:
    script = "echo '::error file=a.py,line=7,title=x%3A y::broken%0Aby 10%25'\necho '::group::Details'"
    (job,) = _run(tmp_path, {"run": script})

    assert _lines(job)[-4:-1] == ["##[error]broken", "by 10%", "##[group]Details"]


def test_each_leg_of_a_matrix_is_a_job_with_a_workspace_of_its_own(tmp_path: Path) -> None:
    matrix = {"matrix": {"version": ["1", "2"]}}
    jobs = _run(tmp_path, {"run": "ls; touch ${{ matrix.version }}.txt"}, strategy=matrix)

    assert [job.name for job in jobs] == ["test (1)", "test (2)"]
    assert "1.txt" not in _lines(jobs[1])
    assert (tmp_path / "work/it/2.txt").exists()


def test_a_step_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    slow = {"name": "slow", "run": "sleep 600 & wait", "timeout-minutes": 0.001}
    (job,) = _run(tmp_path, slow, {"run": "echo next"}, {"run": "echo always", "if": "always()"})

    assert "##[error]The action 'slow' has timed out after 0.001 minutes." in _lines(job)
    assert "always" in _lines(job)
    assert "next" not in _lines(job)


def test_a_step_that_may_fail_does_not_fail_the_job(tmp_path: Path) -> None:
    (job,) = _run(tmp_path, {"run": "exit 4", "continue-on-error": True}, {"run": "echo next"})

    assert not job.failed
    assert _lines(job).index("##[error]Process completed with exit code 4.") < _lines(job).index("next")


def test_an_action_is_played_between_what_a_hosted_runner_prints(tmp_path: Path) -> None:
    def greet(workspace: Path, log: Log) -> None:
        (workspace / "greeting").write_text("hello", "utf-8")
        log.write("greeted")

    hosted = Hosted({"octo-org/greet@v1": greet}, before="set up", after="cleaned up")
    (job,) = _run(tmp_path, {"uses": "octo-org/greet@v1"}, {"run": "cat greeting"}, hosted=hosted)

    lines = _lines(job)
    assert lines[:3] == ["set up", "Complete job name: test", "greeted"]
    assert lines[-2:] == ["hello", "cleaned up"]
