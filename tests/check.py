"""Everything that has to hold before a change lands; run it by `python3 src/entrypoint.py test`.

With arguments, they go to pytest and it alone runs: `python3 src/entrypoint.py test tests/unit -k retry`.
Without, everything runs side by side: the checks, the end-to-end tests, which mostly wait, and all other
tests, in one process on each core.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = os.cpu_count() or 1
WAITING = 4  # end-to-end tests at a time: one takes 5 seconds and half a second of a core
FORMS = ".github/ISSUE_TEMPLATE/"
# A watcher's example names workflows of the reader's repository.
EXAMPLE_LINT = ["--profile", "correctness", "--ignore", "workflow-run-names"]
EXAMPLE_AUDIT = ["--persona", "auditor"]
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
        "workflow lint (jactionlint)": [*jactionlint, "action.yml", ".github/dependabot.yml", *workflows],
        # Examples stay short, so that only mistakes count in them.
        "example lint (jactionlint)": [*jactionlint, *EXAMPLE_LINT, *examples],
        "workflow audit (zizmor)": [*zizmor, "action.yml", *workflows],
        "example audit (zizmor)": [*zizmor, *EXAMPLE_AUDIT, *examples],
        "action schema (check-jsonschema)": [*schema, "vendor.github-actions", "action.yml"],
        "workflow schema (check-jsonschema)": [*schema, "vendor.github-workflows", *workflows, *examples],
        "issue form schema (check-jsonschema)": [*schema, "vendor.github-issue-forms", *forms],
        "issue links schema (check-jsonschema)": [
            *schema,
            "vendor.github-issue-config",
            f"{FORMS}config.yml",
        ],
    }


END_TO_END = [*PYTEST, "tests/e2e", "-q", "-n", str(max(WAITING, CORES)), "--dist", "loadgroup"]
OTHERS = [*PYTEST, "--ignore", "tests/e2e", "-n", str(CORES), "--dist", "worksteal"]


def keep_bytecode() -> None:
    """Let all processes share compiled modules, outside the checkout: half the time of the tests' start."""
    if sys.prefix != sys.base_prefix:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix, "bytecode"))


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


def run_all() -> list[str]:
    """Run all checks and tests, with pytest's own output for most tests; the names of what failed."""
    print(f"{len(checks())} checks, {CORES} at a time, next to the tests", flush=True)
    with ThreadPoolExecutor(1) as end_to_end, ThreadPoolExecutor(CORES) as pool:
        running = [pool.submit(run, name, command) for name, command in checks().items()]
        running.append(end_to_end.submit(run, "end-to-end tests", END_TO_END))
        others = failing(OTHERS)
        verdicts = [each.result() for each in running]
    return [*(name for name, passed in verdicts if not passed), *others]


def failing(command: list[str]) -> list[str]:
    """Run pytest with its own output; the names of the tests that failed."""
    names: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)  # whole lines, so that no verdict lands in a row of dots
            if line.startswith(("FAILED ", "ERROR ")):
                names.append(line.split(" - ")[0].partition(" ")[2].strip())
    return names or (["all other tests"] if process.returncode else [])


def main(arguments: list[str]) -> int:
    keep_bytecode()
    if arguments:
        return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode
    failed = run_all()
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
