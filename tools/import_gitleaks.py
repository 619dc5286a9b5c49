#!/usr/bin/env python3
"""Imports the token formats of gitleaks, and shows what changed since the last import.

    git clone https://github.com/gitleaks/gitleaks
    python3 src/entrypoint.py tools/import_gitleaks.py gitleaks/config/gitleaks.toml --version v8.30.0

gitleaks has the MIT licence; `token_data/gitleaks.LICENSE` is its text. Do not edit what this command writes.
A format of our own goes to `token_data/vendors.toml`.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.expressions import UnsupportedError, keywords_of, python_expression, strings_of, written_examples
from tools.token_data import COMPILED, GITLEAKS, compiled

# Rules that are not imported, and why.
SKIPPED = {
    "curl-auth-header": "has no form of its own; `urls_headers` finds headers",
    "curl-auth-user": "has no form of its own; `tool_syntax` finds `curl -u`",
    "generic-api-key": "has no form of its own; `assignments` finds values of secret names",
    "hashicorp-tf-password": "has no form of its own; `assignments` finds passwords",
    "jwt": "begins with any letters; vendors.toml has the beginnings that a JSON object can have",
    "jwt-base64": "decoders and vendors.toml find it",
    "kubernetes-secret-yaml": "spans lines; `k8s_secrets` finds them",
    "nuget-config-password": "has no form of its own; `tool_syntax` finds it",
    "pkcs12-file": "is about file names",
    "private-key": "spans lines; `private_keys` finds them",
    "sidekiq-secret": "has no form of its own; `tool_syntax` finds Bundler's settings",
    "sidekiq-sensitive-url": "has no form of its own; `urls_headers` finds passwords in links",
    "facebook-access-token": "has no literal at a fixed place; vendors.toml has it",
    "freemius-secret-key": "has no form of its own; `assignments` finds it",
}
_SEPARATOR = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)"  # what every rule for the value of a name has
_NAMES = re.compile(r"(?P<head>.*?)\(\?:\[ \\t\\w\.-\]\{0,20\}\)", re.DOTALL)
_VALUE = re.compile(
    r"\[\\x60'\"\\s=\]\{0,5\}\((?P<value>.*)\)\(\?:\[\\x60'\"\\s;\]\|\\\\\[nr\]\|\$\)$", re.DOTALL
)
_HEAD = r"[\w.-]{0,50}?"
_LEADING = re.compile(r"\A(?P<flag>(?:\(\?i\))?)(?:\\b|\(\?:\^\|\[[^\]]*\]\))")
_TRAILING = re.compile(
    r"(?:\(\?:\[[^\]]*\]\|\\\\\[nr\]\|\$(?:\|\\b)?\)|\(\?:\$\|\[[^\]]*\]\)|\(\?:\[\^[^\]]*\]\|\\z\)|\\b)\Z"
)
_NOT_GOING_ON = "(?![A-Za-z0-9])"
_MOST_NAMES = 24  # spellings of a vendor's name; beyond, gitleaks' own keywords serve


class Imported(NamedTuple):
    """The lines of one entry."""

    table: str
    fields: dict[str, Any]

    def __str__(self) -> str:
        lines = (f"{name} = {_toml(value)}" for name, value in self.fields.items() if value or name == "not")
        return "\n".join([f"[[{self.table}]]", *lines])


def _toml(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def entries(rule: dict[str, Any]) -> list[Imported]:
    """A rule of gitleaks as entries of ours.

    Raises:
        UnsupportedError: the rule has no literal at a fixed place, or syntax that Python lacks.
    """
    expression = str(rule["regex"])
    if _SEPARATOR in expression:
        return [_named(rule, expression)]
    return _tokens(rule["id"], expression)


def _named(rule: dict[str, Any], expression: str) -> Imported:
    head, value = _NAMES.match(expression), _VALUE.search(expression)
    if not head or not value:
        raise UnsupportedError("a rule for a name that has another form than the rest")
    names = head["head"].replace(_HEAD, "").removeprefix("(?i)").removeprefix("(?i:")
    try:
        spellings = sorted({name.lower() for name in strings_of(python_expression(names), _MOST_NAMES)})
    except UnsupportedError:
        spellings = sorted(rule["keywords"])
    ignore_case = expression.startswith("(?i)")
    pattern = python_expression(value["value"])
    examples = written_examples(pattern)
    return Imported(
        "named",
        {
            "kind": rule["id"],
            "names": spellings,
            "value": pattern,
            "ignore_case": ignore_case,
            "examples": examples,
            "not": _counter_examples(examples),
        },
    )


def _tokens(kind: str, expression: str) -> list[Imported]:
    """An entry for each place at which a literal is."""
    begun = _LEADING.sub(r"\g<flag>", expression)
    ended = _TRAILING.sub("", begun)
    bare = python_expression(ended)
    closed = bare if ended == begun else bare + _NOT_GOING_ON
    anywhere = begun == expression
    found = []
    for before, keywords in keywords_of(bare).items():
        examples = written_examples(bare, keywords)
        fields = {
            "kind": kind,
            "keywords": keywords,
            "pattern": closed,
            "before": before,
            "anywhere": anywhere,
        }
        found.append(Imported("token", {**fields, "examples": examples, "not": _counter_examples(examples)}))
    return found


def _counter_examples(examples: list[str]) -> list[str]:
    """The fixed beginning of an example, with a letter in place of the random part."""
    beginning, hole, _ = examples[0].partition("{")
    return [f"{beginning}x"] if hole else []


def imported(path: Path, version: str) -> tuple[str, list[str]]:
    """The text of our file, and a line for each rule that is not in it."""
    rules = tomllib.loads(path.read_text("utf-8"))["rules"]
    blocks = [_HEADER.format(version=version)]
    left_out = []
    for rule in rules:
        try:
            if rule["id"] in SKIPPED:
                raise UnsupportedError(SKIPPED[rule["id"]])
            blocks += map(str, entries(rule))
        except UnsupportedError as reason:
            left_out.append(f"{rule['id']}: {reason}")
    return "\n\n".join(blocks) + "\n", left_out


_HEADER = """\
# Token formats of gitleaks {version}, https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml
# Copyright (c) 2019 Zachary Rice, MIT licence: see gitleaks.LICENSE.
#
# Written by tools/import_gitleaks.py; do not edit. `[[token]]` is as in vendors.toml. The value of a
# `[[named]]` is a secret where it is assigned to a name that contains one of `names`, regardless of case."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="gitleaks' config/gitleaks.toml")
    parser.add_argument("--version", default="of unknown version", help="tag or commit, noted in the file")
    options = parser.parse_args()
    text, left_out = imported(options.file, options.version)
    before = GITLEAKS.read_text("utf-8") if GITLEAKS.exists() else ""
    changes = difflib.unified_diff(before.splitlines(), text.splitlines(), "before", "after", "", "", 2, "")
    print("\n".join(changes) or "Nothing has changed.")
    print("\nLeft out:", *left_out, sep="\n  ")
    GITLEAKS.write_text(text, "utf-8")
    COMPILED.write_text(compiled(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
