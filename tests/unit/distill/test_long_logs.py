"""Long logs: the cause is found wherever it is, and repetitions are shown by example and count."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from tests.unit.distill.long_job import LINES, job

from fire_routine import distill
from fire_routine.distill import match
from fire_routine.distill.match import MOST_LINES, MatchCache, classify
from fire_routine.distill.rules import Rule
from fire_routine.distill.scanner import scan
from fire_routine.distill.steps import failed_steps
from fire_routine.distill.windows import Window

# Formats of tools of which no line holds an error word.
CAUSES = [
    "flag provided but not defined: -trace2_event_file",
    "src/app.py:7:1: F401 [*] `os` imported but unused",
    "would reformat src/pkg/mod.py",
    "src/index.js:36:16: Unexpected trailing comma.",
    "./main.go:7:2: undefined: fmt.Printl",
    "lib/a.rb:374:31: C: Performance/RegexpMatch: Use match? instead of =~",
    "  12) Array #indexOf() returns -1:",
    "Dubious, test returned 1 (wstat 256, 0x100)",
    "** (exit) exited in: GenServer.call(Demo.Server, :sum, 5000)",
    "  ● Calculator › adds",
]


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("at", [100, LINES // 2, LINES - 2_000])
def test_a_format_without_an_error_word_is_found_anywhere(cause: str, at: int) -> None:
    assert cause in distill.excerpt(distill.read([job(cause, at=at)]), 1_000).text


def test_last_of_many_similar_lines_is_found_with_its_context() -> None:
    alike = [line for n in range(40) for line in (f"error: attempt {n} failed", *["waiting"] * 200)]
    text = distill.excerpt(
        distill.read([job(*alike, "error: attempt 41 failed", "  the disk is gone")]), 4_000
    ).text
    assert "  the disk is gone" in text


@pytest.mark.parametrize("budget", [1_999, 2_048, 8_192, 60_000])
def test_thousand_findings_are_shown_by_example_and_count(budget: int) -> None:
    found = [f"src/pkg/mod_{n}.py:{n}:89: E501 Line too long ({n + 100} > 88)" for n in range(1, 1_001)]
    text = distill.excerpt(distill.read([job(*found, "Found 1000 errors.")]), budget).text
    count = re.findall(r"\[… ([\d,]+) more like this\]", text)
    assert len(count) == 1
    examples = len(re.findall(r"E501 Line too long", text))
    assert examples >= 3
    assert examples + int(count[0].replace(",", "")) == 1_000


def test_findings_whose_line_is_a_place_alone_are_counted_by_their_reason() -> None:
    found = [
        line
        for n in range(1, 101)
        for line in (
            f"F401 [*] `os{n}` imported but unused" if n != 60 else "F821 Undefined name `total`",
            f" --> mod_{n}.py:{n}:8",
            "  |",
            f"{n} | import os{n}",
            "  |        ^^^",
            "",
        )
    ]
    digest = distill.read([job(*found, "Found 100 errors.")])
    assert [repeat.count for repeat in digest.repeats] == [99]
    text = distill.excerpt(digest, 4_000).text
    (more,) = re.findall(r"\[… (\d+) more like this\]", text)
    assert len(re.findall("^F401", text, re.M)) + int(more) == 99


@pytest.mark.parametrize("marked", ["", "##[error]"])
def test_number_of_further_ones_follows_the_code_that_is_shown(marked: str) -> None:
    found = [
        line
        for n in range(11, 71)
        for line in (
            "error[E0308]: mismatched types",
            f"{marked}  --> src/mod_{n}.rs:{n}:9",
            "   |",
            f"{n} |     total(price);",
            "   |           ^^^^^ expected `u32`, found `i64`",
            "",
        )
    ]
    text = distill.excerpt(distill.read([job(*found)]), 8_000).text
    above = [text[: mark.start()].split("\n")[-2] for mark in re.finditer(r"\[… \d+ more like", text)]
    assert above
    assert not [line for line in above if line.startswith(("error", "##[error]"))]


def test_a_place_is_not_shown_without_the_reason_above_it_that_others_have_too() -> None:
    def source(first: int, last: int) -> list[str]:
        return [f"{at:2} | import os{at - 1}" for at in range(max(first, 1), last + 1)]

    def found(why: str, file: str, line: int) -> list[str]:
        frame = [*source(line - 2, line), "   |        ^^^", *source(line + 1, line + 2), "   |"]
        fixed = ["   |", *source(line - 3, line - 1), f"{line:2} | import os{line}", "   |", ""]
        return [why, f"  --> {file}.py:{line}:8", "   |", *frame, "help: Remove it", *fixed]

    lines = ["##[group]Run ruff check", "##[endgroup]"]
    for file in range(10):
        for line in range(1, 51):
            lines += found(f"F401 [*] `os{line - 1}` imported but unused", f"m{file:02}", line)
        lines += found("F821 Undefined name `undefined_name`", f"m{file:02}", 51) if file % 4 == 0 else []
    log = "\n".join([*lines, "Found 503 errors.", "##[error]Process completed with exit code 1.", ""])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    shown = [line for line in text.split("\n") if "more like this" not in line]
    above = [shown[at - 1] for at, line in enumerate(shown) if line.startswith("  --> ")]
    assert len(above) > 5
    assert sum(not line.startswith("F") for line in above) <= 1


@pytest.mark.parametrize("opens", ["Traceback (most recent call last):", "stack backtrace:"])
def test_number_of_stacks_is_not_shown_in_another_failures(opens: str) -> None:
    def failed(n: int, why: str) -> list[str]:
        return ["-" * 70, opens, f'  File "test_{n}.py", line {n}, in test_{n}', f"    check({n})", why, ""]

    why = "ConnectionRefusedError: no answer from the database"
    alike = [line for n in range(40) for line in failed(n, why)]
    other = failed(99, "AssertionError: 3 != 4")
    text = distill.excerpt(distill.read([job(*alike, *other)]), 2_000).text
    assert re.search(rf"{why}\n\[… \d+ more like this\]", text)
    assert text.count("more like this") == 1


def test_steps_that_run_after_the_failed_one_do_not_change_its_count() -> None:
    found = [f"src/pkg/mod_{n}.py:{n}:89: E501 Line too long ({n + 100} > 88)" for n in range(1, 1_001)]
    upload = b"##[group]Run actions/upload-artifact@v4\n##[endgroup]\nerror: nothing to upload\n"
    text = distill.excerpt(distill.read([job(*found) + upload]), 2_048).text
    count = re.findall(r"\[… ([\d,]+) more like this\]", text)
    assert len(count) == 1
    assert len(re.findall("E501", text)) + int(count[0].replace(",", "")) == 1_000


@pytest.mark.parametrize(("first", "second"), [(1_000, 9), (9, 1_000), (1_000, 1_000)])
def test_what_several_steps_found_that_failed_is_counted_together(first: int, second: int) -> None:
    steps = (
        [f"src/pkg/mod_{n}.py:{n}:89: E501 Line too long ({n + 100} > 88)" for n in range(1, count + 1)]
        for count in (first, second)
    )
    text = distill.excerpt(distill.read([b"".join(job(*found) for found in steps)]), 4_096).text
    count = re.findall(r"\[… ([\d,]+) more like this\]", text)
    assert len(count) == 1
    assert len(re.findall("E501", text)) + int(count[0].replace(",", "")) == first + second


@pytest.mark.parametrize("before", [(), ("2026-01-02T03:04:05.1234567Z a line before it",)])
def test_a_step_is_as_long_as_it_is_where_the_log_begins_with_it_too(before: tuple[str, ...]) -> None:
    log = b"".join(line.encode() + b"\n" for line in before) + job("error: the disk is gone") + b"x\n" * 50
    scanned = scan([log], MatchCache())
    assert failed_steps(scanned, ()).extent == LINES + 4


def window(*lines: bytes) -> Window:
    """Lines as a window that holds them all, and none before them."""
    return Window(list(lines), b"\n".join((b"", *lines)), 0, 0, len(lines), last=True)


def test_cached_matches_survive_a_flood_of_new_lines() -> None:
    known = MatchCache()
    cause = b"error: the cause"
    assert [at for at, *_ in known.look(window(cause))] == [0]
    letters = str.maketrans("0123456789", "abcdefghij")
    flood = [f"error {str(n).translate(letters)}".encode() for n in range(MOST_LINES + 1)]
    assert known.look(window(*flood, cause))[-1][0] == len(flood)
    assert [at for at, *_ in known.look(window(cause))] == [0]


def test_what_one_thread_lets_go_another_still_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = MatchCache()
    known.look(window(b"error: the first"))

    def come_between(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
        monkeypatch.setattr(match, "classify", classify)
        known.look(window(b"error: of another log", b"error: and one more"))
        known.look(window(b"error: for which there is no room"))
        return classify(lines, every=every)

    monkeypatch.setattr(match, "MOST_LINES", 2)
    monkeypatch.setattr(match, "classify", come_between)
    assert [at for at, *_ in known.look(window(b"error: the first", b"error: the next"))] == [0, 1]


def test_findings_of_each_kind_are_shown_before_more_of_the_most_frequent() -> None:
    found = [f"src/mod_{n}.py:{n}:89: E501 Line too long ({n + 100} > 88)" for n in range(1, 1_001)]
    found[400:400] = ["src/mod_400.py:3:1: F821 Undefined name `total`"]
    text = distill.excerpt(distill.read([job(*found)]), 1_500).text
    assert "F821 Undefined name `total`" in text


def test_an_earlier_step_that_went_on_is_no_cause() -> None:
    earlier = [f"tests/test_{n}.py:{n}: AssertionError: expected to fail" for n in range(50)]
    log = job(*earlier).replace(b"##[error]Process completed with exit code 1.", b"done")
    text = distill.excerpt(distill.read([log + job("error: the disk is gone")]), 1_000).text
    assert "error: the disk is gone" in text
    assert text.count("expected to fail") < 3


@pytest.mark.parametrize(
    ("usual", "cause"),
    [
        ("GET /total/7 HTTP/1.1 200", "GET /total/8 HTTP/1.1 500"),
        ("GET /total/7 HTTP/1.1 200", "GET /total/8 HTTP/1.1 404"),
        ("worker 3 exited with code 0", "worker 4 exited with code 137"),
        ("12 tests, 0 failures", "12 tests, 3 failures"),
        ("0 failed, 3 passed", "5 failed, 3 passed"),
        ("\t0 errors", "\t5 errors"),
        ("# FAIL:  0", "# FAIL:  2"),
        ("# fail 0", "# fail 3"),
        ("✖ 5 problems (0 errors, 5 warnings)", "✖ 5 problems (3 errors, 2 warnings)"),
        ("app exited with 1", "app exited with 137"),
        ("2026-01-02 03:04:05 ERROR 302: Found.", "2026-01-02 03:04:05 ERROR 404: Not Found."),
        ("npm ERR! 10 packages", "npm ERR! 404 Not Found"),
        ("➤ YN0000: done, no error", "➤ YN0001: Error: cannot resolve"),
    ],
)
def test_significant_number_is_distinguished_from_those_before_it(usual: str, cause: str) -> None:
    text = distill.excerpt(distill.read([job(*[usual] * 2_000, cause, *[usual] * 2_000)]), 1_000).text
    assert cause in text


def test_what_one_log_taught_changes_nothing_in_the_next() -> None:
    logs = [job(cause) for cause in CAUSES] + [job("ok 200", "returned a non-zero code: 0")]
    reader = distill.Reader()
    for log in (*logs, *reversed(logs)):
        assert reader.read([log]) == distill.read([log])
