"""What a start costs: the processor's time and the clock's, from the process's start to the fire.

    python3 src/entrypoint.py bench/start.py [TREE …] [--runs N] [--python PATH]
    python3 src/entrypoint.py bench/start.py --jobs 20 --size 5 [--log FILE]

Each TREE is a checkout or a release (`tools/release.py build`); without one, this checkout and a release made
of it. The action starts as in `action.yml`, on a run with failed jobs whose logs GitHub has. GitHub and the
endpoint are emulated on loopback, in this process. The action waits some seconds for the ledger: only the
clock counts them.

The unit is `python3 -c 'import httpx'` with the same Python, in the packages of the test lock. All cases take
turns, after a first start of each, which installs the lock and, in a checkout, compiles. The processor's time
up to the fire is read from /proc: on Linux alone, in steps of 10 ms. Ends with exit code 1 if a median of the
two default trees is over its limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.e2e.installed import build_release  # noqa: E402
from tests.support.emulated.github import GitHubEmulator  # noqa: E402
from tests.support.emulated.job import SHA, environment  # noqa: E402

from fire_routine.emulator import Endpoint  # noqa: E402

LIMITS = {"ready folder": 3.6, "release": 6.0}  # units of the processor's time
LOG = "".join(f"building object {number}\n" for number in range(2000))
FAILURE = "main.c:3:5: error: x undeclared\n##[error]Process completed with exit code 2.\n"
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def processor(pid: int) -> float:
    """The seconds of the processor that a process, which still runs, has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Fire:
    """When a process fired, and what it had cost by then."""

    def __init__(self) -> None:
        self.pid = 0
        self.at = self.cost = 0.0

    def announce(self, _: str) -> None:
        if not self.at:
            self.at, self.cost = time.monotonic(), processor(self.pid)


def start(tree: Path, python: str, home: Path, log: str, jobs: int) -> tuple[float, float]:
    """Seconds of the processor and of the clock from the start to the fire."""
    fire = Fire()
    with Endpoint(say=fire.announce) as endpoint, GitHubEmulator("octo/widgets") as github:
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress"})
        for number in range(jobs):
            job = {"id": 71 + number, "name": f"build {number}", "conclusion": "failure"}
            github.add_job(7, job, log + FAILURE)
        environ = environment(github, endpoint.url, home)
        environ |= {"HOME": str(home), "RUNNER_TEMP": str(home), "PATH": os.defpath}
        command = [python, "-I", "-S", "-B", str(tree / "src" / "entrypoint.py"), "action"]
        started = time.monotonic()
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            fire.pid = process.pid
            printed = process.communicate()[0]
        if len(endpoint.sessions) != 1:
            raise SystemExit(f"{tree}: {len(endpoint.sessions)} sessions\n{printed}")
    return fire.cost, fire.at - started


def import_httpx() -> tuple[float, float]:
    """The same of the unit."""
    started, before = time.monotonic(), os.times()
    environ = {"PATH": os.defpath}  # nothing that keeps Python from compiling it once
    subprocess.run([sys.executable, "-c", "import httpx"], env=environ, check=True)
    after = os.times()
    cost = after.children_user + after.children_system - before.children_user - before.children_system
    return cost, time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", type=Path, nargs="*", metavar="TREE")
    parser.add_argument("--runs", type=int, default=9, help="of each (default 9)")
    parser.add_argument("--python", default=getattr(sys, "_base_executable", sys.executable))
    parser.add_argument("--jobs", type=int, default=1, help="failed jobs (default 1)")
    parser.add_argument("--size", type=float, help="megabytes of each log (default 0.04)")
    parser.add_argument("--log", type=Path, help="the text that logs are made of")
    options = parser.parse_args()
    log = options.log.read_text("utf-8", "replace") if options.log else LOG
    if options.size:
        size = int(options.size * 1e6)
        log = (log * (size // len(log) + 1))[:size] + "\n"
    # In the user's home: below /tmp no folder is private.
    with tempfile.TemporaryDirectory(dir=Path.home()) as temporary:
        base = Path(temporary)
        trees = {str(tree): tree for tree in options.trees}
        if not trees:
            trees = {"ready folder": ROOT, "release": build_release(base / "release")}
        homes = {name: base / str(number) for number, name in enumerate(trees)}
        for name, tree in trees.items():
            homes[name].mkdir(mode=0o755)
            start(tree, options.python, homes[name], log, options.jobs)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ("import httpx", *trees)}
        for _ in range(options.runs + 1):
            taken["import httpx"].append(import_httpx())
            for name, tree in trees.items():
                taken[name].append(start(tree, options.python, homes[name], log, options.jobs))
    del taken["import httpx"][0]  # it compiled
    unit, clock = (statistics.median(column) for column in zip(*taken["import httpx"], strict=True))
    print("| to the fire | processor | units | clock | units | at most |\n|---|---|---|---|---|---|")
    slow = False
    for name, times in taken.items():
        cost, took = (statistics.median(column) for column in zip(*times, strict=True))
        limit = LIMITS.get(name)
        slow = slow or (limit is not None and cost / unit > limit)
        clocks = f"{took:.2f} s | {took / clock:.2f}"
        print(f"| {name} | {cost:.3f} s | {cost / unit:.2f} | {clocks} | {limit or ''} |")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
