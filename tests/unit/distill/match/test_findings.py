"""Which lines are findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from tests.unit.distill.logs import END, GITHUB_LOG, read

from fire_routine import distill


def ends_in_time(work: Callable[[], object]) -> bool:
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(300)
    return not thread.is_alive()


def test_an_error_word_in_a_step_s_command_is_none() -> None:
    digest = read(GITHUB_LOG.replace("Run pytest -q", "Run echo error: failed; pytest -q"))
    assert {line.rule for line in digest.lines if line.number == 5} == {""}


def test_passed_tests_score_little_next_to_failed_ones_in_a_list_of_pytest() -> None:
    ends = ("PASSED", "SKIPPED (no)")
    passed = [f"tests/test_cart.py::test_{n} {ends[n % 2]}   [ {n}%]" for n in range(30)]
    digest = read("\n".join(["tests/test_cart.py::test_price FAILED   [  1%]", *passed, ""]))
    weights = {line.text: line.weight for line in digest.lines}
    failed = next(weight for line, weight in weights.items() if " FAILED " in line)
    assert max(weights[line] for line in passed) < failed / 4


def test_an_error_that_a_test_printed_indented_is_found_among_what_pytest_shows() -> None:
    printed = "    error[E0425]: cannot find value `price` in this scope"
    before, header, after = GITHUB_LOG.partition("test_demo.py:5: AssertionError\n")
    assert header
    digest = read(f"{before}{header}----- Captured stderr call -----\n{printed}\n{after}")
    assert [line.rule for line in digest.lines if line.text == printed] == ["rustc"]


def test_a_log_that_is_waited_for_holds_up_no_other() -> None:
    """Logs that are read by one reader take turns, but not while they come."""
    reader = distill.Reader()

    def slow() -> Iterator[bytes]:
        yield GITHUB_LOG.encode() * 400
        reader.read([GITHUB_LOG.encode()])

    assert ends_in_time(lambda: reader.read(slow()))


def test_who_fails_to_read_a_log_gives_up_the_turn() -> None:
    reader = distill.Reader()

    def broken() -> Iterator[bytes]:
        yield GITHUB_LOG.encode() * 400
        raise ConnectionError

    with pytest.raises(ConnectionError):
        reader.read(broken())
    assert ends_in_time(lambda: reader.read([GITHUB_LOG.encode()]))


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
    strongest = max(digest.lines, key=lambda line: line.weight)
    assert "no tests ran" in strongest.text
    assert "collected 0 items" in distill.excerpt(digest, 500).text


def test_a_bare_word_is_no_error() -> None:
    cause = "orders: the ledger never balanced"
    for word in ("errors", "Error", "exceptions", "panic"):
        listed = [word, "sort", "io", *(f"example.org/lib{n}" for n in range(300))]
        log = ["##[group]Run go build -v", "##[endgroup]", *listed, cause, END]
        strongest = max(read("\n".join(log)).lines, key=lambda line: (line.weight, line.number))
        assert strongest.text == cause, word
