#!/usr/bin/env python3
"""A run of very many failed jobs, from the first request to the text: time, peak memory, requests.

    python3 src/entrypoint.py bench/many_jobs.py [--jobs 256] [--size 1000000] [LOG ...]

Each job's log has `--size` bytes: what green jobs of the recordings print, over and over, and at its
end one of the LOGs (else of the recordings' failed jobs). GitHub is the emulator, in a process of its
own, on loopback. The same logs are also fetched without being read, to show what reading them takes.
Peak memory is that of all processes which read, each at its own peak; of GitHub's none.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.support.emulated.github import TOKEN, GitHubEmulator  # noqa: E402 - see above

REPOSITORY, RUN = "octo-org/widget", 500
RECORDINGS = ROOT / "src" / "fire_routine" / "recordings"


def recorded(conclusion: str) -> list[Path]:
    """The logs of recorded jobs that ended so."""
    jobs = [
        (path.parent, job)
        for path in RECORDINGS.glob("*/recording.json")
        for job in json.loads(path.read_text("utf-8"))["jobs"]
    ]
    return [folder / "logs" / f"{job['id']}.log" for folder, job in jobs if job["conclusion"] == conclusion]


def serve(jobs: int, size: int, paths: list[Path]) -> None:
    """Be GitHub until standard input ends: the address first, then the numbers of requests whenever asked:
    to the API, and for logs."""
    printed = b"".join(path.read_bytes() for path in recorded("success")).splitlines(keepends=True)
    green = b"".join(line for line in printed if b"##[" not in line)  # the tools' own lines
    green *= size // len(green) + 1
    failed = [path.read_bytes() for path in paths]
    with GitHubEmulator(REPOSITORY) as emulator:
        emulator.add_run({"id": RUN, "conclusion": "failure", "created_at": "2026-03-02T10:00:00Z"})
        for number in range(1, jobs + 1):
            steps = [{"name": "Test", "conclusion": "failure"}]
            job = {"id": number, "name": f"test ({number})", "conclusion": "failure", "steps": steps}
            end = failed[number % len(failed)][-size:]
            emulator.add_job(RUN, job, green[: size - len(end)] + end)
            emulator.add_annotation(number, {"message": "Process completed with exit code 1."})
        print(emulator.url, flush=True)
        for _ in sys.stdin:
            logs = len(emulator.asked(r"/logs$|^GET /storage/"))
            print(json.dumps([len(emulator.requests) - logs, logs]), flush=True)


@contextmanager
def github(arguments: argparse.Namespace) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        __file__,
        "--serve",
        "--jobs",
        str(arguments.jobs),
        "--size",
        str(arguments.size),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, *map(str, arguments.logs)], stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.communicate()


def ask(process: subprocess.Popen[str], question: str = "") -> str:
    assert process.stdin and process.stdout
    if question:
        process.stdin.write(question + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


class Children(Thread):
    """Watches, for a `with` block, how much memory the processes take that this one started; on Linux."""

    def __init__(self, but: int) -> None:
        super().__init__(daemon=True)
        self._but = str(but)
        self._over = Event()
        self._peaks: dict[str, int] = {}

    def run(self) -> None:
        while not self._over.wait(0.05):
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):  # they come and go
                    for child in set(children.read_text().split()) - {self._but}:
                        if peak := re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text()):
                            self._peaks[child] = int(peak[1])

    def __enter__(self) -> Children:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @property
    def peak(self) -> float:
        """MiB of all of them."""
        return sum(self._peaks.values()) / 1024


def measure(process: subprocess.Popen[str]) -> None:
    from fire_routine.evidence import gather_evidence
    from fire_routine.gather.event import find_target
    from fire_routine.gather.logs import read_logs
    from fire_routine.gather.run import gather_run
    from fire_routine.github.client import GitHub
    from fire_routine.settings import Context, Settings

    url = ask(process)
    settings = Settings(github_token=TOKEN)
    context = Context(
        repository=REPOSITORY,
        run_id=RUN,
        event_name="push",
        event={"repository": {"default_branch": "main"}},
        api_url=url,
        server_url=url,
    )
    target = find_target(settings, context)
    with GitHub(url, TOKEN, REPOSITORY) as client:
        started = time.monotonic()
        run = gather_run(client, target, context, started + 300)
        logs, _, _ = read_logs(client, run, lambda _job, chunks: sum(map(len, chunks)), started + 300)
        fetched = time.monotonic() - started
        before = json.loads(ask(process, "requests"))
        started = time.monotonic()
        with Children(process.pid) as children:
            evidence = gather_evidence(client, target, settings, context, lambda _line: None)
        ready = time.monotonic() - started
        api, downloads = (
            after - earlier
            for after, earlier in zip(json.loads(ask(process, "requests")), before, strict=True)
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    size = sum(logs.values())
    print(f"{len(logs)} failed jobs, {size / 1e6:.0f} MB of logs")
    print(f"  fetched, not read   {fetched:6.2f} s   {size / 1e6 / fetched:5.0f} MB/s")
    print(f"  text ready          {ready:6.2f} s   {size / 1e6 / ready:5.0f} MB/s")
    print(f"  ready : fetched     {ready / fetched:6.2f} times")
    print(
        f"  text                {evidence.brief.characters:,} characters, {len(evidence.failures)} failures"
    )
    print(f"  peak memory         {peak + children.peak:6.0f} MiB ({peak:.0f} of this process)")
    print(f"  API requests        {api}, and {downloads} for logs")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("logs", nargs="*", type=Path, default=recorded("failure"))
    parser.add_argument("--jobs", type=int, default=256)
    parser.add_argument("--size", type=int, default=1_000_000, help="bytes of each log")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.jobs, arguments.size, arguments.logs)
        return
    gc.set_threshold(50_000)  # as src/entrypoint.py has it for every command
    with github(arguments) as process:
        measure(process)


if __name__ == "__main__":
    main()
