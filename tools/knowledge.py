"""The rules and tables as they are written in TOML → the one file that is read at the start."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fire_routine.distill.rules import (
    ANY_FAMILY,
    BEGIN,
    CAPTURES,
    COMPILED,
    ROLES,
    SIGN,
    TIERS,
    TOOL,
    Fields,
)

KNOWLEDGE = COMPILED.parent
# What an entry may have, besides what `Rule` has under the same name.
_CONTEXT = {"indented", "paragraph", "before", "before_match", "reason", "distinguisher"}
_OPTIONS = {"summary", "also_in_success", "process_failed", "outcome_only", "command_failed", "ended"}
_ENTRY = {
    "id",
    "tier",
    "match",
    "keywords",
    "role",
    "confidence",
    "context",
    "list",
    "examples",
    "not",
}
_EXPRESSIONS = ("before_match", "reason", "distinguisher")
# The matcher gives these itself, see `match`: no expression matches their lines.
GIVEN = {"red", "information"}


class RuleError(Exception):
    """An entry that can't be compiled; the message names file, rule and remedy."""


@dataclass(frozen=True, slots=True)
class Source:
    """A rule as it is written."""

    file: str
    id: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    fields: Fields  # as `rule_from` reads them

    def error(self, problem: str) -> RuleError:
        return RuleError(f"{self.file}: rule {self.id!r}: {problem}")


