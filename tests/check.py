"""Everything that has to hold before a change lands; run it by `python3 src/entrypoint.py test`.

With arguments, they go to pytest and it alone runs: `python3 src/entrypoint.py test tests/unit -k retry`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stages() -> dict[str, list[str]]:
    """The checks before the tests, by name."""
    python = [sys.executable, "-m"]
    workflows = [str(path) for path in ROOT.glob(".github/workflows/*.yml")]
    examples = [str(path) for path in ROOT.glob("examples/*.yml")]
    jactionlint = [*python, "jactionlint", "--no-color"]
    zizmor = ["zizmor", "--offline", "--no-progress", "--quiet"]
    schema = [*python, "check_jsonschema", "--quiet", "--builtin-schema"]
    return {
        "format": ["ruff", "format", "--check", "--quiet"],
        "lint": ["ruff", "check", "--quiet"],
        "language": [sys.executable, "tests/lint/language.py"],
        "types": [*python, "mypy", "--no-error-summary"],
        "workflow lint": [*jactionlint, "action.yml", ".github/dependabot.yml", *workflows],
        "example lint": [*jactionlint, "--profile", "correctness", *examples],  # they stay short
        "workflow audit": [*zizmor, "action.yml", *workflows, *examples],
        "action schema": [*schema, "vendor.github-actions", "action.yml"],
        "workflow schema": [*schema, "vendor.github-workflows", *workflows, *examples],
    }


def run(name: str, command: list[str]) -> bool:
    """Runs a check; its output is its own, its name, verdict and time follow."""
    started = time.monotonic()
    passed = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    print(f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
    return passed


def main(arguments: list[str]) -> int:
    failed = [] if arguments else [name for name, command in stages().items() if not run(name, command)]
    tests = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", file=sys.stderr)
    return tests or bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
