"""Recall: the share of the lines that explain a failure which an excerpt keeps, next to `tail -c` and `grep`.

    python3 src/entrypoint.py bench/recall.py [FOLDER] [--worst N] [--every N] [--halves]
    python3 src/entrypoint.py bench/recall.py FOLDER [--green] [--splice MB]
    python3 src/entrypoint.py bench/recall.py [FOLDER] --without NAME … [--splice MB]
    python3 src/entrypoint.py bench/recall.py [FOLDER] --unknown FAMILY

Without FOLDER, the project's own labelled logs are read (`tests/labelled`). FOLDER has a `cases.json`, a list
of `{"id", "set", "log", "labels": [[line, ...], ...], "green"}`. `log` and `green` are paths below FOLDER;
`green` is the log of a green run of the same job, if there is one. A label is one line, or several of equal
meaning. It is kept if one of them is in the excerpt; blanks, escape sequences and timestamps don't count.

Printed for each set: the mean share of labels kept at each budget of characters, and how many times the
share of `tail -c` and of `grep` that is. `grep` means the last characters of the lines with an error word.
`first` is the median of the characters before the first labelled line, in excerpts of 8,192 that have one.

`--green` gives the distiller the green logs. `--splice MB` puts output of green logs before the failed log,
before its labelled lines, after them in their step, and after the log. With both, the distiller knows as
much other output of the green logs. `--halves` also prints two halves, by the SHA-1 of the project's name.

`--without NAME` prints how many logs' excerpts change, and the change of these shares, in thousandths,
without one mechanism (`bench/without.py` names them; `all`: one after the other). Below zero, it serves. What
changes no text is dead, and what changes texts alone is presentation, which `bench/cards.py` judges.

`--unknown FAMILY` shows how tools fare that no rule knows: the shares at 4,096 characters with all that is
known, and without the rules of a family, and how its test runners mark what passed. A family is a file of
rules; its logs are those of which one of its rules matches a labelled line. `all`: one after the other, and
the mean of those with eight logs or more.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import WORDS, chunks  # noqa: E402 - of this working tree
from bench.labelled import (  # noqa: E402
    BUDGETS,
    OWN_SET,
    STAMP,
    Case,
    Measured,
    Recall,
    cases_of,
    folded,
    labels_of,
    measured,
    project_of,
    with_progress,
)
from bench.without import OFF, switch_off  # noqa: E402
from tools.knowledge import sources  # noqa: E402

from fire_routine import distill  # noqa: E402
from fire_routine.distill.lines import unstamped  # noqa: E402
from fire_routine.distill.match import classify  # noqa: E402
from fire_routine.distill.rules import entries  # noqa: E402

# Where a step begins or ends, or a runner echoes its script: absent from the output of one step.
OF_RUNNERS = re.compile(
    rb"##\[|\x1b\[36;1m|travis_(?:fold|time)|exited with \d|marked build as failure|Finished: "
)
OURS = "fire-routine"
NEAR, BELOW = 40, 20  # lines before the labelled ones, and at most after them, that stay with them


def tail(data: bytes, budget: int) -> str:
    return data[-budget:].decode("utf-8", "replace")


def grep(data: bytes, budget: int) -> str:
    return tail(b"\n".join(line for line in data.splitlines() if WORDS.search(line)), budget)


def distilled(case: Case, data: bytes, green: bytes | None = None) -> Measured:
    known = distill.read_green(chunks(green)) if green is not None else None
    digest = distill.read(chunks(data), green=known)
    return measured(case, lambda budget: distill.excerpt(digest, budget, everything=True).text)


def distilled_file(folder: Path, case: Case) -> Measured:
    return distilled(case, (folder / case["log"]).read_bytes())


def of_case(folder: Path, with_green: bool, case: Case) -> dict[str, Measured]:
    """The figures of one log, for each way of making an excerpt."""
    data = (folder / case["log"]).read_bytes()
    found = {OURS: distilled(case, data)}
    green = case.get("green")
    if with_green and green:
        found["with green"] = distilled(case, data, (folder / green).read_bytes())
    found["tail -c"] = measured(case, partial(tail, data))
    found["grep"] = measured(case, partial(grep, data))
    return found


def labelled(lines: Sequence[bytes], case: Case) -> tuple[int, int]:
    """The indexes of the first and the last labelled line."""
    wanted = {line for label in labels_of(case) for line in label}
    bare = [folded(line.decode("utf-8", "replace")) for line in lines]
    places = [at for at, line in enumerate(bare) if line in wanted]
    places = places or [at for at, line in enumerate(bare) if any(each in line for each in wanted)]
    return (places[0], places[-1]) if places else (len(lines) // 2, len(lines) // 2)


def spliced_at(lines: list[bytes], case: Case) -> dict[str, int]:
    """Where other output is put, by the name of that place."""
    first, last = labelled(lines, case)
    end = min(last + 1 + BELOW, len(lines))
    return {
        "before the log": 0,
        "before the cause": max(first - NEAR, 0),
        "after the cause": next((at for at in range(last + 1, end) if OF_RUNNERS.search(lines[at])), end),
        "after the log": len(lines),
    }


def filled(greens: Sequence[Path], chance: random.Random, size: int, stamped: bool) -> list[bytes]:
    """Lines of green logs, picked at random, with timestamps if the failed log has them."""
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
) -> dict[str, Measured]:
    """The figures of a log among the output of green ones, for each place of that output."""
    lines = (folder / case["log"]).read_bytes().split(b"\n")
    stamped = sum(STAMP.match(line.decode("utf-8", "replace")) is not None for line in lines[:50]) > 25
    chance = random.Random(case["id"])
    filler = filled(greens, chance, size, stamped)
    another = b"\n".join(filled(greens, chance, size, stamped)) if with_green else None
    found = {"unspliced": distilled(case, b"\n".join(lines))}
    for place, at in spliced_at(lines, case).items():
        data = b"\n".join([*lines[:at], *filler, *lines[at:]])
        found[place] = distilled(case, data)
        if another is not None:
            found[f"{place}, green"] = distilled(case, data, another)
    return found


FAMILIES = (
    *("jvm", "dotnet", "go", "ruby_php", "javascript", "native", "python", "rust", "others"),
    *("checks", "infrastructure"),
)
FEWEST = 8  # logs of a family that count in the mean


@cache
def ids() -> dict[str, set[str]]:
    """The ids of the rules in each family's file."""
    written = sources()
    return {name: {each.id for each in written if each.file == f"{name}.toml"} for name in FAMILIES}


