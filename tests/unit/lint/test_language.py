"""The check of the project's language: what it finds, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.lint.language import Finding, everything, files, findings_in, main, read_list

IDIOMS, UNCLEAN, ENTRIES = read_list()


def found(content: str, name: str = "module.py", folder: str = "src") -> list[tuple[int, str]]:
    return [(found.line, found.words) for found in findings_in(Path(folder) / name, content, IDIOMS)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["pattern"][:30])
def test_every_idiom_matches_its_examples_and_no_fine_text(entry: dict[str, Any]) -> None:
    assert entry["found"]
    for text in entry["found"]:
        findings: list[Finding] = list(findings_in(Path("x.md"), text, IDIOMS))
        assert entry["instead"] in {finding.instead for finding in findings}, text
    for text in entry["fine"]:
        assert found(text, "x.md") == [], text


def test_names_docstrings_comments_and_messages_are_checked() -> None:
    content = '''"""Whatever happens."""

class Telling:
    """What stands
    beside it."""

def who_said(told: str) -> None:
    stood = 1  # behind
    self.beside = "it goes by run"
'''
    assert sorted(found(content)) == [
        (1, "Whatever"),
        (3, "Telling"),
        (4, "stands"),
        (5, "beside"),
        (7, "said"),
        (7, "told"),
        (8, "behind"),
        (8, "stood"),
        (9, "beside"),
        (9, "goes by"),
    ]


def test_idiom_divided_between_two_lines_is_found() -> None:
    assert found("x = 1\n# one session a\n# failure\n") == [(2, "session a failure")]
    assert found("Text.\n\nRequired but\nfor a dry run.\n", "x.md") == [(3, "but for")]


def test_file_itself_has_a_name() -> None:
    assert found("", "telling.py") == [(1, "telling")]


def test_quotations_patterns_and_the_data_of_tests_are_left_alone() -> None:
    assert found('# "it stands" and `what is told`\n') == []
    assert found('RULE = pattern(r"whatever is told of it")\n') == []
    assert found('LOG = "it stands in the log"\n', folder="tests") == []
    assert found('def test_it() -> None:\n    """It stands."""\n', folder="tests") == [(2, "stands")]
    assert found("```\nit stands\n```\n\n`it stands`\n", "x.md") == []


def test_long_sentence_is_found_at_its_first_line() -> None:
    long = "a " * 25 + "b."
    assert found(f"Short.\n\nShort. {long}\n", "x.md") == [(3, "a a a a a a a a")]
    assert found(f'"""Short.\n\n{long}\n"""\n') == [(3, "a a a a a a a a")]
    assert found("a " * 24 + "b.", "x.md") == []


def test_sentence_ends_at_a_colon_a_list_item_and_a_cell() -> None:
    half = "a " * 20 + "b"
    for separator in (": ", "; ", ". ", "\n\n", "\n- ", "\n2. ", " | ", "\nArgs: "):
        assert found(half + separator + half, "x.md") == [], separator
    assert len(found(f"{half}, {half}", "x.md")) == 1


def test_link_counts_by_its_words() -> None:
    assert found("a " * 24 + "[b](https://example.com/a b c d e f g)", "x.md") == []


def test_only_the_comments_of_data_are_checked() -> None:
    assert found("# it stands\nmatch = 'it stands'\n", "x.toml") == [(1, "stands")]


def test_short_strings_are_no_messages() -> None:
    assert found('KIND = "told"\n') == []


def test_every_text_file_of_the_project_is_looked_at() -> None:
    looked_at = {path.name for path in files(everything())}
    assert {"README.md", "action.yml", "settings.py", "check.py", "start.py", "final-job.yml"} <= looked_at


def test_check_fails_where_it_finds_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.md").write_text("What stands there.\n")
    assert main([str(tmp_path)]) == 1
    assert "x.md:1: 'stands': write is, appears, is written" in capsys.readouterr().out
    (tmp_path / "x.md").write_text("What is there.\n")
    assert main([str(tmp_path)]) == 0


def test_folders_that_are_not_clean_yet_exist() -> None:
    for folder in UNCLEAN:
        assert (Path(__file__).parents[3] / folder).exists(), folder
