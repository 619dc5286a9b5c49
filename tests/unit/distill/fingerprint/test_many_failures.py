"""The fingerprint of very many failures, and of what another version or job adds."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import random

import pytest
from tests.unit.distill.logs import STEP, of


@pytest.mark.parametrize(
    "failure",
    [
        "FAILED tests/test_{0}.py::test_x - ValueError: {0}",
        "--- FAIL: Test{0} (0.00s)\n    {0}_test.go:5: no price of {0}",
        "CMake Error at {0}.cmake:138 (message):\n  Could NOT find {0}\n",
        "src/{0}.ts(1,1): error TS2304: Cannot find name '{0}'.",
    ],
)
def test_more_failures_than_are_kept_have_the_same_in_any_order(failure: str) -> None:
    lines = [failure.format(name) for name in MANY]
    shuffled = random.Random(7).sample(lines, len(lines))
    assert len({of(STEP % "\n".join(each)) for each in (lines, lines[::-1], shuffled)}) == 1
    assert of(STEP % "\n".join(lines)) != of(STEP % "\n".join(lines).replace("a", "ab"))


MANY = ["".join(chr(97 + (7919 * n // 26**place) % 26) for place in range(4)) for n in range(600)]


MISMATCH = """\
error[E0308]: mismatched types
 --> src/till.rs:12:20
   |
12 |     let n: u32 = "x";
   |                  ^^^ %s
"""


@pytest.mark.parametrize(
    ("lines", "same"),
    [
        (MISMATCH % "expected `u32`, found `&str`", MISMATCH % "expected u32, found &str\n   = note: expected type `u32`"),
        ("till.c:12:5: error: expected ';' before 'return'\n  CC shelf.o", "till.c:12:5: error: expected ';' before 'return'\n  CCLD shop"),
    ],
)  # fmt: skip
def test_what_another_version_or_another_job_adds_below_is_not_in_it(lines: str, same: str) -> None:
    assert of(STEP % lines) == of(STEP % same)


def test_one_failure_among_very_many_of_files_of_one_name_does_not_stand_for_them() -> None:
    prints = {
        of(
            STEP
            % "\n".join(
                ["src/a.ts(1,1): error TS9999: Odd."]
                + [f"src/{name}/index.ts(1,1): error TS2304: Cannot find name '{what}'." for name in MANY]
            )
        )
        for what in ("cart", "order", "price", "stock", "till", "shelf")
    }
    assert len(prints) == 6
