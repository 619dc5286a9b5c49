"""The rules' files: written in TOML, compiled into one, checked."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fire_routine.cli import main
from fire_routine.distill import rules as rules_package
from fire_routine.distill.rules import COMPILED, TABLES, check, rules, tables
from fire_routine.distill.rules.compile import RuleError, Source, as_text, compiled, sources
from fire_routine.distill.rules.explain import explanation
from fire_routine.distill.rules.keywords import BEGIN, first_characters, keywords
from fire_routine.distill.rules.schema import Rule
from fire_routine.patterns import pattern


def cost(keyword: str) -> float:
    """Long keywords cost least."""
    return 1 / len(keyword)


def written(folder: Path, entry: str) -> list[Source]:
    (folder / "some.toml").write_text(f'order = 1\ntier = "tool"\n\n[[rule]]\n{entry}\n', encoding="utf-8")
    return sources(folder)


def test_the_compiled_file_is_fresh() -> None:
    fresh = as_text(compiled(sources()))
    assert COMPILED.read_text(encoding="utf-8") == fresh, "run `fire-routine rules compile`"


def test_the_compiled_tables_are_fresh() -> None:
    assert TABLES.read_text(encoding="utf-8") == tables.as_text(), "run `fire-routine rules compile`"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('match = "("', "not a regular expression: ("),
        ("match = '.*ok'", "name in `first` the characters that begin a line, or a text in `holds`: .*ok"),
        ("match = 1 2", "some.toml: "),
    ],
)
def test_a_wrong_table_is_reported_with_what_is_wrong(tmp_path: Path, entry: str, problem: str) -> None:
    (tmp_path / "some.toml").write_text(f"[[boilerplate]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(RuleError) as raised:
        tables.compiled(tmp_path)
    assert problem in str(raised.value)


def test_tables_are_read_where_the_compiled_file_is_being_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_compiled = rules_package.table("successful_run")
    monkeypatch.setattr(rules_package, "TABLES", tmp_path / "none.json")
    rules_package._tables.cache_clear()
    assert rules_package.table("successful_run") == as_compiled
    rules_package._tables.cache_clear()


def test_every_rule_has_an_example_or_is_given_by_the_matcher() -> None:
    assert [source.id for source in sources() if not source.examples] == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('id = "x"\nmatch = "x"\nrole = "boss"', "role has to be one of cause, result"),
        ('id = "x"\nmatch = "("\nrole = "cause"', "pattern is not a regular expression"),
        ('id = "x"\nrole = "cause"', "it has no match"),
        ('match = "x"\nrole = "cause"', "it has no id"),
        ('id = "x"\nmatch = "x"\nrole = "cause"\ntier = "top"', "tier has to be one of noise, tool"),
        ('id = "x"\nmatch = "x"\nrole = "cause"\nahead = 1', "unknown field 'ahead'"),
        ('id = "x"\nmatch = "x"\nrole = "cause"\ncontext = { after = 1 }', "unknown field 'after'"),
        ('id = "x"\nmatch = "x"\nrole = "cause"\nrequires = ["y"]', "it names a rule 'y', which does not"),
        ('id = "x"\nmatch = "x"\nrole = "cause"\n[[rule]]\nid = "x"\nmatch = "y"\nrole = "cause"', "another"),
        ("id = 1 2", "some.toml: "),
    ],
)
def test_a_wrong_entry_is_reported_with_its_file_and_what_is_wrong(
    tmp_path: Path, entry: str, problem: str
) -> None:
    with pytest.raises(RuleError, match=r"^some\.toml: ") as raised:
        written(tmp_path, entry)
    assert problem in str(raised.value)


def test_a_rule_of_whose_expression_no_keyword_can_be_derived_names_them(tmp_path: Path) -> None:
    entry = 'id = "x"\nmatch = \'^\\S+:\\d+$\'\nrole = "cause"\n'
    with pytest.raises(RuleError, match="name them in `keywords`"):
        compiled(written(tmp_path, entry))
    (rule,) = compiled(written(tmp_path, entry + 'keywords = ["^a", "b"]'))
    assert rule["keywords"] == [BEGIN + "a", "b"]


@pytest.mark.parametrize(
    ("expression", "derived"),
    [
        (r"^E   +\S", {BEGIN + "e   "}),
        (r"error: (?:cannot|could not) find \w+", {"error: cannot find ", "error: could not find "}),
        (r"^\s*FAILED \(", {"failed ("}),
        (r"^(?:not ok|ok) ", {"not ok ", BEGIN + "ok "}),
        (r"\d+ tests? failed", {"0 test failed", "0 tests failed"}),
        (r"(?i)Build Failed", {"build failed"}),
        (r"[Ee]rror \d{2}: \S+ in line", {"error 00: "}),
        (r"(?=.*panic)^\S+: \w+$", {"panic"}),
        (r"(?:a|b)\w*", set()),
        (r"needed|\w+", set()),
    ],
)
def test_keywords_are_in_every_line_that_an_expression_accepts(expression: str, derived: set[str]) -> None:
    assert keywords(expression, cost) == derived


def test_the_first_character_of_lines_is_known_where_an_expression_is_anchored() -> None:
    assert first_characters(r"^\s*(?:FAIL|ERROR): ") == {"f", "e"}
    assert first_characters(r"^FAIL|error") == frozenset()
    assert first_characters(r"^\S+ failed") == frozenset()


def rule(match: str, *words: str) -> tuple[Source, Rule]:
    source = Source("some.toml", "x", match, (), (), (), {})
    return source, Rule("x", 0, "tool", "", 10.0, pattern(match), keywords=words)


def test_an_alternative_that_no_keyword_reaches_is_reported() -> None:
    assert list(check.unreached(*rule("connection refused|host down", "refused", "down"))) == []
    (problem,) = check.unreached(*rule("connection refused|host down", "refused"))
    assert problem == "some.toml: rule 'x': no keyword is in a line that it matches: host down"


def test_an_expression_whose_time_grows_with_a_power_of_the_line_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check, "PROBE", 150)  # bytes: with the cube of more, the test would take long
    (problem,) = check.slow(rule(r"x?\S+\S+:$")[0])
    assert "more than twice as long" in problem
    assert list(check.slow(rule(r"^\w+: \d+$")[0])) == []


def test_an_example_that_another_rule_takes_is_reported() -> None:
    source = next(source for source in sources() if source.id == "pytest-assertion")
    wrong = dataclasses.replace(
        source, examples=("src/a.c:10:5: error: x",), counterexamples=("E   assert 1 == 2",)
    )
    problems = list(check.examples([wrong]))
    assert "its example is taken by 'compiler'" in problems[0]
    assert "it takes what it must not: E   assert 1 == 2" in problems[1]


def test_check_finds_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check"]) == 0
    assert capsys.readouterr().out == f"{len(rules())} rules: all is well\n"


def test_explain_names_the_rule_its_keyword_and_what_was_put_before_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rules", "explain", "[12:34:56] E   assert 3 == 4"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["rule:"] == "pytest-assertion"
    assert rows["keyword:"] == "'e   '"
    assert rows["prefix:"] == "'[12:34:56] ' is a prefix: the rest is matched too"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a plain line", "none: no keyword"),
        ("INFO - retrying after an error", "information"),
        ("  12 | raise Error('x')", "quoted-source"),
    ],
)
def test_explain_shows_lines_of_no_rule_and_those_that_the_matcher_recognises(
    line: str, expected: str
) -> None:
    assert next(value for name, value in explanation(line) if name == "rule").startswith(expected)
