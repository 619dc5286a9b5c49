"""Reads the formats of secrets of `redact/token_data`, checks them by their examples, and compiles them.

`compiled.json` is all that the action reads. It is checked in, and a test holds that it is fresh.
"""

from __future__ import annotations

import json
import random
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "src" / "fire_routine" / "redact" / "token_data"
VENDORS = FOLDER / "vendors.toml"
SYNTAXES = FOLDER / "syntaxes.toml"
WORDS = FOLDER / "words.toml"
COMPILED = FOLDER / "compiled.json"

ALONE = "(?<![A-Za-z0-9])"  # what a format without `anywhere` begins with
_SEEDS = 3  # values that are made of each example
_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "digits": string.digits,
    "hex": string.digits + "abcdef",
    "url": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
}
_CLASSES = {  # of the patterns: a token may end in padding
    "alnum": "[A-Za-z0-9]",
    "lower": "[a-z0-9]",
    "upper": "[A-Z0-9]",
    "digits": "[0-9]",
    "hex": "[a-fA-F0-9]",
    "url": r"[\w=-]",
    "base64": r"[\w+/=-]",
}
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NO_WORDS = "(?=[a-z_=+/-]{0,32}+[A-Z0-9])"
_WORDS_AFTER = "name_of-the-setting_for_all_registries"  # which makes no token of any prefix
_HOLE = re.compile(r"\{(?:(?P<uuid>uuid)|(?P<count>\d+) (?:(?P<name>[a-z0-9]+)|(?P<set>\[[^\]]+\])))\}")
_PART = re.compile(r"\{([a-z_]+)\}")
_ARGUMENTS = "{arguments}"


class EntryError(ValueError):
    """An entry is wrong. The message names its file, its place there, and what to change."""


@dataclass(frozen=True)
class Format:
    """An entry of `vendors.toml` or `syntaxes.toml`, which describe the fields."""

    place: str
    kind: str  # of the mark
    keywords: tuple[str, ...]
    expression: str  # with all that the file lets an entry leave out
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    row: list[Any] = field(default_factory=list)  # as compiled
    before: int = 0
    lowered: bool = False  # it is for lower-case text

    def found(self, text: str) -> str:
        """What it takes for the secret in the text; empty where it takes nothing."""
        read = text.lower() if self.lowered else text
        expression = re.compile(self.expression, 0 if self.lowered else re.ASCII)
        for keyword in self.keywords:
            for at in re.finditer(re.escape(keyword), read):
                start = at.start() - self.before
                match = expression.match(read, start) if start >= 0 else None
                if match:
                    return text[slice(*match.span(match.lastindex or 0))]
        return ""

    def problems(self) -> Iterator[str]:
        """What its examples show, one line for each problem."""
        for example in self.examples:
            for seed in range(_SEEDS):
                text = value_of(example, seed)
                secret = self.found(text)
                if not secret:
                    yield f"{self.place}: its example is not found: {text!r}"
                elif not self.lowered and not re.compile(self.expression).groups and secret != text:
                    yield f"{self.place}: of its example only a part is found: {secret!r} of {text!r}"
        for text in self.counter_examples:
            if self.found(text) and not self.lowered:
                yield f"{self.place}: it finds what it must not: {text!r}"


_VENDOR_FIELDS: dict[str, type] = {
    "kind": str,
    "keywords": list,
    "pattern": str,
    "examples": list,
    "not": list,
}
_VENDOR_OPTIONS: dict[str, type] = {"before": int, "anywhere": bool}
_SYNTAX_FIELDS: dict[str, type] = {"literals": list, "pattern": str, "examples": list, "not": list}
_SYNTAX_OPTIONS: dict[str, type] = {"random": bool, "mixed": bool, "needs": str}


def tokens() -> list[Format]:
    """The vendors' tokens.

    Raises:
        EntryError: an entry is wrong.
    """
    entries = _entries(VENDORS, "token", _VENDOR_FIELDS, _VENDOR_OPTIONS)
    return [*_prefixed(), *(_token(place, entry) for place, entry in entries)]


