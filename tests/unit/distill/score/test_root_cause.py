"""The first cause outranks what follows from it, and close findings score more."""

from __future__ import annotations

from itertools import chain

import pytest

from fire_routine import distill

COMPILES = "src/cart.c:12:9: error: use of undeclared identifier 'prise'"
LINKS = "ld: cannot find -lshop: No such file or directory"
LOGGED = "java.net.SocketException: Connection reset"
NAMED = "FAILED tests/test_cart.py::test_total - AssertionError: assert 3 == 4"
QUIET = [f"packing part {name}" for name in ("a", "bb", "ccc", "dddd", "eeeee") for _ in range(20)]


def weights(*lines: str, green: str = "") -> dict[str, float]:
    """The first place of each text."""
    known = distill.read_green([green.encode()]) if green else None
    digest = distill.read(["\n".join(lines).encode()], green=known)
    return {line: block.weight for block in reversed(digest.blocks) for line in block.lines}


def weight(line: str, *lines: str, green: str = "") -> float:
    return weights(*lines, green=green)[line]


def test_lines_far_after_the_first_cause_score_less() -> None:
    near = weight(LINKS, COMPILES, *QUIET[:20], LINKS, *QUIET)
    far = weight(LINKS, COMPILES, *QUIET, LINKS, *QUIET[:20])
    assert 0.7 < far / near < 0.8


@pytest.mark.parametrize(("packed", "result"), [(1, 0.9), (400, 1.0)])
def test_lines_before_it_score_less_except_in_a_huge_log(packed: int, result: float) -> None:
    log = QUIET * packed
    before = weight(LINKS, *log, LINKS, *QUIET[:30], COMPILES)
    nearby = weight(LINKS, *log, LINKS, *QUIET[:8], COMPILES)
    assert before / nearby == pytest.approx(result, abs=0.04)


@pytest.mark.parametrize("packed", [1, 400])
def test_in_a_huge_log_clearly_weaker_lines_score_little_unless_near_the_first_cause(
    packed: int,
) -> None:
    apart = QUIET * packed
    complaints = [f"ERROR: cannot read the {which} table" for which in ("first", "second", "third")]
    before, near, after = complaints
    result = weights(before, *apart, COMPILES, *QUIET[:20], near, *apart, after, *apart)
    assert (result[before] < 0.6 * result[near]) == (result[after] < 0.6 * result[near]) == (packed > 1)


def test_in_a_huge_log_any_tools_error_scores_fully_at_any_distance() -> None:
    full = "cp: error writing 'cart.tar': No space left on device"
    often = [*QUIET * 400, *[full, *QUIET] * 30]
    alone = weight(full, *often, *QUIET * 400)
    assert weight(full, *often, *QUIET * 200, COMPILES, *QUIET * 200) > 0.85 * alone


def test_list_of_failures_is_shown_wherever_it_is() -> None:
    near = weight(NAMED, COMPILES, *QUIET[:20], NAMED, *QUIET)
    far = weight(NAMED, COMPILES, *QUIET, NAMED, *QUIET[:20])
    assert 0.85 < far / near < 0.95


def test_logged_exception_is_no_first_cause_next_to_a_tools_error() -> None:
    frames = ["\tat shop.Till.open(Till.java:7)"]
    alone = weight(COMPILES, *QUIET, COMPILES)
    assert weight(COMPILES, LOGGED, *frames, *QUIET, COMPILES) == pytest.approx(alone)
    assert weight(LOGGED, LOGGED, *frames, *QUIET, COMPILES) < weight(LOGGED, LOGGED, *frames, *QUIET)


@pytest.mark.parametrize(
    ("first", "second", "third", "result"),
    [
        ("stream-0B6125F9A244 to be 1", "stream-C66B6F682357 to be 2", "stream-DBE9D4C06DE1 to be 3", 0.7),
        ("stream-0B6125F9A244 to be 1", "stream-C66B6F682357 to be 2", "the till to be open", 1.0),
        ("200 to be 500", "201 to be 404", "204 to be 403", 1.0),  # what is wrong
    ],
)
def test_reason_scores_less_after_one_that_differs_in_ids_and_numbers(
    first: str, second: str, third: str, result: float
) -> None:
    tests = [
        (
            f"  {number}) Cart sums {name}",
            "     Failure/Error: total(cart)",
            f"       expected {what}",
            *QUIET,
        )
        for number, (name, what) in enumerate((("apples", first), ("pears", second), ("plums", third)), 1)
    ]
    weighed = weights("Failures:", *chain(*tests), "3 examples, 3 failures")
    assert weighed[f"       expected {third}"] / weighed["  3) Cart sums plums"] == pytest.approx(
        result, abs=0.2
    )


