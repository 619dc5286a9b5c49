"""Is a failure's fingerprint the same in another run, and another one's different?

    python3 src/entrypoint.py bench/fingerprint.py [FOLDER] [--every N] [--list]

Without FOLDER, the project's own labelled logs are read. Each log below FOLDER (`*.log`) is read as it is,
and as another run of the same failure would have printed it (`reruns.py`): one difference at a time, then all
of them. If FOLDER has a `cases.json` that labels the lines which explain each failure (see `labelled.py`),
logs are also compared with each other: those of a project with the same labels, and those that share a
fingerprint with other labels. Each log is also compared with itself, with a word in its labelled lines
replaced, as another failure.

Printed: how many pairs have equal fingerprints. Next to it is a simple fingerprint, the log's last line
with an error word without its digits: how many times as often ours is equal, and as often differs.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import WORDS  # noqa: E402
from bench.labelled import OWN_SET, cases_of, project_of, with_progress  # noqa: E402
from bench.reruns import ESCAPES, KINDS, STAMP, another_run  # noqa: E402 - of this working tree

from fire_routine import distill  # noqa: E402

ALL = "all of them"
# Whether two logs have the same fingerprint, and the same simple one.
Equal = tuple[bool, bool]
# A log's fingerprint; whether another run's is equal, by what differs; whether another failure's is.
Result = tuple[str, dict[str, list[Equal]], Equal | None]
KEPT = re.compile(  # words by which tools' lines are known: what they say is not changed by another
    rb"(?i)error|fail|exception|warn|panic|fatal|abort|trace|expect|actual|assert|cannot|found|undefined|missing"
    rb"|invalid|denied|no such|not |npm|rake|make|test$|tests$|command|exit"
)
WORD = re.compile(rb"(?<![\w./\\@-])[A-Za-z]{4,}(?![\w./\\-])")


def fingerprints(data: bytes) -> tuple[str, bytes]:
    """Ours, and a simple one: the last line with an error word, without digits."""
    lines = (STAMP.sub(b"", line) for line in reversed(data.split(b"\n")))
    simple = next((line for line in lines if WORDS.search(line) and not line.startswith(b"##[error]")), b"")
    ours = distill.read([data]).fingerprint
    return ours.digest if ours is not None else "", re.sub(rb"\d+", b"0", ESCAPES.sub(b"", simple))


def equality(first: tuple[str, bytes], second: tuple[str, bytes]) -> Equal:
    return first[0] == second[0], first[1] == second[1]


def another_failure(data: bytes, labels: frozenset[bytes]) -> bytes:
    """The longest word in each labelled line is another: a name, or a word of the message."""
    lines = data.split(b"\n")
    for at, line in enumerate(lines):
        if STAMP.sub(b"", line).rstrip(b"\r") in labels:
            words = [word for word in WORD.finditer(line) if not KEPT.search(word.group())]
            if words:
                end = max(words, key=lambda word: len(word.group())).end()
                lines[at] = line[:end] + b"zq" + line[end:]
    return b"\n".join(lines)


def read(runs: int, log: tuple[Path, frozenset[bytes]]) -> Result:
    path, labels = log
    data = path.read_bytes()
    first = fingerprints(data)
    equal: dict[str, list[Equal]] = {}
    for name, kind in (*KINDS.items(), *[(ALL, another_run)] * runs):
        chance = random.Random(f"{name} {len(equal.get(name, ()))}")
        other = kind(chance, data)
        if other != data:
            equal.setdefault(name, []).append(equality(fingerprints(other), first))
    other = another_failure(data, labels)
    return first[0], equal, equality(fingerprints(other), first) if other != data else None


def _plain(label: str) -> bytes:
    return STAMP.sub(b"", label.encode()).rstrip(b"\r")


def _words(labels: frozenset[bytes]) -> frozenset[str]:
    """Labelled lines by their words alone: no numbers, no folders, no hashes."""
    lines = (ESCAPES.sub(b"", line).decode("utf-8", "replace") for line in labels)
    bare = (re.sub(r"\w*\d\w*|tmp[\w./]*|[^\s\"']*[/\\](?=\w)", "", line) for line in lines)
    return frozenset(words for line in bare if (words := " ".join(re.findall(r"[^\W\d_]{2,}", line)).lower()))


def compare(names: Sequence[str], prints: Sequence[str], words: Sequence[frozenset[str]]) -> Iterator[str]:
    """Pairs of logs: alike by their labels, and by their fingerprints."""
    logs = list(zip(names, prints, words, strict=True))
    alike = [
        (a, b) for a, b in combinations(logs, 2) if a[2] == b[2] and project_of(a[0]) == project_of(b[0])
    ]
    equal = sum(a[1] == b[1] for a, b in alike)
    share = equal / max(len(alike), 1)
    yield f"same project, same labels: {equal} of {len(alike)} equal ({share:.1%}); the others:"
    for a, b in alike:
        if a[1] != b[1]:
            yield f"  {a[0]} | {b[0]}"
    yield "same fingerprint, other labels:"
    for a, b in combinations(logs, 2):
        if a[1] == b[1] and a[2] != b[2]:
            yield f"  {a[0]} | {b[0]}"


def _row(name: str, equal: Sequence[bool]) -> str:
    return f"  {name:40} {sum(equal):5} of {len(equal):5}  {sum(equal) / max(len(equal), 1):7.1%}"


def _ratio(ours: Sequence[bool], simple: Sequence[bool]) -> str:
    times = f"{sum(ours) / sum(simple):.2f}" if any(simple) else "-"
    return f"  {'ours : simple fingerprint':40} {times:>5} times (simple: {sum(simple)} of {len(simple)})"


def _count(names: Sequence[str], results: Sequence[Result], list_them: bool) -> Iterator[str]:
    """Pairs of a log and another run of the same failure, and of a log and another failure."""
    pairs: dict[str, list[Equal]] = defaultdict(list)
    changed: dict[str, list[str]] = defaultdict(list)
    for name, (_, by_kind, _) in zip(names, results, strict=True):
        for kind, same in by_kind.items():
            pairs[kind] += same
            if not all(ours for ours, _ in same):
                changed[kind].append(name)
    yield "same failure, another run: pairs with equal fingerprints"
    for kind, same in pairs.items():
        yield _row(kind, [ours for ours, _ in same])
        yield from (f"    {name}" for name in changed[kind] if list_them)
    every = [same for each in pairs.values() for same in each]
    yield _row("in total", [ours for ours, _ in every])
    yield _ratio([ours for ours, _ in every], [simple for _, simple in every])
    others = [(name, same) for name, (_, _, same) in zip(names, results, strict=True) if same is not None]
    if others:
        yield "another failure, by a word of its labelled lines: pairs with different fingerprints"
        yield _row("in total", [not ours for _, (ours, _) in others])
        yield _ratio([not ours for _, (ours, _) in others], [not simple for _, (_, simple) in others])
        yield from (f"  {name}" for name, (ours, _) in others if ours and list_them)


def _logs(folder: Path) -> Iterator[tuple[str, Path, frozenset[bytes]]]:
    """Name, path and labelled lines of each log."""
    cases = cases_of(folder)
    for case in cases:
        labels = frozenset(_plain(line) for lines in case["labels"] for line in lines[:1])
        yield case["id"], folder / case["log"], labels
    if cases:
        return
    for path in sorted(folder.rglob("*.log")):
        if not path.name.endswith(".green.log"):
            yield path.name, path, frozenset()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=OWN_SET)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth log")
    parser.add_argument("--runs", type=int, default=3, help="other runs with all differences (default: 3)")
    parser.add_argument("--list", action="store_true", help="name the logs whose fingerprint changed")
    arguments = parser.parse_args()
    logs = list(_logs(arguments.folder))[:: arguments.every]
    names = [name for name, _, _ in logs]
    with Pool() as pool:
        work = pool.imap(partial(read, arguments.runs), [log[1:] for log in logs])
        results = list(with_progress(work, len(logs)))
    print(*_count(names, results, arguments.list), sep="\n")
    prints = [first for first, _, _ in results]
    print(f"{len(set(prints))} fingerprints for {len(prints)} logs")
    if any(labels for _, _, labels in logs):
        print(*compare(names, prints, [_words(labels) for _, _, labels in logs]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
