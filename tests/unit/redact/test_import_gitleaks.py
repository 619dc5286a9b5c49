"""The import of gitleaks' rules, with rules of the forms that its file has."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tools import import_gitleaks
from tools.expressions import UnsupportedError, keywords_of, python_expression, strings_of, written_examples

END = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
NAMED = (
    r"""(?i)[\w.-]{0,50}?(?:%s)(?:[ \t\w.-]{0,20})[\s'"]{0,3}"""
    r"""(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}"""
)


def entries(identifier: str, regex: str, keywords: tuple[str, ...] = ("acme",)) -> list[dict[str, Any]]:
    rule = {"id": identifier, "regex": regex, "keywords": list(keywords)}
    made = "\n\n".join(map(str, import_gitleaks.entries(rule)))
    return [entry for table in tomllib.loads(made).values() for entry in table]


def test_a_token_is_imported_with_its_literal_and_an_example() -> None:
    (entry,) = entries("acme-token", rf"\b(acme_(?:live|test)_[a-f0-9]{{40}}){END}")
    assert entry["keywords"] == ["acme_live_", "acme_test_"]
    assert entry["examples"] == ["acme_live_{40 [a-f0-9]}", "acme_test_{40 [a-f0-9]}"]
    assert entry["not"] == ["acme_live_x"]
    assert entry["pattern"].endswith("(?![A-Za-z0-9])")


def test_a_literal_after_a_fixed_number_of_characters_is_imported_with_its_distance() -> None:
    (entry,) = entries("acme-key", rf"\b([A-Za-z0-9]{{6}}_[A-Za-z0-9]{{29}}_mmk){END}")
    assert (entry["keywords"], entry["before"]) == (["_mmk"], 36)


def test_a_value_of_a_name_is_imported_with_the_spellings_of_the_name() -> None:
    (entry,) = entries("acme-id", NAMED % "linked[_-]?in" + f"([a-z0-9]{{14}}){END}")
    assert entry["names"] == ["linked-in", "linked_in", "linkedin"]
    assert (entry["value"], entry["ignore_case"]) == ("[a-z0-9]{14}", True)


@pytest.mark.parametrize("regex", [r"[a-z0-9]{32}", r"\b(a.{8}b)", r"(?P<a"])
def test_a_rule_without_a_literal_or_with_other_syntax_is_left_out(regex: str) -> None:
    with pytest.raises(UnsupportedError):
        entries("acme", regex)


def test_flags_in_the_middle_hold_to_the_end_of_their_group() -> None:
    assert python_expression(r"(p8e-(?i)[a-z]{3})\z") == r"(p8e-(?i:[a-z]{3}))\Z"
    assert python_expression(r"[(](?i)a|b") == "[(](?i:a|b)"


def test_alternatives_are_distinguished_by_their_literals() -> None:
    assert keywords_of("(?:ab|cd)[0-9]{3}-xyz_[a-z]{4}") == {5: ["-xyz_"]}
    assert strings_of("a[bc]d?", 9) == ["ab", "abd", "ac", "acd"]
    assert written_examples("x-[a-f0-9]{4,6}(?:-X)?") == ["x-{6 [a-f0-9]}", "x-{6 [a-f0-9]}-X"]


def test_a_command_writes_the_file_and_shows_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "gitleaks.toml"
    target, compiled = tmp_path / "ours.toml", tmp_path / "compiled.json"
    monkeypatch.setattr(import_gitleaks, "GITLEAKS", target)
    monkeypatch.setattr(import_gitleaks, "COMPILED", compiled)
    monkeypatch.setattr("sys.argv", ["import_gitleaks.py", str(rules), "--version", "v1"])
    rule = "[[rules]]\nid = '{}'\nregex = '''{}'''\nkeywords = ['x']\n"
    skipped = rule.format("generic-api-key", "x")
    rules.write_text(skipped + rule.format("acme-token", "acme_[a-f0-9]{40}"), "utf-8")
    assert import_gitleaks.main() == 0
    shown = capsys.readouterr().out
    assert '+kind = "acme-token"' in shown
    assert "generic-api-key: has no form of its own" in shown
    assert "gitleaks v1" in target.read_text("utf-8")

    rules.write_text(skipped + rule.format("acme-token", "acme_[a-f0-9]{48}"), "utf-8")
    assert import_gitleaks.main() == 0
    shown = capsys.readouterr().out
    assert "-pattern = " in shown
    assert "+pattern = " in shown
    assert import_gitleaks.main() == 0
    assert "Nothing has changed." in capsys.readouterr().out
    assert compiled.exists()
