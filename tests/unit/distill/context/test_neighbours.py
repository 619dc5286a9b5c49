"""Lines around a finding that do not belong to it."""

from __future__ import annotations

import pytest
from tests.unit.distill.context.made_blocks import block_at, read
from tests.unit.distill.rule_of import rule_of

from fire_routine import distill
from fire_routine.distill.context.neighbours import block


def test_passed_tests_score_nothing_after_another_tools_prefix_either() -> None:
    printed = [
        "--- FAIL: TestAll (0.02s)",
        *(f"    --- PASS: TestAll/case_{number} (0.00s)" for number in range(20)),
        "    --- FAIL: TestAll/case_20 (0.00s)",
        "        all_test.go:9: got 1, want 2",
    ]
    lines = [f"[12:34:56] {line}".encode() for line in printed]
    first, shares = block_at(0, lines)
    assert first == 0
    assert max(shares[1:21]) < 0.5 < min(shares[21:])


@pytest.mark.parametrize("before", [b"", b"##[warning]"])
def test_linter_s_warning_of_the_next_file_scores_less_than_one_of_the_same(before: bytes) -> None:
    warning = before + b"  30:3  warning  'rate' is defined but never used  no-unused-vars"
    lines = [b"/w/a.js", b"  1:7  error  'a' is not defined  no-undef", warning, b"", b"/w/b.js", warning]
    first, shares = block_at(1, lines)
    assert shares[5 - first] < 0.3 * shares[2 - first]


def test_lines_below_the_cause_are_shown_before_lines_elsewhere() -> None:
    below = [f"module {n} waits for module {n + 1}" for n in range(12)]
    elsewhere = [f"compiled part {n} of 200" for n in range(200)]
    lines = [*elsewhere, "shop.c:7:5: error: no module can be loaded first", *below, *elsewhere]
    text = distill.excerpt(read(lines), 600).text
    assert [line for line in below if line not in text] == []


@pytest.mark.parametrize(
    "other",
    [
        b"[INFO] Building shop 1.2",
        b"> Task :shop:clean",
        b":shop:clean UP-TO-DATE",
        b"C:\\shop\\Till.cs(7,5): warning CS0649: Field 'Rate' is never assigned to",
        b"till.c:7:5: warning: unused variable 'rate' [-Wunused-variable]",
        b"",
    ],
)
def test_lines_that_do_not_continue_the_cause_score_less(other: bytes) -> None:
    lines = [b"shop.c:7:5: error: expected ';' before '}' token", *[b"made shop.o"] * 9]
    _, plain = block_at(0, lines)
    lines[-2] = other
    _, shares = block_at(0, lines)
    assert shares[-2] < plain[-2]
    assert (shares[-1] < plain[-1]) == (not other or b"warning" in other)


def test_the_items_of_a_list_do_not_belong_to_the_one_that_a_rule_took() -> None:
    rule = rule_of(b"- error: cannot find module cart")
    assert rule is not None
    _, items, _ = block(rule, 0, [b"- error: cannot find module cart", *[b"- ocamlc -c cart.ml"] * 9])
    _, diff, _ = block(rule, 0, [b"error: cannot find module cart", *[b"-  total: 1", b"+  total: 2"] * 4])
    assert items[1] < 0.6 < diff[1]


def test_warning_among_lines_that_led_to_the_cause_scores_less() -> None:
    warning = b"#19 9.037 /app/src/Cart.cs(31,9): warning IL2026: Using member 'Total' can break"
    error = b"#19 9.051 /app/src/Cart.cs(42,20): error CS0023: Operator '.' cannot be applied"
    last = b'#19 ERROR: process "/bin/sh -c dotnet publish" did not complete successfully: exit code: 1'
    _, shares = block_at(2, [warning, error, last])
    assert shares[0] < 0.5 * shares[1]


@pytest.mark.parametrize(
    "end",
    [
        b"##[error]Process completed with exit code 1.",
        b"##[error]The action 'Run tests' has timed out after 10 minutes.",
        b'The command "pip install nope" failed and exited with 1 during .',
        b"Build step 'Execute shell' marked build as failure",
        b"Post job cleanup.",
        b"##[group]Run make check",
    ],
)
def test_lines_after_the_end_of_the_step_are_no_part_of_a_block(end: bytes) -> None:
    cause, post = b"ERROR: No matching distribution found for nope", b"Removing HTTP extra header"
    _, shares = block_at(0, [cause, end, post])
    _, others = block_at(0, [cause, b"make: stopped", post])
    assert shares[1] == others[1] or end.startswith(b"##[group]")
    assert shares[2] < 0.2 * others[2]


def test_warning_above_the_cause_scores_less_than_lines_that_led_to_it() -> None:
    cause = b"shop.c:7:5: error: expected ';' before '}' token"
    _, plain = block_at(1, [b"cc -c shop.c", cause])
    _, shares = block_at(1, [b"till.c:7:5: warning: unused variable 'rate' [-Wunused-variable]", cause])
    assert shares[0] < plain[0] / 2
