"""Long logs: the cause is found wherever it is, and repetitions are shown by example and count."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from itertools import chain, product

import pytest

from fire_routine import distill
from fire_routine.distill.collect.scanner import scan
from fire_routine.distill.lines.windows import Window
from fire_routine.distill.match import cache
from fire_routine.distill.match.cache import MOST, MatchCache
from fire_routine.distill.match.matcher import classify
from fire_routine.distill.rules.schema import CAUSE, Rule
from fire_routine.distill.score import position as place
from fire_routine.distill.steps.failed import failed_steps
from fire_routine.distill.types import Finding, Header, Mark, Scan
from fire_routine.model import Digest
from fire_routine.patterns import pattern

LINES = 30_000
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


def made_rule(name: str, *, is_list: bool = False, family: str = "") -> Rule:
    """A rule that names causes."""
    return Rule(name, 0, "tool", family, CAUSE, pattern("x"), is_list=is_list)


def finding(number: int, key: int, *, listed: bool = False) -> Finding:
    """A line that a rule took."""
    took = made_rule("list" if listed else "other", is_list=listed)
    return Finding(took, number, [b"x"], 0, key)


def factors(scan: Scan) -> list[float]:
    """Those of the findings of a job of which the API lists no steps."""
    return place.finding_scores(scan, failed_steps(scan, ()))


def job(*found: str, at: int = LINES // 2) -> bytes:
    """A step of many lines, as GitHub logs it, with other lines in its middle."""
    lines = [f"compiled module {n} of {LINES} into build/{n % 97}/out" for n in range(LINES)]
    lines[at:at] = found
    lines = [
        "##[group]Run make check",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *lines,
        "##[error]Process completed with exit code 1.",
    ]
    return "".join(f"2026-01-02T03:04:05.1234567Z {line}\n" for line in lines).encode()


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
    flood = [f"error {str(n).translate(letters)}".encode() for n in range(MOST + 1)]
    assert known.look(window(*flood, cause))[-1][0] == len(flood)
    assert [at for at, *_ in known.look(window(cause))] == [0]


def test_what_one_thread_lets_go_another_still_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = MatchCache()
    known.look(window(b"error: the first"))

    def come_between(lines: Sequence[bytes], *, every: bool) -> list[Rule | None]:
        monkeypatch.setattr(cache, "classify", classify)
        known.look(window(b"error: of another log", b"error: and one more"))
        known.look(window(b"error: for which there is no room"))
        return classify(lines, every=every)

    monkeypatch.setattr(cache, "MOST", 2)
    monkeypatch.setattr(cache, "classify", come_between)
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


@pytest.mark.parametrize(("total", "fewer"), [(20_000, False), (500_000, True)])
def test_repeated_lines_score_less_than_unique_ones_only_in_a_huge_log(total: int, fewer: bool) -> None:
    often, once = (finding(at, at) for at in (1, 2))
    scan = Scan(findings=[often, once], total=total, counts={1: 3, 2: 1})
    first, second = factors(scan)
    assert (first < second * 0.9) == fewer


def test_many_lines_of_a_list_of_failures_score_more_than_many_of_another_format() -> None:
    many = [finding(at, at, listed=bool(at % 2)) for at in range(1, 61)]
    scan = Scan(findings=many, total=10_000)
    weights = factors(scan)
    assert weights[2] > 1.5 * weights[3]


@pytest.mark.parametrize(("summary", "more"), [([], True), (["FAILED tests/test_cart.py::test_0"], False)])
def test_the_headings_of_failed_tests_are_their_list_where_pytest_printed_no_other(
    summary: list[str], more: bool
) -> None:
    names = [f"test_{first}{second}" for first, second in product("abcdef", repeat=2)]
    failed = [line for name in names for line in (f"{'_' * 30} {name} {'_' * 30}", f"E   assert {name} == 2")]
    digest = distill.read(["\n".join([*failed, *summary]).encode()])
    result = {line: block.weight for block in digest.blocks for line in block.lines}
    first, last = (result[f"{'_' * 30} {name} {'_' * 30}"] for name in ("test_ab", "test_fe"))
    assert (last > 0.4 * first) == more


def test_first_complaint_of_each_file_scores_more_than_its_further_ones() -> None:
    compiler = dataclasses.replace(
        made_rule("compiler"), pattern=pattern(r"^(?P<file>\S+):\d+: "), captures=frozenset({"file"})
    )
    complaints = [*((b"a", at) for at in range(1, 11)), (b"b", 1)]
    lines = [b"%s.c:%d: error: x" % (name, at) for name, at in complaints]
    found = [Finding(compiler, at, [line], 0, at) for at, line in enumerate(lines, 1)]
    *_, more, other = factors(Scan(findings=found, total=100))
    assert other > 1.2 * more


def test_first_complaint_of_each_cause_scores_more_than_its_further_ones() -> None:
    compiler = made_rule("compiler")
    shapes = [*[1] * 12, *range(2, 8)]
    found = [Finding(compiler, at, [b"x"], 0, at, shape) for at, shape in enumerate(shapes, 1)]
    result = factors(Scan(findings=found, total=100))
    assert min(result[12:]) > 2 * result[11]
    assert result[0] == 1.0


def test_more_causes_mean_fewer_examples_of_each() -> None:
    compiler = made_rule("compiler")

    def third(causes: int) -> float:
        """The weight of the third example of a cause, as a share of the first of another in its place."""
        shapes = [*range(2, causes + 1), 1, 1, 1]
        found = [Finding(compiler, at, [b"x"], 0, at, shape) for at, shape in enumerate(shapes, 1)]
        other = [*found[:-1], found[-1]._replace(shape=99)]
        return factors(Scan(findings=found, total=100))[-1] / factors(Scan(findings=other, total=100))[-1]

    assert third(9) < 0.9 * third(1)


@pytest.mark.parametrize(("summary", "room"), [(False, 4_096), (True, 2_048)])
def test_each_cause_is_shown_if_several_tests_failed_of_each(summary: bool, room: int) -> None:
    words = "price weight colour height width depth volume density brand origin season margin rebate duty"
    causes = [f"ValueError: {word} is out of range" for word in words.split()]
    failures = [(cause, f"test_{cause[12:15]}_{n}") for cause in causes for n in range(6)]
    lines = [
        line
        for cause, name in failures
        for line in (
            f"{'_' * 30} {name} {'_' * 30}",
            "",
            f"    def {name}(client):",
            ">       check(client)",
            f"E       {cause}",
            "",
            "tests/test_orders.py:10: Error",
        )
    ]
    if summary:
        lines.append("=========================== short test summary info ============================")
        lines += [f"FAILED tests/test_orders.py::{name} - {cause}" for cause, name in failures]
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), room).text
    assert [cause for cause in causes if cause not in text] == []


def test_few_with_another_cause_are_shown_among_many_with_one_cause() -> None:
    words = ["".join(letters) for letters in product("bdfg", "aeiou", "prst")]
    others = {40: "java.lang.IllegalArgumentException", 71: "org.opentest4j.AssertionFailedError"}
    lines = [
        line
        for at, word in enumerate(words)
        for line in (
            f"CartTest > testOf{word.title()}() FAILED",
            f"    {others.get(at, 'java.lang.ExceptionInInitializerError')} at CartTest.java:{100 + at}",
            "",
        )
    ]
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), 2_000).text
    for at, cause in others.items():
        assert f"testOf{words[at].title()}() FAILED\n    {cause} at CartTest.java" in text


def test_cause_above_its_place_is_shown_though_another_has_many_places() -> None:
    causes = {53: "SIM105 Use `contextlib.suppress(KeyError)`", 67: "TC003 Move it into a block"}
    lines = [
        line
        for at in range(10, 99)
        for line in (
            causes.get(at, "W293 [*] Blank line contains whitespace"),
            f"  --> shop/cart.py:{at}:1",
            "   |",
            f"{at} |     cart.add(total)",
            "   | ^^^^",
            "   |",
            "help: Remove it",
            "",
        )
    ]
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), 2_000).text
    assert [cause for cause in causes.values() if cause not in text] == []


@pytest.mark.parametrize("marked", [False, True])
def test_lines_near_the_end_of_a_huge_log_score_more(marked: bool) -> None:
    far, near = (finding(at, at) for at in (1_000, 119_900))
    marks = [Mark(119_999, "exit", "##[error]", b"", Header())] if marked else []
    scan = Scan(findings=[far, near], marks=marks, total=120_000)
    first, second = factors(scan)
    assert first < second * 0.85


@pytest.mark.parametrize(("total", "less"), [(20_000, False), (120_000, True)])
def test_lines_far_apart_in_a_huge_log_score_less_than_as_many_at_one_place(total: int, less: bool) -> None:
    def result(*numbers: int) -> float:
        found = [finding(at, 1) for at in numbers]
        return sum(factors(Scan(findings=found, total=total, counts={1: 3})))

    assert (result(1_000, 10_000, 19_000) < result(18_990, 18_995, 19_000) * 0.6) == less


def test_a_step_of_a_huge_log_that_is_none_itself_is_read_as_one_of_a_short_log() -> None:
    def result(begin: int, *, heading: bool = True) -> list[float]:
        found = [finding(begin + at, at % 9) for at in range(1, 101)]
        header = Header(begin if heading else 0, "make check")
        marks = [Mark(begin + 200, "exit", "##[error]", b"", header)]
        return factors(Scan(findings=found, marks=marks, total=begin + 300, counts={1: 12}))

    assert result(120_000) == result(10)
    assert result(120_000, heading=False) != result(10)


def test_early_lines_of_a_huge_step_take_nothing_from_its_end() -> None:
    early = [finding(at, at) for at in range(1_000, 41_000, 400)]
    cause = finding(99_990, 99_990)
    scan = Scan(findings=[*early, cause], total=100_000)
    alone = Scan(findings=[cause], total=100_000)
    assert factors(scan)[-1] > factors(alone)[0] / 3
    assert factors(scan)[-2] < factors(alone)[0] / 9


def trace(name: str) -> list[str]:
    """A stack trace of its own."""
    frames = [f"\tat org.example.{name}.step{n}({name}.java:{n})" for n in range(100, 125)]
    return [f"java.lang.IllegalStateException: {name} is closed", *frames]


def test_in_a_huge_log_the_trace_near_its_end_is_shown_whole_and_not_one_that_was_logged_long_before() -> (
    None
):
    quiet = [f"compiled module {n} of 40000 into build/{n % 97}/out" for n in range(40_000)]
    lines = [*trace("Cache"), *quiet, *trace("Ledger"), "##[error]Process completed with exit code 1."]
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), 2_000).text
    assert all(line.strip() in text for line in trace("Ledger"))
    assert text.count("at org.example.Cache") < 20


def test_last_of_very_many_similar_lines_scores_as_much_as_the_second() -> None:
    alike = [finding(at, 1, listed=True) for at in range(1, 8)]
    weights = factors(Scan(findings=alike, total=100, counts={1: 500}))
    assert weights[-1] > 2 * weights[-2]


def test_similar_lines_are_counted_though_they_differ_within_a_word() -> None:
    found = [f"error: utf8codec '{n}'bad" for n in range(50)]
    assert "more like this" in distill.excerpt(distill.read([job(*found)]), 2_048).text


def test_lines_that_are_nothing_but_names_are_not_counted_as_alike() -> None:
    found = [f"/build/error_{n}/errors.d.ts" for n in range(50)]
    assert "more like this" not in distill.excerpt(distill.read([job(*found)]), 2_048).text


def test_first_cause_scores_high_with_any_number_after_it_unless_the_log_is_huge() -> None:
    """A tool that prints an error a hundred times in a failed step prints what failed."""
    found = [finding(at, at) for at in range(1, 101)]
    long, huge = (factors(Scan(findings=found, total=total))[0] for total in (20_000, 31_000))
    assert long == 1.0
    assert huge < 0.5


def test_in_a_huge_log_tools_that_printed_at_its_end_score_more() -> None:
    lint, test = made_rule("python-lint", family="python"), made_rule("gtest", family="native")
    network = made_rule("network", family="any")
    found = [Finding(took, at, [b"x"], 0, at) for at, took in enumerate((lint, test, network), 1)]
    end = Mark(99_990, "exit", "##[error]", b"", Header())

    def weights(*at_the_end: Finding) -> list[float]:
        return factors(Scan(findings=[*found, *at_the_end], marks=[end], total=100_000))[:3]

    alone = weights()
    nearby = weights(Finding(lint, 99_970, [b"x"], 0, 9))
    assert [new / old for new, old in zip(nearby, alone, strict=True)] == pytest.approx([1.0, 0.5, 1.0])


@pytest.mark.parametrize(("detail", "result"), [("", 2), (", this one up to version 61: " + "cart " * 40, 1)])
def test_of_names_with_one_long_reason_two_score_most_or_one_if_very_long(detail: str, result: int) -> None:
    reason = f"org/example/Engine has been compiled by a more recent version of the Java Runtime{detail}"
    names = [f"  case{n}(org.example.CartTest): {reason}" for n in range(4)]
    others = [f"  case{n}(org.example.CartTest): got {n}, want {n * n}" for n in range(4)]
    digest = distill.read(["\n".join(["Tests in error: ", *names, *others]).encode()])
    weights = [block.weight for block in digest.blocks for _ in block.lines][1:]
    assert (weights[1] > 0.9 * weights[0]) == (result == 2)
    assert weights[2] < 0.8 * weights[0]
    assert weights[5] > 0.9 * weights[0]


def test_the_project_at_the_end_of_each_error_is_no_reason_that_they_share() -> None:
    project = "[C:\\projects\\shop\\src\\Octo.Shop.Checkout\\Octo.Shop.Checkout.csproj]"
    words = ("total", "price", "stock", "taxes")
    errors = [f"C:\\projects\\shop\\{w}.cs(7,9): error CS0103: no {w} here {project}" for w in words]
    digest = distill.read(["\n".join(errors).encode()])
    weights = [block.weight for block in digest.blocks for _ in block.lines]
    assert weights[3] > 0.75 * weights[1]


def test_the_many_warnings_before_the_end_of_a_step_leave_room_for_its_errors() -> None:
    words = ["".join(letters) for letters in product("abcdefghij", repeat=4)]
    lines = [
        f"/shop/{w}.cs(7,5): warning CS0649: Field 'Rate' of {w} is never assigned to" for w in words[:7_000]
    ]
    for at, word in enumerate(words[-60:]):
        lines.insert(
            50 + at * 40, f"/shop/{word}.cs(7,9): error CS0103: What {word} names does not exist here"
        )
    log = "\n".join(["##[group]Run make check", *lines, "##[error]Process completed with exit code 1."])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert text.count("error CS0103") > text.count("warning CS0649")


def test_errors_however_many_are_shown_rather_than_the_warnings_between_them() -> None:
    words = ["".join(letters) for letters in product("bdfg", "aeiou", "prst", "aei")]
    lines: list[str] = []
    for at, word in enumerate(words[:150]):
        lines += [
            f"/shop/Tags.cs({at * 8 + n},23): warning CS8618: Field 'F{n}' must hold a value"
            for n in range(8)
        ]
        lines.append(f"/shop/{word}.cs(7,9): error CS0029: Cannot convert type 'void' to 'Price'")
    text = distill.excerpt(distill.read(["\n".join(lines).encode()]), 16_000).text
    assert text.count("error CS0029") > 120


def test_last_of_many_complaints_score_no_more_for_their_place_before_the_end() -> None:
    words = ["".join(letters) for letters in product("abcdef", repeat=3)]
    lines = [f"src/{word}.js:7:1 Extra semicolon after {word}. (semi)" for word in words]
    log = "\n".join(["##[group]Run make lint", *lines, "##[error]Process completed with exit code 1."])
    text = distill.excerpt(distill.read([log.encode()]), 2_048).text
    assert sum(line in text for line in lines[:20]) > 2 * sum(line in text for line in lines[-20:])


UNITTEST = """\
ERROR: test_{0} (cart.tests.CartTest.test_{0})
----------------------------------------------------------------------
Traceback (most recent call last):
{1}
{2}: {0} is unknown

