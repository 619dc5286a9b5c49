#!/usr/bin/env python3
"""Compiles the token formats into the file that the action reads.

python3 src/entrypoint.py tools/compile_tokens.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.token_data import COMPILED, compiled


def main() -> None:
    COMPILED.write_text(compiled(), "utf-8")
    print(f"Wrote {COMPILED}")


if __name__ == "__main__":
    main()
