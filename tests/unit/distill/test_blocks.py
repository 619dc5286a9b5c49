"""A failure is a block: its report whole, up to its end, in the log's order, without what says nothing."""

from __future__ import annotations

import pytest

from fire_routine import distill
from fire_routine.model.evidence import Digest

BEGIN = ["##[group]Run make test", "\x1b[36;1mmake test\x1b[0m", "shell: bash", "##[endgroup]"]
END = ["##[error]Process completed with exit code 1."]
QUIET = [f"compiled part {number} of the shop" for number in range(300)]


def read(*lines: str) -> Digest:
    log = [f"2026-01-02T03:04:05.0000000Z {line}" for line in (*BEGIN, *lines, *END)]
    digest = distill.read(["\n".join(log).encode()])
    assert not digest.fault
    return digest


def lead(*lines: str, limit: int = 60_000) -> list[str]:
    return distill.excerpt(read(*lines), limit).lead.split("\n")


def pytest_report(name: str, reason: str) -> list[str]:
    head, body = f"_______ {name} _______", ["", f"    def {name}():", f">       assert {name[5:]}()"]
    return [head, *body, f"E       {reason}", "", f"tests/{name}.py:9: {reason.split(':')[0]}"]


def test_a_report_is_told_whole_and_ends_where_the_next_begins() -> None:
    first = [
        "  ● cart › adds up",
        "",
        "    expect(received).toBe(expected)",
        "",
        "    Expected: 3",
        "    Received: 4",
    ]
    second = [
        "  ● cart › is cheap",
        "",
        "    TypeError: price is not a function",
        "      at total (src/cart.js:9:3)",
    ]
    assert lead("FAIL src/cart.test.js", *first, "", *second, "", "Tests: 2 failed, 2 total") == [
        *first,
        "",
        *second,
    ]


def test_a_report_does_not_reach_into_another_step() -> None:
    step = [
        "##[error]Process completed with exit code 1.",
        "##[group]Run echo",
        "##[endgroup]",
        "  all is well",
    ]
    assert "  all is well" not in lead("  1) cart adds up:", "     Error: no price", *step)


def test_frames_of_libraries_and_what_passed_are_folded_and_the_gap_says_how_many() -> None:
    frames = [f"      at step{n} (/w/node_modules/runner/lib/run{n}.js:1:{n})" for n in range(12)]
    told = lead("  1) cart adds up:", "     TypeError: no price", "      at total (src/cart.js:9:3)", *frames)
    assert told[:3] == ["  1) cart adds up:", "     TypeError: no price", "      at total (src/cart.js:9:3)"]
    assert not any("node_modules" in line for line in told)
    middle = lead(
        "  1) cart adds up:", "     TypeError: no price", *frames, "      at total (src/cart.js:9:3)"
    )
    assert middle[2:] == ["[… 12 …]", "      at total (src/cart.js:9:3)"]
    passed = ["  ✓ opens", "  - closes ... skipped 'no till'"]
    assert not set(passed) & set(lead(*passed, "  1) cart fails:", "     Error: no price", *passed))


def test_of_many_failures_three_are_told_whole_and_the_others_by_name_and_reason() -> None:
    names = [f"test_{name}" for name in ("apple", "pear", "plum", "fig", "date")]
    reports = [pytest_report(name, f"ValueError: no {name[5:]}") for name in names]
    told = lead(*(line for report in reports for line in report), "===== 5 failed in 0.10s =====")
    for report in reports[:3]:
        assert [line for line in report if line] == [line for line in told if line in report and line]
    for name in names[3:]:
        assert f"_______ {name} _______" in told
        assert f"E       ValueError: no {name[5:]}" in told
        assert f"    def {name}():" not in told


def test_what_a_summary_tells_again_is_told_once() -> None:
    summary = [
        "=== short test summary info ===",
        "FAILED tests/test_apple.py::test_apple - ValueError: no apple",
    ]
    told = lead(*pytest_report("test_apple", "ValueError: no apple"), *summary, "=== 1 failed in 0.10s ===")
    assert not any(line.startswith("FAILED") for line in told)


def test_a_linters_list_is_told_with_its_files() -> None:
    rows = [f"src/part{n}.py:{n}:1: F401 'os' imported but unused" for n in range(1, 9)]
    assert lead(*QUIET, *rows, "Found 8 errors.")[:8] == rows


