#!/usr/bin/env python3
"""What redaction makes of forms that it has not seen: recall by kind, and false findings.

    python3 src/entrypoint.py bench/first_sight.py                  # the lines of all sets
    python3 src/entrypoint.py bench/first_sight.py --show           # and those whose secret can still be read
    python3 src/entrypoint.py bench/first_sight.py --harmless LOGS  # 100 kB of lines drawn from real logs

`first_sight.toml` and the further sets say how their tools were chosen. Each was committed before the rules
that are measured on it. A secret survives where more than half of it can be read in one piece.
`near_misses.toml` has lines without a secret, of the kinds in which redaction hid the cause of a failure.
The harmless lines are drawn with a fixed seed from those of the logs that hold a naming word or 20
characters of hexadecimal or base64. They are not part of this repository; `HARMLESS` is the digest of those
that were measured.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.token_data import value_of  # noqa: E402

from fire_routine.redact import redact  # noqa: E402

FROZEN = {  # each set's digest
    "first_sight.toml": "9a9c8128eee0afa855de681532e3bbc30038e927d12451391f908653e3b6dd6a",
    "first_sight_second.toml": "6fcf95fbb46def97f570297e779e8b4a5020db6ab19fcda6c9e13451e35692b4",
    "first_sight_third.toml": "b0386abb4017c3613f907bcd3adba1e1b1950d594fb9958f8eed8995591ce571",
    "first_sight_fourth.toml": "d04d7feb3612762e527944ec979478c7a9144748d154f026fde526d3a5976ab0",
}
NEAR_MISSES = "near_misses.toml"
FROZEN_MISSES = "e3edc65fc8ba18cc1b6dd51cfed29e78c13629351b08044821a6088bf3555c26"
EACH = 8  # texts that are made of an entry of it: 1,120 lines
HARMLESS = "a84d7778960e442c22381df7295d93d74581dd4fc8b6c60b9524e84f30a98609"
SEED = 56
SIZE = 100_000  # characters of harmless lines
LONGEST = 500  # characters of one
STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z ?")
PER_LOG = 20  # lines of one log, at most: few print the same kind of line ten thousand times
TELLING = re.compile(
    r"(?i:password|token|secret|key|auth)|[0-9a-f]{20}"
    r"|(?=[a-z+/]{0,80}[A-Z])(?=[a-z+/A-Z]{0,80}\d)(?=[A-Z0-9+/]{0,80}[a-z])[A-Za-z0-9+/]{20}"  # base64
)
REAL = frozenset(  # digests of drawn lines that hold a secret, by eye
    ("f273b5d3f901", "478cd936c70c", "c63c00673ac5", "184b54cfa077", "d1d1841e0c08")
)
MARK = re.compile(r"\[redacted:[\w-]+\]")
MARKED = re.compile("«([^»]*)»")
BEFORE = ("##[group]Run make check", "make check", "shell: /usr/bin/bash -e {0}", "##[endgroup]")
AFTER = ("", "1 failed, 11 passed in 3.21s", "##[error]Process completed with exit code 1.")


class Planted(NamedTuple):
    kind: str
    tool: str
    text: str
    secrets: tuple[str, ...]


def planted(lines_of_set: str) -> Iterator[Planted]:
    """The lines of a set, their holes filled."""
    for kind, tools in tomllib.loads(lines_of_set).items():
        for tool, lines in tools.items():
            for line in lines:
                text = value_of(line, SEED)
                yield Planted(kind, tool, MARKED.sub(r"\1", text), tuple(MARKED.findall(text)))


def survives(one: Planted) -> bool:
    lines = one.text.split("\n")
    redacted, _ = redact([*BEFORE, *lines, *AFTER])
    text = MARK.sub("\0", "\n".join(redacted[len(BEFORE) : len(BEFORE) + len(lines)]))
    return any(readable(secret, text) for secret in one.secrets)


def readable(secret: str, text: str) -> bool:
    """Whether more than half of it stands there in one piece."""
    size = len(secret) // 2 + 1
    return any(secret[start : start + size] in text for start in range(len(secret) - size + 1))


def harmless(folder: Path) -> list[str]:
    """Lines of the folder's logs that look as if they held a secret, drawn by the seed."""
    chance = random.Random(SEED)
    found: set[str] = set()
    for log in sorted(path for path in folder.rglob("*") if path.is_file()):
        lines = {STAMP.sub("", line) for line in re.split(r"\r?\n|\r", log.read_text("utf-8", "replace"))}
        telling = sorted(line for line in lines if len(line) <= LONGEST and TELLING.search(line))
        found.update(chance.sample(telling, min(PER_LOG, len(telling))))
    drawn = sorted(found)
    chance.shuffle(drawn)
    size = 0
    for number, line in enumerate(drawn):
        size += len(line) + 1
        if size >= SIZE:
            drawn = drawn[: number + 1]
            break
    return [line for line in drawn if digest(line)[:12] not in REAL]


