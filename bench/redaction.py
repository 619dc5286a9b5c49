#!/usr/bin/env python3
"""What redaction takes out of real logs, how much of it, and how fast.

    python bench/redaction.py FOLDER            # of logs: MB/s, and redactions per 100 kB by kind
    python bench/redaction.py FOLDER --show     # each distinct one with its line, to be judged by eye

Every log goes through in pieces of 200 kB, as much as the action ever puts of one job into a text.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from fire_routine.compose.redaction import redact

PIECE = 200_000  # characters
STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")


def pieces(log: Path) -> Iterator[list[str]]:
    """The log's lines without their timestamps, in pieces."""
    piece: list[str] = []
    size = 0
    for line in re.split(r"\r?\n|\r", log.read_text("utf-8", "replace")):
        piece.append(STAMP.sub("", line))
        size += len(line) + 1
        if size >= PIECE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print each distinct redacted line")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth log")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    size = 0
    spent = slowest = 0.0
    for log in sorted(path for path in arguments.folder.rglob("*") if path.is_file())[:: arguments.every]:
        for lines in pieces(log):
            begin = time.process_time()
            redacted, found = redact(lines)
            took = time.process_time() - begin
            spent += took
            slowest = max(slowest, took)
            size += sum(map(len, lines)) + len(lines)
            counts += found
            if arguments.show and found:
                show(log, lines, redacted, seen)
    print(f"{size / 1e6:.1f} MB at {size / 1e6 / spent:.1f} MB/s, slowest piece {slowest * 1000:.0f} ms")
    print(f"{counts.total()} redactions, {counts.total() / size * 1e5:.3f} per 100 kB")
    for kind, count in counts.most_common():
        print(f"{count:7} {kind}")


def show(log: Path, lines: list[str], redacted: list[str], seen: set[str]) -> None:
    for before, after in zip(lines, redacted, strict=True):
        shape = re.sub(r"\d+", "0", after)
        if "[redacted:" in after and "[redacted:" not in before and shape not in seen:
            seen.add(shape)
            print(f"{log.name}\n  - {before.strip()[:300]!r}\n  + {after.strip()[:300]!r}")


if __name__ == "__main__":
    main()
