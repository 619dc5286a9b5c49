"""The rules' TOML files → the one file that is read at the start.

Only developers need this: `fire-routine rules compile`. A test holds that the file is fresh.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import ANYWHERE, COMPILED
from .keywords import BEGIN, Cost, begins_line, by_chance, first_characters, folded, keywords
from .schema import ANY_FAMILY, CAPTURES, ROLES, SIGN, TIERS, TOOL, Fields

FOLDER = COMPILED.parent

_CONTEXT = {
    "indented",
    "paragraph",
    "before",
    "before_match",
    "heading",
    "reason",
    "distinguisher",
    "not_if_next",
}
_SECTION = {"until", "max_lines", "quoted_source"}
_FLAGS = {"summary", "fatal_warning", "also_in_success", "process_failed", "outcome_only", "wrapper"}
_OTHERS = {"list_if_absent", "requires", "ended", "given_to"}
_ENTRY = {"id", "match", "keywords", "role", "confidence", "context", "section", "list", "tier"}
_KNOWN = _ENTRY | _FLAGS | _OTHERS | {"examples", "not"}
_PATTERNS = ("until", "before_match", "heading", "reason", "distinguisher", "not_if_next", "quoted_source")


class RuleError(Exception):
    """A rule that can't be compiled; the message names file, rule and remedy."""


@dataclass(frozen=True, slots=True)
class Source:
    """A rule as it is written."""

    file: str
    id: str
    match: str
    keywords: tuple[str, ...]  # as written; empty: they are derived
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    fields: Fields  # as `schema.rule_from` reads them, without keywords

    def error(self, problem: str) -> RuleError:
        return RuleError(f"{self.file}: rule {self.id!r}: {problem}")


def sources(folder: Path = FOLDER) -> list[Source]:
    """The rules of a folder's TOML files, in the order in which they are tried.

    Raises:
        RuleError: an entry is wrong.
    """
    found: list[tuple[int, int, Source]] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{path.name}: {error}") from None
        for source in _of_file(path.name, table):
            found.append((TIERS.index(source.fields["tier"]), table.get("order", 50), source))
    found.sort(key=lambda each: each[:2])
    ids = [source.id for _, _, source in found]
    for _, _, source in found:
        if ids.count(source.id) > 1:
            raise source.error("another rule has this id: choose an id of its own")
        for other in (*source.fields.get("requires", ()), source.fields.get("list_if_absent", "")):
            if other and other not in ids:
                raise source.error(f"it names a rule {other!r}, which does not exist")
    return [source for _, _, source in found]


def _of_file(file: str, table: Mapping[str, Any]) -> Iterator[Source]:
    for entry in table.get("rule", ()):
        yield _source(file, entry, str(table.get("tier", TOOL)), str(table.get("family", "")))


def _source(file: str, entry: Mapping[str, Any], tier: str, family: str) -> Source:
    match = entry.get("match", [])
    alternatives = match if isinstance(match, list) else [match]
    fields = _fields(entry, tier, family)
    fields["pattern"] = "|".join(alternatives) if alternatives else r"(?!)"
    source = Source(
        file,
        str(entry.get("id", "")),
        "|".join(alternatives),
        tuple(entry.get("keywords", ())),
        tuple(entry.get("examples", ())),
        tuple(entry.get("not", ())),
        fields,
    )
    _validate(source, entry)
    return source


def _fields(entry: Mapping[str, Any], tier: str, family: str) -> Fields:
    fields: Fields = {"id": entry.get("id", ""), "tier": entry.get("tier", tier)}
    fields["family"] = (
        family if fields["tier"] == TOOL or (family, fields["tier"]) == (ANY_FAMILY, SIGN) else ""
    )
    fields["weight"] = round(ROLES.get(entry.get("role", ""), 0.0) + entry.get("confidence", 0), 3)
    fields |= entry.get("context", {})
    fields |= entry.get("section", {})
    fields |= {name: entry[name] for name in (*sorted(_FLAGS), *sorted(_OTHERS)) if name in entry}
    if entry.get("list"):
        fields["is_list"] = True
    return fields


def _validate(source: Source, entry: Mapping[str, Any]) -> None:
    unknown = {
        *(set(entry) - _KNOWN),
        *(set(entry.get("context", {})) - _CONTEXT),
        *(set(entry.get("section", {})) - _SECTION),
    }
    if unknown:
        raise source.error(f"unknown field {sorted(unknown)[0]!r}: CONTRIBUTING.md lists the fields")
    if not source.id:
        raise source.error("it has no id")
    if entry.get("role") not in ROLES:
        raise source.error(f"role has to be one of {', '.join(ROLES)}")
    if source.fields["tier"] not in TIERS:
        raise source.error(f"tier has to be one of {', '.join(TIERS)}")
    if "match" not in entry and "given_to" not in entry:
        raise source.error("it has no match")
    for name in ("pattern", *_PATTERNS):
        try:
            re.compile(source.fields.get(name, ""))
        except re.error as error:
            raise source.error(f"{name} is not a regular expression: {error}") from None
    others = set(re.compile(source.match).groupindex) - set(CAPTURES)
    if others:
        raise source.error(f"unknown group {sorted(others)[0]!r}: named groups are {', '.join(CAPTURES)}")


def compiled(written: list[Source]) -> list[Fields]:
    """What is read at the start: each rule's fields, with its keywords.

    Raises:
        RuleError: no keyword can be derived from a rule's expression.
    """
    cost = _cost([example for source in written for example in source.examples])
    rules: list[Fields] = []
    for source in written:
        fields = dict(source.fields)
        written_words = [BEGIN + word[1:] if word.startswith("^") else word for word in source.keywords]
        words = written_words or (sorted(keywords(source.match, cost)) if source.match else [])
        if not words and "given_to" not in fields:
            raise source.error(
                "no keyword of 3 letters is in every line that it matches: name them in `keywords`"
            )
        fields["keywords"] = list(words)
        if first := sorted(first_characters(source.match)):
            fields["first"] = first
        if begins_line(source.match):
            fields["anchored"] = True
        if source.match.startswith(("^\\s", "^ ")):
            fields["may_be_indented"] = True
        if captures := list(re.compile(source.match).groupindex):
            fields["captures"] = captures
        rules.append(fields)
    return rules


def _cost(examples: list[str]) -> Cost:
    """What a keyword costs: how many lines hold it that its rule does not take.

    Among the lines that look like errors, as many as the examples show; among all others, by chance, as often
    as its characters follow each other in logs. Lines with a word of `ANYWHERE` are looked at in any case.
    """
    text = BEGIN + BEGIN.join(map(folded, examples))

    @cache
    def cost(keyword: str) -> float:
        looked_at = any(word.decode() in keyword for word in ANYWHERE)
        return text.count(keyword) + (0.0 if looked_at else by_chance(keyword))

    return cost


def as_text(rules: list[Fields]) -> str:
    """The compiled file's text, a rule in each line."""
    lines = ",\n".join(json.dumps(fields, ensure_ascii=False, separators=(",", ":")) for fields in rules)
    return f"[\n{lines}\n]\n"
