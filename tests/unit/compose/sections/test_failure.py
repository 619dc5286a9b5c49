from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.unit.compose.material import STARTED, digest, job, run

from fire_routine.compose.grouping import group
from fire_routine.compose.layout import WORD, quoted
from fire_routine.compose.sections.failure import SMALLEST, failures_part
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Failure, Fingerprint, MakeExcerpt, utf16_length
from fire_routine.model.run import Run, Step


def rendered(material: Run, failures: Sequence[Failure], make: MakeExcerpt, limit: int) -> str:
    part = failures_part(material, failures, make)
    return part.render(limit) if part else ""


def section(material: Run, failure: Failure) -> str:
    return rendered(material, [failure], excerpt, 4_000)


def test_a_section_shows_how_the_step_ended_how_long_it_took_and_what_ran() -> None:
    log = digest("a", "boom", ended="killed (out of memory)", exit_code=137)
    (failure,) = group([job(0)], {1000: log})
    text = section(run(), failure)
    assert "## Failure 1 of 1: `test` › `Run the tests`" in text
    assert "Step 5, exit code 137, killed (out of memory), after 2 min 10 s, shell `bash -e {0}`" in text
    assert ", job 1000.\n" in text  # the time is the step's
    assert "Shared by" not in text
    assert "What ran:\n" + quoted("make test") in text


@pytest.mark.parametrize("named", [True, False])
def test_a_command_that_the_heading_cuts_is_whole_below_it(named: bool) -> None:
    """GitHub names a step after its command where it has no name."""
    command = "make -C services/api test-integration DATABASE_URL=postgres://localhost/test" + " A=b" * 90
    log = digest("a", "boom", command=command, step=f"Run {command}")
    one = job(0, step=f"Run {command}") if named else job(0, steps=())
    (failure,) = group([one], {1000: log})
    assert "What ran:\n" + quoted(command) in rendered(run(), [failure], excerpt, 60_000)


def test_end_and_shell_of_each_leg_are_shown() -> None:
    shells = ["bash -e {0}", "pwsh -command", "bash -e {0}"]
    logs = {
        1000 + number: digest("a", "boom", exit_code=code, shell=shell)
        for number, (code, shell) in enumerate(zip((1, 3, 1), shells, strict=True))
    }
    (failure,) = group([job(number, f"test ({number})") for number in range(3)], logs)
    text = section(run(), failure)
    assert "exit code 1 or 3, " in text
    assert "shell `bash -e {0}` or `pwsh -command`, " in text
    logs = {1000 + number: digest("a", "boom", exit_code=number) for number in range(9)}
    (failure,) = group([job(number, f"test ({number})") for number in range(9)], logs)
    assert ", exit code 0, 1, 2 or others, " in section(run(), failure)


def test_a_step_ends_as_its_log_tells_it_even_if_the_job_timed_out() -> None:
    late = job(0, conclusion="timed_out", annotations=())
    for log, end in (
        (digest("a", "boom", ended="cancelled", exit_code=None), "Step 5, timed out, after "),
        (digest("a", "boom", ended="killed"), "Step 5, exit code 2, killed, after "),
    ):
        (failure,) = group([late], {1000: log})
        assert end in section(run(), failure)


def test_a_gate_takes_little_room_and_is_named_as_one() -> None:
    late = STARTED + timedelta(hours=1)
    gate = job(0, "all green?", started_at=late, completed_at=late)
    logs = {
        1000: digest("a", *(f"job {n}: failure" for n in range(90)), total_lines=110),
        1001: digest("b", "boom", noise=500),
    }
    failures = group([gate, job(1, "build")], logs)
    build, section = rendered(run(), failures, excerpt, 4_000).split("## Failure ")[1:]
    assert "It began when the others had ended, and only checks their results." in section
    assert "It began when" not in build
    assert len(section.partition("## Details")[0]) < SMALLEST


def test_without_room_for_a_section_the_strongest_line_is_next_to_the_name() -> None:
    logs = {1000 + number: digest(f"f{number}", f"boom {number}", noise=9) for number in range(9)}
    failures = group([job(number, f"job {number}") for number in range(9)], logs)
    text = rendered(run(), failures, excerpt, 3_000)
    assert "## Without room for a section of their own: 5\n" in text
    assert "- `job 8` › `Run the tests`, job 1008: `boom 8`" in text
    small = rendered(run(), failures, excerpt, 1_500)
    assert "- `job 8` › `Run the tests`, job 1008" in small
    assert utf16_length(small) <= 1_500


def test_a_section_names_the_steps_that_failed_after_the_first() -> None:
    steps = tuple(
        Step(number, name, conclusion, STARTED, STARTED)
        for number, name, conclusion in (
            (1, "Build", "success"),
            (2, "Test", "failure"),
            (3, "Tell `Slack`", "failure"),
            (4, "Upload", "skipped"),
            *((number, f"Sweep {number}", "failure") for number in range(5, 40)),
        )
    )
    text = section(run(), Failure(Fingerprint("a"), (job(0, steps=steps),), digest("a", "boom")))
    assert " › `Test`\n\nStep 2, " in text
    later = next(line for line in text.splitlines() if line.startswith("Failed after it: "))
    assert "Slack" in later
    assert "Upload" not in later
    assert later.endswith(" more.")
    assert len(later) < 160


def test_without_steps_the_time_is_the_jobs_and_a_log_that_is_not_there_is_named() -> None:
    bare, running = job(0, steps=()), job(0, conclusion="running", completed_at=None)
    log = digest("a", "boom")
    for one, logs, end in (
        (
            bare,
            {1000: log},
            "Step `Run the tests`, exit code 2, shell `bash -e {0}`, job 1000 after 3 min 20 s.",
        ),
        (bare, {}, "No step ran, exit code 1, job 1000 after 3 min 20 s, its log is not here."),
        (running, {}, "still running: no log until it is done"),
    ):
        (failure,) = group([one], logs)
        assert end in section(run(), failure)


def test_legs_that_share_a_failure_and_those_that_passed_are_named() -> None:
    jobs = tuple(job(n, f"test (windows, 3.{n})") for n in (11, 12))
    material = run(jobs, passed_jobs=("test (linux, 3.11)", "test (linux, 3.12)", "lint", "lint (windows)"))
    shown = section(material, Failure(Fingerprint("a"), jobs, digest("a", "x")))
    assert "Shared by 2 jobs: `test (windows, 3.11)`, `test (windows, 3.12)`." in shown
    assert "Of the same matrix, 2 legs passed: `test (linux, 3.11)`, `test (linux, 3.12)`." in shown


def test_a_long_command_is_cut_and_the_cut_is_marked() -> None:
    log = digest("a", "boom", command="make widget\n" * 500)
    text = section(run(), Failure(Fingerprint("a"), (job(0),), log))
    assert f" characters more]\n{WORD}\n```" in text
    assert "boom" in text


def test_more_failures_than_there_is_room_for_are_listed() -> None:
    jobs = [job(n, f"job {n}", completed_at=STARTED + timedelta(seconds=n)) for n in range(256)]
    logs = {one.id: digest(f"f{one.id}", f"boom of {one.name}", noise=30) for one in jobs}
    text = rendered(run(jobs), group(jobs, logs), excerpt, 20_000)
    shown = text.count("## Failure ")
    assert 10 < shown < 60
    assert f"## Without room for a section of their own: {256 - shown}" in text
    assert f"- `job {shown}` › `Run the tests`, job {1000 + shown}" in text
    assert re.search(r"and \d+ more", text)
    assert all(f"boom of job {n}\n" in text for n in range(shown))
