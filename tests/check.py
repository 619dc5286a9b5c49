"""Everything that has to hold before a change lands; run it by `python3 src/entrypoint.py test`.

With arguments, they go to pytest and it alone runs: `python3 src/entrypoint.py test tests/unit -k retry`.
Without, the checks run side by side, one on each core, and then the tests. The tests that are marked as
`serial`, because they measure time, run after all others, one by one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = os.cpu_count() or 1
FORMS = ".github/ISSUE_TEMPLATE/"
PYTHON = [sys.executable, "-m"]
PYTEST = [*PYTHON, "pytest"]


def checks() -> dict[str, list[str]]:
    """The checks before the tests, by name; the longest first."""
    workflows = [str(path) for path in ROOT.glob(".github/workflows/*.yml")]
    examples = [str(path) for path in ROOT.glob("examples/*.yml")]
    forms = [str(path) for path in ROOT.glob(f"{FORMS}*.yml") if path.name != "config.yml"]
    jactionlint = [*PYTHON, "jactionlint", "--no-color"]
    zizmor = ["zizmor", "--offline", "--no-progress", "--quiet"]
    schema = [*PYTHON, "check_jsonschema", "--quiet", "--builtin-schema"]
    return {
        "types (mypy)": [*PYTHON, "mypy", "--no-error-summary"],
        "format (ruff)": ["ruff", "format", "--check", "--quiet"],
        "lint (ruff)": ["ruff", "check", "--quiet"],
        "language": [sys.executable, "tests/lint/language.py"],
        "workflow lint (jactionlint)": [*jactionlint, "action.yml", ".github/dependabot.yml", *workflows],
        # Examples stay short, so that only mistakes count in them.
        "example lint (jactionlint)": [*jactionlint, "--profile", "correctness", *examples],
        "workflow audit (zizmor)": [*zizmor, "action.yml", *workflows, *examples],
        "action schema (check-jsonschema)": [*schema, "vendor.github-actions", "action.yml"],
        "workflow schema (check-jsonschema)": [*schema, "vendor.github-workflows", *workflows, *examples],
        "issue form schema (check-jsonschema)": [*schema, "vendor.github-issue-forms", *forms],
        "issue links schema (check-jsonschema)": [
            *schema,
            "vendor.github-issue-config",
            f"{FORMS}config.yml",
        ],
    }


def test_runs() -> dict[str, list[str]]:
    """The two runs of pytest, by name."""
    return {
        "tests side by side": [*PYTEST, "-n", str(CORES), "--dist", "worksteal", "-m", "not serial"],
        "tests one by one": [*PYTEST, "-m", "serial"],
    }


def run(name: str, command: list[str]) -> tuple[str, bool]:
    """Run a check; print its output, if there is any, under its name and verdict."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    lines = [f"{name}: {verdict} ({time.monotonic() - started:.1f} s)", *done.stdout.rstrip().splitlines()]
    print("\n    ".join(lines), flush=True)
    return name, done.returncode == 0


def run_checks() -> list[str]:
    """Run all checks, as many at a time as there are cores; the names of those that failed."""
    print(f"{len(checks())} checks, {CORES} at a time", flush=True)
    with ThreadPoolExecutor(CORES) as pool:
        running = [pool.submit(run, name, command) for name, command in checks().items()]
        verdicts = [each.result() for each in as_completed(running)]
    return [name for name, passed in verdicts if not passed]


def run_tests() -> list[str]:
    """Run all tests, with pytest's own output; the names of the runs that failed."""
    failed = []
    for name, command in test_runs().items():
        print(f"{name}:", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    return failed


def main(arguments: list[str]) -> int:
    if arguments:
        return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode
    failed = [*run_checks(), *run_tests()]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