def test_the_end_of_the_step_is_told_where_nothing_looks_like_its_cause() -> None:
    digest = read(*QUIET, "the scales were moved", "nothing was sold")
    assert all(block.weight < 5 for block in digest.blocks)
    told = distill.excerpt(digest, 60_000).lead.split("\n")
    assert told[-3:] == ["the scales were moved", "nothing was sold", *END]
    assert not any(line.startswith(("##[group]", "shell:")) for line in told)


def test_no_summary_of_a_build_hides_the_exception_far_above_it() -> None:
    thrown = [
        "acme.CartTest.prices FAILED",
        '    java.lang.NullPointerException: Cannot invoke "Till.close()" because "this.till" is null',
        "        at acme.Cart.close(Cart.java:366)",
    ]
    skipped = [f"Gradle suite > Gradle test > acme.Test{number} > opens SKIPPED" for number in range(300)]
    went_wrong = [
        "FAILURE: Build failed with an exception.",
        "",
        "* What went wrong:",
        "Execution failed for task ':test'.",
        "> There were failing tests. See the report at: file:///w/build/reports/tests/test/index.html",
        "",
        "* Try:",
        "> Run with --stacktrace option to get the stack trace.",
    ]
    told = lead(*thrown, "", *skipped, "", *went_wrong)
    assert set(thrown) <= set(told)


def test_what_the_last_green_run_printed_ranks_low() -> None:
    noise, cause = "error: the till is slow", "error: the till is empty"
    green = distill.read_green(["\n".join([*QUIET, noise]).encode()])
    log = "\n".join([*BEGIN, noise, *QUIET, cause, *END]).encode()
    weights = {line.text: line.weight for line in distill.read([log], green=green).lines}
    assert weights[noise] < weights[cause] / 4


def test_the_third_reason_is_told_before_more_tests_that_fail_for_the_first() -> None:
    names = [f"test_{fruit}" for fruit in ("apple", "pear", "plum", "fig", "date", "lime", "kiwi", "nut")]
    reports = [pytest_report(name, "ConnectionError: the till does not answer") for name in names]
    others = [
        pytest_report("test_price", "ValueError: no price is known"),
        pytest_report("test_stock", "KeyError: the shelf was empty"),
    ]
    log = [line for report in [*reports, *others] for line in report]
    told = lead(*log, "===== 10 failed in 0.10s =====")
    place = {line: at for at, line in enumerate(told)}
    assert place["_______ test_apple _______"] < place["E       ValueError: no price is known"]
    assert place["E       KeyError: the shelf was empty"] < place["_______ test_pear _______"]
    assert told.count("E       ConnectionError: the till does not answer") == 1
    assert "_______ test_nut _______" in told


def test_the_deepest_cause_is_told_before_its_many_consequences() -> None:
    frames = [f"\tat com.example.shop.Start.step{number}(Start.java:{number})" for number in range(1, 30)]
    cause = "Caused by: java.net.BindException: Address already in use"
    names = ("till", "shelf", "door", "lamp", "bell", "cart", "scale", "stall", "clock", "sign", "jar", "box")
    tests = [f"[ERROR] {name}Opens(com.example.ShopTest)  Time elapsed: 0.1 s  <<< ERROR!" for name in names]
    top = "java.lang.IllegalStateException: the shop could not be opened"
    middle = "Caused by: com.example.shop.ShopException: no till"
    log = [line for test in tests for line in (test, top, *frames, middle, *frames, cause, *frames[:9], "")]
    told = lead("[ERROR] Tests run: 12, Failures: 0, Errors: 12", *log, limit=4_096)
    assert told.index(top) < told.index(cause) < told.index(tests[1])
    assert told.count(cause) == 1 and tests[-1] in told


@pytest.mark.parametrize(
    "report",
    [
        [  # rich
            '[10:00:03] ERROR    The table "orders" has no column "customer",   store.py:88',
            '                    so the view "latest" can\'t be built: run the',
            "                    migration 0042 first",
        ],
    ],
)
def test_a_message_that_is_wrapped_at_the_consoles_width_is_told_to_its_end(report: list[str]) -> None:
    told = "\n".join(lead("Uploading 12 files", *QUIET, *report, "Cleaning up", limit=2_048))
    assert "\n".join(report) in told
