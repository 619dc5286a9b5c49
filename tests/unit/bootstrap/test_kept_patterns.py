"""Regular expressions that are kept between starts are those that Python compiles itself."""

from __future__ import annotations

import re
from re import _compiler as compiler  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap import patterns
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
    patterns.keep(store)
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
    patterns.keep(Store(None, b""))
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
        program = patterns._program(compiler, pattern, 0)
    except (re.error, FutureWarning):
        return
    import _sre  # type: ignore[import-not-found]

    assert _sre.compile(pattern, *program) == compiler.compile(pattern, 0)
