"""What is kept between starts is what Python compiles itself: patterns, and the methods of dataclasses."""

from __future__ import annotations

import dataclasses
import re
from re import _compiler as compiler  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap import kept
from bootstrap.bytecode import Store

PATTERNS: list[tuple[Any, int]] = [
    (r"(?P<file>[\w./-]+):(?P<line>\d+)(?::(\d+))?: (?:error|warning)\b", 0),
    (rb"\xff+|[^\n\x00-\x1f]*?", re.DOTALL),
    ("ÄÖ|straße", re.IGNORECASE),
    ("^a.b$", re.MULTILINE | re.DOTALL | re.ASCII),
    (r"(?i)(a)(?:b|(c))\1?(?<=x)(?!y)", 0),
    (r" a \s # comment", re.VERBOSE),
    (r"a++b*+(?>c|cd)", 0),
]
TEXTS = ["src/main.c:3:15: error: x", "a\nb", "äö STRASSE Straße", "axbAC", "a  ", "aaabbbcd", ""]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that `re.compile` uses during the test."""
    store = Store(None, b"")
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    kept.keep_patterns(store)
    re.purge()
    return store


def matches(pattern: re.Pattern[Any], text: str) -> list[Any]:
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    return [(match.span(), match.groups(), match.groupdict()) for match in pattern.finditer(subject)]


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
def test_a_kept_pattern_is_the_compiled_one(store: Store, pattern: Any, flags: int) -> None:
    first = re.compile(pattern, flags)
    re.purge()
    kept = re.compile(pattern, flags)

    assert len(store.programs) == 1
    assert first is not kept and first == kept
    assert (kept.flags, kept.groups, kept.groupindex) == (first.flags, first.groups, first.groupindex)
    for text in TEXTS:
        assert matches(kept, text) == matches(first, text)


def test_a_kept_pattern_is_the_one_that_python_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [re.compile(pattern, flags) for pattern, flags in PATTERNS]
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    kept.keep_patterns(Store(None, b""))
    re.purge()
    assert [re.compile(pattern, flags) for pattern, flags in PATTERNS] == plain


def test_text_and_bytes_and_flags_are_distinguished(store: Store) -> None:
    assert re.compile("a").match("a")
    assert re.compile(b"a").match(b"a")
    assert re.compile("a", re.IGNORECASE).match("A")
    assert len(store.programs) == 3


def test_a_pattern_with_an_error_raises_it_each_time(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(re.error):
            re.compile("(a")
    assert not store.programs


@given(st.from_regex(r"[ab|()*?.^$\[\]\\d-]{0,12}", fullmatch=True))
def test_any_pattern_compiles_to_what_python_compiles(pattern: str) -> None:
    try:
        program = kept._program(compiler, pattern, 0)
    except (re.error, FutureWarning):
        return
    import _sre  # type: ignore[import-not-found]

    assert _sre.compile(pattern, *program) == compiler.compile(pattern, 0)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Plain:
    """Made before anything is kept."""

    text: str
    numbers: tuple[int, ...] = ()
    extra: list[str] = dataclasses.field(default_factory=list, compare=False)


def test_a_dataclass_of_kept_methods_behaves_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(None, b"")
    monkeypatch.setattr(dataclasses, "exec", exec, raising=False)
    kept.keep_methods(store)
    fields: list[Any] = [
        ("text", str),
        ("numbers", tuple, dataclasses.field(default=())),
        ("extra", list, dataclasses.field(default_factory=list, compare=False)),
    ]
    made = [
        dataclasses.make_dataclass("Plain", fields, frozen=True, slots=True, order=True) for _ in range(2)
    ]
    assert store.codes
    for each in made:
        assert repr(each("a", (1,))) == repr(Plain("a", (1,)))
        assert each("a") == each("a", (), ["ignored"]) != each("b")
        assert each("a") < each("b") and hash(each("a")) == hash(Plain("a"))
        assert each("a").extra is not each("a").extra
        with pytest.raises(dataclasses.FrozenInstanceError):
            each("a").text = "b"
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'text'"):
            each()
    assert made[0]("a") != made[1]("a")  # each class has functions of its own


def test_code_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(None, b"")
    monkeypatch.setattr(dataclasses, "exec", exec, raising=False)
    kept.keep_methods(store)
    dataclasses.make_dataclass("Spark", ["a", "b"])
    before = dict(store.codes)
    dataclasses.make_dataclass("Spark", ["a", "b"])
    assert store.codes == before
