"""Is a failure's fingerprint the same in another run, and another one's different?

    python bench/fingerprint.py FOLDER

Each log below FOLDER (`*.log`) is read as it is, and again as another run of the same failure would
have printed it: at another time, in another folder, with other timings, hashes, ports, process and
run ids and temporary names, its lists of failed tests in another order. Printed: how many of these pairs have equal
fingerprints, and which logs share one.
"""

# ruff: noqa: E501, ARG005 - a mutation a line
from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from fire_routine import distill

HEX = "0123456789abcdef"
WORD = "abcdefghijklmnopqrstuvwxyz"
LISTED = re.compile(
    rb"(?:[\dT:.-]{19,28}Z )?(?:\x1b\[[\d;]*m)*(?:FAILED \S+::|\[ERROR\]   \S+|test \S+ \.\.\. FAILED|FAIL: \S+|rspec \./)"
)


def digits(chance: random.Random, found: re.Match[bytes]) -> bytes:
    """As many digits, others; the first is none of zero."""
    return re.sub(rb"\d", lambda _: b"%d" % chance.randint(1, 9), found.group())


def letters(chance: random.Random, found: re.Match[bytes], alphabet: str) -> bytes:
    return "".join(chance.choice(alphabet) for _ in found.group()).encode()


def hashes(chance: random.Random, found: re.Match[bytes]) -> bytes:
    text = found.group()
    mixed = any(chr(c) in "abcdef" for c in text) and any(chr(c).isdigit() for c in text)
    return b"a1" + letters(chance, found, HEX)[2:] if mixed else text


def mutations(chance: random.Random) -> list[tuple[bytes, Callable[[re.Match[bytes]], bytes]]]:
    def number(found: re.Match[bytes]) -> bytes:
        return digits(chance, found)

    return [
        (rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", lambda f: b"2027-0%d-1%dT0%d:1%d:2%d" % tuple(chance.choices(range(1, 9), k=5))),
        (rb"\d\d:\d\d:\d\d[.,]\d+", number),
        (rb"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", lambda f: hashes(chance, f) if b"-" not in f.group() else b"-".join(letters(chance, p, HEX) for p in re.finditer(rb"[^-]+", f.group()))),
        (rb"\b[0-9a-f]{12,40}\b", lambda f: hashes(chance, f)),
        (rb"\b0x[0-9a-f]{6,16}\b", lambda f: b"0x" + letters(chance, f, HEX)[2:]),
        (rb"/home/runner/work/([\w.-]+)/\1", lambda f: b"/Users/runner/work/" + f.group(1) + b"/" + f.group(1)),
        (rb"/(?:home|Users)/travis/build/", lambda f: b"/srv/ci/%d/build/" % chance.randint(1, 99)),
        (rb"/builds/workspace/", lambda f: b"/var/lib/jenkins/ws%d/" % chance.randint(1, 99)),
        (rb"(?<=/tmp/)[a-z0-9_]{6,12}\b", lambda f: letters(chance, f, WORD)),
        (rb"\b\d+\.\d+ ?(?:s|sec|ms|seconds)\b", number),
        (rb"\b\d+ ?ms\b", number),
        (rb"(?<=localhost:)\d{4,5}\b|(?<=127\.0\.0\.1:)\d{4,5}\b|(?<=0\.0\.0\.0:)\d{4,5}\b", number),
        (rb"(?<===)\d{3,6}(?===)|(?<=pid )\d+|(?<=PID )\d+", number),
        (rb"(?<=/runs/)\d{6,}|(?<=/jobs/)\d{6,}", number),
    ]  # fmt: skip


def shuffled(chance: random.Random, data: bytes) -> bytes:
    """Runs of neighbouring lines that list failed tests, in another order."""
    lines = data.split(b"\n")
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and LISTED.match(lines[end]):
            end += 1
        if end - at > 1:
            run = lines[at:end]
            chance.shuffle(run)
            lines[at:end] = run
        at = max(end, at + 1)
    return b"\n".join(lines)


def another_run(data: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    for pattern, by in mutations(chance):
        data = re.sub(pattern, by, data)
    return shuffled(chance, data)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3, help="other runs a log (default: 3)")
    parser.add_argument("--list", action="store_true", help="name the logs whose fingerprint changed")
    arguments = parser.parse_args()
    logs = sorted(path for path in arguments.folder.rglob("*.log") if not path.name.endswith(".green.log"))
    equal = pairs = 0
    sharing: dict[str, list[str]] = defaultdict(list)
    for path in logs:
        data = path.read_bytes()
        first = distill.read([data]).fingerprint
        sharing[first].append(path.name)
        same = [
            distill.read([another_run(data, seed)]).fingerprint == first for seed in range(arguments.runs)
        ]
        equal += sum(same)
        pairs += len(same)
        if arguments.list and not all(same):
            print(f"changed: {path.name}")
    print(f"same failure, another run: {equal} of {pairs} fingerprints equal ({equal / max(pairs, 1):.1%})")
    print(f"{len(sharing)} fingerprints for {len(logs)} logs; shared:")
    for print_, names in sharing.items():
        if len(names) > 1:
            print(f"  {print_}: {', '.join(names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
