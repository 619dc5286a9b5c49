"""Which step failed, what it ran, and how it ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.distill.logs import GITHUB_LOG, at, read, stamped

from fire_routine import distill
from fire_routine.model.run import Step


def _ran(second: int, command: str, *printed: str) -> list[tuple[int, str]]:
    """A step that runs a command, at the second."""
    lines = (f"##[group]Run {command}", "shell: bash -e {0}", "##[endgroup]", *printed)
    return [(second, line) for line in lines]


def _used(second: int, action: str, *printed: str) -> list[tuple[int, str]]:
    """A step that uses an action."""
    lines = (f"##[group]Run {action}", "with:", "  context: .", "##[endgroup]", *printed)
    return [(second, line) for line in lines]


EXIT = "##[error]Process completed with exit code {}."


def test_the_failed_step_is_named_with_command_shell_and_exit_code() -> None:
    digest = read(GITHUB_LOG)
    assert (digest.step, digest.command, digest.shell) == ("pytest -q", "pytest -q", "/usr/bin/bash -e {0}")
    assert digest.exit_code == 1
    assert digest.ended == ""


@pytest.mark.parametrize("console", ["cp437", "cp850"])
def test_a_step_is_named_where_a_windows_console_wrote_its_byte_order_mark(console: str) -> None:
    mark = "\ufeff".encode().decode(console)
    log = GITHUB_LOG.replace("\ufeff", mark).replace(
        "2026-01-02T03:04:07.1", f"{mark}2026-01-02T03:04:07.1", 1
    )
    digest = read(log)
    assert (digest.command, digest.shell, digest.exit_code) == ("pytest -q", "/usr/bin/bash -e {0}", 1)
    assert mark not in distill.excerpt(digest, 2_048).text


LATE = "has exceeded the maximum execution time of 6 minutes."
# How a step ended, by what it printed last.
ENDS = {
    EXIT.format(137): "killed",
    EXIT.format(124): "timed out",
    EXIT.format(134): "aborted",
    EXIT.format(139): "segmentation fault",
    EXIT.format(-1073741819): "access violation",
    "##[error]The operation was canceled.": "cancelled",
    "##[error]The action 'Run tests' has timed out after 10 minutes.": "timed out",
    f"##[error]The job running on runner A 12 {LATE}\n##[error]The operation was canceled.": "timed out",
    "##[error]The runner has received a shutdown signal. This can happen when the service is stopped.\n"
    f"{EXIT.format(143)}\n##[error]The operation was canceled.": "the runner was shut down",
}
# The same by what it printed before it ended with code 1.
ENDS |= {
    f"{printed}\n{EXIT.format(1)}": ended
    for printed, ended in {
        # a tool counted its failures: a sign before that is a test's output, unless it is there often
        "panic: test timed out after 10m0s\nDONE 3 tests, 1 failure in 600.10s": "timed out",
        "OSError: [Errno 28] No space left on device\n1 failed in 0.10s": "",
        "OSError: [Errno 28] No space left on device\n" * 5 + "5 failed in 0.10s": "no space left on device",
        "##[error]a.py: connect timed out\n1 failed in 0.10s": "",
        # words of a program
        "error: dist/main.js has exceeded the maximum allowed size of 250 kB": "",
        "The self-hosted runner label is gpu-large": "",
        "No output has been received in the last 5 s": "",
        # something was killed, and the step went on
        "./t.sh: line 3:  1234 Killed                  ./server\nE       AssertionError: 3 != 4": "",
        "E       AssertionError: 3 != 4\n./t.sh: line 3:  1234 Killed                  ./server": "",
        "Killed\nE       AssertionError: assert 3 == 4": "",
        # the step failed of it, regardless of what reports it
        '#12 120.3 Killed\nERROR: failed to solve: process "/bin/sh -c make": exit code: 137': "killed",
        "c++: fatal error: Killed signal terminated program cc1plus\na.cpp:3:4: error: no such": "killed",
        './gradlew: line 5:  1111 Killed                  "$JAVACMD" "$@"': "killed",
        'Killed\nfatal: [localhost]: FAILED! => {"changed": true, "rc": 137}': "killed",
    }.items()
}


def test_how_a_step_ended_is_named() -> None:
    ends = {printed: read(f"##[group]Run make\n##[endgroup]\nstart\n{printed}\n").ended for printed in ENDS}
    assert ends == ENDS


@pytest.mark.parametrize("tolerated", [False, True])
@pytest.mark.parametrize("follows", [7, 6])
def test_of_two_failed_steps_the_first_is_reported(tolerated: bool, follows: int) -> None:
    log = [*_ran(3, "pytest"), (6, EXIT.format(1)), *_ran(follows, "./notify", EXIT.format(22))]
    if tolerated:  # and what an action tried in the same step
        log = [*_ran(1, "./lint"), (3, EXIT.format(9)), *_ran(4, "./probe"), (5, EXIT.format(3)), *log]
    steps = [
        Step(1, "Lint", "success", at(1), at(3)),
        Step(2, "Test", "failure", at(3), at(6)),
        Step(3, "Notify", "failure", at(follows), at(follows)),
    ]
    digest = read(stamped(log), steps=steps)
    assert (digest.step, digest.exit_code) == ("pytest", 1)


@pytest.mark.parametrize(
    "before",
    [
        _ran(10, "cargo clippy", "error: unused variable", EXIT.format(101)),  # which may go on
        _ran(10, "cat old.log", EXIT.format(7), "done"),
    ],
)
def test_failed_action_is_not_reported_with_an_earlier_steps_command(
    before: list[tuple[int, str]],
) -> None:
    failed = _used(20, "docker/build-push-action@v6", "##[error]buildx failed with: ERROR: no such file")
    steps = [Step(1, "Lint", "success", at(10), at(11)), Step(2, "Image", "failure", at(20), at(21))]
    digest = read(stamped([*before, *failed]), steps=steps)
    assert (digest.step, digest.shell, digest.exit_code) == ("docker/build-push-action@v6", "", None)


def test_failed_action_is_not_reported_with_the_command_of_the_same_second() -> None:
    log = [
        *_used(20, "codecov/codecov-action@v5", "##[error]Codecov: Failed to upload: HTTP 400"),
        *_ran(20, "./notify.sh", "no", EXIT.format(6)),
    ]
    steps = [Step(1, "Upload", "failure", at(20), at(20)), Step(2, "Notify", "failure", at(20), at(20))]
    digest = read(stamped(log), steps=steps)
    assert (digest.step, digest.exit_code) == ("codecov/codecov-action@v5", None)


def test_failed_post_step_is_not_reported_with_the_last_steps_command() -> None:
    log = [
        *_ran(10, "npm test", "Killed", "ok 1"),
        (20, "Post job cleanup."),
        (21, "tar: cache: Cannot write"),
        (21, EXIT.format(2)),
    ]
    steps = [Step(1, "Test", "success", at(10), at(15)), Step(2, "Post cache", "failure", at(20), at(22))]
    digest = read(stamped(log), steps=steps)
    assert (digest.command, digest.shell, digest.exit_code, digest.ended) == ("", "", 2, "")


def test_end_of_a_step_without_a_heading_is_named_too() -> None:
    """As that which sets up a job's containers: nothing in the log shows where it begins."""
    lines = ["docker pull", "write /var/lib/docker/tmp: no space left on device", EXIT.format(1)]
    log = stamped([(second, line) for second, line in enumerate(lines, 10)])
    steps = [Step(1, "Initialize containers", "failure", at(10), at(13))]
    assert read(log, steps=steps).ended == "no space left on device"


@pytest.mark.parametrize("second", [0, 1])
@pytest.mark.parametrize(
    "later",
    [
        _used(20, "actions/upload-artifact@v4", "##[error]No files were found with the path: out"),
        [(20, "Post job cleanup."), (20, "##[error]EACCES: permission denied")],
    ],
)
def test_a_later_step_that_ends_in_the_same_second_without_a_code_takes_none_away(
    later: list[tuple[int, str]], second: int
) -> None:
    log = [*_ran(19, "pytest -q", "E       assert 3 == 4"), (20, EXIT.format(1)), *later]
    steps = [
        Step(1, "Test", "failure", at(19), at(20)),
        Step(2, "Upload", "failure", at(20), at(20 + second)),
    ]
    digest = read(stamped(log), steps=steps)
    assert (digest.command, digest.shell, digest.exit_code) == ("pytest -q", "bash -e {0}", 1)


def test_step_that_began_in_the_first_year_is_reported_too() -> None:
    begun = datetime(1, 1, 1, tzinfo=UTC)
    log = stamped([*_ran(10, "make", "no"), (11, EXIT.format(2))])
    assert read(log, steps=[Step(1, "Make", "failure", begun, at(12))]).exit_code == 2
