"""Which step and which part of a log counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.distill.logs import END, GITHUB_LOG, read

from fire_routine import distill
from fire_routine.model import Step

CLEAN_UP = ["Post job cleanup.", *(f"Removing credentials {n}" for n in "abcd")]


NEXT_STEP = [
    "##[group]Run ./deploy",
    "shell: /usr/bin/bash -e {0}",
    "##[endgroup]",
    "Waiting for the rollout",
]


@pytest.mark.parametrize(("after", "least", "most"), [(CLEAN_UP, 0.0, 0.02), (NEXT_STEP, 0.1, 1.0)])
def test_last_line_of_the_log_scores_unless_the_step_failed_before(
    after: list[str], least: float, most: float
) -> None:
    lines = [*GITHUB_LOG.splitlines()[:-1], *(f"2026-01-02T03:04:10.1234567Z {line}" for line in after)]
    blocks = read("\n".join(lines)).blocks
    assert blocks[-1].lines[-1] == after[-1]
    assert least < blocks[-1].weight / max(block.weight for block in blocks) <= most


def test_a_failed_step_by_the_api_s_times_outweighs_errors_elsewhere() -> None:
    log = "".join(
        f"2026-01-02T03:04:{second:02}.0000000Z {text}\n"
        for second, text in [
            (1, "error: tolerated"),
            (10, "error: the cause"),
            (20, "error: in the clean-up"),
        ]
    )

    def at(second: int) -> datetime:
        return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)

    steps = [
        Step(1, "lint", "success", at(0), at(5)),
        Step(2, "test", "failure", at(9), at(11)),
        Step(3, "clean", "success", at(19), at(30)),
    ]
    weights = {line: block.weight for block in read(log, steps=steps).blocks for line in block.lines}
    assert max(weights, key=lambda line: weights[line]) == "error: the cause"


@pytest.mark.parametrize(
    "last", ["The process '/usr/bin/sh' failed with exit code 1", "The emulator did not boot."]
)
def test_an_action_that_ends_with_an_error_of_its_own_failed_though_later_steps_did_too(last: str) -> None:
    lines = [
        "##[group]Run octo/emulator-runner@v2",
        "a.kt:1:2: error: no such price",
        f"##[error]{last}",
        "##[group]Run adb devices",
        *(f"device {number} is offline" for number in range(30)),
        "##[error]Process completed with exit code 1.",
    ]
    blocks = read("\n".join(lines)).blocks
    weights = {line: block.weight for block in blocks for line in block.lines}
    assert max(weights, key=lambda line: weights[line]) == "a.kt:1:2: error: no such price"


def test_the_step_that_the_runner_ended_is_named_rather_than_an_action_that_failed_after_it() -> None:
    lines = [
        "##[group]Run make",
        "##[error]Process completed with exit code 2.",
        "##[group]Run octo/upload@v4",
        "##[error]The process '/usr/bin/tar' failed with exit code 1",
        "Post job cleanup.",
    ]
    digest = read("\n".join(lines))
    assert (digest.step, digest.exit_code) == ("make", 2)


def test_errors_of_earlier_steps_do_not_crowd_out_the_failed_one() -> None:
    earlier = "".join(
        f"2026-01-02T03:04:06.0000000Z ##[group]Run step {n}\n"
        + "2026-01-02T03:04:06.0000000Z FAILED test_demo.py::test_total - assert 3 == 4\n" * 9
        for n in range(40)
    )
    digest = read(earlier + GITHUB_LOG.replace("\ufeff", ""))
    text = distill.excerpt(digest, 400).text
    assert "E       assert 3 == 4" in text
    assert digest.command == "pytest -q"


def test_job_in_a_run_s_log_ends_at_its_last_marked_error_if_no_step_failed() -> None:
    def printed(job: str, step: str, *lines: str) -> list[str]:
        return [f"{job}\t{step}\t2026-01-02T03:04:05.1234567Z {line}" for line in lines]

    filler = [f"progress {number}: nothing to see" for number in range(400)]
    error = "##[error]a.go:7:2: unused"
    lint = printed("lint", "Lint", "##[group]Run lint@v1", *filler, error, *filler)
    test = printed(
        "test", "Test", "##[group]Run make", *filler, "##[error]Process completed with exit code 2."
    )

    def weight(log: list[str]) -> float:
        return next(block.weight for block in read("\n".join(log)).blocks if error in block.lines)

    assert weight([*lint, *test]) > 0.8 * weight(lint)


def test_output_of_a_step_is_shown_rather_than_another_s_environment() -> None:
    exit_mark = "##[error]Process completed with exit code 1."
    printed = [f"checked page {letter}{letter}, it is as it was" for letter in "abcdefghijklmnopqrstuvwxy"]
    settings = ["shell: /usr/bin/bash -e {0}", "env:", *(f"  SETTING_{n}: /opt/tools/{n}" for n in range(25))]
    first = ["##[group]Run make check", "make check", "##[endgroup]", *printed, exit_mark]
    second = ["##[group]Run make report", "make report", *settings, "##[endgroup]", "no report", exit_mark]
    text = distill.excerpt(distill.read(["\n".join([*first, *second]).encode()]), 1_060).text
    assert all(line in text for line in ("make report", *printed[5:], "no report"))
    assert "SETTING_" not in text


def test_of_similar_lines_before_a_step_s_end_the_last_are_shown_with_their_context() -> None:
    waited = [f"attempt {n} of 60: nothing listens at port 5001" for n in range(1, 61)]
    lines = ["##[group]Run make check", "starting the till", "waiting for it", *waited, "gave up"]
    log = "\n".join([*lines, "##[error]Process completed with exit code 1."])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert all(line in text for line in ("starting the till", "waiting for it", *waited[-2:], "gave up"))


def test_output_of_an_earlier_step_does_not_lead_to_the_end() -> None:
    earlier = [f"opened till {word}" for word in ("one", "two", "three", "four", "five", "six")]
    begins = ["##[group]Run make check", "make check", "shell: /usr/bin/bash -e {0}", "##[endgroup]"]
    log = "\n".join(
        ["##[group]Run make tills", "##[endgroup]", *earlier, *begins, "the shop is shut", END, ""]
    )
    weights = {line: block.weight for block in read(log).blocks for line in block.lines}
    assert weights["##[group]Run make check"] > 1
    assert max(weights.get(line, 0) for line in earlier) < 0.2


def test_buildkits_repetition_of_a_failed_step_scores_less() -> None:
    printed = [f"0.{n}12 copied page {n} of the shop's manual" for n in range(8)]
    lines = [
        *(f"#9 {line}" for line in printed),
        '#9 ERROR: process "/bin/sh -c make pages" did not complete successfully: exit code: 2',
        "------",
        " > [4/8] RUN make pages:",
        *printed,
        "------",
        "ERROR: failed to solve: process did not complete successfully: exit code: 2",
    ]
    blocks = distill.read(["\n".join(lines).encode()]).blocks
    weights = {line: block.weight for block in blocks for line in block.lines}
    assert all(weights[line] < weights[f"#9 {line}"] / 2 for line in printed[1:])


def test_marks_are_known_where_they_begin_late_in_the_log() -> None:
    log = "quiet\n" * 200_000 + GITHUB_LOG
    assert read(log).exit_code == 1


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "cancelled"])
def test_error_of_a_passed_step_is_not_the_failure_for_any_end_of_the_failed_one(
    conclusion: str,
) -> None:
    at = datetime(2026, 1, 2, 3, 4, 0, tzinfo=UTC)
    tolerated = b"2026-01-02T03:04:01.0000000Z Error: no route to the cache\n"
    own = b"2026-01-02T03:04:31.0000000Z Error: no price\n"
    steps = [
        Step(1, "Fetch", "success", at, at + timedelta(seconds=20)),
        Step(2, "Test", conclusion, at + timedelta(seconds=30), at + timedelta(seconds=40)),
    ]
    both = distill.read([tolerated + own], steps=steps)
    assert both.fingerprint == distill.read([own], steps=steps).fingerprint


def test_of_very_many_steps_that_failed_the_first_ones_and_the_last_ones_last_lines_are_kept() -> None:
    steps = [
        line
        for step in range(20)
        for line in (
            f"##[group]Run make part-{step}",
            "##[endgroup]",
            *(f"part {step} of the shop says its line {n}" for n in range(800)),
            END,
        )
    ]
    kept = {line for block in read("\n".join(steps)).blocks for line in block.lines}
    result = [step for step in range(20) if f"part {step} of the shop says its line 740" in kept]
    assert (result[:6], result[6:]) == ([0, 1, 2, 3, 4, 5], [15, 16, 17, 18, 19])  # and the end of the log
