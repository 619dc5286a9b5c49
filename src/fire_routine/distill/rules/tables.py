"""Tables of what is known of tools' lines besides the rules: TOML → the one file that is read at the start.

Only developers need this: `fire-routine rules compile`. A test holds that the file is fresh.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import COMPILED
from .compile import RuleError
from .keywords import first_characters

FOLDER = COMPILED.with_name("tables")


def compiled(folder: Path = FOLDER) -> dict[str, Any]:
    """What is read at the start.

    Raises:
        RuleError: an entry is wrong.
    """
    tables: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            tables |= tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{path.name}: {error}") from None
    tables["boilerplate"] = _boilerplate(tables["boilerplate"])
    tables["tool"] = _versions(tables["tool"])
    tables["expressions"] = {name: _expression(each) for name, each in tables["expressions"].items()}
    return tables


def _valid(expression: str) -> str:
    """The expression, which can be compiled."""
    try:
        re.compile(expression)
    except re.error as error:
        raise RuleError(f"not a regular expression: {expression}: {error}") from None
    return expression


def _expression(entry: Any) -> str:
    """One expression for a list of alternatives, or for how it begins and these."""
    if isinstance(entry, dict):
        return f"{entry['begin']}(?:{'|'.join(map(_valid, entry['any']))})"
    return "|".join(map(_valid, entry))


def _versions(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """One expression for the versions of all tools, the tool of each of its groups, and what lines hold."""
    groups = [entry["name"] for entry in entries for _ in range(entry["version"].count("{}"))]
    version = "|".join(entry["version"].replace("{}", r"(\d[\w.+-]{0,40})") for entry in entries)
    holds = [text for entry in entries for text in entry["holds"]]
    return {"holds": holds, "groups": groups, "version": _valid(version)}


def _boilerplate(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """One expression for each first byte of a line, and those by a text that their lines hold."""
    beginnings: dict[str, list[str]] = {}
    within: dict[str, str] = {}
    maps: list[str] = []
    for entry in entries:
        match = entry["match"]
        for expression in match if isinstance(match, list) else [match]:
            if holds := entry.get("holds"):
                within[holds] = expression
                continue
            for first in _first_bytes(expression, entry.get("first", "")):
                beginnings.setdefault(first, []).append(expression)
            maps += [expression] if entry.get("memory_map") else []
    return {
        "beginnings": {first: "|".join(beginnings[first]) for first in sorted(beginnings)},
        "within": within,
        "memory_map": "|".join(maps),
    }


def _first_bytes(expression: str, written: str) -> Iterator[str]:
    """The first bytes of the lines that an expression accepts, as characters of Latin-1."""
    firsts = set(written) or first_characters(f"^(?:{_valid(expression)})")
    if not firsts:
        raise RuleError(
            f"name in `first` the characters that begin a line, or a text in `holds`: {expression}"
        )
    for first in firsts:
        cases = "0123456789" if first == "0" and not written else {first.lower(), first.upper()}
        yield from {case.encode()[:1].decode("latin-1") for case in cases}


def as_text() -> str:
    """The compiled file's text.

    Raises:
        RuleError: an entry is wrong.
    """
    return json.dumps(compiled(), ensure_ascii=False, indent=0, sort_keys=True) + "\n"
