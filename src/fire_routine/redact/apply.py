"""Cleans every text that a person or a log wrote, before it is used: redacts it, then sanitizes it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any, TypeVar

from ..model.evidence import Digest, Line
from ..sanitize import sanitize_line
from . import redact_parts

Value = TypeVar("Value")

_LONG = 2_000  # characters of a text that is searched alone, so that what is found can be kept
_IDENTIFIERS = ("sha", "sha_of_event", "repository", "branch", "url")  # what such fields' names end with


def cleaned(value: Value, seconds: float = inf) -> tuple[Value, Counter[str]]:
    """The same value with every text in it cleaned, and how much was redacted of the kinds that are in it.

    Dataclasses and tuples are searched for texts. All texts are redacted together; a tuple of them (the lines
    of a log) keeps its order. So a secret that is wrapped over lines is seen whole. One that is recognised in
    one place is known in every other, except in `identifiers`. Call this before any cut: half a secret is no
    longer recognised.

    Raises:
        TooSlowError: it takes longer than `seconds`.
    """
    texts: dict[str | tuple[str, ...], None] = {}  # each once, however often a matrix repeats it
    _mapped(value, lambda text: texts.setdefault(text) or text)  # only looked at
    parts = {text: "\n".join((*_lines(text), "")) for text in texts}  # the blank line keeps them apart
    long = [text for text, part in parts.items() if len(part) > _LONG]
    short = [text for text, part in parts.items() if len(part) <= _LONG]
    together = [*map(parts.__getitem__, long), "\n".join(map(parts.__getitem__, short))]
    redacted, counts = redact_parts(together, identifiers(value), seconds)
    clean = iter([sanitize_line(line) for line in redacted])
    known: dict[str | tuple[str, ...], Any] = {}
    for text in (*long, *short):
        own = [next(clean) for _ in _lines(text)]
        next(clean)
        known[text] = tuple(own) if isinstance(text, tuple) else "\n".join(own)
    clean_value = _mapped(value, known.__getitem__)
    shown: dict[str | tuple[str, ...], None] = {}  # without what was `beside` a log's lines
    _mapped(clean_value, lambda text: shown.setdefault(text) or text)
    all_shown = "\n".join(line for text in shown for line in _lines(text))
    return clean_value, Counter({kind: n for kind, n in counts.items() if f"[redacted:{kind}]" in all_shown})


def identifiers(value: object) -> frozenset[str]:
    """The values by which GitHub identifies the run: SHAs, repositories, branches, links.

    A log may hold one in the place of a secret (`DEPLOY_TOKEN=<head SHA>`); the facts and the commands
    made of them have to stay whole.
    """
    return frozenset(_identifiers(value))


def _identifiers(value: object) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            if not isinstance(item, str):  # most are lines of a log
                yield from _identifiers(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if isinstance(inner, str) and field.name.endswith(_IDENTIFIERS):
                yield inner
            else:
                yield from _identifiers(inner)


def _lines(text: str | tuple[str, ...]) -> Iterable[str]:
    lines = text if isinstance(text, tuple) else text.splitlines() or ("",)
    return (line.replace("\n", " ") for line in lines)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with each text, and each tuple of nothing but texts, changed."""
    if isinstance(value, Digest):
        return _mapped_digest(value, change)
    if isinstance(value, tuple) and not (value and all(map(_is_text, value))):
        return tuple(_mapped(item, change) for item in value)
    if isinstance(value, tuple) or _is_text(value):
        return change(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return dataclasses.replace(value, **{f.name: _mapped(getattr(value, f.name), change) for f in fields})
    return value


def _is_text(value: object) -> bool:
    """Not an enumeration's member, which is a `str` as well."""
    return type(value) is str


def _mapped_digest(digest: Digest, change: Callable[[Any], Any]) -> Digest:
    """A digest's lines are one text.

    What is `beside` them stands where it stood in the log, and is left out of what is returned.
    """
    numbers = {line.number for line in digest.lines}
    beside = [Line(number, text, 0.0) for number, text in digest.beside if number not in numbers]
    placed = sorted([*beside, *digest.lines], key=lambda line: line.number)
    texts = change(tuple(line.text for line in placed)) if placed else ()
    lines = [line._replace(text=text) for line, text in zip(placed, texts, strict=True)]
    lines = [line for line in lines if line.number in numbers]
    fields = {name: change(getattr(digest, name)) for name in ("step", "command", "shell", "ended", "image")}
    tools = change(digest.tools) if digest.tools else ()
    return dataclasses.replace(digest, lines=tuple(lines), tools=tools, beside=(), **fields)