def leave_out(family: str) -> None:
    """Leave out what is known of a family's tools, in this process and for good."""
    entries()[:] = [fields for fields in entries() if fields["id"] not in ids()[family]]


def families_of(case: Case) -> set[str]:
    """The families of which a rule matches a labelled line."""
    lines = [line.encode("utf-8", "replace") for label in case["labels"] for line in label]
    found = {rule.id for rule in classify(unstamped(lines), every=True) if rule is not None}
    return {family for family in FAMILIES if found & ids()[family]}


def unknown(chosen: Sequence[str], cases: Sequence[Case], work: Callable[[Case], Measured]) -> Iterator[str]:
    """A row for each family: its logs, and the shares at 4,096 with all rules and without its own."""
    with Pool() as pool:
        families = pool.map(families_of, cases)
        known = list(with_progress(pool.imap(work, cases), len(cases)))
    at = BUDGETS.index(4_096)
    rows = []
    yield f"{'':16}{'logs':>6}{'known':>8}{'unknown':>9}"
    for family in chosen:
        own = [number for number, names in enumerate(families) if family in names]
        if not own:
            continue
        with Pool(initializer=leave_out, initargs=(family,)) as pool:
            found = pool.map(work, [cases[number] for number in own])
        row = [sum(each.recall[at] for each in some) / len(own) for some in ([known[n] for n in own], found)]
        rows += [row] if len(own) >= FEWEST else []
        yield f"{family:16}{len(own):6}{row[0]:8.3f}{row[1]:9.3f}"
    if rows:
        yield f"{'mean':16}{'':6}" + "".join(
            f"{sum(each) / len(rows):{width}.3f}"
            for each, width in zip(zip(*rows, strict=True), (8, 9), strict=True)
        )


def half_of(case: Case) -> str:
    project = case.get("project") or project_of(case["id"])
    return "AB"[int(hashlib.sha1(project.encode()).hexdigest(), 16) % 2]


def mean(measures: Sequence[Measured]) -> Recall:
    return [sum(each) / len(measures) for each in zip(*(each.recall for each in measures), strict=True)]


def shown(figures: Sequence[float | None]) -> str:
    return " ".join("     -" if figure is None else f"{figure:6.3f}" for figure in figures)


def ratios(ours: Recall, theirs: Recall) -> list[float | None]:
    """How many times their share ours is, at each budget; None where theirs is zero."""
    return [mine / other if other else None for mine, other in zip(ours, theirs, strict=True)]


def middle(measures: Sequence[Measured]) -> str:
    """The median of the characters before the first labelled line, in the excerpts that have one."""
    found = [each.first for each in measures if each.first is not None]
    return f"{median(found):8,.0f}" if found else f"{'-':>8}"


