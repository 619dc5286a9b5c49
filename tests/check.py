"""Everything that has to hold before a change lands; run it by `python3 src/entrypoint.py test`.

Other arguments go to pytest, which alone runs: `python3 src/entrypoint.py test tests/unit -k retry`.

The checks and most tests run side by side, a test process on each core. The end-to-end tests, which mostly
wait, and those in a browser come after them. Every test has an equal share of the machine that way.

    --quick    leaves out the end-to-end tests and the browser
    --nightly  adds the tests of memory and the long ones, which are marked `nightly`
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
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
OPTIONS = frozenset({"--quick", "--nightly"})
COLOUR = re.compile(r"\x1b\[[\d;]*m")
FAILED = re.compile(r"(?:FAILED|ERROR) (?P<test>tests/[^\s\[]+(?:\[.*?\](?= - |$))?)")  # in pytest's summary


def checks() -> dict[str, list[str]]:
    """The checks before the tests, by name; the longest first."""
    actions = ["action.yml", "sweep/action.yml"]
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
        "workflow lint (jactionlint)": [*jactionlint, *actions, ".github/dependabot.yml", *workflows],
        # Examples stay short, so that only mistakes count in them.
        "example lint (jactionlint)": [*jactionlint, *EXAMPLE_LINT, *examples],
        "workflow audit (zizmor)": [*zizmor, *actions, *workflows],
        "example audit (zizmor)": [*zizmor, *EXAMPLE_AUDIT, *examples],
        "action schema (check-jsonschema)": [*schema, "vendor.github-actions", *actions],
        "workflow schema (check-jsonschema)": [*schema, "vendor.github-workflows", *workflows, *examples],
        "issue form schema (check-jsonschema)": [*schema, "vendor.github-issue-forms", *forms],
        "issue links schema (check-jsonschema)": [
            *schema,
            "vendor.github-issue-config",
            f"{FORMS}config.yml",
        ],
    }


def tests(*, quick: bool, nightly: bool) -> dict[str, list[str]]:
    """The runs of pytest, one after the other, by name."""
    marked = ["-m", ""] if nightly else []
    each_core = ["-n", str(CORES), "--dist", "worksteal"]
    apart = ["--ignore", "tests/e2e", "--ignore", "tests/browser"]
    waiting = ["-n", str(max(WAITING, CORES)), "--dist", "loadgroup"]
    most = {"most tests": [*PYTEST, *apart, *each_core, *marked]}
    rest = {
        "end-to-end tests": [*PYTEST, "tests/e2e", *waiting, *marked],
        "browser tests": [*PYTEST, "tests/browser", *each_core, *marked],
    }
    return most if quick else most | rest


def keep_bytecode() -> None:
    """Let all processes share compiled modules, outside the checkout: half the time of the tests' start."""
    if sys.prefix != sys.base_prefix:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix, "bytecode"))


def run(name: str, command: list[str]) -> list[str]:
    """Run a check; print its output, if there is any, under its name and verdict. The name, if it failed."""
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
    return [name] if done.returncode else []


def run_tests(name: str, command: list[str]) -> list[str]:
    """Run pytest and show what it prints as it comes. The names of the tests that failed."""
    failed = []
    command = [*command, f"--color={'yes' if sys.stdout.isatty() else 'no'}"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := FAILED.match(COLOUR.sub("", line)):
                failed.append(found["test"])
    return failed or ([f"{name} (pytest ended with {process.returncode})"] if process.returncode else [])


def run_all(*, quick: bool, nightly: bool) -> list[str]:
    """Run all checks and tests; the names of what failed."""
    print(f"{len(checks())} checks, {CORES} at a time, next to most tests", flush=True)
    with ThreadPoolExecutor(CORES) as pool:
        running = [pool.submit(run, name, command) for name, command in checks().items()]
        failed = []
        for name, command in tests(quick=quick, nightly=nightly).items():
            failed += run_tests(name, command)
            wait(running)
    return [name for each in running for name in each.result()] + failed


def main(arguments: list[str]) -> int:
    keep_bytecode()
    if {"-h", "--help"} & {*arguments}:  # pytest's own has 500 lines: `python -m pytest --help`
        print(__doc__.strip())
        return 0
    if not OPTIONS.issuperset(arguments):
        return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode
    started = time.monotonic()
    failed = run_all(quick="--quick" in arguments, nightly="--nightly" in arguments)
    seconds = f"{time.monotonic() - started:.0f} s"
    if failed:
        print(f"Failed after {seconds}: {', '.join(failed)}", file=sys.stderr)
    else:
        print(f"All of it holds, after {seconds}.")
    return len(failed) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