FRAMES = [
    f"\tat org.springframework.beans.Factory.step{number}(Factory.java:{number})" for number in range(60)
]
REFUSED = "Caused by: org.postgresql.util.PSQLException: Connection to localhost:5432 refused."
CONTEXT = [
    "[ERROR] org.example.CartTest.contextLoads -- Time elapsed: 0.012 s <<< ERROR!",
    "java.lang.IllegalStateException: Failed to load ApplicationContext",
    *FRAMES,
    "Caused by: org.springframework.beans.factory.BeanCreationException: Error creating bean 'carts'",
    *FRAMES,
    REFUSED,
    *FRAMES[:20],
    "Caused by: java.net.ConnectException: Connection refused",
    *FRAMES[:20],
]


def test_root_exception_is_shown_at_any_distance_below_the_first_one() -> None:
    log = [*QUIET, *CONTEXT, "[ERROR] Tests run: 1, Failures: 0, Errors: 1, Skipped: 0"]
    text = distill.excerpt(distill.read(["\n".join(log).encode()]), 1_000).text
    assert CONTEXT[0] in text
    assert REFUSED in text
    assert "ConnectException: Connection refused" in text


def test_what_was_raised_besides_ends_no_chain_of_causes() -> None:
    suppressed = "\tSuppressed: java.io.IOException: the till is open"
    chain_of = [*CONTEXT[:2], *FRAMES[:9], suppressed, *FRAMES[:9], "Caused by: java.io.IOException: closed"]
    causes = [*chain_of, *FRAMES[:50], REFUSED, *QUIET]
    assert weight(REFUSED, *causes) > 0.75 * weight(CONTEXT[0], *causes)


def test_causes_that_a_program_logs_after_another_tool_s_error_are_not_its_own() -> None:
    logged = [
        "WARN c.o.Pool: no connection",
        "java.io.IOException: closed",
        *FRAMES[:9],
        REFUSED,
        *FRAMES[:9],
    ]
    far = weight(REFUSED, COMPILES, *QUIET[:60], *logged, *QUIET)
    assert far < 0.7 * weight(COMPILES, COMPILES, *QUIET[:60], *logged, *QUIET)


def test_cause_that_the_green_run_prints_too_scores_little() -> None:
    log = [*CONTEXT[:2], *FRAMES[:50], REFUSED, *QUIET]
    assert weight(REFUSED, *log, green=REFUSED) < 0.3 * weight(REFUSED, *log)


def test_the_causes_of_another_failure_are_none_of_the_first() -> None:
    another = "[ERROR] org.example.TillTest.opens -- Time elapsed: 0.012 s <<< ERROR!"
    thrown = "java.lang.IllegalStateException: closed"
    of_another = weight(REFUSED, *CONTEXT[:2], *FRAMES[:20], another, thrown, *FRAMES, REFUSED, *QUIET)
    assert of_another < 0.8 * weight(REFUSED, *CONTEXT[:2], *FRAMES, REFUSED, *QUIET)


def test_what_the_green_run_prints_too_is_no_first_cause() -> None:
    alone = weight(LINKS, *QUIET, LINKS)
    assert weight(LINKS, COMPILES, *QUIET, LINKS) < 0.8 * alone
    assert weight(LINKS, COMPILES, *QUIET, LINKS, green=f"{COMPILES}\n") == pytest.approx(alone)


def test_line_that_several_findings_reach_scores_more_but_no_more_than_the_strongest() -> None:
    words = "while it looked for the price"
    assert weight(words, LINKS, COMPILES, words) > weight(words, COMPILES, words)
    assert max(weights(COMPILES, LINKS, words).values()) == pytest.approx(weight(COMPILES, COMPILES))


@pytest.mark.parametrize(
    ("refused", "result"),
    [
        ("gh: Resource not accessible by integration (HTTP 403)", True),
        ("remote: Permission to octo/shop.git denied to github-actions[bot].", True),
        ("denied: installation not allowed to Create organization package", True),
        (LINKS, False),
    ],
)
def test_permissions_of_the_token_are_shown_where_it_was_refused_something(
    refused: str, result: bool
) -> None:
    log = [
        "##[group]GITHUB_TOKEN Permissions",
        "Contents: read",
        "Metadata: read",
        "##[endgroup]",
        "Secret source: Actions",
        "Prepare workflow directory",
        *QUIET * 9,
        "##[group]Run make release",
        "##[endgroup]",
        *QUIET,
        refused,
        "##[error]Process completed with exit code 1.",
    ]
    text = distill.excerpt(distill.read(["\n".join(log).encode()]), 600).text
    assert refused in text
    assert ("Contents: read\nMetadata: read" in text) == result
    assert "Prepare workflow" not in text
