#!/usr/bin/env python3
"""Compiles what is known of tools' lines and of secrets after a change, checks it, or explains a line by it.

python3 src/entrypoint.py tools/rules.py compile
python3 src/entrypoint.py tools/rules.py check
python3 src/entrypoint.py tools/rules.py explain LINE
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools import knowledge, token_data  # noqa: E402 - of this working tree

from fire_routine.distill.rules import COMPILED  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    do = parser.add_subparsers(dest="do", required=True)
    do.add_parser("compile", help="make of the TOML files those that are read at the start")
    do.add_parser("check", help="check examples, keywords and time of every rule and token")
    do.add_parser(
        "explain", help="show which rule matches a line, what is redacted in it, and why"
    ).add_argument("line")
    chosen = parser.parse_args(arguments)
    try:
        return _COMMANDS[chosen.do](chosen)
    except (knowledge.RuleError, token_data.EntryError) as error:
        print(error, file=sys.stderr)
        return 1


def _compile(_: argparse.Namespace) -> int:
    for path, text in ((COMPILED, knowledge.compiled()), (token_data.COMPILED, token_data.compiled())):
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path}")
    return 0


def _check(_: argparse.Namespace) -> int:
    from tools import rule_checks  # needs the compiled file

    from fire_routine.distill.rules import rules

    found = [*rule_checks.problems_in_time(), *token_data.problems()]
    print("\n".join(found) or f"{len(rules())} rules, {len(token_data.tokens())} tokens: all is well")
    return 1 if found else 0


def _explain(chosen: argparse.Namespace) -> int:
    from tools import rule_checks

    for name, value in (*rule_checks.explanation(chosen.line), *_redacted(chosen.line)):
        print(f"{name + ':':12}{value}")
    return 0


def _redacted(line: str) -> Iterator[tuple[str, str]]:
    """Which secrets are found in a line, and by what."""
    from fire_routine.redact.engine import find_secrets
    from fire_routine.sanitize import visible

    text = visible(line)
    spans = find_secrets(text)
    if not spans:
        yield "secret", "none: the line is shown as it is"
    formats = [*token_data.tokens(), *token_data.syntaxes()]
    for span in spans:
        value = text[span.start : span.end]
        by = next((one.place for one in formats if one.found(text) and one.found(text) in value), "")
        yield "secret", f"{value!r} becomes [redacted:{span.kind}]"
        yield "by", by or f"a detector of src/fire_routine/redact/detectors, as a {span.kind} in its place"


_COMMANDS = {"compile": _compile, "check": _check, "explain": _explain}

if __name__ == "__main__":
    sys.exit(main())
