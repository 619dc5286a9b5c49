"""How much of what explains a failure is in the excerpt, compared with `tail -c` and a grep of error words.

    python3 src/entrypoint.py bench/recall.py FOLDER [--green] [--splice MB] [--every N] [--worst N]

FOLDER holds labelled logs: `cases.json`, a list of `{"id", "set", "log", "labels": [[line, …], …], "green"}`,
whose `log` and `green` (the log of a green run of the same job, where there is one) are paths below it. A
label is one line or several equivalent ones; it is kept if one of them is in the excerpt, blanks,
escape sequences and timestamps aside. Printed for each set: the mean share of labels kept at each budget of
characters, of all logs and of two halves, by the SHA-1 of the project's name.

`--green` lets the distiller know the green logs. `--splice MB` puts MB megabytes of output of the green
logs before the failed log, before its labelled lines, after them in their step, and after the log; with
both, the distiller knows as much other output of the green logs.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import WORDS, chunks  # noqa: E402 - of this working tree
from bench.labelled import Case, cases_of, project_of  # noqa: E402

from fire_routine import distill  # noqa: E402

BUDGETS = (2_048, 4_096, 8_192, 60_000)  # characters
# `gh run view --log` puts job and step before the timestamp.
STAMP = re.compile(
    r"^(?:[^\t\n]{0,200}\t[^\t\n]{0,200}\t)?\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?", re.MULTILINE
)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\n]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")
BLANK = re.compile(r"[\s\x00-\x1f]+")
SHORTEST = 4  # characters of a label that means something
# Where a step begins or ends, or a runner echoes its script: not to be found in what one step printed.
OF_RUNNERS = re.compile(
    rb"##\[|\x1b\[36;1m|travis_(?:fold|time)|exited with \d|marked build as failure|Finished: "
)
NEAR, BELOW = 40, 20  # most lines before and after the labelled ones that stay with them


Recall = list[float]  # at each of the budgets


def folded(text: str) -> str:
    return BLANK.sub("", ESCAPES.sub("", STAMP.sub("", text)))


def labels_of(case: Case) -> list[list[str]]:
    labels = [[bare for line in lines if len(bare := folded(line)) >= SHORTEST] for lines in case["labels"]]
    return [label for label in labels if label]


def tail(data: bytes, budget: int) -> str:
    return data[-budget:].decode("utf-8", "replace")


def grep(data: bytes, budget: int) -> str:
    return tail(b"\n".join(line for line in data.splitlines() if WORDS.search(line)), budget)


def kept(case: Case, text: Callable[[int], str]) -> Recall:
    """The share of labels that are in the text at each budget."""
    labels = labels_of(case)
    shown = [folded(text(budget)[:budget]) for budget in BUDGETS]
    return [sum(any(line in each for line in label) for label in labels) / len(labels) for each in shown]


def distilled(case: Case, data: bytes, green: bytes | None = None) -> Recall:
    known = distill.read_green(chunks(green)) if green is not None else None
    digest = distill.read(chunks(data), green=known)
    return kept(case, lambda budget: distill.excerpt(digest, budget).text)


def of_case(folder: Path, with_green: bool, case: Case) -> dict[str, Recall]:
    """What is kept of a log, by each way of reading it."""
    data = (folder / case["log"]).read_bytes()
    found = {"distill": distilled(case, data)}
    green = case.get("green")
    if with_green and green:
        found["with green"] = distilled(case, data, (folder / green).read_bytes())
    found["tail -c"] = kept(case, partial(tail, data))
    found["grep"] = kept(case, partial(grep, data))
    return found


def labelled(lines: Sequence[bytes], case: Case) -> tuple[int, int]:
    """The places of the first and the last line that a label holds."""
    wanted = {line for label in labels_of(case) for line in label}
    bare = [folded(line.decode("utf-8", "replace")) for line in lines]
    places = [at for at, line in enumerate(bare) if line in wanted]
    places = places or [at for at, line in enumerate(bare) if any(each in line for each in wanted)]
    return (places[0], places[-1]) if places else (len(lines) // 2, len(lines) // 2)


def spliced_at(lines: list[bytes], case: Case) -> dict[str, int]:
    """Where other output is put, by what that is called."""
    first, last = labelled(lines, case)
    end = min(last + 1 + BELOW, len(lines))
    return {
        "before the log": 0,
        "before the cause": max(first - NEAR, 0),
        "after the cause": next((at for at in range(last + 1, end) if OF_RUNNERS.search(lines[at])), end),
        "after the log": len(lines),
    }


def filled(greens: Sequence[Path], chance: random.Random, size: int, stamped: bool) -> list[bytes]:
    """Lines of green logs, picked at random, with timestamps as the failed log has them."""
    filler: list[bytes] = []
    made = 0
    while made < size:
        for raw in chance.choice(greens).read_bytes().split(b"\n"):
            if OF_RUNNERS.search(raw):
                continue
            second = len(filler) // 1_000
            time = f"2026-01-02T{second // 3_600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.1234567Z "
            line = STAMP.sub("", raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            filler.append(time.encode() + line if stamped else line)
            made += len(filler[-1]) + 1
    return filler


def spliced(
    folder: Path, greens: Sequence[Path], size: int, with_green: bool, case: Case
) -> dict[str, Recall]:
    """What is kept of a log among the output of green ones, by the place of that output."""
    lines = (folder / case["log"]).read_bytes().split(b"\n")
    stamped = sum(STAMP.match(line.decode("utf-8", "replace")) is not None for line in lines[:50]) > 25
    chance = random.Random(case["id"])
    filler = filled(greens, chance, size, stamped)
    another = b"\n".join(filled(greens, chance, size, stamped)) if with_green else None
    found = {"by itself": distilled(case, b"\n".join(lines))}
    for place, at in spliced_at(lines, case).items():
        data = b"\n".join([*lines[:at], *filler, *lines[at:]])
        found[place] = distilled(case, data)
        if another is not None:
            found[f"{place}, green"] = distilled(case, data, another)
    return found


def half_of(case: Case) -> str:
    project = case.get("project") or project_of(case["id"])
    return "AB"[int(hashlib.sha1(project.encode()).hexdigest(), 16) % 2]


def mean(recalls: Sequence[Recall]) -> str:
    shares = [sum(each) / max(len(recalls), 1) for each in zip(*recalls, strict=True)]
    return " ".join(f"{share:.3f}" for share in shares) or "-"


def report(cases: Sequence[Case], found: Sequence[dict[str, Recall]]) -> Iterator[str]:
    yield f"mean share of labels kept at {', '.join(f'{budget:,}' for budget in BUDGETS)} characters"
    for name in dict.fromkeys(case.get("set", "") for case in cases):
        of_set = [
            (case, each) for case, each in zip(cases, found, strict=True) if case.get("set", "") == name
        ]
        for way in dict.fromkeys(way for _, each in of_set for way in each):
            read = [(half_of(case), each[way]) for case, each in of_set if way in each]
            halves = [[recall for half, recall in read if half == which] for which in "AB"]
            shown = "   ".join(
                f"{which} ({len(each)}) {mean(each)}" for which, each in zip("AB", halves, strict=True)
            )
            yield f"{name:12} {way:23} ({len(read)}) {mean([recall for _, recall in read])}   {shown}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--green", action="store_true", help="also with the green logs known")
    parser.add_argument("--splice", type=float, metavar="MB", help="add MB megabytes of green output")
    parser.add_argument("--every", type=int, default=1, help="only every Nth log of a set")
    parser.add_argument(
        "--worst", type=int, default=0, help="name the N logs with the lowest recall at 8,192"
    )
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    every = [case for case in cases_of(folder) if labels_of(case)]
    if not every:
        parser.error(f"{folder} has no cases.json that labels its logs: name a folder that has")
    sets = dict.fromkeys(case.get("set", "") for case in every)
    cases = [
        case
        for name in sets
        for case in [case for case in every if case.get("set", "") == name][:: arguments.every]
    ]
    work = partial(of_case, folder, arguments.green)
    if arguments.splice:
        greens = sorted({folder / green for case in every if (green := case.get("green"))})
        if not greens:
            parser.error("--splice needs cases with a green log")
        work = partial(spliced, folder, greens, int(arguments.splice * 1e6), arguments.green)
    with Pool() as pool:
        found = pool.map(work, cases, chunksize=1)
    print(*report(cases, found), sep="\n")
    worst = sorted(zip(cases, found, strict=True), key=lambda pair: next(iter(pair[1].values()))[2])
    for case, each in worst[: arguments.worst]:
        print(case["id"], *(f"{way} {mean([recall])}" for way, recall in each.items()), sep="   ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
