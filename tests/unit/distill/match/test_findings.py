"""Which lines are findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from tests.unit.distill.logs import END, GITHUB_LOG, read

from fire_routine import distill
from fire_routine.distill.scanner import Scanner


def ends_in_time(work: Callable[[], object]) -> bool:
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(300)
    return not thread.is_alive()


def test_an_error_word_in_a_step_s_command_is_none() -> None:
    digest = read(GITHUB_LOG.replace("Run pytest -q", "Run echo error: failed; pytest -q"))
    assert [block.rule for block in digest.blocks if block.first == 5] == ["tail"]


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


def test_passed_tests_score_little_next_to_failed_ones_in_a_list_of_pytest() -> None:
    passed = [
        f"tests/test_cart.py::test_{n} {'PASSED' if n % 2 else 'SKIPPED (no)'}   [ {n}%]" for n in range(30)
    ]
    digest = read("\n".join(["tests/test_cart.py::test_price FAILED   [  1%]", *passed, ""]))
    weights = {line: block.weight for block in digest.blocks for line in block.lines}
    failed = next(weight for line, weight in weights.items() if " FAILED " in line)
    assert max(weights[line] for line in passed) < failed / 4


@pytest.mark.parametrize(
    ("ended", "cause"),
    [("exit status: 1", False), ("exit code: 0xc0000005", True), ("signal: 9, SIGKILL: kill", True)],
)
def test_that_the_compiler_failed_is_no_cause_of_its_own_unless_it_crashed(ended: str, cause: bool) -> None:
    log = (Path(__file__).parents[1] / "blocks" / "cargo-test-compile.log").read_text(encoding="utf-8")
    log = log.replace("exit status: 1", ended)
    digest = read("".join(line[2:] for line in log.splitlines(keepends=True)))
    assert ("cargo-cause" in {block.rule for block in digest.blocks}) == cause


def test_an_error_that_a_test_printed_indented_is_found_among_what_pytest_shows() -> None:
    printed = "    error[E0425]: cannot find value `price` in this scope"
    before, header, after = GITHUB_LOG.partition("test_demo.py:5: AssertionError\n")
    assert header
    digest = read(f"{before}{header}----- Captured stderr call -----\n{printed}\n{after}")
    assert [block.rule for block in digest.blocks if printed in block.lines] == ["rustc"]


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