"""
PHPUNIT = "{3}) CartTest::test{0}\n{2}: {0} is unknown\n\n{1}\n"
GO = "    --- FAIL: TestCart/{0} (0.00s)\n{1}\n        cart_test.go:{3}: {0} is unknown\n"


def reasons_of(test: str, frame: str, after: str, prefix: str) -> tuple[int, int]:
    """How many of thirty failed tests are named, and how many with their reason."""
    names = [f"{first}{second}" for first in ("apple", "pear", "plum") for second in "abcdefghij"]
    printed = [
        test.format(
            name, "\n".join(frame.format(name, at) for at in range(9)), f"{name.title()}Error", number
        )
        for number, name in enumerate(names, 1)
    ]
    found = [prefix + line for line in ["There were 30 errors:", *"".join(printed).splitlines(), after]]
    text = distill.excerpt(distill.read([job(*found)]), 3_500).text
    reasons = [f"{name} is unknown" in text for name in names]
    named = [re.search(rf"(?:test_?|TestCart/){name}\b", text) is not None for name in names]
    return sum(named), sum(reasons)


@pytest.mark.parametrize(
    ("test", "frame", "after"),
    [
        (UNITTEST, '  File "/srv/shop/cart/{0}.py", line {1}, in total', "FAILED (errors=30)"),
        (PHPUNIT, "/srv/shop/cart/{0}.php:{1}", "ERRORS!"),
        (GO, "        cart.go:{1}: adding {0}", "FAIL"),
    ],
    ids=["unittest", "phpunit", "go"],
)
@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_of_many_failed_tests_the_reason_is_shown_where_the_name_is(
    test: str, frame: str, after: str, prefix: str
) -> None:
    named, reasons = reasons_of(test, frame, after, prefix)
    assert reasons >= 5
    assert named - reasons <= 2


VITEST = " FAIL  src/cart.test.ts > Cart > test_{0}\n{2}: {0} is unknown\n{1}\n"
JEST = "  ● Cart › test_{0}\n\n    {2}: {0} is unknown\n\n{1}\n"
PLAYWRIGHT = (
    "  {3}) [firefox] › e2e/cart.spec.ts:9:5 › Cart › test_{0} ───\n\n    Error: {0} is unknown\n\n{1}\n"
)
MOCHA = "  {3}) Cart\n       test_{0}:\n     {2}: {0} is unknown\n{1}\n"
XUNIT = "  Shop.Tests.CartTests.test_{0} [FAIL]\n    Shop.{2}Exception : {0} is unknown\n{1}\n"
VSTEST = (
    "  Failed test_{0} [5 ms]\n  Error Message:\n   Shop.{2}Exception : {0} is unknown\n  Stack Trace:\n{1}\n"
)
SUREFIRE = (
    "[ERROR] org.example.CartTest.test_{0} -- Time elapsed: 0.01 s <<< ERROR!\n"
    "org.example.{2}: {0} is unknown\n{1}\n"
)
GRADLE = "CartTest > test_{0}() FAILED\n    org.example.{2}: {0} is unknown\n{1}\n"
RSPEC = "  {3}) Cart test_{0}\n     Failure/Error: total(cart)\n\n     {2}:\n       {0} is unknown\n{1}\n"
FLUTTER = "00:07 +0 -{3}: test/cart_test.dart: Cart test_{0} [E]\n  {2}: {0} is unknown\n{1}\n"
MINITEST = "  {3}) Error:\nCartTest#test_{0}:\n{2}: {0} is unknown\n{1}\n"
TEST_UNIT = "Failure:\ntest_{0}(CartTest)\n{1}\n<{0} is unknown> expected but was\n<nil>.\n"
KARMA = "Chrome Headless 144.0.0.0 (Linux 0.0.0) Cart test_{0} FAILED\n\t{2}: {0} is unknown\n{1}\n"
JAVA_FRAME = "\tat org.example.{0}.Cart.total(Cart.java:{1})"
NODE_FRAME = "    at total (/srv/shop/cart/{0}.js:{1}:7)"
NET_FRAME = "     at Shop.{0}.Cart.Total() in /srv/shop/{0}.cs:line {1}"
NET_TOTAL = "Failed!  - Failed:    30, Passed:     0, Skipped:     0, Total:    30, Duration: 9 ms"


@pytest.mark.parametrize(
    ("test", "frame", "after"),
    [
        (VITEST, " ❯ total src/{0}.ts:{1}:7", " Test Files  1 failed (1)"),
        (JEST, NODE_FRAME, "Tests:       30 failed, 30 total"),
        (PLAYWRIGHT, NODE_FRAME, "  30 failed"),
        (MOCHA, NODE_FRAME, "npm ERR! Test failed."),
        (XUNIT, NET_FRAME, NET_TOTAL),
        (VSTEST, NET_FRAME, NET_TOTAL),
        (SUREFIRE, JAVA_FRAME, "[ERROR] Tests run: 30, Failures: 0, Errors: 30, Skipped: 0"),
        (GRADLE, JAVA_FRAME, "30 tests completed, 30 failed"),
        (RSPEC, "     # ./spec/{0}_spec.rb:{1}:in 'total'", "30 examples, 30 failures"),
        (FLUTTER, "  package:shop/{0}.dart {1}:7  Cart.total", "00:09 +0 -30: Some tests failed."),
        (
            MINITEST,
            "    /srv/shop/cart/{0}.rb:{1}:in 'total'",
            "30 runs, 0 assertions, 0 failures, 30 errors",
        ),
        (
            TEST_UNIT,
            "     {1}:     assert_equal tills[:{0}], total",
            "30 tests, 30 assertions, 30 failures, 0 errors",
        ),
    ],
    ids=[
        *("vitest", "jest", "playwright", "mocha", "xunit", "vstest", "surefire", "gradle"),
        *("rspec", "flutter", "minitest", "test-unit"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_most_named_tests_of_many_failed_ones_have_their_reason(
    test: str, frame: str, after: str, prefix: str
) -> None:
    named, reasons = reasons_of(test, frame, after, prefix)
    assert reasons >= 5
    assert reasons > 0.7 * named


@pytest.mark.parametrize("prefix", ["", "web_1  | "])
def test_most_specs_of_karma_that_failed_are_named_with_the_reason(prefix: str) -> None:
    total = "Chrome Headless 144.0.0.0 (Linux 0.0.0): Executed 30 of 30 (30 FAILED) ERROR"
    assert min(reasons_of(KARMA, NODE_FRAME, total, prefix)) > 15


def test_each_file_is_named_in_which_a_linter_found_something() -> None:
    """PHP_CodeSniffer heads what it found in a file by its name, and lines alike say how much that is."""
    rule = "-" * 70
    errors = [f" {n} | ERROR | [x] Spaces must be used to indent lines; tabs are not" for n in range(10, 70)]
    names = [f"FILE: /home/ci/build/lib/{name * 3}.php" for name in "abcdefghijklmnopqrst"]
    found = [[name, rule, "FOUND 60 ERRORS AFFECTING 60 LINES", rule, *errors, rule, ""] for name in names]
    text = distill.excerpt(distill.read([job(*chain(*found))]), 4_096).text
    assert [name for name in names if name not in text] == []


INFORMATION = '{"level":30,"time":1779805821032,"pid":7,"msg":"cart failed"}'
ERROR = INFORMATION.replace("30", "50", 1)


def weight_of(line: str, digest: Digest) -> float:
    """What a line weighs; nothing where it is not kept."""
    return max((block.weight for block in digest.blocks if line in block.lines), default=0)


@pytest.mark.parametrize("words", [(INFORMATION, ERROR), (ERROR, INFORMATION)], ids=["after", "before"])
def test_error_record_is_distinguished_from_an_equal_info_record(
    words: Sequence[str],
) -> None:
    alone = weight_of(ERROR, distill.read([job(ERROR)]))
    assert weight_of(ERROR, distill.read([job(*words)])) == alone > 1


def test_an_error_that_a_green_run_logs_as_an_information_is_not_printed_by_it_too() -> None:
    green = distill.read_green([job(INFORMATION)])
    alone = weight_of(ERROR, distill.read([job(ERROR)]))
    assert weight_of(ERROR, distill.read([job(ERROR)], green=green)) >= alone > 1


def test_first_of_rustcs_errors_in_a_long_log_is_shown_though_it_has_no_code() -> None:
    place = "\n --> src/{0}.rs:3:5\n  |\n3 |     {0}!(total);\n  |     ^^^^"
    names = [f"{first}{second}" for first in "abcdef" for second in "ghijkl"]
    errors = [
        (error + place).format(name)
        for error in ("error: cannot find macro `{0}`", "error[E0425]: cannot find value `{0}`")
        for name in names
    ]
    built = [f"   Compiling part-{at} v1.0.0" for at in range(6_000)]
    begin, end = (
        "##[group]Run cargo build\nshell: bash\n##[endgroup]",
        "##[error]Process completed with exit code 1.",
    )
    log = "\n".join([begin, *built, *errors, end])
    assert "cannot find macro `ag`" in distill.excerpt(distill.read([log.encode()]), 500).text
