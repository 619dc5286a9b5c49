"""Run a tool of the locked test environment: `python3 src/entrypoint.py tests/tool.py ruff check`."""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
