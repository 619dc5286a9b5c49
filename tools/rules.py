#!/usr/bin/env python3
"""Compiles the rules for tools' formats after a change, checks them, or explains which one matches a line.

python3 src/entrypoint.py tools/rules.py compile
python3 src/entrypoint.py tools/rules.py check
python3 src/entrypoint.py tools/rules.py explain LINE
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.knowledge import RuleError, compiled  # noqa: E402 - of this working tree

from fire_routine.distill.rules import COMPILED, rules  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    do = parser.add_subparsers(dest="do", required=True)
    do.add_parser("compile", help="make of the TOML files the one that is read at the start")
    do.add_parser("check", help="check examples, keywords and time of every rule")
    do.add_parser("explain", help="show which rule matches a line, and why").add_argument("line")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.do == "compile":
            COMPILED.write_text(compiled(), encoding="utf-8", newline="\n")
            print(f"wrote {COMPILED}")
            return 0
        # These need the compiled file.
        from tools.rule_checks import explanation, problems

        if chosen.do == "explain":
            for name, value in explanation(chosen.line):
                print(f"{name + ':':12}{value}")
        elif found := list(problems()):
            print("\n".join(found))
            return 1
        else:
            print(f"{len(rules())} rules: all is well")
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
