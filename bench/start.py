"""From the step's start to the fire, in units of `python3 -c 'import httpx'` in the same run.

    python3 src/entrypoint.py bench/start.py [--runs N] [--python PATH]

The action and the documentation's own curl step run under act, on a run with one failed job whose log GitHub
(emulated, on loopback) has. The clock starts when act starts the script; the action is there already, as on a
runner when a job's steps begin. It stops when the endpoint has the whole request.

- nothing installed: no locked packages, and no cache of pip's or uv's; they come from the package index
- folder ready: any later start on that runner
- release: the action's tree is made by `tools/release.py build`: it brings packages and compiled modules

Not counted is the ledger's time: from the first status that the action writes to its last request to
GitHub before the fire. The action waits there until GitHub shows the claims of other jobs. One row has it.

The unit is `python3 -c 'import httpx'` with the `python3` of this run, which has the test lock's packages.
One row has it in an environment of httpx alone. All cases take turns. Ends with exit code 1 if a median is
over its limit.
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
from tests.e2e.installed import build_release, copy_packages, with_requirements  # noqa: E402
from tests.e2e.mirror import RunMirror  # noqa: E402
from tests.emulated.github import GitHubEmulator  # noqa: E402

from fire_routine.emulator import Endpoint  # noqa: E402

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


UNIT = "python3 -c 'import httpx'"
ALONE = f"{UNIT}, no other packages"


@dataclass(frozen=True)
class Case:
    """A step to measure.

    installer: the program on PATH besides Python
    warm: one start came before, with the same HOME
    release: the action's tree brings its packages
    whole: the ledger's time is counted
    limit: the most times the unit
    """

    name: str
    step: str
    installer: str = ""
    warm: bool = False
    release: bool = False
    whole: bool = False
    limit: float | None = None


CASES = (
    Case("curl, as documented", CURL),
    Case("nothing installed, pip", OURS),
    Case("nothing installed, uv", OURS, installer="uv"),
    Case("folder ready", OURS, warm=True, limit=1.7),
    Case("folder ready, with the ledger's time", OURS, warm=True, whole=True),
    Case("release, first start", OURS, release=True, limit=4.0),
    Case("release, later start", OURS, release=True, warm=True, limit=2.0),
)


class Clock:
    """When act starts the measured step, when GitHub is asked, and when the endpoint has the request."""

    def __init__(self) -> None:
        self.started = self.fired = 0.0
        self.claimed = self.asked = 0.0  # the first status that is written, and the last request after it

    def watch(self, event: Mapping[str, Any]) -> None:
        """The last start of a step before the fire: of the script itself, inside the action."""
        step = event.get("stepID") or [""]
        if step[0] == "measured" and str(event.get("msg")).startswith("⭐ Run Main") and not self.fired:
            self.started = time.monotonic()

    def announce(self, _: str) -> None:
        self.fired = self.fired or time.monotonic()

    def seconds(self, *, whole: bool) -> float:
        """From the step's start to the fire; unless `whole`, without the ledger's time."""
        return self.fired - self.started - (0.0 if whole else self.asked - self.claimed)


class TimedGitHub(GitHubEmulator):
    """Notes on a clock when it is asked."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(REPOSITORY)
        self._clock = clock

    def serve(self, method: str, target: str, *rest: Any, **named: Any) -> Any:
        if method == "POST" and not self._clock.claimed:
            self._clock.claimed = time.monotonic()
        answer = super().serve(method, target, *rest, **named)
        if self._clock.claimed and not self._clock.fired:
            self._clock.asked = time.monotonic()
        return answer


def measure(case: Case, folder: Path, home: Path, path: Path, tree: Path) -> float:
    """Seconds from the step's start to the fire."""
    clock = Clock()
    sha = make_project(folder / "project", {".github/workflows/ci.yml": WORKFLOW + case.step})
    with Endpoint(announce=clock.announce) as endpoint, TimedGitHub(clock) as github:
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
            action=tree,
        )
        if len(endpoint.sessions) != 1:
            raise SystemExit(f"{case.name}: {len(endpoint.sessions)} sessions\n{result.log}")
    return clock.seconds(whole=case.whole)


def programs(folder: Path, case: Case, python: str) -> Path:
    """A folder for PATH that holds the Python to measure, and the installer if there is one besides pip."""
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(python)
    if case.installer:
        (folder / case.installer).symlink_to(str(shutil.which(case.installer)))
    return folder


def environment_with_httpx(folder: Path, python: str) -> Path:
    """The Python of an environment with httpx and what it requires."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/**/site-packages")
    copy_packages(with_requirements(["httpx"]), site)
    return folder / "bin" / "python3"


def import_httpx(python: Path | str) -> float:
    """The seconds it takes."""
    started = time.monotonic()
    subprocess.run([str(python), "-c", "import httpx"], check=True)
    return time.monotonic() - started


def measure_all(base: Path, python: str, runs: int) -> dict[str, list[float]]:
    """The seconds of each case and of the unit, by name."""
    times: dict[str, list[float]] = {name: [] for name in (UNIT, ALONE, *(case.name for case in CASES))}
    release = build_release(base / "release")
    alone = environment_with_httpx(base / "alone", python)
    for unit in (sys.executable, alone):
        import_httpx(unit)  # compiles it
    for number in range(runs):
        times[UNIT].append(import_httpx(sys.executable))
        times[ALONE].append(import_httpx(alone))
        for case in CASES:
            folder = base / f"{number}-{CASES.index(case)}"
            path = programs(folder / "bin", case, python)
            home = base / f"home-{case.release}" if case.warm else folder / "home"
            tree = release if case.release else ROOT
            if case.warm and not number:
                measure(case, folder / "first", home, path, tree)
            times[case.name].append(measure(case, folder, home, path, tree))
            print(f"{case.name}: {times[case.name][-1]:.2f} s", file=sys.stderr)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="of each case (default 5)")
    parser.add_argument("--python", default=getattr(sys, "_base_executable", sys.executable))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        times = measure_all(Path(temporary), options.python, options.runs)
    python, pip = (
        subprocess.check_output([options.python, *option], text=True).split(" from")[0].strip()
        for option in (["--version"], ["-m", "pip", "--version"])
    )
    print(f"\n{python}, {pip}; {options.runs} runs each\n")
    print("| step's start to fire | median | best | worst | times the unit | times curl | at most |")
    print("|---|---|---|---|---|---|---|")
    unit, curl = (statistics.median(times[name]) for name in (UNIT, CASES[0].name))
    limits = {case.name: case.limit for case in CASES}
    slow = False
    for name, seconds in times.items():
        median, limit = statistics.median(seconds), limits.get(name)
        slow = slow or (limit is not None and median / unit > limit)
        print(
            f"| {name} | {median:.2f} s | {min(seconds):.2f} s | {max(seconds):.2f} s "
            f"| {median / unit:.2f} | {median / curl:.1f} | {limit or ''} |"
        )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
