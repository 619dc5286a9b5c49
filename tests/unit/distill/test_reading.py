"""`read` and `excerpt`: bounds, order, marks, and the description of the failed step."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine import distill
from fire_routine.distill.collect.scanner import Scanner
from fire_routine.distill.lines.clean import segments, shown, texts
from fire_routine.distill.noise.boilerplate import boilerplate_among
from fire_routine.distill.normalize.test_names import message_of
from fire_routine.distill.weights import WEIGHTS
from fire_routine.model import Block, Digest, Step, utf16_length

GITHUB_LOG = """\
\ufeff2026-01-02T03:04:05.1234567Z ##[group]Run actions/checkout@v4
2026-01-02T03:04:05.2234567Z with:
2026-01-02T03:04:05.3234567Z ##[endgroup]
2026-01-02T03:04:06.1234567Z Syncing repository: octo/demo
2026-01-02T03:04:07.1234567Z ##[group]Run pytest -q
2026-01-02T03:04:07.1234567Z \x1b[36;1mpytest -q\x1b[0m
2026-01-02T03:04:07.1234567Z shell: /usr/bin/bash -e {0}
2026-01-02T03:04:07.1234567Z ##[endgroup]
2026-01-02T03:04:08.1234567Z =================================== FAILURES ===================================
2026-01-02T03:04:08.1234567Z \x1b[31m\x1b[1m__________________________________ test_total __________________________________\x1b[0m
2026-01-02T03:04:08.1234567Z
2026-01-02T03:04:08.1234567Z     def test_total():
2026-01-02T03:04:08.1234567Z >       assert total([1, 2]) == 4
2026-01-02T03:04:08.1234567Z E       assert 3 == 4
2026-01-02T03:04:08.1234567Z
2026-01-02T03:04:08.1234567Z test_demo.py:5: AssertionError
2026-01-02T03:04:08.1234567Z =========================== short test summary info ============================
2026-01-02T03:04:08.1234567Z FAILED test_demo.py::test_total - assert 3 == 4
2026-01-02T03:04:08.1234567Z 1 failed in 0.01s
2026-01-02T03:04:09.1234567Z ##[error]Process completed with exit code 1.
2026-01-02T03:04:10.1234567Z Post job cleanup.
"""  # noqa: E501 - as the tools print it

END = "##[error]Process completed with exit code 1."
GAP = re.compile(r"\[… \d+(?: lines? left out)?\]")


def read(text: str, **options: object) -> Digest:
    return distill.read([text.encode()], **options)  # type: ignore[arg-type]


# What a line may hold besides its text.
PIECES = ("FAILED tests/test_cart.py", "\x1b[31m", "\x1b[0m", "^[[1m", "^[[0m", "^", "[", "\r", "100%", " ")


@pytest.mark.parametrize("stream", ["00O ", "01E ", "00O+"])
def test_what_gitlab_puts_before_each_line_is_no_part_of_it(stream: str) -> None:
    other = [f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts" for n in range(400)]
    found = ["[lint] src/cart.py:12:5: F821 Undefined name `total`", "Found 1 error."]
    log = "".join(f"2026-01-02T03:04:05.123456Z {stream}{line}\n" for line in [*other, *found, *other])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert found[0] in text
    assert stream not in text


def test_the_cause_is_in_a_small_excerpt_without_timestamps_and_colours() -> None:
    text = distill.excerpt(read(GITHUB_LOG), 400).text
    assert "E       assert 3 == 4" in text
    assert "FAILED test_demo.py::test_total - assert 3 == 4" in text
    assert "2026-01-02" not in text
    assert "\x1b" not in text
    assert "\ufeff" not in text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_windows_powershell_wrote_into_a_file_is_read_as_its_text(encoding: str, size: int) -> None:
    lines = "".join(line.partition("Z ")[2] + "\r\n" for line in GITHUB_LOG.splitlines()) + "≠ 😀\r\n"
    data = ("\ufeff" + lines).encode(encoding)
    digest = distill.read(data[at : at + size] for at in range(0, len(data), size))
    assert distill.excerpt(digest, 2_000) == distill.excerpt(read("\ufeff" + lines), 2_000)
    assert digest.fingerprint == read(lines).fingerprint


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


def test_how_the_step_ended_and_how_much_failed_is_shown_among_many_findings() -> None:
    failed = "".join(
        f"2026-01-02T03:04:08.1Z FAILED test_{n}.py::test_total - {chr(65 + n) * 60}\n" for n in range(26)
    )
    log = GITHUB_LOG.replace(last := "2026-01-02T03:04:08.1234567Z FAILED", f"{failed}{last}")
    shown = distill.excerpt(read(log.replace("1 failed in 0.01s", "=== 27 failed in 0.01s ===")), 1_000).text
    assert "##[error]Process completed with exit code 1." in shown
    assert "=== 27 failed in 0.01s ===" in shown


def test_gaps_say_how_many_lines_are_left_out() -> None:
    log = "\n".join(f"step {n} of the build" for n in range(500)) + "\nerror: it broke\n"
    excerpt = distill.excerpt(read(log), 300)
    gap = excerpt.text.splitlines()[0]
    assert gap == f"[… {500 - (excerpt.lines - 1)} lines left out]"
    assert excerpt.text.splitlines()[-1] == "error: it broke"
    assert excerpt.total_lines == 501


def test_first_gap_explains_its_number_and_the_others_are_short() -> None:
    noise = [f"step {n} of the build" for n in range(200)]
    log = [*noise, "a.c:1:2: error: no such price", *noise, "a.c:9:2: error: no such cart", *noise[:90]]
    shown = distill.excerpt(read("\n".join(log)), 160).text.splitlines()
    gaps = [line for line in shown if GAP.fullmatch(line)]
    assert gaps[0].endswith(" lines left out]")
    assert [int(gap[3:-1]) for gap in gaps[1:]]
    left_out = [int(gap[3:].split("]")[0].split(" ")[0]) for gap in gaps]
    assert sum(left_out) == len(log) - (len(shown) - len(gaps))


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


def test_of_a_fold_that_somebody_joined_with_a_line_the_line_is_shown() -> None:
    log = 'ready\ntravis_fold:end:scriptmake: *** [test] Error 2\nThe command "make test" exited with 2.\n'
    assert "make: *** [test] Error 2" in distill.excerpt(read(log), 2_000).text


def test_a_fold_alone_in_its_line_is_not_shown() -> None:
    folds = (
        "travis_fold:end:install\r\x1b[0K",
        "travis_fold:start:script\r\x1b[0K",
        "travis_time:start:0a1\r\x1b[0K",
    )
    log = "\n".join(["ready", *folds, "$ make test\r", "error: no", 'The command "make test" exited with 2.'])
    assert "travis_" not in distill.excerpt(read(log), 2_000).text


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


def test_lines_that_a_green_run_prints_too_weigh_little() -> None:
    noise = "".join(f"error: known since {n}\n" for n in range(3))
    green = distill.read_green([noise.encode()])
    log = noise + "it is the moon that broke the build\n" + noise
    digest = distill.read([log.encode()], green=green)
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    assert weights["it is the moon that broke the build"] > weights["error: known since 1"]


def test_a_line_that_the_green_run_prints_in_colour_is_printed_by_it_too() -> None:
    line = "ValueError: bad card"
    log = f"##[group]Run make\n##[endgroup]\n{line}\n##[error]Process completed with exit code 1.\n"
    plain = distill.read_green([log.encode()])
    coloured = distill.read_green([log.replace(line, f"\x1b[31m{line}\x1b[0m").encode()])
    assert distill.read([log.encode()], green=coloured) == distill.read([log.encode()], green=plain)


@pytest.mark.parametrize(("new", "result"), [(3, True), (300, False)])
def test_few_lines_that_a_green_run_lacks_are_shown(new: int, result: bool) -> None:
    def log(end: str, *printed: str) -> str:
        header = ["##[group]Run make", "##[endgroup]"]
        noise = [line for n in range(60) for line in (f"ERROR: cache miss {n}, goes on", "warning: old flag")]
        built = [f"module {n} is built" for n in range(200)]
        lines = [*header, *noise, *printed, *built, *noise, end]
        return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in lines)

    words = (f"the moon {''.join(letters)}" for letters in itertools.product("abcdefgh", repeat=3))
    red = log(
        "##[error]Process completed with exit code 1.", "sideways it went", *itertools.islice(words, new)
    )
    green = distill.read_green([log("Post job cleanup.").encode()])
    text = distill.excerpt(distill.read([red.encode()], green=green), 400).text
    assert ("sideways it went" in text) == result
    assert "sideways it went" not in distill.excerpt(distill.read([red.encode()]), 400).text


def test_a_long_line_that_the_green_run_prints_too_weighs_little() -> None:
    line = "var a = " + "f(x); " * 9_000
    end = "##[error]Process completed with exit code 1."
    log = f"##[group]Run make\n##[endgroup]\n{line}\nsideways it went\n{end}\n"
    digest = read(log), distill.read([log.encode()], green=distill.read_green([f"{line}\n".encode()]))
    without, against = ({block.lines[0][:6]: block.weight for block in each.blocks} for each in digest)
    assert against["var a "] < without["var a "] / 4
    assert against["sidewa"] > without["sidewa"]


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(st.integers(1, 300))
def test_how_the_log_is_cut_into_chunks_does_not_matter(size: int) -> None:
    data = GITHUB_LOG.encode()
    assert distill.read(chunked(data, size)) == distill.read([data])


@given(st.binary(max_size=3000), st.integers(40, 2000))
def test_any_bytes_make_an_excerpt_within_the_budget(data: bytes, budget: int) -> None:
    excerpt = distill.excerpt(distill.read([data]), budget)
    assert utf16_length(excerpt.text) <= budget


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), max_size=60), st.integers(40, 65_536))
def test_any_text_makes_an_excerpt_within_the_budget(lines: list[str], budget: int) -> None:
    excerpt = distill.excerpt(distill.read(["\nerror: ".join(lines).encode()]), budget)
    assert utf16_length(excerpt.text) <= budget


def test_an_empty_log_makes_an_empty_excerpt() -> None:
    digest = distill.read([])
    assert digest.blocks == ()
    assert digest.total_lines == 0
    assert distill.excerpt(digest, 2048).text == ""


def test_excerpt_names_the_rule_of_each_block() -> None:
    excerpt = distill.excerpt(read(GITHUB_LOG), 400)
    shown = [line for block in excerpt.blocks for line in block.lines]
    assert [line for line in excerpt.text.splitlines() if not line.startswith("[…")] == shown
    assert "pytest-failed" in {block.rule for block in excerpt.blocks}


def test_excerpt_has_the_weight_of_each_block_also_next_to_others_of_its_rule() -> None:
    weighed = [(1, ("error: a", "error: b"), 9.0), (3, ("error: c",), 4.0), (4, ("error: d",), 7.0)]
    blocks = tuple(
        Block(first, lines, weight, "any", first + len(lines) - 1) for first, lines, weight in weighed
    )
    shown = distill.excerpt(Digest(blocks, 4, ""), 400).blocks
    assert [(block.first, block.lines, block.weight) for block in shown] == weighed


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


def test_little_room_still_names_the_test_that_failed() -> None:
    name = "pandas/tests/reshape/concat/test_append.py::TestAppend::test_append_dtype_coerce[True]"
    line = f"FAILED {name} - DeprecationWarning: {'implicit conversion of bare integers ' * 12}"
    log = b"=== short test summary info ===\n" + line.encode() + b"\n=== 1 failed in 2.10s ===\n"
    shown = distill.excerpt(distill.read([log]), 400)
    assert name in shown.text
    assert utf16_length(shown.text) <= 400


def test_lines_are_numbered_from_1_and_each_shown_block_has_its_place() -> None:
    log = b"error: no such file\n" + b"fine\n" * 3000 + b"main.c:3:5: error: 'x' undeclared\n"
    shown = distill.excerpt(distill.read([log]), 300)
    assert not shown.text.startswith("[…")
    assert (shown.blocks[0].first, shown.blocks[-1].last) == (1, 3002)


@pytest.mark.parametrize(
    ("heaviest", "others", "long_line_shown"),
    [(4.0, 3.5, False), (5.0, 3.5, True), (6.3, 6.0, False), (7.0, 6.0, True)],
)
def test_several_short_lines_beat_a_long_one_unless_it_scores_high(
    heaviest: float, others: float, long_line_shown: bool
) -> None:
    weighed = [("x" * 200, heaviest), *[(f"main.c:{n}: undeclared", others) for n in range(9)]]
    blocks = tuple(Block(2 * at + 1, (text,), weight, "any") for at, (text, weight) in enumerate(weighed))
    shown = [line for block in distill.excerpt(Digest(blocks, 20, ""), 340).blocks for line in block.lines]
    assert (weighed[0][0][:100] in "".join(shown)) == long_line_shown


def test_room_too_small_for_the_next_line_goes_to_shorter_weaker_ones() -> None:
    weighed = [("x" * 150, 9.0), ("y" * 190, 8.0), ("main.c:3: undeclared", 3.0)]
    blocks = tuple(Block(2 * at + 1, (text,), weight, "any") for at, (text, weight) in enumerate(weighed))
    shown = distill.excerpt(Digest(blocks, 20, ""), 340).text
    assert "main.c:3: undeclared" in shown


@pytest.mark.parametrize(
    "hidden",
    ["\x1b_bk;t=1729032368633\x07", "\x1bP1$r0m\x1b\\", "\x1b[8mha:////4KqYfGuKHDA7cSAwAQ+/4=\x1b[0m"],
    ids=["Buildkite's time", "device control string", "Jenkins' note"],
)
def test_what_a_terminal_would_not_show_is_no_part_of_a_line(hidden: str) -> None:
    digest = read(f"{hidden}make: started\n{hidden}cart.c:7:3: error: no price\n")
    shown = [line for block in digest.blocks for line in block.lines]
    assert shown == ["make: started", "cart.c:7:3: error: no price"]
    assert "compiler" in {block.rule for block in digest.blocks}


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), min_size=1, max_size=4))
def test_what_a_line_shows_goes_by_no_other(lines: list[str]) -> None:
    raw = [line.encode() for line in lines]
    assert texts(raw) == [shown(line) for line in raw]


@pytest.mark.parametrize("budget", [300, 900, 2_000, 60_000])
def test_lines_have_their_numbers_after_any_carriage_returns(budget: int) -> None:
    lines = [
        f"shelf {n} is counted\rshelf {n} is shut"
        if n % 3
        else f"error: no price in aisle {chr(65 + n % 26)}"
        for n in range(120)
    ]
    shown = distill.excerpt(read("\n".join(lines)), budget)
    assert shown.blocks
    for block in shown.blocks:
        assert block.lines[0] in lines[block.first - 1].split("\r")
        assert block.lines[-1] in lines[block.last - 1].split("\r")


def test_text_before_a_carriage_return_scores_less_than_the_last() -> None:
    progress = "\r".join(f"00:01 +{n}: /w/test/{chr(97 + n) * 3}_test.dart: Cart" for n in range(20))
    failed = "00:13 +20 -1: /w/test/total_test.dart: Cart sums prices [E]"
    digest = read(f"{progress}\r{failed}\n  Expected: <7>\n")
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    first = next(weight for text, weight in weights.items() if "aaa_test" in text)
    assert first < weights[failed] / 2


def test_an_error_word_in_a_step_s_command_is_none() -> None:
    digest = read(GITHUB_LOG.replace("Run pytest -q", "Run echo error: failed; pytest -q"))
    assert [block.rule for block in digest.blocks if block.first == 5] == ["tail"]


def test_text_is_shown_where_it_scores_most() -> None:
    frames = "\n".join(f"\tat com.octo.shop.Cart.step{n}(Cart.java:{n})" for n in range(4))
    logged = [f"12:00:0{n} WARN Retrying: java.net.ConnectException: refused\n{frames}" for n in range(3)]
    thrown = f"java.lang.IllegalStateException: no price\n{frames}"
    digest = read("\n".join([*logged, "Tests of the cart", thrown, ""]))
    weights = [
        next(block.weight for block in digest.blocks if block.first <= number <= block.last)
        for number in (2, 17, 18)
    ]
    assert weights[0] < weights[1] / 2
    assert weights[2] > weights[1] / 2


def test_second_report_of_a_tool_far_below_scores_little() -> None:
    error = "src/shop/Cart.java:14: error: cannot find symbol\n    price.total();\n         ^"
    compiled = [f"> Task :step{n}" for n in range(30)]

    def weights_of(*lines: str) -> list[float]:
        blocks = read("\n".join([error, *lines, error, ""])).blocks
        return [block.weight for block in blocks for line in block.lines if line.startswith("src/shop/")]

    first, second = weights_of(*compiled)
    assert second < first / 2
    first, second = weights_of("src/store/Shop.java:20: error: cannot find symbol")
    assert second > first / 3  # in the same list it may have another reason below it


@pytest.mark.parametrize("prefix", ["", "2026-01-02 03:04:05.678901 | "])
def test_a_task_of_ansible_whose_failure_is_ignored_is_no_finding(prefix: str) -> None:
    tasks = ["fatal: [web1]: FAILED! => {}", "...ignoring", "", 'fatal: [web1]: FAILED! => {"msg": "full"}']
    digest = read("".join(f"{prefix}{line}\n" for line in tasks))
    weights = {line.removeprefix(prefix): block.weight for block in digest.blocks for line in block.lines}
    assert weights[tasks[0]] < weights[tasks[3]] / 2


@pytest.mark.parametrize(
    ("printed", "after"),
    [
        ("stderr | cart.test.ts > cart > retries\nError: no price\n    at price (cart.ts:4:9)", ""),
        ("    console.error\n      Error: no price\n          at price (cart.ts:4:9)", "PASS cart.test.ts"),
    ],
)
def test_errors_that_a_javascript_test_prints_are_none(printed: str, after: str) -> None:
    failed = "AssertionError: expected 3 to be 4"
    digest = read(f"{printed}\n{after}\n{failed}\n")
    findings = {line: block.rule for block in digest.blocks for line in block.lines}
    assert findings[failed] == "python-exception"
    assert findings["Error: no price" if not after else "      Error: no price"] != "js-error"


def test_repeated_reason_scores_less_than_another() -> None:
    def failed(name: str, reason: str) -> str:
        words = f"thread 'cart::{name}' (7) panicked at src/cart.rs:9:5:\n{reason}"
        return f"---- cart::{name} stdout ----\n\n{words}\n\n"

    def weight_of_second(reason: str) -> float:
        blocks = read(failed("adds", "RefCell already borrowed") + failed("sums", reason)).blocks
        return next(
            block.weight for block in blocks for line in block.lines if line.startswith("thread 'cart::sums")
        )

    assert weight_of_second("RefCell already borrowed") < 0.8 * weight_of_second("attempt to divide by zero")


def test_passed_tests_score_little_next_to_failed_ones_in_a_list_of_pytest() -> None:
    passed = [
        f"tests/test_cart.py::test_{n} {'PASSED' if n % 2 else 'SKIPPED (no)'}   [ {n}%]" for n in range(30)
    ]
    digest = read("\n".join(["tests/test_cart.py::test_price FAILED   [  1%]", *passed, ""]))
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    failed = next(weight for line, weight in weights.items() if " FAILED " in line)
    assert max(weights[line] for line in passed) < failed / 4


@pytest.mark.parametrize("budget", range(800, 1_800, 200))
def test_carets_are_not_shown_without_what_they_point_at(budget: int) -> None:
    frame = '  File "/w/shop/{0}.py", line {0}, in total\n    return price(items, {0})\n           {1}^^^^^^'
    trace = "\n".join(frame.format(at, "~" * (at % 7)) for at in range(12))
    head = "Traceback (most recent call last):"
    log = [f"{head}\n{trace}\n{name}: no price" for name in ("ValueError", "shop.errors.CartError")]
    shown = distill.excerpt(read("\n".join(["Tests of the cart", *log, ""])), budget).text.split("\n")
    above = [shown[at - 1].strip() for at, line in enumerate(shown) if line.endswith("^^^^^^")]
    assert above
    assert all(line.startswith("return price(") for line in above)


@pytest.mark.parametrize("budget", [400, 500, 700])
def test_of_a_diff_is_shown_what_differs_before_what_does_not(budget: int) -> None:
    same = [f"      line {n} of the receipt" for n in range(20)]
    diff = ["    @@ -5,11 +5,11 @@", *same[:12], "    - LINE 12", "    + line 12 of the receipt", *same[12:]]
    head = ["FAIL src/receipt.test.ts", "  ● receipt › prints", "", "    expect(received).toBe(expected)", ""]
    log = [
        *head,
        "    - Expected  - 1",
        "    + Received  + 1",
        "",
        *diff,
        "",
        "Tests:  1 failed, 1 total",
        "",
    ]
    shown = distill.excerpt(read("\n".join(log)), budget).text
    assert "    - LINE 12\n    + line 12 of the receipt" in shown


@pytest.mark.parametrize("budget", [400, 500])
def test_of_a_code_frame_is_shown_the_line_that_it_is_about_however_long_it_is(budget: int) -> None:
    frame = [
        '      1| import { test } from "vitest"',
        "      2| const total = (items: Item[]): number => { " + "if (!items) { return 0 }; " * 5,
        "       |" + " " * 90 + "^",
        "      3| describe('cart', () => {",
        "      4|   test('sums', () => {",
    ]
    why = "TypeError: Cannot read properties of undefined (reading 'price')"
    log = [" FAIL  cart.test.ts > cart > sums", why, " ❯ total cart.test.ts:2:85", *frame, ""]
    shown = distill.excerpt(read("\n".join(log)), budget).text
    assert "      2| " in shown


@pytest.mark.parametrize("budget", range(1_350, 1_550, 50))
def test_what_gcc_proposes_is_not_shown_without_the_source_that_it_is_about(budget: int) -> None:
    source = "int main() { return total(" + "price(1), " * 12 + "0) }"
    log = [
        f"t.cpp:{at}:158: error: expected ';' before '}}' token\n {at} | {source}\n    |{' ' * 140}^\n"
        f"    |{' ' * 140};\n"
        for at in range(1, 4)
    ]
    shown = distill.excerpt(read("".join(log)), budget).text.split("\n")
    places = [at for at, line in enumerate(shown) if line.strip(" |") == ";"]
    assert "'}' token" in shown[0]
    assert all(shown[at - 1].strip(" |") == "^" for at in places)


@pytest.mark.parametrize("frames", [3, 20, 30])
@pytest.mark.parametrize("budget", [300, 500, 2_000])
def test_what_a_long_trace_is_about_is_shown_before_its_frames(frames: int, budget: int) -> None:
    trace = [
        f'  File "/w/shop/module_{n}.py", line {n + 3}, in call_{n}\n    return self.next(request, depth={n})'
        for n in range(frames)
    ]
    head = ["=== FAILURES ===", "___ test_ab ___", "Traceback (most recent call last):"]
    log = [*head, *trace, "ValueError: no price", "", "FAILED tests/test_ab.py::test_ab", ""]
    assert "ValueError: no price" in distill.excerpt(read("\n".join(log)), budget).text


def test_words_of_errors_in_the_source_that_pytest_shows_are_none() -> None:
    log = (Path(__file__).parent / "blocks" / "pytest-long-test.log").read_text(encoding="utf-8")
    digest = read("".join(line[2:] for line in log.splitlines(keepends=True)))
    assert not {"error-word", "fail-word", "exception-word"} & {block.rule for block in digest.blocks}


@pytest.mark.parametrize(
    ("ended", "cause"),
    [("exit status: 1", False), ("exit code: 0xc0000005", True), ("signal: 9, SIGKILL: kill", True)],
)
def test_that_the_compiler_failed_is_no_cause_of_its_own_unless_it_crashed(ended: str, cause: bool) -> None:
    log = (Path(__file__).parent / "blocks" / "cargo-test-compile.log").read_text(encoding="utf-8")
    log = log.replace("exit status: 1", ended)
    digest = read("".join(line[2:] for line in log.splitlines(keepends=True)))
    assert ("cargo-cause" in {block.rule for block in digest.blocks}) == cause


@pytest.mark.parametrize("budget", [600, 1_200, 2_400])
def test_blank_lines_are_shown_between_others_and_never_next_to_a_gap(budget: int) -> None:
    test = "  {0}) cart sums prices {0}\n\n    Error: got {0}, want 7\n\n      at cart.spec.ts:{0}:5"
    shown = distill.excerpt(read("\n\n".join(map(test.format, range(40)))), budget).text.split("\n")
    nearby = [(shown[at - 1], shown[at + 1]) for at, line in enumerate(shown) if not line]
    assert len(nearby) > 2
    assert not any(GAP.fullmatch(line) or not line for pair in nearby for line in pair)


def test_an_error_that_a_test_printed_indented_is_found_among_what_pytest_shows() -> None:
    printed = "    error[E0425]: cannot find value `price` in this scope"
    before, header, after = GITHUB_LOG.partition("test_demo.py:5: AssertionError\n")
    assert header
    digest = read(f"{before}{header}----- Captured stderr call -----\n{printed}\n{after}")
    assert [block.rule for block in digest.blocks if printed in block.lines] == ["rustc"]


@pytest.mark.parametrize("before", ["", "error: first\n"])
@pytest.mark.parametrize("cause", ["", "a.c:1:2: error: no\n"])
def test_however_many_lines_are_blank_the_cause_is_shown_within_the_budget(before: str, cause: str) -> None:
    shown = distill.excerpt(read(before + "\n" * 50_000 + cause), 300).text
    assert utf16_length(shown) <= 300
    assert before.rstrip() in shown
    assert cause.rstrip() in shown


@pytest.mark.parametrize("log", ["\nerror: no\n", "\n\nerror: no\n\n\n", "\n\n"])
def test_a_log_that_fits_is_shown_as_it_is(log: str) -> None:
    assert distill.excerpt(read(log), 1_000).text == log.removesuffix("\n")


@pytest.mark.parametrize(
    "line",
    [
        "78657b2f5afa: Preparing",
        "npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported",
        "Requirement already satisfied: tomli>=1.1 in /opt/python/lib/python3.10/site-packages",
        "0.873   Downloading tomli-2.2.1-py3-none-any.whl (14 kB)",
        "1.008     Found existing installation: tomli 2.0.1",
        "27.25      ΓöüΓöüΓöüΓöüΓöüΓöüΓöüΓöü 152.3/152.3 kB 32.2 MB/s eta 0:00:00",
        "[Pipeline] // stage",
        "tests/test_cart.py::test_sums PASSED                       [ 42%]",
        "    attachment #2: trace (application/zip) ────────",
        "http.https://github.com/.extraheader",
        "You can use '--warning-mode all' to show the individual deprecation warnings",
        "Run with --stacktrace option to get the stack trace.",
        "33 actionable tasks: 30 executed, 2 from cache, 1 up-to-date",
        "    at org.apache.maven.lifecycle.internal.MojoExecutor.doExecute (MojoExecutor.java:316)",
        "    at org.codehaus.plexus.classworlds.launcher.Launcher.main (Launcher.java:348)",
        "  ΓêÜ home page loads (973ms)",
        "   Duration  24.98s (transform 3.08s, setup 10.02s, collect 11.33s, tests 20.42s)",
        "Snapshots:   0 total",
        '     • To have some of your "node_modules" files transformed, you can specify a custom one.',
        "    https://jestjs.io/docs/configuration",
        "Time:        3.214 s, estimated 4 s",
        "----- Native stack trace -----",
        " 1: 0xb76dc5 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]",
        "    #3 0x559e7f33db1b <unknown>",
        "changed: [web1] => (item=nginx)",
        "# env-file             /home/opam/.opam/4.03.0/build/oasis.0.4.7/oasis-7-e80101.env",
        " * [new branch]      new-prices      -> origin/new-prices",
        "    at Module._compile (node:internal/modules/cjs/loader:1554:14)",
        "    at async node:internal/modules/esm/loader:530:26",
        "    at emitErrorNT (node:internal/streams/destroy:151:8)",
        "          Sometimes, making too many requests at once also breaks things.",
        "=================================== FAILURES ===================================",
        "make[2]: Leaving directory '/home/travis/build/octo/shop'",
        "Makefile:102: recipe for target 'all' failed",
        "npm ERR! You can get information on how to open an issue for this project with:",
        "npm ERR! Failed at the shop@1.2.3 test script 'mocha'.",
        "For more information about this error, try `rustc --explain E0425`.",
        "[gw1] linux -- Python 3.11.14 /opt/hostedtoolcache/Python/3.11.14/x64/bin/python",
        "/usr/lib/python3.9/importlib/__init__.py:127: in import_module",
        "core/metrics.py                   137     76     20      2  44.53%   220-221, 225",
        "  634 passing (3s)",
        "?   \texample.com/shop/cart\t[no test files]",
        "2019-06-27 16:44:56.505 xcodebuild[2696:7745] [MT] IDETestOperationsObserverDebug: 84.997 sec",
        "Command failed with status (1): [ruby -w -Ilib -Itest test/cart_test.rb]",
        "Tasks: TOP => default => test",
        "/home/travis/.rvm/gems/ruby-2.2.10/bin/bundle:23:in `load'",
        "make[1]: *** [smp] Error 2",
        "* What went wrong:",
        "checking for strtol... yes",
        "[INFO] --- maven-failsafe-plugin:3.0.0-M5:verify (default) @ shop ---",
        "[INFO] Tests run: 16, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1.3 s - in CartTest",
        "[INFO] BUILD SUCCESS",
        "[INFO] Shop Parent HEAD-SNAPSHOT .......................... SUCCESS [  1.042 s]",
        "Tests run: 16, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.024 sec - in CartTest",
        "Running org.example.shop.CartTest",
        "Results :",
        "#6 [internal] load build context",
        'By default "node_modules" folder is ignored by transformers.',
        "Cleaning up orphan processes",
        "Configuration cache entry stored.",
        "Collecting tomli>=1.1",
        "remote: Counting objects: 27402, done.",
        "Compressing objects: 100% (3/3), done.",
        "   Checking serde v1.0.90",
        " Documenting shop v0.1.0",
        "Done. Your build exited with 1.",
        "Deprecated Gradle features were used in this build",
        "Error Context: test-results/cart/error-context.md",
        "Enumerating objects: 5, done.",
        "Finished in 3215 ms",
        "Finished: FAILURE",
        "Files=2, Tests=1, 10 wallclock secs ( 0.02 usr  0.01 sys)",
        "From https://github.com/octo/shop",
        "Fetched 8,856 kB in 0s (47.9 MB/s)",
        "For more on this, please refer to https://docs.gradle.org/8.5/userguide/command_line_interface.html",
        "Get:1 http://archive.ubuntu.com/ubuntu jammy InRelease [270 kB]",
        "GNUmakefile:7: recipe for target 'all' failed",
        "Hit:2 http://archive.ubuntu.com/ubuntu jammy-updates InRelease",
        "Hint: make sure your test modules/packages have valid Python names.",
        "It's possible libcurl couldn't connect to the server or perhaps the request timed out.",
        "Name                       Stmts   Miss Branch BrPart  Cover   Missing",
        "Preparing to unpack .../libssl3_3.0.2_amd64.deb ...",
        "Post job cleanup.",
        "Ran 55 tests in 6.865s",
        "Reading package lists...",
        "Resolving deltas: 100% (217/217), done.",
        "Selecting previously unselected package libssl3:amd64.",
        "Setting up libssl3:amd64 (3.0.2) ...",
        "Successfully installed tomli-2.0.1",
        "SKIPPED [1] tests/test_cart.py:14: no till",
        "Temporarily overriding HOME='/home/runner/work/_temp/14c3' before making global git config changes",
        "TEST-PASS | cart.js | sums",
        "Unpacking libssl3:amd64 (3.0.2) ...",
        "Uninstalling tomli-2.0.1:",
        "XPASS tests/test_cart.py::test_sums",
        "attachment #2: trace (application/zip)",
        "cache uploaded",
        "error: test failed, to rerun pass '--lib'",
        "git version 2.43.0",
        "npx playwright show-trace test-results/trace.zip",
        "platform linux -- Python 3.12.1, pytest-8.0.0, pluggy-1.4.0",
        "rootdir: /home/runner/work/shop/shop",
        "skipping: [web1]",
        "warning: build failed, waiting for other jobs to finish...",
        "> There were failing tests. See the report at: file:///home/runner/work/shop/build/reports/tests.html",
        "##[endgroup]",
        "-- Configuring incomplete, errors occurred!",
        "2966 actionable tasks: 2 executed",
        "f6d4c1a0b2e3: Layer already exists",
        "^^^ +++",
        "t/imagend.t ..................... ok",
        "Installing /home/octo/perl5/lib/perl5/Inline/C.pm",
        "  Downloaded serde_derive v1.0.90",
        "    make[2]: Entering directory '/home/travis/build/octo/shop'",
        "+ docker compose up --wait",
        "Copying blob 41b754d079e8 [=================>--------------------] 29.2MiB / 61.4MiB",
        " * branch            refs/pull/95/merge -> FETCH_HEAD",
        "  (cd /home/runner/.cache/bazel/_bazel_runner/5f1c/execroot/_main && \\",
        "  exec env - \\",
        "..............F...s..........................................",
        "...............................................................  [ 71%]",
        "_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _",
        "> A failure occurred while executing org.jetbrains.kotlin.GradleCompilerRunnerWithWorkers$Compile",
        '{"Time":"2026-01-02T03:04:05.123456789Z","Action":"pass","Package":"shop","Test":"TestTotal"}',
        "    PATH=/usr/local/bin:/usr/bin \\",
        "# Execution platform: @platforms//host:host",
        "Analyzing shop...",
        "  Γ£ÿ  13 [chromium] ΓÇ║ e2e/cart.spec.ts:13:3 ΓÇ║ Cart ΓÇ║ shows prices (retry #1) (26.1s)",
        "  ✘  13 [chromium] › e2e/cart.spec.ts:13:3 › Cart › shows prices (retry #1) (26.1s)",
        "[INFO] shop-web ........................................... SKIPPED",
        "[gw3] [  7%] PASSED tests/test_cart.py::test_sums ",
        "tests/test_cart.py::TestCart::test_sums[EUR-2] ",
        " Container shop-db-1  Started",
        " Network shop_default  Creating",
        ' Volume "shop_postgres-data"  Created',
        " 9b857f539cb1 Downloading [====>      ]  12.3MB/29.2MB",
        "Received 1172515 of 1172515 (100.0%), 1.4 MBs/sec",
        "======= Memory map: ========",
        "00400000-00401000 r-xp 00000000 08:01 3932206                            /home/octo/shop/cart",
        "f75b2000-f75b4000 rw-p 00000000 00:00 0 ",
        "7f1c4a5d8000-7f1c4a5ee000 ---p 00016000 103:02 131085                    /lib/libgcc_s.so.1",
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
        "Dynamic libraries:",
        "0x00007ffe1a2b0000 - 0x00007ffe1a4a8000 \tC:\\Windows\\SYSTEM32\\ntdll.dll",
        "0x00007fff2037a000 \t/usr/lib/libz.1.dylib",
        "npm error",
        "npm ERR! ",
        "go: downloading github.com/octo/till v1.2.3",
        ":shop:compileJava UP-TO-DATE",
        ":app:packageDebugTest",
        "> Task :shop:compileJava NO-SOURCE",
        "Download https://jcenter.bintray.com/antlr/antlr/2.7.7/antlr-2.7.7.pom",
        "[ 95%] Building CXX object CMakeFiles/shop.dir/till.cpp.o",
        "  CC      net/xfrm/xfrm_policy.o",
        "  CC [M]  drivers/net/till.o",
        "#27 pushing layers 0.6s done",
    ],
)
def test_lines_printed_in_any_failure_are_boilerplate(line: str) -> None:
    assert boilerplate_among([b"cart.c: 3", line.encode(), b"cart.c: 4"]) == {1}


def test_memory_map_takes_no_room_from_the_lines_above_it() -> None:
    words = [f"cart {n} has {7 * n} items" for n in range(12)]
    abort = [
        "*** stack smashing detected ***: ./cart terminated",
        "======= Backtrace: =========",
        "[0x400b1c]",
    ]
    mapped = [f"7f1c4a{n:06x}-7f1c4b{n:06x} r-xp 00000000 08:01 {n} /lib/lib{n}.so" for n in range(60)]
    lines = [*words, *abort, "======= Memory map: ========", *mapped, "Aborted (core dumped)"]
    shown = distill.excerpt(distill.read(["\n".join(lines).encode()]), 1_000).text
    assert shown.startswith("\n".join([*words, *abort]))
    assert shown.endswith("Aborted (core dumped)")


@pytest.mark.parametrize(
    "line",
    [
        "    + 7",
        "+ expected - actual",
        "oks: 7",
        "cart.py 7 lines",
        "a .. b",
        "Running out of memory",
        "Tests run: 3, Failures: 0, Errors: 1",
        "[INFO] BUILD SUCCESS of none",
        "[INFO] shop-web ........................................... FAILURE [  6.681 s]",
        "[gw3] [  7%] FAILED tests/test_cart.py::test_sums ",
        " Container shop-db-1  Error",
        "tests/test_cart.py::test_sums Fatal Python error: Aborted",
        "7f1c4a5d8000-7f1c4a5ee000 is no range of cart.c",
        ":shop:compileJava FAILED",
        "> Task :shop:compileJava FAILED",
        "#27 ERROR: failed to push registry.example/shop:latest",
        "CC is not set",
        "======= Backtrace: =========",
    ],
)
def test_what_looks_like_such_a_line_and_is_none_is_not_dull(line: str) -> None:
    assert not boilerplate_among([b"make: started", line.encode(), b""])


def test_test_reported_with_each_try_and_in_the_end_is_named_once() -> None:
    names = [
        f"[chromium] › e2e/{page}.spec.ts:{number}:3 › Shop › {page} shows what is {state}"
        for number, (page, state) in enumerate(
            (page, state)
            for page in ("cart", "order", "price", "stock", "search", "login")
            for state in ("sold", "lent", "kept", "sent", "owed")
        )
    ]
    log = ["Running 40 tests using 1 worker"]
    for name in names:
        log += [f"  ✘  7 {name} (20.4s)", f"  ✘  8 {name} (retry #1) (1.2m)"]
    for number, name in enumerate(names, 1):
        log += ["", f"  {number}) {name} ────────────", "", f"    Error: no element {name.split()[-1]}", ""]
        log += [
            "    > 18 |   await button.click();",
            "         |   ^",
            f"        at e2e/x.spec.ts:18:{number}",
        ]
    log += ["", "  30 failed", *(f"    {name} ────────────" for name in names), "  10 passed (9.1m)"]
    text = distill.excerpt(distill.read(["\n".join(log).encode()]), 2048).text
    named = [name for name in names if name in text]
    assert len(named) > 9
    assert sum(map(text.count, named)) == len(named)


def test_alike_states_of_one_line_too_long_are_counted_one_by_one() -> None:
    states = "\r".join(f"error: cannot fetch '{n}' from the mirror {'z' * 60}" for n in range(3000))
    log = f"start\n{states}\nend\n##[error]Process completed with exit code 1.\n".encode()
    digest = distill.read([log[at : at + 65536] for at in range(0, len(log), 65536)])
    sums = set()
    for budget in (2500, 20_000):
        text = distill.excerpt(digest, budget).text
        more = re.search(r"\[… ([\d,]+) more like this\]", text)
        assert more
        sums.add(text.count("error: cannot") + int(more[1].replace(",", "")))
    assert sums == {digest.repeats[0].count}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "✘  11 [chromium] › e2e/a.spec.ts:3:1 › sums prices (20.4s)",
            "[chromium] › e2e/a.spec.ts:3:1 › sums prices",
        ),
        ("3) e2e/a.spec.ts:3:1 › sums prices (retry #1) ───", "e2e/a.spec.ts:3:1 › sums prices"),
        ("× src/a.test.ts > cart > sums prices 12ms", "src/a.test.ts > cart > sums prices"),
        # what other tools put before it, which differs where it is repeated
        ("[2026-01-02T03:04:05.678Z]      [exec]   symbol:   class Cart", "[exec]   symbol:   class Cart"),
        ("15:51:42  TypeError: total is not a function", "TypeError: total is not a function"),
        ("[firefox] › e2e/a.spec.ts:3:1 › sums prices", "[firefox] › e2e/a.spec.ts:3:1 › sums prices"),
        ("#12 0.345 sh: 1: mak: not found", "0.345 sh: 1: mak: not found"),
        ("[ERROR]   symbol:   class Cart", "[ERROR]   symbol:   class Cart"),
        # names that another test may have, and what is no name
        ("1) should return the right value of it", "1) should return the right value of it"),
        ("✗ waits for the answer 500 ms", "✗ waits for the answer 500 ms"),
        ("Error: timed out after (5 s)", "Error: timed out after (5 s)"),
        ("À───", "À───"),
        ("", ""),
    ],
)
def test_message_of_a_line_is_distinguished_from_its_surroundings(text: str, name: str) -> None:
    assert message_of(text.encode()).decode() == name


def ends_in_time(work: Callable[[], object]) -> bool:
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    return not thread.is_alive()


def test_a_log_that_is_waited_for_holds_up_no_other() -> None:
    """Logs that are read by one reader take turns, but not while they come."""
    reader = distill.Reader()

    def slow() -> Iterator[bytes]:
        yield GITHUB_LOG.encode() * 400
        reader.read([GITHUB_LOG.encode()])

    assert ends_in_time(lambda: reader.read(slow()))


def test_who_fails_to_read_a_log_gives_up_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = distill.Reader()
    with monkeypatch.context() as patched, pytest.raises(AttributeError):
        patched.delattr(Scanner, "_examine")
        reader.read([GITHUB_LOG.encode()])
    assert ends_in_time(lambda: reader.read([GITHUB_LOG.encode()]))


@pytest.mark.parametrize("before", ["\n", "progress 99%\r", "\x1b]0;a title\x07"])
def test_format_is_found_after_what_is_no_part_of_a_lines_text(before: str) -> None:
    green = "".join(f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts\n" for n in range(9_000))
    text = distill.excerpt(read(f"{green}x\n{before} FAIL: total of an empty cart\n{green}"), 2_048).text
    assert "FAIL: total of an empty cart" in text
    indented = f"{green}x\n{before} In src/cart.sh line 12:\n  rm -rf $1\n{green}"
    assert "In src/cart.sh line 12:" in distill.excerpt(read(indented), 2_048).text


@pytest.mark.parametrize("between", ["\r", ""])
def test_end_of_an_endless_line_is_found(between: str) -> None:
    words = "npm ERR! code ERESOLVE"
    bar = "\x1b[2K\x1b[33m=\x1b[0m" * 2_000
    green = "".join(f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts\n" for n in range(9_000))
    line = f"{bar}\r{words}{between}" if between else f"{words} {bar}"
    text = distill.excerpt(read(f"{green}{line}\n{green}"), 4_096).text
    assert words in text


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


def test_of_very_many_texts_that_a_line_overwrote_the_first_and_the_last_are_shown() -> None:
    states = ["".join(letters) for letters in itertools.islice(itertools.product("abcdefgh", repeat=3), 400)]
    assert segments("\r".join(states).encode()) == [*states[:20], *states[-20:]]


def test_what_a_green_run_does_not_print_is_not_little_where_not_all_of_the_step_is_kept() -> None:
    def log(*printed: str) -> str:
        built = [f"module {n} is built into the folder of its own release" for n in range(3_000)]
        lines = ["##[group]Run make", "##[endgroup]", *printed, *built, "sideways it went", *built[:20]]
        return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in (*lines, END))

    def weight(*printed: str) -> float:
        digest = distill.read([log(*printed).encode()], green=green)
        return next(block.weight for block in digest.blocks if "sideways it went" in block.lines)

    green = distill.read_green([log().replace("sideways it went\n", "all is well\n").encode()])
    words = ["the moon " + "".join(letters) for letters in itertools.product("abcdefgh", repeat=2)]
    assert weight(*words) < WEIGHTS.new_line


def test_carets_are_below_the_line_that_they_point_at_though_the_next_line_has_no_room() -> None:
    blocks = (
        Block(1, ("    total = cart.sum(prices)",), 10.0, "source", 1),
        Block(2, ("            ^^^^^^^^",), 1.0, "pointer", 2),
        Block(3, ("no price " * 30,), 9.0, "message", 3),
        Block(4, ("a hint",), 1.0, "other", 4),
    )
    text = distill.excerpt(Digest(blocks, 4, "a"), 150).text
    assert text.split("\n")[:2] == [blocks[0].lines[0], blocks[1].lines[0]]
    assert "hint" not in text


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


@pytest.mark.parametrize(("below", "found"), [("          ^", False), ("        total = 0", True)])
def test_source_above_a_caret_alone_is_no_finding_for_any_words(below: str, found: bool) -> None:
    green = "".join(f"PASS src/{'abcdefgh'[n % 8]}{n}.test.ts\n" for n in range(9_000))
    log = f"{green}      if (error) {{\n{below}\n{green}"
    assert any("if (error)" in line for block in read(log).blocks for line in block.lines) == found


def test_count_is_below_the_last_example_not_within_it() -> None:
    failures = [f"Failure/Error: total of {n} carts\n  expected: 3\n       got: {n}" for n in range(30)]
    digest = read("\n".join(failures))
    for budget in range(500, 900, 20):
        lines = distill.excerpt(digest, budget).text.split("\n")
        below = [line for count, line in pairwise([*lines, ""]) if "more like this" in count]
        assert below and not below[0].startswith(" ")


def test_long_weak_line_takes_little_of_the_largest_room() -> None:
    log = GITHUB_LOG.replace("octo/demo", "a.py b.py " * 1_000)
    assert 1_000 < max(map(len, distill.excerpt(read(log), 60_000).text.split("\n"))) <= 2_000


def test_that_no_test_was_found_outweighs_lints_of_a_step_that_went_well() -> None:
    """As GitHub's own starter workflow for Python has it: flake8 with `--exit-zero`, then pytest."""
    lints = [f"./cart.py:{line}:1: W191 indentation contains tabs" for line in range(1, 90)]
    tests = [
        "=== test session starts ===",
        "collected 0 items",
        "",
        f"{'=' * 30} no tests ran in 0.01s {'=' * 30}",
    ]
    steps = [["##[group]Run flake8", "##[endgroup]", *lints], ["##[group]Run pytest", "##[endgroup]", *tests]]
    digest = read("\n".join(line for step in steps for line in step) + f"\n{END}\n")
    strongest = max(digest.blocks, key=lambda block: block.weight)
    assert "no tests ran" in "".join(strongest.lines)
    assert "collected 0 items" in distill.excerpt(digest, 500).text


@pytest.mark.parametrize("word", ["errors", "Error", "exceptions", "panic"])
def test_a_bare_word_is_no_error(word: str) -> None:
    listed = [word, "sort", "io", *(f"example.org/lib{n}" for n in range(300))]
    log = ["##[group]Run go build -v", "##[endgroup]", *listed, "orders: the ledger never balanced", END]
    digest = read("\n".join(log))
    strongest = max(digest.blocks, key=lambda block: block.weight)
    assert strongest.lines[-1] == "orders: the ledger never balanced"
