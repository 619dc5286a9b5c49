"""Logs of tools that no rule knows, and of what looks like a failure and is none."""

from __future__ import annotations

import pytest
from tests.unit.distill.logs import read

from fire_routine import compose, distill
from fire_routine.distill.match import classify

QUIET = [f"step {number} of the build went well" for number in range(300)]
TYPE = "src/cart.ts(3,4): error TS2304: Cannot find name 'Cart'."


def shown(*lines: str, limit: int = 2_048) -> str:
    return distill.excerpt(read("\n".join([*lines, ""])), limit).text


def weight(line: str) -> float:
    (rule,) = classify([line.encode()], every=True)
    return rule.weight if rule else 0.0


def test_a_failure_that_a_playbook_ignores_is_none() -> None:
    log = ["TASK [probe : ask] ****", 'fatal: [web1]: FAILED! => {"msg": "no answer"}', "...ignoring"]
    real = ["TASK [install : get] ****", 'fatal: [web1]: FAILED! => {"msg": "no package"}']
    recap = "web1 : ok=8 changed=3 unreachable=0 failed=1 skipped=3 rescued=0 ignored=1"
    text = shown(*log, *QUIET, *real, *QUIET, recap)
    assert "no package" in text and "no answer" not in text


def test_passed_tests_and_slow_ones_head_no_failure() -> None:
    passed = [f"____________________ test_passes_{number} ____________________" for number in range(40)]
    log = [
        "============================= test session starts ==============================",
        "=================================== FAILURES ===================================",
        "____________________________ test_the_one_that_fails ___________________________",
        ">       assert 1 == 2",
        "E       assert 1 == 2",
        "tests/test_a.py:5: AssertionError",
        "==================================== PASSES ====================================",
        *(line for name in passed for line in (name, "----------- Captured stdout call -----------", "x")),
        "________________________________ slowest tests _________________________________",
        "=========================== short test summary info ============================",
        "FAILED tests/test_a.py::test_the_one_that_fails - assert 1 == 2",
        "========================= 1 failed, 40 passed in 0.31s =========================",
    ]
    text = shown(*log, limit=1_000)
    assert "test_the_one_that_fails ___" in text and "E       assert 1 == 2" in text
    assert text.count("test_passes_") < 4  # as lines before the step's end, where there is room


def test_a_kernel_that_starts_is_no_finding() -> None:
    assert weight("[    0.171362] ... value mask:             00007fffffffffff") < 1
    assert weight("... value = nil") == 10


def test_what_a_record_holds_is_judged_as_what_the_tool_printed() -> None:
    """At any level of the logger, and with any number of prefixes."""
    for line in (
        f'{{"level":30,"time":1,"source":"stderr","msg":"{TYPE}"}}',
        f"INFO:worker:DEBUG: {TYPE}",
        f"cart-0.1   > {TYPE}",
    ):
        assert weight(line) == weight(TYPE), line
    assert weight('{"level":30,"time":1,"source":"stderr","msg":"no error yet"}') < 1


RATED = [
    "Checking the package shop",
    "There is no summary at all.",
    "There are no words on the author.",
    "Rating: 0 of 10",
]


@pytest.mark.parametrize(
    "end",
    [
        "make: *** [Makefile:12: check] Error 1",
        "npm ERR! code ELIFECYCLE",
        "error Command failed with exit code 1.",
        "The process exited with code 3",
        "nox > Command rate shop failed with exit code 1",
        "rate shop: failed with status 2",
        "rating the package failed",
    ],
)
@pytest.mark.parametrize("after", [50, 150])
def test_what_a_failed_command_printed_last_is_told_wherever_the_log_ends(end: str, after: int) -> None:
    clearing = [f"the container web{number} is taken down" for number in range(after)]
    text = shown(*QUIET, *RATED, end, *clearing)
    assert all(line in text for line in (*RATED, end))


def test_a_failed_command_takes_nothing_from_the_end_of_its_step() -> None:
    step = ["##[group]Run make check", "##[endgroup]", *QUIET[:20], *RATED, "make: *** [check] Error 1"]
    text = shown(*step, *QUIET[:3], "##[error]Process completed with exit code 2.")
    assert all(line in text for line in RATED)


@pytest.mark.parametrize(
    "row",
    [
        "tests/ops.py::test_{} PASSED [0.0770s] [ 90%]",
        " ({}/96) tests/cart.py:Cart.test_good: PASS (0.03 s)",
        "reads the stock {} .......... SKIP",
    ],
)
def test_a_row_of_what_passed_is_told_nowhere(row: str) -> None:
    passed = [row.format(number) for number in range(9)]
    assert not any(line in shown(*QUIET, *passed, "Killed", "make: *** [check] Error 137") for line in passed)


