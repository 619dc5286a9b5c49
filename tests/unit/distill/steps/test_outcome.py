"""Which step failed, what it ran, and how it ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.distill.logs import GITHUB_LOG, read

from fire_routine import distill
from fire_routine.model import Step


def _at(second: int) -> datetime:
    return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)


def _stamped(lines: list[tuple[int, str]]) -> str:
    return "".join(
        f"2026-01-02T03:04:{second:02}.{n % 10}Z {line}\n" for n, (second, line) in enumerate(lines)
    )


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


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("##[error]Process completed with exit code 137.", "killed"),
        ("##[error]Process completed with exit code 124.", "timed out"),
        ("##[error]The operation was canceled.", "cancelled"),
        ("##[error]The action 'Run tests' has timed out after 10 minutes.", "timed out"),
        (
            "##[error]The job running on runner GitHub Actions 12 has exceeded the maximum execution time"
            " of 6 minutes.\n2026-01-02T03:04:09.1Z ##[error]The operation was canceled.",
            "timed out",
        ),
    ],
)
def test_how_the_step_ended_is_read_from_its_mark(line: str, ended: str) -> None:
    stamped = GITHUB_LOG.replace("##[error]Process completed with exit code 1.", line)
    assert read(stamped).ended == ended


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("OSError: [Errno 28] No space left on device", "no space left on device"),
        ("java.lang.OutOfMemoryError: Java heap space", "out of memory"),
        ("Killed", "killed"),
    ],
)
def test_what_a_test_printed_is_not_how_the_step_ended_that_counted_its_failures(
    words: str, ended: str
) -> None:
    printed = "".join(f"2026-01-02T03:04:06.1Z {text}\n" for text in (words, *["running another test"] * 80))
    counted = GITHUB_LOG.index("2026-01-02T03:04:08")
    assert read(GITHUB_LOG[:counted] + printed + GITHUB_LOG[counted:]).ended == ""
    counted = GITHUB_LOG.index("##[error]Process") - len("2026-01-02T03:04:08.1234567Z ")
    assert read(GITHUB_LOG[:counted] + printed + GITHUB_LOG[counted:]).ended == ended


@pytest.mark.parametrize(
    ("words", "counted", "ended"),
    [
        ("panic: test timed out after 10m0s", "DONE 3 tests, 1 failure in 600.10s", "timed out"),
        ("OSError: [Errno 28] No space left on device", "1 failed in 0.10s", ""),
        (
            "OSError: [Errno 28] No space left on device\n" * 5,
            "5 failed in 0.10s",
            "no space left on device",
        ),
        ("##[error]a.py: connect timed out", "1 failed in 0.10s", ""),
    ],
)
def test_end_of_a_step_that_counted_its_failures(words: str, counted: str, ended: str) -> None:
    log = (
        f"##[group]Run make\n##[endgroup]\n{words}\n{counted}\n##[error]Process completed with exit code 1.\n"
    )
    assert read(log).ended == ended


@pytest.mark.parametrize(("code", "status"), [("-1073741819", -1073741819), ("3221225477", 3221225477)])
def test_a_status_of_windows_is_an_exit_code(code: str, status: int) -> None:
    assert read(GITHUB_LOG.replace("exit code 1.", f"exit code {code}.")).exit_code == status


@pytest.mark.parametrize("tolerated", [False, True])
@pytest.mark.parametrize("follows", [7, 6])
def test_of_two_failed_steps_the_first_is_reported(tolerated: bool, follows: int) -> None:
    def step(begin: int, end: int, shell: str, command: str, code: int) -> str:
        return (
            f"2026-01-02T03:04:0{begin}.0Z ##[group]Run {command}\n"
            f"2026-01-02T03:04:0{begin}.1Z shell: {shell}\n"
            f"2026-01-02T03:04:0{begin}.2Z ##[endgroup]\n"
            f"2026-01-02T03:04:0{end}.3Z ##[error]Process completed with exit code {code}.\n"
        )

    def at(second: int) -> datetime:
        return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)

    log = step(1, 3, "sh", "./lint", 9) if tolerated else ""
    log += step(4, 5, "sh", "./probe", 3) if tolerated else ""  # what an action tried in the same step
    log += step(3, 6, "bash", "pytest", 1) + step(follows, follows, "dash", "./notify", 22)
    steps = [
        Step(1, "Lint", "success", at(1), at(3)),
        Step(2, "Test", "failure", at(3), at(6)),
        Step(3, "Notify", "failure", at(follows), at(follows)),
    ]
    digest = read(log, steps=steps)
    assert (digest.step, digest.shell, digest.exit_code) == ("pytest", "bash", 1)


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
    steps = [Step(1, "Lint", "success", _at(10), _at(11)), Step(2, "Image", "failure", _at(20), _at(21))]
    digest = read(_stamped([*before, *failed]), steps=steps)
    assert (digest.step, digest.shell, digest.exit_code) == ("docker/build-push-action@v6", "", None)


def test_failed_action_is_not_reported_with_the_command_of_the_same_second() -> None:
    log = [
        *_used(20, "codecov/codecov-action@v5", "##[error]Codecov: Failed to upload: HTTP 400"),
        *_ran(20, "./notify.sh", "no", EXIT.format(6)),
    ]
    steps = [Step(1, "Upload", "failure", _at(20), _at(20)), Step(2, "Notify", "failure", _at(20), _at(20))]
    digest = read(_stamped(log), steps=steps)
    assert (digest.step, digest.exit_code) == ("codecov/codecov-action@v5", None)


def test_failed_post_step_is_not_reported_with_the_last_steps_command() -> None:
    log = [
        *_ran(10, "npm test", "Killed", "ok 1"),
        (20, "Post job cleanup."),
        (21, "tar: cache: Cannot write"),
        (21, EXIT.format(2)),
    ]
    steps = [Step(1, "Test", "success", _at(10), _at(15)), Step(2, "Post cache", "failure", _at(20), _at(22))]
    digest = read(_stamped(log), steps=steps)
    assert (digest.command, digest.shell, digest.exit_code, digest.ended) == ("", "", 2, "")


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        # words of a program
        ("error: dist/main.js has exceeded the maximum allowed size of 250 kB", ""),
        ("The self-hosted runner label is gpu-large", ""),
        ("No output has been received in the last 5 s", ""),
        # something was killed, and the step went on
        (
            "./t.sh: line 3:  1234 Killed                  ./server\nE       AssertionError: 3 != 4",
            "",
        ),
        (
            "E       AssertionError: 3 != 4\n./t.sh: line 3:  1234 Killed                  ./server",
            "",
        ),
        ("Killed\nE       AssertionError: assert 3 == 4", ""),
        # the step failed of it, regardless of what reports it
        ('#12 120.3 Killed\nERROR: failed to solve: process "/bin/sh -c make": exit code: 137', "killed"),
        (
            "c++: fatal error: Killed signal terminated program cc1plus\na.cpp:3:4: error: no such thing",
            "killed",
        ),
        ('./gradlew: line 5:  1111 Killed                  "$JAVACMD" "$@"', "killed"),
        ('Killed\nfatal: [localhost]: FAILED! => {"changed": true, "rc": 137}', "killed"),
    ],
)
def test_end_of_a_step_is_named_by_what_ended_it(lines: str, ended: str) -> None:
    log = f"##[group]Run ./t.sh\n##[endgroup]\nstart\n{lines}\n##[error]Process completed with exit code 1.\n"
    assert read(log).ended == ended


def test_end_of_a_step_without_a_heading_is_named_too() -> None:
    """As that which sets up a job's containers: nothing in the log shows where it begins."""
    lines = ["docker pull", "write /var/lib/docker/tmp: no space left on device", EXIT.format(1)]
    log = _stamped([(second, line) for second, line in enumerate(lines, 10)])
    steps = [Step(1, "Initialize containers", "failure", _at(10), _at(13))]
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
        Step(1, "Test", "failure", _at(19), _at(20)),
        Step(2, "Upload", "failure", _at(20), _at(20 + second)),
    ]
    digest = read(_stamped(log), steps=steps)
    assert (digest.command, digest.shell, digest.exit_code) == ("pytest -q", "bash -e {0}", 1)


