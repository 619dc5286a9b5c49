"""Factors of findings: by similar ones before them, by their place in a huge log."""

from __future__ import annotations

import dataclasses
from itertools import product

import pytest
from tests.unit.distill.long_job import job

from fire_routine import distill
from fire_routine.distill.rules import CAUSE, Rule
from fire_routine.distill.score import position as place
from fire_routine.distill.steps.failed import failed_steps
from fire_routine.distill.types import Finding, Header, Mark, Scan
from fire_routine.patterns import pattern


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