def rows_of_set(name: str, found: Sequence[dict[str, Measured]]) -> Iterator[str]:
    """The rows of one set of logs: each way of making an excerpt, and the ratios."""
    ways = {
        way: [each[way] for each in found if way in each]
        for way in dict.fromkeys(way for each in found for way in each)
    }
    for way, measures in ways.items():
        yield f"{name:12} {way:24} {len(measures):4} logs {shown(mean(measures))} {middle(measures)}"
    ours = next(iter(ways))
    for way in (way for way in ("tail -c", "grep") if way in ways):
        times = ratios(mean(ways[ours]), mean(ways[way]))
        yield f"{name:12} {f'{ours} : {way}':24} {'times':>9} {shown(times)}"


def report(
    cases: Sequence[Case], found: Sequence[dict[str, Measured]], *, halves: bool = False
) -> Iterator[str]:
    yield f"mean share of labels kept, at{'':19}{' '.join(f'{budget:6}' for budget in BUDGETS)}    first"
    groups: dict[str, list[dict[str, Measured]]] = {}
    for case, each in zip(cases, found, strict=True):
        groups.setdefault(case.get("set", ""), []).append(each)
        if halves:
            groups.setdefault(f"{case.get('set', '')} {half_of(case)}", []).append(each)
    for name in sorted(groups):
        yield from rows_of_set(name, groups[name])
    if len(groups) > 1:
        yield from rows_of_set("all", found)


def changes(
    cases: Sequence[Case], as_is: Sequence[dict[str, Measured]], without: Sequence[dict[str, Measured]]
) -> str:
    """How many logs' excerpts change, and the changes of the shares at each budget, in thousandths.

    Of all logs, and of two halves of them.
    """
    changed = sum(
        any(before[way].texts != after[way].texts for way in before)
        for before, after in zip(as_is, without, strict=True)
    )
    figures = [f"{changed:4} texts"]
    for half in ("", "A", "B"):
        pairs = [
            (before[way], after[way])
            for case, before, after in zip(cases, as_is, without, strict=True)
            for way in before
            if half in ("", half_of(case)) and way not in ("tail -c", "grep", "unspliced")
        ]
        before, after = (mean([pair[at] for pair in pairs]) for at in (0, 1)) if pairs else ([], [])
        moved = [1_000 * (new - old) for old, new in zip(before, after, strict=True)]
        figures.append(f"{half or 'all'} " + " ".join(f"{each:+6.1f}" for each in moved))
    return "   ".join(figures)


def cases_to_read(folder: Path, every: int) -> list[Case]:
    """Every Nth case of each set."""
    cases = [case for case in cases_of(folder) if labels_of(case)]
    names = dict.fromkeys(case.get("set", "") for case in cases)
    sets = [[case for case in cases if case.get("set", "") == name] for name in names]
    return [case for each in sets for case in each[::every]]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=OWN_SET)
    parser.add_argument("--green", action="store_true", help="also with the green logs known")
    parser.add_argument("--splice", type=float, metavar="MB", help="add MB megabytes of green output")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth log of a set")
    parser.add_argument(
        "--worst", type=int, default=0, metavar="N", help="name the N logs of which least is kept"
    )
    parser.add_argument(
        "--without", nargs="+", default=[], choices=["all", *OFF], metavar="NAME", help="show its worth"
    )
    parser.add_argument(
        "--unknown", choices=["all", *FAMILIES], metavar="FAMILY", help="leave out what is known of it"
    )
    parser.add_argument("--halves", action="store_true", help="also print two halves of each set")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    cases = cases_to_read(folder, arguments.every)
    if not cases:
        parser.error(f"{folder} has no cases.json with labels: name a folder that has one")
    if arguments.unknown:
        chosen = FAMILIES if arguments.unknown == "all" else [arguments.unknown]
        for row in unknown(chosen, cases, partial(distilled_file, folder)):
            print(row, flush=True)
        return 0
    work = partial(of_case, folder, arguments.green)
    if arguments.splice:
        greens = sorted({folder / green for case in cases_of(folder) if (green := case.get("green"))})
        if not greens:
            parser.error("--splice needs cases with a green log")
        work = partial(spliced, folder, greens, int(arguments.splice * 1e6), arguments.green)
    with Pool() as pool:
        found = list(with_progress(pool.imap(work, cases), len(cases)))
    print(*report(cases, found, halves=arguments.halves), sep="\n")
    for name in OFF if "all" in arguments.without else arguments.without:
        with Pool(initializer=switch_off, initargs=(name,)) as pool:
            print(f"without {name:18}", changes(cases, found, list(pool.imap(work, cases))), flush=True)
    worst = sorted(zip(cases, found, strict=True), key=lambda pair: next(iter(pair[1].values())).recall[:3])
    for case, each in worst[: arguments.worst]:
        print(case["id"], *(f"{way} {shown(measure.recall)}" for way, measure in each.items()), sep="   ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
