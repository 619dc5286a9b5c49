#!/usr/bin/env python3
"""What redaction takes out of real logs, how much of it, and how fast.

    python3 src/entrypoint.py bench/redaction.py FOLDER           # MB/s, redactions per 100 kB by kind
    python3 src/entrypoint.py bench/redaction.py FOLDER --show    # each distinct one, to be judged by eye
    python3 src/entrypoint.py bench/redaction.py FOLDER --plant   # which of the secrets planted survive
    python3 src/entrypoint.py bench/redaction.py --hostile        # time for twice the text over time for it

FOLDER holds logs; each redaction is shown with its line. Every log goes through in pieces of 200 kB, as much
as the action ever puts of one job into a text. Times are of the processor, so that other work on the machine
does not count.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.unit.redact.planted import planted  # noqa: E402
from tests.unit.redact.surviving import surviving  # noqa: E402

from fire_routine.redact import redact, redact_text  # noqa: E402

PIECE = 200_000  # characters
WORDS = re.compile("password|secret|token", re.IGNORECASE)  # the least that any redaction has to search for
AROUND = 60  # lines of a log on either side of a planted secret
STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
HOSTILE = (
    *(
        "a",
        "password=",
        "token=",
        "pass: ",
        '"password":"',
        "://a:b",
        "https://u:p@h ",
        "ghp_",
        "eyJ",
        "sk-",
        "SG.",
    ),
    *(
        "eyJaaaaaaaaaa.",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "Ab1/" * 16 + "\n",
        "eyJ" + "Ab1c" * 18 + "\n",
        "%41",
        "\\",
        '\\"',
        "ghp\n",
        "g\n",
    ),
    *(
        "cookie: a=b;",
        "authorization: bearer ",
        "name=password\nvalue=",
        '"kty"',
        "kind: Secret\ndata:\n  a: b\n",
    ),
    *(
        "curl -u a",
        "login -p ",
        "curl \\\n",
        '"-a","b",',
        "password: |\n",
        "A_KEY=a",
        "a:b@tcp(",
        "cookie: ['a=bcdefgh', '",
        "bundle_a__b",
        "x" * 79 + "\n",
        "ghp_" + "A1" * 38 + "\n",
        "cGFzc3dvcmQ9aHVudGVyMg==",
        "AKIA",
        "\n",
        "é",
    ),
)


def lines_of(log: Path) -> list[str]:
    """The log's lines without their timestamps."""
    return [STAMP.sub("", line) for line in re.split(r"\r?\n|\r", log.read_text("utf-8", "replace"))]


def pieces(log: Path) -> Iterator[list[str]]:
    piece: list[str] = []
    size = 0
    for line in lines_of(log):
        piece.append(line)
        size += len(line) + 1
        if size >= PIECE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def measure(logs: list[Path], showing: bool) -> None:
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    size = 0
    spent = slowest = searched = 0.0
    for log in logs:
        for lines in pieces(log):
            begin = time.process_time()
            redacted, found = redact(lines)
            took = time.process_time() - begin
            spent += took
            slowest = max(slowest, took)
            begin = time.process_time()
            sum(1 for line in lines if WORDS.search(line))
            searched += time.process_time() - begin
            size += sum(map(len, lines)) + len(lines)
            counts += found
            if showing and found:
                show(log, lines, redacted, seen)
    print(f"{size / 1e6:.1f} MB at {size / 1e6 / spent:.1f} MB/s, slowest piece {slowest * 1000:.0f} ms")
    print(f"a search of every line for three words is {spent / max(searched, 1e-9):.1f} times as fast")
    print(f"{counts.total()} redactions, {counts.total() / size * 1e5:.3f} per 100 kB")
    for kind, count in counts.most_common():
        print(f"{count:7} {kind}")


def show(log: Path, lines: list[str], redacted: list[str], seen: set[str]) -> None:
    for before, after in zip(lines, redacted, strict=True):
        shape = re.sub(r"\d+", "0", after)
        if "[redacted:" in after and "[redacted:" not in before and shape not in seen:
            seen.add(shape)
            print(f"{log.name}\n  - {before.strip()[:300]!r}\n  + {after.strip()[:300]!r}")


def plant(logs: list[Path], seed: int) -> None:
    """Each planted secret among the lines of a real log, at a place drawn by lot."""
    chance = random.Random(seed)
    texts = [lines_of(log) for log in chance.sample(logs, min(60, len(logs)))]
    total: Counter[str] = Counter()
    left: Counter[str] = Counter()
    collateral = 0
    for one in planted(seed):
        text = chance.choice(texts)
        place = chance.randrange(len(text))
        before, after = text[max(0, place - AROUND) : place], text[place : place + AROUND]
        alone = redact(before)[0] + redact(after)[0]
        redacted, _ = redact([*before, *one.lines, *after])
        own = redacted[len(before) : len(before) + len(one.lines)]
        others = redacted[: len(before)] + redacted[len(before) + len(one.lines) :]
        for mine, other in zip(others, alone, strict=True):
            if mine != other:
                collateral += 1
                print(f"changed beside {one.kind}, {one.how}: {other!r:.150} -> {mine!r:.150}")
        total[one.how] += 1
        if surviving(one, own):
            left[one.how] += 1
            print(f"survived: {one.kind}, {one.how}: {own!r:.300}")
    print(f"{total.total()} planted, {left.total()} survive; {collateral} lines around them were changed")
    for how, count in total.most_common():
        print(f"{count:7} {how}: {left[how]} survive")


def hostile() -> None:
    for unit in HOSTILE:
        text = unit * (PIECE // len(unit))
        times = []
        for part in (text[: PIECE // 2], text):
            begin = time.process_time()
            redact_text(part)
            times.append(time.process_time() - begin)
        print(f"{times[1]:6.2f} s, {times[1] / times[0]:4.1f} times that of half of it: {unit[:40]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--show", action="store_true", help="print each distinct redacted line")
    parser.add_argument(
        "--plant", type=int, nargs="?", const=1, metavar="SEED", help="plant secrets in the logs"
    )
    parser.add_argument("--hostile", action="store_true", help="time texts made to be slow")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth log")
    arguments = parser.parse_args()
    if arguments.hostile:
        hostile()
    elif arguments.folder is None:
        parser.error("a folder of logs is needed")
    else:
        logs = sorted(path for path in arguments.folder.rglob("*") if path.is_file())[:: arguments.every]
        if arguments.plant is None:
            measure(logs, arguments.show)
        else:
            plant(logs, arguments.plant)


if __name__ == "__main__":
    main()
