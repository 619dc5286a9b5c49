"""The formats of secrets as data: each finds its examples, whole, in other text, and no counter-example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tools.token_data as data
from tools.rules import main
from tools.token_data import EntryError, Format, syntaxes, tokens, value_of

from fire_routine.redact import redact_text

AROUND = (
    "using {} here",
    'got "{}"',
    "at login ({}) in client.js",
    "{}",
    "  - {}",
    "first line\n{}\n\nlast line",
)
SEED = 7


def readable(secret: str, text: str) -> bool:
    """Whether more than half of the secret is in the text in one piece."""
    size = len(secret) // 2 + 1
    return any(secret[start : start + size] in text for start in range(len(secret) - size + 1))


def left_in(one: Format, example: str) -> Iterator[str]:
    """What is left of a token in different surroundings, and what is taken for another kind."""
    value = value_of(example, SEED)
    for around in AROUND:
        text, counts = redact_text(around.format(value))
        if counts != {one.kind: 1} or readable(one.found(value), text):
            yield f"{one.place}: {around.format(value)!r} became {text!r}"


def test_every_token_is_redacted_in_any_surroundings() -> None:
    assert [left for one in tokens() for example in one.examples for left in left_in(one, example)] == []


def test_every_secret_of_a_tools_syntax_is_redacted_and_its_words_stay() -> None:
    wrong = []
    for one in syntaxes():
        for example in one.examples:
            line = value_of(example, SEED)
            secret = one.found(line)
            text, counts = redact_text(line)
            if text.split("[redacted:")[0] != line.split(secret)[0] or counts.total() != 1:
                wrong.append(f"{one.place}: {line!r} became {text!r}")
    assert wrong == []


def test_no_counter_example_is_redacted() -> None:
    alone = [text for one in syntaxes() for text in one.counter_examples]
    around = [form.format(text) for one in tokens() for text in one.counter_examples for form in AROUND]
    assert [text for text in (*alone, *around) if redact_text(text)[1]] == []


TOKEN = """\
[[token]]
kind = 'a'
keywords = ['ab_']
pattern = 'ab_[a-z]{8}'
examples = ['ab_{8 [a-z]}']
not = ['ab_']
"""


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("kind = 'a'\n", "", "`kind` is missing"),
        ("kind", "sort", "`sort` is not one of kind, keywords, pattern, examples, not, before,"),
        ("['ab_']", "'ab_'", "`keywords` is not a list of texts"),
        ("[a-z]", "[a-z", "its pattern is not a regular expression: unterminated character set"),
        ("{8 [a-z]}", "{8 letters}", "{8 letters} is not like {36 alnum} or {8 [A-Z]}; names"),
        ("{8 [a-z]}", "{8 [z-a]}", "{8 [z-a]} is not like {36 alnum}"),
    ],
)
def test_a_wrong_entry_is_named_with_its_place(
    before: str, after: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "vendors.toml"
    file.write_text(TOKEN + TOKEN.replace(before, after, 1))
    monkeypatch.setattr(data, "VENDORS", file)
    with pytest.raises(EntryError, match=r"^vendors.toml, entry 2 \(") as error:
        tokens()
    assert why in str(error.value)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendors.toml").write_text("[[token]\n")
    monkeypatch.setattr(data, "VENDORS", tmp_path / "vendors.toml")
    with pytest.raises(EntryError, match=r"^vendors.toml: Expected "):
        tokens()


def test_a_line_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    for line, said in {
        f"found ghp_{'aB3' * 12} in it": "becomes [redacted:github-token]\nby:         vendors.toml, any",
        "mysql -u root -pS3cretPass99 db": "becomes [redacted:password]\nby:         syntaxes.toml, entry ",
        "password=hunter2abcXYZ99": "becomes [redacted:password]\nby:         a detector of ",
        "all fine": "secret:     none",
    }.items():
        assert main(["explain", line]) == 0
        assert said in capsys.readouterr().out, line


def test_what_the_examples_of_an_entry_show_is_named() -> None:
    def problems(*examples: str, wrong: tuple[str, ...] = ()) -> list[str]:
        return list(Format("v, entry 1", "a", ("ab_",), "ab_[a-z]{2}", examples, wrong).problems())

    assert problems("ab_xy", wrong=("ab_1",)) == []
    assert set(problems("ab_1")) == {"v, entry 1: its example is not found: 'ab_1'"}
    assert "only a part is found: 'ab_xy' of 'ab_xyz'" in problems("ab_xyz")[0]
    assert problems("ab_xy", wrong=("ab_cd",)) == ["v, entry 1: it finds what it must not: 'ab_cd'"]


def test_a_token_that_directly_follows_a_word_is_another_word() -> None:
    value = value_of("hf_{34 [A-Za-z]}", 1)
    for line in (f"half{value}", f"0{value}"):
        assert redact_text(line) == (line, {})


@pytest.mark.parametrize("before", ["AAAAB3NzaC1yc2E", "x", "9"])
def test_a_word_that_contains_a_keyword_stays_when_it_is_wrapped(before: str) -> None:
    value = before + value_of("EAAA{70 url}", 3).replace("-", "x").replace("_", "y")
    for width in (20, 40, 60):
        lines = f"ssh-rsa {value[:width]}\n{value[width:]} ci@host"
        assert "square" not in redact_text(lines)[0]