def test_step_that_began_in_the_first_year_is_reported_too() -> None:
    begun = datetime(1, 1, 1, tzinfo=UTC)
    log = _stamped([*_ran(10, "make", "no"), (11, EXIT.format(2))])
    assert read(log, steps=[Step(1, "Make", "failure", begun, _at(12))]).exit_code == 2


def test_shut_down_runner_is_named() -> None:
    log = (
        "##[group]Run ./t.sh\n##[endgroup]\n"
        "##[error]The runner has received a shutdown signal. This can happen when the runner service is"
        " stopped, or a manually started runner is canceled.\n"
        "##[error]Process completed with exit code 143.\n##[error]The operation was canceled.\n"
    )
    assert read(log).ended == "the runner was shut down"


@pytest.mark.parametrize(
    ("code", "ended"), [(134, "aborted"), (139, "segmentation fault"), (-1073741819, "access violation")]
)
def test_exit_code_of_a_signal_is_named_in_words(code: int, ended: str) -> None:
    assert read(GITHUB_LOG.replace("exit code 1.", f"exit code {code}.")).ended == ended


@pytest.mark.parametrize("foreign", ["", "from another program"])
def test_gh_s_prefix_is_removed_for_any_begin_and_end_of_the_log(foreign: str) -> None:
    labelled = "".join(f"test\tUNKNOWN STEP\t{line}\n" for line in GITHUB_LOG.splitlines())
    log = f"{foreign}\n{labelled}{foreign}\n"
    assert "UNKNOWN STEP" not in distill.excerpt(read(log), 400).text


