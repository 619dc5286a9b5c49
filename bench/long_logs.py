#!/usr/bin/env python3
"""Very long and very slow logs: is the cause at their end in the text? With time and peak memory.

    python3 src/entrypoint.py bench/long_logs.py [--logs 1] [--size 2000] [--rate MB_PER_SECOND]
    python3 src/entrypoint.py bench/long_logs.py --logs 8 --size 100 --rate 1.3

Each failed job's log has `--size` MB and names its cause in the last lines alone. `--rate`
limits each connection. The same logs are also fetched without being read. GitHub and its storage are
emulators in a process of their own, on loopback.
Exits with 1 where a cause is missing.
"""

from __future__ import annotations

import argparse
import gc
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.support.emulated.faults import Fault  # noqa: E402
from tests.support.emulated.github import TOKEN, GitHubEmulator  # noqa: E402
from tests.support.faults.storage import Log, LogStorage  # noqa: E402 - of this working tree

REPOSITORY, RUN = "octo-org/widget", 500
WORDS = ("apple", "birch", "cedar", "daisy", "elder", "fig", "grape", "hazel", "iris", "juniper")


def cause(number: int) -> str:
    words = " ".join(WORDS[int(digit)] for digit in f"{number:02}")
    return f"AssertionError: the {words} ledger never balanced"


def end(number: int) -> bytes:
    lines = (
        "",
        "##[group]Run make test",
        "make test",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        f"FAILED tests/test_ledger_{number}.py::test_balance - {cause(number)}",
        "##[error]Process completed with exit code 1.",
        "",
    )
    return "\n".join(f"2026-03-02T10:00:09.0000000Z {line}" if line else "" for line in lines).encode()


def serve(arguments: argparse.Namespace) -> None:
    """Be GitHub until standard input ends; print the address first."""
    with GitHubEmulator(REPOSITORY) as emulator, LogStorage() as storage:
        emulator.add_run({"id": RUN, "conclusion": "failure", "created_at": "2026-03-02T10:00:00Z"})
        for number in range(1, arguments.logs + 1):
            steps = [{"name": "Test", "conclusion": "failure"}]
            job = {"id": number, "name": f"test {number}", "conclusion": "failure", "steps": steps}
            emulator.add_job(RUN, job, "elsewhere")
            size, rate = int(arguments.size * 1e6), arguments.rate * 1e6
            storage.logs[f"{number}"] = Log(size, end(number), rate=rate)
            place = {"Location": storage.address(f"{number}")}
            emulator.fail(f"/jobs/{number}/logs", Fault(302, headers=place))
        print(emulator.url, flush=True)
        sys.stdin.read()


def measure(url: str, logs: int) -> int:
    """How many causes are missing in the text."""
    from fire_routine.evidence import gather_evidence
    from fire_routine.gather.event import find_target
    from fire_routine.gather.logs import read_logs
    from fire_routine.gather.run import gather_run
    from fire_routine.github.client import GitHub
    from fire_routine.settings import Context, Settings

    settings = Settings(github_token=TOKEN)
    context = Context(repository=REPOSITORY, run_id=RUN, event_name="push", api_url=url, server_url=url)
    target = find_target(settings, context)
    with GitHub(url, TOKEN, REPOSITORY) as client:
        started = time.monotonic()
        run = gather_run(client, target, context, started + 300)
        read_logs(client, run, lambda _job, chunks: sum(map(len, chunks)), started + 300)
        fetched = time.monotonic() - started
        started = time.monotonic()
        evidence = gather_evidence(client, target, settings, context, lambda _line: None)
        seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    found = [number for number in range(1, logs + 1) if cause(number) in evidence.brief.text]
    print(f"  fetched, not read   {fetched:6.1f} s")
    print(f"  text ready          {seconds:6.1f} s")
    print(f"  ready : fetched     {seconds / fetched:6.2f} times")
    print(f"  peak memory         {peak:6.0f} MiB")
    print(f"  causes in the text  {len(found)} of {logs}")
    for note in evidence.run.notes:
        print(f"  left out            {note.what}: {re.sub(r' +', ' ', note.why)}")
    return logs - len(found)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--logs", type=int, default=1)
    parser.add_argument("--size", type=float, default=2_000, metavar="MB", help="of each log")
    parser.add_argument("--rate", type=float, default=0, metavar="MB", help="a second, of each connection")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments)
        return 0
    gc.set_threshold(50_000)  # as src/entrypoint.py has it for every command
    limits = ("--logs", str(arguments.logs), "--size", str(arguments.size), "--rate", str(arguments.rate))
    command = [sys.executable, __file__, "--serve", *limits]
    print(f"{arguments.logs} logs of {arguments.size:,.0f} MB"
          + (f" at {arguments.rate} MB/s each" if arguments.rate else ""))  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            return 1 if measure(process.stdout.readline().strip(), arguments.logs) else 0
        finally:
            process.communicate()


if __name__ == "__main__":
    sys.exit(main())
