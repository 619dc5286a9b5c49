"""Reads the token formats of `redact/token_data`, makes values from their examples, and compiles them.

`compiled.json` is all that the action reads. It is checked in, and a test holds that it is fresh.
"""

from __future__ import annotations

import json
import random
import re
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "src" / "fire_routine" / "redact" / "token_data"
VENDORS = FOLDER / "vendors.toml"
GITLEAKS = FOLDER / "gitleaks.toml"
COMPILED = FOLDER / "compiled.json"

ALONE = "(?<![A-Za-z0-9])"  # what a format without `anywhere` begins with
_SEEDS = 8  # values of each example that decide whether one format covers another
_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "digits": string.digits,
    "hex": string.digits + "abcdef",
    "url": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
}
_HOLE = re.compile(r"\{(?:(?P<uuid>uuid)|(?P<count>\d+) (?:(?P<name>[a-z0-9]+)|(?P<set>\[[^\]]+\])))\}")


@dataclass(frozen=True)
class Token:
    """A format that identifies a token without its context. The fields are described in `vendors.toml`."""

    kind: str
    keywords: tuple[str, ...]
    pattern: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    before: int = 0
    whole: int = 0
    anywhere: bool = False
    one_line: bool = False

    @property
    def expression(self) -> str:
        return self.pattern if self.anywhere else ALONE + self.pattern


@dataclass(frozen=True)
class Named:
    """A format that is a secret only as the value of a name with one of `names` in it."""

    kind: str
    names: tuple[str, ...]
    value: str
    ignore_case: bool
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def tokens(path: Path) -> list[Token]:
    """The `[[token]]` entries of a file."""
    return [
        Token(
            entry["kind"],
            tuple(entry["keywords"]),
            entry["pattern"],
            tuple(entry["examples"]),
            tuple(entry["not"]),
            entry.get("before", 0),
            entry.get("whole", 0),
            entry.get("anywhere", False),
            entry.get("one_line", False),
        )
        for entry in _entries(path, "token")
    ]


def named(path: Path) -> list[Named]:
    """The `[[named]]` entries of a file."""
    return [
        Named(
            entry["kind"],
            tuple(entry["names"]),
            entry["value"],
            entry.get("ignore_case", False),
            tuple(entry["examples"]),
            tuple(entry["not"]),
        )
        for entry in _entries(path, "named")
    ]


def _entries(path: Path, table: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8")).get(table, [])
    return entries


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


def found(formats: list[Token], value: str) -> bool:
    """Whether one of the formats takes all of the value."""
    for token in formats:
        for keyword in token.keywords:
            position = value.find(keyword)
            while position >= 0:
                start = position - token.before
                match = re.compile(token.expression, re.ASCII).match(value, start) if start >= 0 else None
                if match and match.end() == len(value):
                    return True
                position = value.find(keyword, position + 1)
    return False


def compiled() -> str:
    """The text of `compiled.json`. Imported formats that our own cover are left out."""
    own = tokens(VENDORS)
    imported = [token for token in tokens(GITLEAKS) if not _covered(token, own)]
    rows = [
        [
            token.kind,
            token.keywords,
            token.expression,
            token.before,
            token.whole,
            token.one_line,
        ]
        for token in (*own, *imported)
    ]
    values = [
        [one.kind, one.names, f"(?i:{one.value})" if one.ignore_case else one.value]
        for path in (VENDORS, GITLEAKS)
        for one in named(path)
    ]
    lists: dict[str, list[list[Any]]] = {"tokens": rows, "named": values}
    tables = (
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in table) + "\n ]"
        for name, table in lists.items()
    )
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _covered(token: Token, own: list[Token]) -> bool:
    values = (value_of(example, seed) for example in token.examples for seed in range(_SEEDS))
    return all(found(own, value) for value in values)
