"""How fast logs are read, next to `tail -c`, `grep` and ripgrep, and how much memory it takes.

    python3 src/entrypoint.py bench/distill.py [FOLDER] [--memory MIB]

Without FOLDER (of `*.log` files) it reads logs of its own making: green build output with a failure
in its middle, and lines made to do harm; of these it also shows how much longer twice the log takes.
Each figure is the best of three rounds on one core, because other work on the machine only adds to it.
All are times of the processor. Compare figures of one run: the ratios say how many times as fast as another
tool the distiller is. The tools are processes of their own, which look for error words in a file. Those that
are not installed are named. `re` is the same search by Python.

Peak memory is that of a separate process that reads `--memory` MiB: of one line over and over, and of
FOLDER's logs in turn. Real text takes more.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = str(ROOT / "src")
sys.path.insert(0, SOURCE)

from fire_routine import distill  # noqa: E402 - of this working tree

MIB = 1024 * 1024
CHUNK = 64 * 1024
ROUNDS = 3
ERRORS = "error|fail|exception|fatal"
WORDS = re.compile(ERRORS.encode(), re.IGNORECASE)
TOOLS = {  # their commands, to which the file's name is added
    "grep": ["grep", "-a", "-c", "-i", "-E", ERRORS],
    "ripgrep": ["rg", "-a", "-c", "-i", "-j", "1", ERRORS],
    "tail -c": ["tail", "-c", "8192"],
}
FAILURE = b"""--- FAIL: TestSum (0.00s)
    sum_test.go:9: got 3, want 4
FAIL
FAIL\texample.com/sum\t0.004s
##[error]Process completed with exit code 1.
"""
Work = Callable[[], object]
MEMORY = """
import resource, sys
from itertools import cycle
from pathlib import Path
from fire_routine import distill
line = b"2026-01-02T03:04:05.1234567Z [INFO] compiling module %d of the build, nothing wrong here\\n"
files = sorted(Path(sys.argv[2]).rglob("*.log")) if sys.argv[2] else []
def log(total):
    made, n, turns = 0, 0, cycle(files)
    while made < total:
        chunk = next(turns).read_bytes() if files else b"".join(line % (n + i) for i in range(700))
        n, made = n + 700, made + len(chunk)
        yield chunk
    yield b"error: the cause\\n"
distill.read(log(int(sys.argv[1]) * 1024 * 1024))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak // (1024 if sys.platform == "linux" else 1024 * 1024))
"""


def green(chance: random.Random, lines: int) -> bytes:
    verbs = ["Compiling", "Downloading", "Installing", "ok", "PASS", "Linking", "Checking"]
    return b"".join(
        b"2026-01-02T03:04:05.1234567Z %s package-%d v1.%d\n"
        % (chance.choice(verbs).encode(), chance.randrange(9999), n)
        for n in range(lines)
    )


def backtracking(chance: random.Random, lines: int) -> bytes:
    """Prefixes that rules look for, each before a run of what their quantifiers take."""
    starts = [
        b"FAILED ",
        b"ERROR: ",
        b"a.py::",
        b"x:1:in `a: (",
        b"[ERROR] ",
        b"1) ",
        b"Error: ",
        b"  at ",
        b"E   ",
    ]
    runs = [b" ", b"a", b"1", b"/", b".", b":", b"(", b"[a] ", b"a/", b"A::", b"1:", b"at ", b"Error", b"- "]
    return b"".join(
        b"%s%s!\n" % (chance.choice(starts), chance.choice(runs) * chance.randrange(50, 500))
        for _ in range(lines)
    )


def made() -> Iterator[tuple[str, bytes]]:
    """Logs for who has none."""
    chance = random.Random(7)
    yield "green, the failure in its middle", green(chance, 100_000) + FAILURE + green(chance, 100_000)
    yield "lines made for backtracking", backtracking(chance, 20_000)
    yield "one line", b"x" * (16 * MIB)
    yield "carriage returns alone", b"\r" * (8 * MIB)
    yield "500,000 ##[group]s", b"##[group]Run x\n" * 500_000
    yield "no UTF-8, NUL bytes", bytes(range(256)) * (16 * 1024)


def timed(work: Work, *, in_children: bool = False) -> float:
    """Seconds of the processor; `in_children`: those of the processes that `work` starts and waits for."""
    who = resource.RUSAGE_CHILDREN if in_children else resource.RUSAGE_SELF
    before = resource.getrusage(who)
    work()
    after = resource.getrusage(who)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def chunks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))


def read(data: bytes) -> None:
    distill.read(chunks(data))


def search(data: bytes) -> int:
    """Lines with an error word."""
    return sum(1 for line in data.splitlines() if WORDS.search(line))


def run(command: list[str], file: Path) -> None:
    subprocess.run([*command, str(file)], check=False, stdout=subprocess.DEVNULL)


def report(label: str, logs: list[bytes], folder: Path, *, twice: bool) -> None:
    total = sum(map(len, logs))
    files = [folder / str(number) for number in range(len(logs))]
    for file, data in zip(files, logs, strict=True):
        file.write_bytes(data)
    own: dict[str, list[Work]] = {
        "distill": [partial(read, data) for data in logs],
        "re": [partial(search, data) for data in logs],
    }
    others: dict[str, list[Work]] = {
        name: [partial(run, command, file) for file in files]
        for name, command in TOOLS.items()
        if shutil.which(command[0])
    }
    speeds = {}  # MB/s
    for name, works in {**own, **others}.items():
        took = min(sum(timed(work, in_children=name in others) for work in works) for _ in range(ROUNDS))
        speeds[name] = total / max(took, 1e-9) / 1e6
    figures = [f"{name} {speed:8.1f} MB/s" for name, speed in speeds.items()]
    figures += [
        f"distill : {name} {speeds['distill'] / speeds[name]:5.2f}" for name in speeds if name != "distill"
    ]
    if twice:
        once, again = (
            min(timed(partial(read, data)) for _ in range(ROUNDS)) for data in (logs[0], logs[0] + logs[0])
        )
        figures.append(f"twice the log: x {again / max(once, 1e-9):.2f}")
    print(f"{label:36} {total / 1e6:8.1f} MB   {'   '.join(figures)}", flush=True)


def peak_memory(mebibytes: int, folder: Path | None = None) -> str:
    """MiB that a process takes which reads so much of a folder's logs; without a folder, of one line."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(mebibytes), str(folder or "")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--memory", type=int, default=400, help="MiB of the log that peak memory is taken on")
    arguments = parser.parse_args()
    gc.set_threshold(50_000)  # as src/entrypoint.py has it for every command
    # First, while this process is small: Linux counts its size as the new process's, too.
    measured = f"peak memory on {arguments.memory} MiB of"
    print(f"{measured} one line over and over: {peak_memory(arguments.memory)} MiB")
    if arguments.folder:
        print(f"{measured} FOLDER's logs in turn: {peak_memory(arguments.memory, arguments.folder)} MiB")
    missing = [name for name, command in TOOLS.items() if not shutil.which(command[0])]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as name:
        if arguments.folder:
            logs = [path.read_bytes() for path in sorted(arguments.folder.rglob("*.log"))]
            report(f"{len(logs)} logs, one by one", logs, Path(name), twice=False)
            report("the same in one stream", [b"\n".join(logs)], Path(name), twice=False)
        else:
            for label, log in made():
                report(label, [log], Path(name), twice=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
