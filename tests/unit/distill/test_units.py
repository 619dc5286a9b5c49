"""What names a failure: its test or file, its reason and its place are one unit."""

from __future__ import annotations

from fire_routine import distill

BEGIN = ["##[group]Run make test", "\x1b[36;1mmake test\x1b[0m", "shell: bash", "##[endgroup]"]
END = ["##[error]Process completed with exit code 1."]


def units(*lines: str) -> list[list[str]]:
    """The lines of each unit."""
    log = [f"2026-01-02T03:04:05.0000000Z {line}" for line in (*BEGIN, *lines, *END)]
    digest = distill.read(["\n".join(log).encode()])
    texts = {number: text for block in digest.blocks for number, text in enumerate(block.lines, block.first)}
    return [[texts[number].strip() for number in unit] for unit in digest.units]


def test_a_row_of_a_linters_list_has_its_file() -> None:
    file, first, second = (
        "/w/src/order.js",
        "  1:10  error  'a' is unused  no-unused-vars",
        "  7:2  error  b  no-b",
    )
    found = units(file, first, second)
    assert found[0] == [file, first.strip()]
    assert second.strip() in found[1]


def test_a_test_has_its_reason_and_the_first_place_that_is_no_librarys() -> None:
    frames = [
        "    at Object.fail (/w/node_modules/chai/lib/chai.js:8:1)",
        "    at total (/w/src/total.js:9:3)",
    ]
    lines = ["  ● order › adds up", "", "    TypeError: total is not a function", "", *frames]
    assert units(*lines)[0] == [lines[0].strip(), lines[2].strip(), frames[1].strip()]


def test_a_heading_above_a_tests_name_does_not_stand_for_its_reason() -> None:
    lines = [
        "Error:",
        "Till::OrderTest#test_adds_up:",
        "NoMethodError: undefined method `cents' for nil",
        "    app/models/order.rb:9:in `total'",
    ]
    assert units(*lines, "", "bin/rails test test/order_test.rb:4")[0] == [line.strip() for line in lines]


def test_the_line_that_most_failures_tell_is_their_one_cause() -> None:
    common = "templates/till.tmpl:28: bad filter 'coins'"
    lines: list[str] = []
    for name in ("apple", "pear", "plum", "fig", "date"):
        lines += [f"_______ test_{name} _______", f">   assert page('{name}')", common]
        lines += [f"E   AssertionError: {name} is missing", ""]
    assert units(*lines, "===== 5 failed in 0.10s =====")[0] == [common]


def test_the_place_that_most_failures_share_has_its_reason_and_a_summary_adds_no_failure() -> None:
    reason, place = "E   DeprecationWarning: utcnow() is deprecated", "tally/till.py:16: DeprecationWarning"
    lines: list[str] = []
    for at, name in enumerate(("apple", "pear", "plum")):
        lines += [
            f"_______ test_{name} _______",
            f">   page('{name}')",
            f"tests/test_page.py:{at}: ",
            reason,
            "",
            place,
        ]
    lines += [f"FAILED tests/test_page.py::test_{name} - {reason[4:]}" for name in ("apple", "pear", "plum")]
    found = units(*lines, "===== 3 failed in 0.10s =====")
    assert found[0] == [reason, place]
    assert len(found) == 4


def test_warnings_that_a_verdict_makes_fatal_are_what_failed() -> None:
    warned = "till.c:28:9: warning: unused variable 'n' [-Wunused-variable]"
    quiet = [f"cc -c part{number}.c" for number in range(400)]
    assert units(warned, *quiet, "cc1: all warnings being treated as errors")[0] == [warned]
    assert not any(warned in unit for unit in units(warned, *quiet, "make: *** [till] Error 1"))


def test_an_error_with_a_place_outranks_fatal_warnings() -> None:
    warned, error = "a.c:28:9: warning: unused variable 'n'", "b.c:3:1: error: expected ';'"
    assert error in units(warned, error, "cc1: all warnings being treated as errors")[0]
