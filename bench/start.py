"""From the step's start to the fire, compared with the documentation's own curl step.

    python3 src/entrypoint.py bench/start.py [--runs N] [--python PATH]

Both run under act, on a run with one failed job whose log GitHub (emulated, on loopback) has. The clock
starts when act starts the script; the action is there already, as on a runner when a job's steps begin. It
stops when the endpoint has the whole request. With nothing installed, there are neither the locked packages
nor a cache of pip's or uv's: they come from the configured package index. With the folder ready, it is any
later start on that runner. Ends with exit code 1 if a median is over its limit.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.e2e.act import ACTION, REPOSITORY, make_project, run_act  # noqa: E402
from tests.e2e.mirror import RunMirror  # noqa: E402
from tests.emulated.github import GitHubEmulator  # noqa: E402

from fire_routine.emulator.endpoint import Endpoint  # noqa: E402

RUN = 4711
WORKFLOW = """\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          seq 2000 | sed 's/^/building object /'
          echo 'main.c:3:5: error: x undeclared (first use in this function)'
          sleep 0.3
          exit 2
  on-failure:
    needs: [test]
    if: failure()
    runs-on: ubuntu-latest
    env:
      ROUTINE_FIRE_URL: ${{ secrets.ROUTINE_FIRE_URL }}
      ROUTINE_FIRE_TOKEN: ${{ secrets.ROUTINE_FIRE_TOKEN }}
    steps:
      - id: measured
"""
OURS = f"""\
        uses: {ACTION}
        with:
          routine-url: ${{{{ env.ROUTINE_FIRE_URL }}}}
          routine-token: ${{{{ env.ROUTINE_FIRE_TOKEN }}}}
"""
CURL = r"""        run: |
          curl -X POST "$ROUTINE_FIRE_URL" \
            -H "Authorization: Bearer $ROUTINE_FIRE_TOKEN" \
            -H "anthropic-version: 2023-06-01" \
            -H "anthropic-beta: experimental-cc-routine-2026-04-01" \
            -H "Content-Type: application/json" \
            -d "{\"text\": \"CI failed: $GITHUB_WORKFLOW run $GITHUB_RUN_ID on $GITHUB_REF\"}"
"""


@dataclass(frozen=True)
class Case:
    name: str
    step: str
    installer: str = ""  # the program on PATH besides Python
    warm: bool = False
    limit: float | None = None  # seconds


CASES = (
    Case("curl, as documented", CURL),
    Case("nothing installed, pip", OURS, limit=3.0),
    Case("nothing installed, uv", OURS, installer="uv", limit=1.5),
    Case("folder ready", OURS, warm=True, limit=0.5),
)


class Clock:
    """When act starts the measured step, and when the endpoint has the request."""

    def __init__(self) -> None:
        self.started = self.fired = 0.0

    def watch(self, event: Mapping[str, Any]) -> None:
        """The last start of a step before the fire: of the script itself, inside the action."""
        step = event.get("stepID") or [""]
        if step[0] == "measured" and str(event.get("msg")).startswith("⭐ Run Main") and not self.fired:
            self.started = time.monotonic()

    def announce(self, _: str) -> None:
        self.fired = self.fired or time.monotonic()


def measure(case: Case, folder: Path, home: Path, path: Path) -> float:
    """Seconds from the step's start to the fire."""
    clock = Clock()
    sha = make_project(folder / "project", {".github/workflows/ci.yml": WORKFLOW + case.step})
    with Endpoint(announce=clock.announce) as endpoint, GitHubEmulator(REPOSITORY) as github:
        github.set_branch("main", sha)
        github.add_run({"id": RUN, "head_sha": sha, "event": "push"})
        mirror = RunMirror(github, RUN)

        def watch(event: Mapping[str, Any]) -> None:
            clock.watch(event)
            mirror.watch(event)

        result = run_act(
            folder / "project",
            home,
            env={
                "GITHUB_API_URL": github.url,
                "GITHUB_RUN_ID": str(RUN),
                "GITHUB_RUN_ATTEMPT": "1",
                "PATH": f"{path}:/usr/bin:/bin",
            },
            secrets={
                "ROUTINE_FIRE_URL": endpoint.url,
                "ROUTINE_FIRE_TOKEN": endpoint.token,
                "GITHUB_TOKEN": github.token,
            },
            watch=watch,
        )
        if len(endpoint.sessions) != 1:
            raise SystemExit(f"{case.name}: {len(endpoint.sessions)} sessions\n{result.log}")
    return clock.fired - clock.started


def programs(folder: Path, case: Case, python: str) -> Path:
    """A folder for PATH that holds the Python to measure, and the installer if there is one besides pip."""
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(python)
    if case.installer:
        (folder / case.installer).symlink_to(str(shutil.which(case.installer)))
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each case (default 5)")
    parser.add_argument("--python", default=getattr(sys, "_base_executable", sys.executable))
    options = parser.parse_args()
    times: dict[Case, list[float]] = {case: [] for case in CASES}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        for number in range(options.runs):
            for case in CASES:  # in turn, so that all share the machine's moods
                folder = base / f"{number}-{CASES.index(case)}"
                path = programs(folder / "bin", case, options.python)
                home = base / "home" if case.warm else folder / "home"
                if case.warm and not number:
                    measure(case, folder / "first", home, path)
                times[case].append(measure(case, folder, home, path))
                print(f"{case.name}: {times[case][-1]:.2f} s", file=sys.stderr)
    python, pip = (
        subprocess.check_output([options.python, *option], text=True).split(" from")[0].strip()
        for option in (["--version"], ["-m", "pip", "--version"])
    )
    print(f"\n{python}, {pip}; {options.runs} runs each\n")
    print("| step's start to fire | median | best | worst | times curl | at most |")
    print("|---|---|---|---|---|---|")
    curl = statistics.median(times[CASES[0]])
    slow = 0
    for case, seconds in times.items():
        median = statistics.median(seconds)
        slow += case.limit is not None and median > case.limit
        limit = f"{case.limit} s" if case.limit else ""
        print(
            f"| {case.name} | {median:.2f} s | {min(seconds):.2f} s | {max(seconds):.2f} s "
            f"| {median / curl:.1f} | {limit} |"
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
