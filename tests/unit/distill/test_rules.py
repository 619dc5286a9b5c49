"""The rules' files: written in TOML, compiled into one, checked."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tools import rule_checks
from tools.knowledge import RuleError, Source, compiled, sources
from tools.rules import main
from tools.token_data import tokens

from fire_routine.distill.rules import COMPILED, rules

WRONG_RULES = {
    'id = "x"\nmatch = "x"\nrole = "boss"': "role has to be one of cause, result",
    'id = "x"\nmatch = "("\nrole = "cause"': "match is not a regular expression",
    'id = "x"\nmatch = "(?P<place>x)"\nrole = "cause"': "unknown group 'place'",
    'id = "x"\nrole = "cause"': "it has no match",
    'id = "x"\nmatch = "x"\nrole = "cause"': "it has no keywords",
    'id = "x"\nmatch = "x"\nkeywords = ["X"]\nrole = "cause"': "keyword 'X': letters are lower-case",
    'id = "x"\nmatch = "x"\nkeywords = ["x", "xy"]\nrole = "cause"': "keyword 'xy': 'x' is in each line",
    'match = "x"\nrole = "cause"': "it has no id",
    'id = "x"\nmatch = "x"\nrole = "cause"\ntier = "top"': "tier has to be one of noise, tool",
    'id = "x"\nmatch = "x"\nrole = "cause"\nahead = 1': "unknown field 'ahead'",
    'id = "x"\nmatch = "x"\nrole = "cause"\ncontext = { after = 1 }': "unknown field 'after'",
    'id = "red"\nrole = "hint"\n[[rule]]\nid = "red"\nrole = "hint"': "another rule has this id",
    "id = 1 2": "some.toml: ",
}
WRONG_TABLES = {
    'match = "("': "not a regular expression: (",
    "match = 1 2": "some.toml: ",
}


def complaint(folder: Path, text: str) -> str:
    """What is said about a file with this text."""
    (folder / "some.toml").write_text(text, encoding="utf-8")
    try:
        compiled(folder)
    except RuleError as error:
        return str(error)
    return ""


def source(match: str, *keywords: str, examples: tuple[str, ...] = ("x1",)) -> Source:
    return Source("some.toml", "x", examples, (), {"id": "x", "match": [match], "keywords": list(keywords)})


def test_check_finds_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check"])
    assert (capsys.readouterr().out, status) == (
        f"{len(rules())} rules, {len(tokens())} tokens: all is well\n",
        0,
    )


def test_a_wrong_entry_is_reported_with_its_file_and_what_is_wrong(tmp_path: Path) -> None:
    said = {
        entry: (wanted, complaint(tmp_path, f'order = 1\ntier = "tool"\n\n[[rule]]\n{entry}\n'))
        for entry, wanted in WRONG_RULES.items()
    }
    said |= {
        entry: (wanted, complaint(tmp_path, f"[[boilerplate]]\n{entry}\n"))
        for entry, wanted in WRONG_TABLES.items()
    }
    assert [(wanted, got) for wanted, got in said.values() if wanted not in got] == []


def test_an_example_without_a_keyword_is_reported() -> None:
    assert list(rule_checks.keywords(source("refused|down", "refused", "^down", examples=("  down",)))) == []
    (problem,) = rule_checks.keywords(source("refused|down", "refused", examples=("host down",)))
    assert problem == "some.toml: rule 'x': none of its keywords is in its example: host down"


def test_an_expression_whose_time_grows_with_a_power_of_the_line_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_checks, "PROBE", 150)  # bytes: with the cube of more, the test would take long
    (problem,) = rule_checks.slow(source(r"x?\S+\S+:$"))
    assert "more than twice as long" in problem
    assert list(rule_checks.slow(source(r"^\w+: \d+$"))) == []


def test_an_example_that_another_rule_matches_is_reported() -> None:
    written = next(source for source in sources() if source.id == "pytest-assertion")
    wrong = dataclasses.replace(
        written, examples=("src/a.c:10:5: error: x",), counterexamples=("E   assert 1 == 2",)
    )
    problems = list(rule_checks.examples([wrong]))
    assert "'compiler' matches its example" in problems[0]
    assert "it matches what it must not: E   assert 1 == 2" in problems[1]


def test_explain_names_the_rule_its_keyword_and_what_was_put_before_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "[12:34:56] E   assert 3 == 4"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["rule:"] == "pytest-assertion"
    assert rows["keyword:"] == "'^e   '"
    assert rows["prefix:"] == "'[12:34:56] ' is a prefix: the rest is matched too"


def test_an_example_that_is_no_boilerplate_is_reported_and_a_counter_example_that_is() -> None:
    entry = {"match": "Post job", "examples": ["error: no"], "not": ["Post job cleanup."]}
    assert list(rule_checks.of_boilerplate(entry)) == [
        "boilerplate Post job: not boilerplate: error: no",
        "boilerplate Post job: boilerplate: Post job cleanup.",
    ]
    assert list(rule_checks.of_boilerplate({"match": "x"})) == ["boilerplate x: it has no example"]


def test_a_rule_that_takes_for_ever_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = source(r"^qq: (a+)+$", "qq: ", examples=("qq: aaaa",))
    monkeypatch.setattr(rule_checks, "sources", lambda: [endless])
    monkeypatch.setattr(rule_checks, "compiled", lambda: COMPILED.read_text("utf-8"))
    monkeypatch.setattr(rule_checks, "examples", lambda _written: ())
    monkeypatch.setattr(rule_checks, "entries", lambda _table: [])
    (problem,) = rule_checks.problems_in_time(2.0)
    assert endless.id in problem
    assert "takes more than 2 s" in problem