def _prefixed() -> Iterator[Format]:
    """The tokens that are prefixes and random characters, each line of samples as a format."""
    for table in ("alone", "anywhere"):
        for kind, samples in _table(VENDORS).get(table, {}).items():
            place = f"{VENDORS.name}, {table}, {kind}"
            if not (isinstance(samples, list) and all(isinstance(sample, str) for sample in samples)):
                raise EntryError(f"{place}: its samples are not a list of texts")
            for sample in samples:
                prefixes, _, rest = _HOLE.sub(lambda hole: hole[0].replace(" ", "\0"), sample).rpartition(" ")
                rest = rest.replace("\0", " ")
                if not prefixes or not _HOLE.search(rest):
                    raise EntryError(f"{place}: {sample!r} is not like 'ghp_ gho_ {{36 alnum}}'")
                words = prefixes.split()
                entry = {
                    "kind": kind,
                    "keywords": words,
                    "pattern": f"(?:{'|'.join(map(re.escape, words))}){_expression(rest)}",
                    "anywhere": table == "anywhere",
                    "examples": [word + rest for word in words],
                    "not": [word + _WORDS_AFTER for word in words],
                }
                yield _token(place, entry)


def _expression(rest: str) -> str:
    """The pattern of what follows a prefix: as the sample has it, and at least half of its last hole."""
    parts = []
    done = 0
    holes = [*_HOLE.finditer(rest)]
    for hole in holes:
        parts += [re.escape(rest[done : hole.start()]), _hole_expression(hole, last=hole is holes[-1])]
        done = hole.end()
    end = rest[done:]
    return "".join([*parts, "" if set(end) <= {"="} else re.escape(end)])


def _hole_expression(hole: re.Match[str], *, last: bool) -> str:
    if hole["uuid"]:
        return _UUID
    count = int(hole["count"])
    characters = _CLASSES[hole["name"]] if hole["name"] else hole["set"]
    if not last:
        return f"{characters}{{{max(1, count // 2)},{2 * count}}}"
    words = _NO_WORDS if hole["name"] in ("url", "base64") else ""  # its alphabet has what joins words
    return f"{words}{characters}{{{max(min(count, 16), min(count // 2, 30))},}}"


def syntaxes() -> list[Format]:
    """The syntaxes of tools.

    Raises:
        EntryError: an entry is wrong.
    """
    parts = _table(SYNTAXES)["parts"]
    entries = _entries(SYNTAXES, "syntax", _SYNTAX_FIELDS, _SYNTAX_OPTIONS)
    return [_syntax(place, entry, parts) for place, entry in entries]


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise EntryError(f"{path.name}: {error}") from None