def show_recall(*, show: bool) -> None:
    for name, frozen in FROZEN.items():
        lines = (Path(__file__).parent / name).read_text("utf-8")
        changed = "" if digest(lines) == frozen else ", which is not the frozen file: this is no first figure"
        print(f"{name}{changed}")
        show_set(lines, show=show)


def show_set(lines: str, *, show: bool) -> None:
    kinds: dict[str, list[bool]] = {}
    for one in planted(lines):
        kinds.setdefault(one.kind, []).append(alive := survives(one))
        if alive and show:
            print(f"  {one.kind}, {one.tool}: {one.text!r}")
    for kind, survived in kinds.items():
        print(
            f"{kind:16} {len(survived):4} lines, {sum(survived):3} survive,"
            f" recall {1 - sum(survived) / len(survived):.2f}"
        )
    every = [one for survived in kinds.values() for one in survived]
    print(
        f"{'all':16} {len(every):4} lines, {sum(every):3} survive, recall {1 - sum(every) / len(every):.3f}"
    )


def show_harmless(folder: Path, *, show: bool) -> None:
    lines = harmless(folder)
    if digest("\n".join(lines)) != HARMLESS:
        print(f"these are other lines than those of the figure: {digest(chr(10).join(lines))}")
    spread = [part for line in lines for part in (line, "")]  # blank lines keep what is unrelated apart
    redacted, counts = redact(spread)
    size = sum(map(len, lines)) + len(lines)
    print(f"{len(lines)} lines, {size / 1000:.0f} kB: {counts.total()} findings, {dict(counts)}")
    for before, after in zip(spread, redacted, strict=True) if show else ():
        if MARK.search(after) and not MARK.search(before):
            print(f"  - {before!r}\n  + {after!r}")


def near_misses() -> list[str]:
    """The lines of all kinds, which look near; a blank line keeps the texts apart."""
    entries = tomllib.loads((Path(__file__).parent / NEAR_MISSES).read_text("utf-8")).values()
    texts = [value_of(form, seed) for forms in entries for form in forms for seed in range(EACH)]
    return [line for text in texts for line in (*text.split("\n"), "")]


def show_near_misses(*, show: bool) -> None:
    file = (Path(__file__).parent / NEAR_MISSES).read_text("utf-8")
    changed = "" if digest(file) == FROZEN_MISSES else ", which is not the frozen file"
    lines = near_misses()
    redacted, counts = redact(lines)
    size = sum(map(len, lines)) + len(lines)
    print(f"{NEAR_MISSES}{changed}")
    print(
        f"{sum(map(bool, lines))} lines, {size / 1000:.0f} kB: {counts.total()} false findings,"
        f" {counts.total() / size * 1e5:.1f} per 100 kB {dict(counts)}"
    )
    seen: set[str] = set()
    for before, after in zip(lines, redacted, strict=True) if show else ():
        shape = re.sub(r"\w{8,}|\d+", "~", after)
        if MARK.search(after) and shape not in seen:
            seen.add(shape)
            print(f"  - {before!r}\n  + {after!r}")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--show", action="store_true", help="print the lines that survive, or the findings")
    parser.add_argument("--harmless", type=Path, metavar="LOGS", help="draw harmless lines from these logs")
    options = parser.parse_args()
    if options.harmless:
        show_harmless(options.harmless, show=options.show)
    else:
        show_recall(show=options.show)
        show_near_misses(show=options.show)


if __name__ == "__main__":
    main()