def _files(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.toml")):
        try:
            yield path.name, tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{path.name}: {error}") from None


def sources(folder: Path = KNOWLEDGE) -> list[Source]:
    """The rules of a folder's TOML files, in the order in which they are tried.

    Raises:
        RuleError: an entry is wrong.
    """
    found: list[tuple[int, int, Source]] = []
    for file, content in _files(folder):
        family, tier = str(content.get("family", "")), str(content.get("tier", TOOL))
        for entry in content.get("rule", ()):
            source = _source(file, entry, tier, family)
            found.append((TIERS.index(source.fields["tier"]), content.get("order", 50), source))
    found.sort(key=lambda each: each[:2])
    written = [source for _, _, source in found]
    ids = [source.id for source in written]
    for source in written:
        if ids.count(source.id) > 1:
            raise source.error("another rule has this id: choose an id of its own")
    return written


def _source(file: str, entry: Mapping[str, Any], tier: str, family: str) -> Source:
    tier = entry.get("tier", tier)
    fields: Fields = {"id": str(entry.get("id", "")), "tier": tier}
    if family and (tier == TOOL or (family, tier) == (ANY_FAMILY, SIGN)):
        fields["family"] = family
    fields["weight"] = round(ROLES.get(entry.get("role", ""), 0.0) + entry.get("confidence", 0), 3)
    if "match" in entry:
        fields["match"] = _listed(entry["match"])
        fields["keywords"] = list(entry.get("keywords", ()))
    fields |= entry.get("context", {})
    fields |= {name: entry[name] for name in sorted(_OPTIONS) if name in entry}
    if entry.get("list"):
        fields["is_list"] = True
    examples, counterexamples = tuple(entry.get("examples", ())), tuple(entry.get("not", ()))
    source = Source(file, fields["id"], examples, counterexamples, fields)
    _validate(source, entry)
    return source


def _listed(match: Any) -> list[str]:
    return match if isinstance(match, list) else [match]


def _validate(source: Source, entry: Mapping[str, Any]) -> None:
    unknown = {
        *(set(entry) - _ENTRY - _OPTIONS),
        *(set(entry.get("context", {})) - _CONTEXT),
    }
    if unknown:
        raise source.error(f"unknown field {sorted(unknown)[0]!r}: CONTRIBUTING.md lists the fields")
    if not source.id:
        raise source.error("it has no id")
    if entry.get("role") not in ROLES:
        raise source.error(f"role has to be one of {', '.join(ROLES)}")
    if source.fields["tier"] not in TIERS:
        raise source.error(f"tier has to be one of {', '.join(TIERS)}")
    if "match" not in entry and source.id not in GIVEN:
        raise source.error("it has no match")
    _validate_expressions(source)
    _validate_keywords(source)
    if "match" in entry and not source.fields["keywords"]:
        raise source.error("it has no keywords: name texts of which one is in each line that it matches")


def _validate_keywords(source: Source) -> None:
    keywords = source.fields.get("keywords", ())
    for keyword in keywords:
        if re.search("[A-Z1-9]", keyword) or not keyword.removeprefix(BEGIN):
            raise source.error(f"keyword {keyword!r}: letters are lower-case, and 0 stands for any digit")
        for other in keywords:
            if other != keyword and other in keyword and not other.startswith(BEGIN):
                raise source.error(f"keyword {keyword!r}: {other!r} is in each line with it and is enough")


def _validate_expressions(source: Source) -> None:
    expressions = {name: [source.fields[name]] for name in _EXPRESSIONS if name in source.fields}
    for name, alternatives in {"match": source.fields.get("match", []), **expressions}.items():
        for expression in alternatives:
            try:
                groups = set(re.compile(expression).groupindex)
            except re.error as error:
                raise source.error(f"{name} is not a regular expression: {error}") from None
            if groups - set(CAPTURES):
                raise source.error(
                    f"unknown group {min(groups - set(CAPTURES))!r}: named groups are {', '.join(CAPTURES)}"
                )


def entries(table: str, folder: Path = KNOWLEDGE) -> list[dict[str, Any]]:
    """Those of a table, such as `boilerplate`, as they are written."""
    return [entry for _, content in _files(folder) for entry in content.get(table, ())]


def _tables(folder: Path) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for _, content in _files(folder):
        if "rule" not in content:
            tables |= content
    compilers: dict[str, Callable[[Any], Any]] = {
        "boilerplate": _boilerplate,
        "tool": _versions,
        "expressions": _expressions,
        "outage": _outages,
    }
    return {name: compilers.get(name, lambda each: each)(each) for name, each in tables.items()}


def _valid(expression: str) -> str:
    """The expression, which can be compiled."""
    try:
        re.compile(expression)
    except re.error as error:
        raise RuleError(f"not a regular expression: {expression}: {error}") from None
    return expression


def _expressions(entries: Mapping[str, Any]) -> dict[str, str]:
    """One expression for a list of alternatives, or for how it begins and these."""
    return {
        name: f"{entry['begin']}(?:{'|'.join(map(_valid, entry['any']))})"
        if isinstance(entry, dict)
        else "|".join(map(_valid, entry))
        for name, entry in entries.items()
    }


def _versions(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One expression for the versions of all tools, the tool of each of its groups, and what lines hold."""
    groups = [entry["name"] for entry in entries for _ in range(entry["version"].count("{}"))]
    version = "|".join(entry["version"].replace("{}", r"(\d[\w.+-]{0,40})") for entry in entries)
    holds = [text for entry in entries for text in entry["holds"]]
    return {"holds": holds, "groups": groups, "version": _valid(version)}


def _outages(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"what": one["what"], "match": list(map(_valid, one["match"]))} for one in entries]


def _boilerplate(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One expression for how lines begin, and those by a text that their lines hold."""
    beginnings: list[str] = []
    within: dict[str, str] = {}
    for entry in entries:
        expressions = list(map(_valid, _listed(entry["match"])))
        if holds := entry.get("holds"):
            within[holds] = "|".join(expressions)
        else:
            beginnings += expressions
    return {"begins": "|".join(beginnings), "within": within}


def compiled(folder: Path = KNOWLEDGE) -> str:
    """The text of the file that is read at the start, a rule or a table in each line.

    Raises:
        RuleError: an entry is wrong.
    """
    entries = ",\n".join(_json(source.fields) for source in sources(folder))
    tables = ",\n".join(f"{_json(name)}:{_json(each)}" for name, each in sorted(_tables(folder).items()))
    return f'{{"rules":[\n{entries}\n],"tables":{{\n{tables}\n}}}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