def _entries(
    path: Path, table: str, needed: dict[str, type], optional: dict[str, type]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries with their places, each with all the fields that it needs and no unknown ones."""
    for number, entry in enumerate(_table(path).get(table, ()), 1):
        words = entry.get("keywords") or entry.get("literals") or ["without keywords"]
        place = f"{path.name}, entry {number} ({words[0]})"
        for name, value in entry.items():
            kind = {**needed, **optional}.get(name)
            if kind is None:
                raise EntryError(f"{place}: `{name}` is not one of {', '.join((*needed, *optional))}")
            if type(value) is not kind or (isinstance(value, list) and {*map(type, value)} - {str}):
                raise EntryError(
                    f"{place}: `{name}` is not {'a list of texts' if kind is list else kind.__name__}"
                )
        for name in needed:
            if not entry.get(name):
                raise EntryError(f"{place}: `{name}` is missing")
        yield place, entry


def _token(place: str, entry: dict[str, Any]) -> Format:
    expression = entry["pattern"] if entry.get("anywhere") else ALONE + entry["pattern"]
    before, keywords = entry.get("before", 0), entry["keywords"]
    row = [entry["kind"], keywords, expression, before, False, "", False, ""]
    return _format(place, entry, entry["kind"], expression, keywords, row, before=before)


def _syntax(place: str, entry: dict[str, Any], parts: dict[str, str]) -> Format:
    expression = entry["pattern"]
    reaches = False
    while names := _PART.findall(expression):
        if unknown := [name for name in names if name not in parts]:
            raise EntryError(f"{place}: {{{unknown[0]}}} is not one of the parts: {', '.join(parts)}")
        reaches = reaches or _ARGUMENTS in expression
        expression = _PART.sub(lambda part: parts[part[1]], expression)
    literals = entry["literals"]
    look = next((look for look in ("random", "mixed") if entry.get(look)), "any")
    row = ["password", literals, expression, 0, True, look, reaches, entry.get("needs", "")]
    return _format(place, entry, "password", expression, literals, row, lowered=True)


def _format(
    place: str,
    entry: dict[str, Any],
    kind: str,
    expression: str,
    keywords: list[str],
    row: list[Any],
    **rest: Any,
) -> Format:
    try:
        groups = re.compile(expression).groups
    except re.error as error:
        raise EntryError(f"{place}: its pattern is not a regular expression: {error}") from None
    for hole in re.findall(r"\{\d+ [^{}]*\}", " ".join(entry["examples"])):
        if not _is_hole(hole):
            known = ", ".join(_ALPHABETS)
            raise EntryError(f"{place}: {hole} is not like {{36 alnum}} or {{8 [A-Z]}}; names are {known}")
    if groups > 1:
        raise EntryError(f"{place}: its pattern has {groups} groups, and at most one narrows it")
    return Format(
        place, kind, tuple(keywords), expression, tuple(entry["examples"]), tuple(entry["not"]), row, **rest
    )


def _is_hole(text: str) -> bool:
    hole = _HOLE.fullmatch(text)
    try:
        return bool(hole and (hole["name"] in _ALPHABETS if hole["name"] else any(_members(hole["set"]))))
    except re.error:
        return False


def value_of(example: str, seed: int) -> str:
    """A value of that form: `{36 alnum}` becomes 36 random characters, letters and digits among them."""
    chance = random.Random(f"{seed} {example}")
    return _HOLE.sub(lambda hole: _filled(hole, chance), example)


def _filled(hole: re.Match[str], chance: random.Random) -> str:
    if hole["uuid"]:
        digits = "".join(chance.choices(_ALPHABETS["hex"], k=32))
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    alphabet = _ALPHABETS[hole["name"]] if hole["name"] else "".join(_members(hole["set"]))
    wanted = [test for test in (str.isdigit, str.isupper, str.islower) if any(map(test, alphabet))]
    count = int(hole["count"])
    while True:
        made = "".join(chance.choices(alphabet, k=count))
        if count < 8 or all(sum(map(test, made)) > 1 for test in wanted):
            return made


def _members(written: str) -> Iterator[str]:
    allowed = re.compile(written)
    return (character for character in map(chr, range(32, 127)) if allowed.fullmatch(character))


def problems() -> Iterator[str]:
    """What is wrong with the entries, one line per problem; nothing: all is well.

    Raises:
        EntryError: an entry can't be read.
    """
    for one in (*tokens(), *syntaxes()):
        yield from one.problems()
    if COMPILED.read_text("utf-8") != compiled():
        yield f"{COMPILED.name} is not what the TOML files say: run `tools/rules.py compile`"


def compiled() -> str:
    """The text of `compiled.json`.

    Raises:
        EntryError: an entry is wrong.
    """
    every = ",\n".join(f"  {json.dumps(one.row)}" for one in (*tokens(), *syntaxes()))
    words = _table(WORDS)
    rows = (f'  "{name}": {json.dumps(listed)}' for name, listed in words.items())
    return f'{{\n "formats": [\n{every}\n ],\n "words": {{\n' + ",\n".join(rows) + "\n }\n}\n"
