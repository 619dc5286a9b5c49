"""What a log's own marks show of its steps."""

from __future__ import annotations

import pytest
from tests.unit.distill.logs import GITHUB_LOG, at, read, stamped

from fire_routine import distill
from fire_routine.model.run import Step


@pytest.mark.parametrize("foreign", ["", "from another program"])
def test_gh_s_prefix_is_removed_for_any_begin_and_end_of_the_log(foreign: str) -> None:
    labelled = "".join(f"test\tUNKNOWN STEP\t{line}\n" for line in GITHUB_LOG.splitlines())
    log = f"{foreign}\n{labelled}{foreign}\n"
    assert "UNKNOWN STEP" not in distill.excerpt(read(log), 400).text


def test_the_end_of_a_step_is_known_however_many_errors_are_marked() -> None:
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
    shown = distill.excerpt(read(log.replace("1 failed in 0.01s", "=== 27 failed in 0.01s ===")), 4_000).text
    assert "##[error]Process completed with exit code 1." in shown
    assert "=== 27 failed in 0.01s ===" in shown


def test_travis_names_the_command_and_its_exit_code() -> None:
    digest = read('$ make test\r\nerror: no\r\nThe command "make test" exited with 2.\r\n')
    assert (digest.command, digest.exit_code) == ("make test", 2)


@pytest.mark.parametrize("group", ["Run the docs", "the docs"])
def test_a_program_s_own_group_begins_no_step(group: str) -> None:
    printed = [f"##[group]{group}", "page 1 is written", "page 2 is written", "##[endgroup]"]
    end = GITHUB_LOG.index("2026-01-02T03:04:09")
    lines = "".join(f"2026-01-02T03:04:08.9Z {line}\n" for line in printed)
    digest = read(GITHUB_LOG[:end] + lines + GITHUB_LOG[end:])
    assert (digest.step, digest.shell) == ("pytest -q", "/usr/bin/bash -e {0}")
    assert digest.fingerprint == read(GITHUB_LOG).fingerprint


def test_runners_description_of_a_step_heads_it() -> None:
    end = GITHUB_LOG.index("2026-01-02T03:04:09")
    for inside in ([], ["with:", "  cache: true"], ["env:", "  CI: true"], ["shell: sh"]):
        header = "".join(
            f"2026-01-02T03:04:08.9Z {line}\n" for line in ("##[group]Run octo/a@v1", *inside, "##[endgroup]")
        )
        assert read(GITHUB_LOG[:end] + header + GITHUB_LOG[end:]).step == "octo/a@v1"


def test_output_of_a_failed_action_is_next_to_what_failed_after_it() -> None:
    lines = [
        (1, "##[group]Run octo/emulator-runner@v2"),
        (2, "a.kt:1:2: error: no such price"),
        (3, "##[error]The process '/usr/bin/sh' failed with exit code 1"),
        (4, "##[group]Run adb devices"),
        *((5, f"device {number} is offline") for number in range(30)),
        (6, "##[error]Process completed with exit code 1."),
    ]
    steps = [
        Step(1, "emulator", "failure", at(1), at(4)),
        Step(2, "devices", "failure", at(4), at(6)),
    ]
    digest = read(stamped(lines), steps=steps)
    weights = {line.text: line.weight for line in digest.lines}
    assert max(weights, key=lambda line: weights[line]) == "a.kt:1:2: error: no such price"


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