def test_each_row_of_what_failed_is_told_among_those_of_what_passed() -> None:
    failed = [
        f" ({10 * at}/96) tests/cart.py:Cart.test_{part}:  {outcome}: {kind}: the {part} is wrong (0.11 s)"
        for at, (part, outcome, kind) in enumerate(
            zip(
                ("stock", "price", "rate", "owner", "coupon", "total"),
                ("FAIL", "ERROR") * 3,
                ("AssertionError", "LookupError", "AssertionError", "OSError", "KeyError", "RuntimeError"),
                strict=True,
            )
        )
    ]
    rows = [f" ({at}/96) tests/cart.py:Cart.test_good_{at}:  PASS (0.02 s)" for at in range(14)]
    log = (line for row in failed for line in (row, *rows))
    text = shown(*log, "RESULTS    : PASS 90 | ERROR 3 | FAIL 3 | SKIP 0")
    assert all(row in text for row in failed)


@pytest.mark.parametrize(
    "line", ["Cannot log in to the mirror: the password is wrong", "The token of the mirror is invalid"]
)
def test_a_line_that_names_a_secret_may_be_the_cause(line: str) -> None:
    step = ["##[group]Run ./ship", "##[endgroup]", *QUIET, line]
    later = [f"the container web{number} is taken down" for number in range(60)]
    assert line in shown(*step, *later, "##[error]Process completed with exit code 1.")


def test_a_failure_is_found_by_the_label_or_mark_that_any_harness_prints() -> None:
    for line in ("==7==ERROR: it wrote there", "[  ERROR   ] cart_spec: sums prices", "[x] sums prices"):
        assert weight(line) >= 5, line


def text_of(*lines: str, limit: int) -> str:
    log = "\n".join(
        ["##[group]Run make", "##[endgroup]", *lines, "##[error]Process completed with exit code 1."]
    )
    run, failures = compose.run_of_logs([("job", read(log))])
    return compose.compose(run, failures, max_characters=limit, excerpt=distill.excerpt).text


def test_a_greater_limit_shows_no_less_of_the_strongest_line() -> None:
    artifacts = ", ".join(f"com.example.till:artifact-{number}:jar:1.2" for number in range(9))
    line = f"[ERROR] Failed to execute goal on project cart: {artifacts}: Could not find artifact x:y:jar:9.9"
    for limit in (2_048, 4_096, 8_192, 60_000):
        assert line in text_of("[INFO] BUILD FAILURE", line, *QUIET, limit=limit)


def test_a_count_of_problems_is_told_with_the_rows_above() -> None:
    rows = ["[404] site/missing.html", "[404] site/logo.png", "[0] http://127.0.0.1:9/x"]
    clearing = [f"the container web{number} is taken down" for number in range(99)]
    text = shown(*QUIET, *rows, "ERROR: Detected 3 broken links. Scanned 9 links.", *clearing)
    assert all(row in text for row in rows)


@pytest.mark.parametrize(
    "report",
    [
        """
╷
│ Error: Invalid value for variable
│
│   on main.tf line 12, in module "cart":
│   12:   size = "huge"
│
│ The size is none of those that the shop has in stock.
╵""",
        """
-- 1. Error: sums the prices of pears (@test-cart.R#12)  -----------------------
the cart holds no price for pears
Backtrace:
 1. cart::total(items)""",
    ],
    ids=["box", "testthat"],
)
@pytest.mark.parametrize("limit", [1_024, 4_096])
def test_a_report_is_told_to_its_end(report: str, limit: int) -> None:
    lines = [line for line in report.split("\n") if line.strip(" │╷╵")]
    text = shown(*QUIET, *report.split("\n"), "", *QUIET, limit=limit)
    assert [line for line in lines if line.strip() not in text] == []


def test_what_is_said_again_above_a_steps_verdict_is_told_far_from_the_failure() -> None:
    run = ["##[group]Run check", "##[endgroup]", "error: stock.py: the cart is empty", *QUIET]
    recap = ["Finished.", "Problem 1 of 2", "  ValueError in the owner of the order, got: nobody", "Done."]
    text = shown(*run, *recap, "##[error]Process completed with exit code 1.", limit=60_000)
    assert "the cart is empty" in text and "got: nobody" in text
