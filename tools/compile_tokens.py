#!/usr/bin/env python3
"""Checks the formats of secrets by their examples, and compiles them into the file that the action reads.

python3 src/entrypoint.py tools/compile_tokens.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.token_data import COMPILED, EntryError, compiled, syntaxes, tokens


def main() -> None:
    try:
        problems = [problem for one in (*tokens(), *syntaxes()) for problem in one.problems()]
    except EntryError as error:
        sys.exit(str(error))
    if problems:
        sys.exit("\n".join(problems))
    COMPILED.write_text(compiled(), "utf-8")
    print(f"Wrote {COMPILED}")


if __name__ == "__main__":
    main()