def test_the_end_of_a_step_is_known_however_many_errors_are_marked() -> None:
    def at(second: int) -> datetime:
        return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)

    marked = [
        f"2026-01-02T03:04:0{second}.1Z {line}\n"
        for second, code in ((2, 7), (6, 3))
        for line in (
            "##[group]Run make",
            "##[endgroup]",
            *(f"##[error]a.c:{number}:1: no" for number in range(300)),
            f"##[error]Process completed with exit code {code}.",
        )
    ]
    steps = [Step(1, "a", "failure", at(1), at(3)), Step(2, "b", "failure", at(5), at(7))]
    assert read("".join(marked), steps=steps).exit_code == 7


def test_how_the_step_ended_and_how_much_failed_is_shown_among_many_findings() -> None:
    failed = "".join(
        f"2026-01-02T03:04:08.1Z FAILED test_{n}.py::test_total - {chr(65 + n) * 60}\n" for n in range(26)
    )
    log = GITHUB_LOG.replace(last := "2026-01-02T03:04:08.1234567Z FAILED", f"{failed}{last}")
    shown = distill.excerpt(read(log.replace("1 failed in 0.01s", "=== 27 failed in 0.01s ===")), 1_000).text
    assert "##[error]Process completed with exit code 1." in shown
    assert "=== 27 failed in 0.01s ===" in shown


def test_travis_names_the_command_and_its_exit_code() -> None:
    digest = read('$ make test\r\nerror: no\r\nThe command "make test" exited with 2.\r\n')
    assert (digest.command, digest.exit_code) == ("make test", 2)


@pytest.mark.parametrize("group", ["Run the docs", "the docs"])
def test_a_program_s_own_group_begins_no_step(group: str) -> None:
    printed = [f"##[group]{group}", "page 1 is written", "page 2 is written", "##[endgroup]"]
    at = GITHUB_LOG.index("##[error]Process") - len("2026-01-02T03:04:09.1234567Z ")
    lines = "".join(f"2026-01-02T03:04:08.9Z {line}\n" for line in printed)
    digest = read(GITHUB_LOG[:at] + lines + GITHUB_LOG[at:])
    assert (digest.step, digest.shell) == ("pytest -q", "/usr/bin/bash -e {0}")
    assert digest.fingerprint == read(GITHUB_LOG).fingerprint


@pytest.mark.parametrize("inside", [[], ["with:", "  cache: true"], ["env:", "  CI: true"], ["shell: sh"]])
def test_runners_description_of_a_step_heads_it(inside: list[str]) -> None:
    header = "".join(
        f"2026-01-02T03:04:08.9Z {line}\n" for line in ("##[group]Run octo/a@v1", *inside, "##[endgroup]")
    )
    at = GITHUB_LOG.index("##[error]Process") - len("2026-01-02T03:04:09.1234567Z ")
    assert read(GITHUB_LOG[:at] + header + GITHUB_LOG[at:]).step == "octo/a@v1"


@pytest.mark.parametrize(("conclusion", "began"), [("failure", 4), ("success", 2)])
def test_output_of_a_failed_action_is_next_to_what_failed_after_it(conclusion: str, began: int) -> None:
    lines = [
        (1, "##[group]Run octo/emulator-runner@v2"),
        (2, "a.kt:1:2: error: no such price"),
        (3, "##[error]The process '/usr/bin/sh' failed with exit code 1"),
        (4, "##[group]Run adb devices"),
        *((5, f"device {number} is offline") for number in range(30)),
        (6, "##[error]Process completed with exit code 1."),
    ]
    log = "".join(f"2026-01-02T03:04:0{second}.0000000Z {text}\n" for second, text in lines)

    def at(second: int) -> datetime:
        return datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)

    steps = [
        Step(1, "emulator", conclusion, at(1), at(4)),
        Step(2, "devices", "failure", at(began), at(6)),
    ]
    digest = read(log, steps=steps)
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    cause = "a.kt:1:2: error: no such price"
    assert (max(weights, key=lambda line: weights[line]) == cause) == (conclusion == "failure")


@pytest.mark.parametrize(
    ("before", "colour", "end"),
    [
        ("2026-01-02T03:04:05.1234567Z ", "\x1b[36;1m", "\x1b[0m"),
        (f"{'deploy the shop ' * 4}\tCheck\t2026-01-02T03:04:05.1234567Z ", "^[[36;1m", "^[[0m"),
    ],
)
def test_step_s_script_is_its_command_and_no_finding(before: str, colour: str, end: str) -> None:
    script = [f"{colour}print('ERROR: no till'); raise ValueError('till'){end}"]
    printed = ["##[endgroup]", *(f"page {n}" for n in range(200)), "FAILED tests/test_till.py::test_opens"]
    lines = ["##[group]Run make check", *script, *printed, "##[error]Process completed with exit code 1."]
    digest = distill.read(["".join(f"{before}{line}\n" for line in lines).encode()])
    assert digest.command == script[0].removeprefix(colour).removesuffix(end)
    assert "print(" not in distill.excerpt(digest, 600).text
