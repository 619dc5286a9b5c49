"""The fingerprint of very many failures, and of what another version or job adds."""

# ruff: noqa: E501 - as the tools print it
from __future__ import annotations

import random
from hashlib import sha1

import pytest
from tests.unit.distill.fingerprint.made_logs import STEP, of


def test_many_failed_tests_in_another_order_have_the_same() -> None:
    lines = [f"FAILED tests/test_a.py::test_{name}_{n} - ValueError: {n}" for n in range(30) for name in "ab"]
    assert of(STEP % "\n".join(lines)) == of(STEP % "\n".join(reversed(lines)))


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


CATCH2 = """\
{ruler}
{name}
{ruler}
till.cpp:8
till.cpp:10: FAILED:
  CHECK( {check} )
with expansion:
  {expansion}
"""


ADDS, ZONE = (
    CATCH2.format(ruler="-" * 79, name=name, check=check, expansion=expansion)
    for name, check, expansion in (
        ("adds tax", "tax(price) == sum", "price == sum"),
        ("zone", 'zone("DE") == "de"', '"DE" == "de"'),
    )
)


def test_what_go_prints_above_a_failed_test_names_it_as_what_it_prints_below() -> None:
    above = "=== RUN   TestTax\n    a_test.go:5: %s\n--- FAIL: TestTax (0.00s)"
    below = "--- FAIL: TestTax (0.00s)\n    a_test.go:5: %s"
    assert (
        of(STEP % (above % "no price")) == of(STEP % (below % "no price")) != of(STEP % (above % "no name"))
    )


def test_the_next_test_does_not_name_the_one_before_it() -> None:
    assert of(STEP % f"{ADDS}\n{ZONE}") == of(STEP % f"{ZONE}\n{ADDS}") != of(STEP % ADDS)


def test_the_source_around_the_place_does_not_name_the_failure() -> None:
    frame = "  × Use === instead of ==.\n\n    2 │ %s\n  > 3 │ if (a == b) {\n      │       ^^\n    4 │   add();\n"
    assert of(STEP % (frame % "let price = rate;")) == of(STEP % (frame % "// kept for later"))


@pytest.mark.parametrize("count", [200, len(MANY)])
@pytest.mark.parametrize(
    "failure",
    [
        "FAILED tests/test_NAME.py::test_x - ValueError: NAME",
        "--- FAIL: TestNAME (0.00s)\n    NAME_test.go:4: no NAME",
        "  1) NAME adds\n     Failure/Error: expect(NAME).to eq 1\n\n       expected: 1\n            got: 2\n",
        "  1) Failure:\nNAMETest#test_x [test/NAME.rb:3]:\nExpected: NAME\n  Actual: nil\n",
        "/home/octo/NAME.js\n  3:5  error  'NAME' is defined but never used  no-unused-vars\n",
    ],
)
def test_very_many_failures_in_another_order_have_the_same(failure: str, count: int) -> None:
    failures = [failure.replace("NAME", name) for name in MANY[:count]]
    shuffled = random.Random(3).sample(failures, count)
    assert of(STEP % "\n".join(failures)) == of(STEP % "\n".join(shuffled))
    assert of(STEP % "\n".join(failures)) != of(STEP % "\n".join(failures[count // 2 :]))


def test_very_many_repeated_failures_have_the_same_in_another_order() -> None:
    names = [one + other for one in MANY[:40] for other in MANY[:40]]
    failures = [f"shop/{name}.c:3:1: error: unknown type {name}" for name in names] * 8
    orders = [random.Random(seed).sample(failures, len(failures)) for seed in range(3)]
    assert len({of(STEP % "\n".join(order)) for order in orders}) == 1


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


def test_very_many_failures_of_another_run_have_the_same() -> None:
    failure = "FAILED /DIGEST/test_NAME.py::test_x - OSError: no /tmp/aDIGEST at DIGEST"
    runs = [
        [
            failure.replace("NAME", name).replace("DIGEST", sha1(f"{run}{name}".encode()).hexdigest())
            for name in MANY
        ]
        for run in ("one", "two")
    ]
    random.Random(3).shuffle(runs[1])
    assert of(STEP % "\n".join(runs[0])) == of(STEP % "\n".join(runs[1]))
