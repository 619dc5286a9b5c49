#!/usr/bin/env python3
"""Compares redaction with other detectors on the same lines: recall, false findings, speed.

    python3 src/entrypoint.py bench/redaction.py                  # made-up lines, and the peers
    python3 src/entrypoint.py bench/redaction.py FOLDER           # and real logs: speed, redactions by kind
    python3 src/entrypoint.py bench/redaction.py FOLDER --show    # each distinct redaction, to be judged
    python3 src/entrypoint.py bench/redaction.py FOLDER --plant   # which planted secrets survive in the logs
    python3 src/entrypoint.py bench/redaction.py --half 1    # first_sight.toml without half of all syntaxes
    python3 src/entrypoint.py bench/redaction.py --hostile        # time for twice the text over time for it

The peers are optional; a line reports each that is missing:

    python3 -m pip install --target peers detect-secrets==1.5.0 kingfisher-secret-scanner==1.5.0
    git clone https://github.com/gitleaks/gitleaks
    … bench/redaction.py --peers peers --gitleaks gitleaks/config/gitleaks.toml

A secret is found if one finding covers more than half of it. `--corpus FILE` measures other lines: JSON
objects with `line`, `secret` and `source`, one per line. The vendors' tokens among the made-up lines follow
our data, so our recall for them is a check, not a result. FOLDER holds logs. Each is read in pieces of 200
kB, as much as the action ever puts of one job into a text. Times are of the processor: other work on the
machine does not count.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench import first_sight, redaction_lines, redaction_peers  # noqa: E402
from bench.redaction_lines import Line  # noqa: E402
from bench.redaction_peers import Finder, MissingError  # noqa: E402
from tests.unit.redact.planted import planted  # noqa: E402
from tests.unit.redact.surviving import surviving  # noqa: E402

from fire_routine.redact import redact, redact_text, token_formats  # noqa: E402

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
        " ".join("r4Jx0Vq9TzLw"[n % 12 :] + f"{n:05}aB3cD" for n in range(8_000)),
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


def measure(logs: list[Path], *, showing: bool) -> None:
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


def half(seed: int) -> None:
    """Recall on lines of unknown forms, with all syntaxes and commands, and with half of them by lot."""
    first_sight.show_recall(show=False)
    compiled = token_formats._compiled()
    every = [row for row in compiled["formats"] if token_formats.Format(*row).lowered]
    dropped = random.Random(seed).sample(every, len(every) // 2)
    compiled["formats"] = [row for row in compiled["formats"] if row not in dropped]
    token_formats.formats.cache_clear()
    for name in ("commands_that_print", "commands_that_read"):
        words = sorted(token_formats.word_list(name))
        compiled["words"][name] = random.Random(seed).sample(words, len(words) // 2)
    token_formats.word_list.cache_clear()
    token_formats.commands.cache_clear()
    print(f"with {len(every) - len(dropped)} of {len(every)} syntaxes, and half of the commands:")
    first_sight.show_recall(show=False)


def tools(rules: Path | None) -> dict[str, Finder]:
    """The detectors that are there, by name; a line for each that is missing."""
    makers: dict[str, Callable[[], Finder]] = {
        "fire-routine": redaction_peers.ours,
        "gitleaks' rules": lambda: redaction_peers.gitleaks(rules),
        "kingfisher": redaction_peers.kingfisher,
        "detect-secrets": redaction_peers.detect_secrets,
    }
    found = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except MissingError as missing:
            print(missing)
    return found


def compare(lines: list[Line], harmless: list[str], logs: list[Path], finders: dict[str, Finder]) -> None:
    """One table: recall by source, false findings in harmless lines and findings in logs, MB/s."""
    by_source: dict[str, list[Line]] = {}
    for line in lines:
        by_source.setdefault(line.source, []).append(line)
    print("| | lines |" + "".join(f" {name} |" for name in finders))
    print("|---|---|" + "---|" * len(finders))
    for source, ones in by_source.items():
        shares = (sum(is_found(one, find) for one in ones) / len(ones) for find in finders.values())
        print(f"| {source} | {len(ones)} |" + "".join(f" {share:.3f} |" for share in shares))
    texts = {"harmless lines": ["\n".join(harmless)]}
    if logs:
        texts["the logs"] = ["\n".join(piece) for log in logs for piece in pieces(log)]
    for name, parts in texts.items():
        show_findings(name, parts, finders)


def is_found(line: Line, find: Finder) -> bool:
    """Whether every secret of the line is found; any finding will do where the line names none."""
    values = find(line.text)
    wanted = [part for secret in line.secrets for part in secret.split("\n")]
    return all(any(covers(value, part) for value in values) for part in wanted) if wanted else bool(values)


def covers(value: str, secret: str) -> bool:
    return secret in value or (value in secret and 2 * len(value) > len(secret))


def show_findings(name: str, parts: list[str], finders: dict[str, Finder]) -> None:
    size = sum(map(len, parts))
    rates, speeds = [], []
    for find in finders.values():
        begin = time.process_time()
        count = sum(len(find(part)) for part in parts)
        rates.append(count / size * 1e5)
        speeds.append(size / 1e6 / max(time.process_time() - begin, 1e-9))
    print(
        f"| findings per 100 kB of {name} | {size / 1e3:.0f} kB |"
        + "".join(f" {rate:.2f} |" for rate in rates)
    )
    print(f"| MB/s on {name} | |" + "".join(f" {speed:.2f} |" for speed in speeds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="logs")
    parser.add_argument("--show", action="store_true", help="print each distinct redacted line of the logs")
    parser.add_argument(
        "--plant", type=int, nargs="?", const=1, metavar="SEED", help="plant secrets in the logs"
    )
    parser.add_argument("--hostile", action="store_true", help="time texts that were made to be slow")
    parser.add_argument("--half", type=int, metavar="SEED", help="leave out half of the syntaxes of tools")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth log")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where the peers are installed")
    parser.add_argument("--gitleaks", type=Path, metavar="FILE", help="gitleaks' config/gitleaks.toml")
    parser.add_argument(
        "--corpus", type=Path, nargs="*", default=[], metavar="FILE", help="other lines to measure"
    )
    options = parser.parse_args()
    logs = sorted(path for path in options.folder.rglob("*") if path.is_file()) if options.folder else []
    logs = logs[:: options.every]
    if options.hostile:
        hostile()
    elif options.half is not None:
        half(options.half)
    elif options.plant is not None or options.show:
        if not logs:
            parser.error("a folder of logs is needed")
        plant(logs, options.plant) if options.plant is not None else measure(logs, showing=True)
    else:
        if options.peers:
            sys.path.append(str(options.peers))
        lines = [line for file in options.corpus for line in redaction_lines.read(file)]
        plain = [line.text for line in lines if line.source == "harmless"]
        secret = [line for line in lines if line.source != "harmless"]
        compare(
            secret or [*redaction_lines.made_up(1)],
            plain or redaction_lines.harmless(1),
            logs,
            tools(options.gitleaks),
        )
        if logs:
            measure(logs, showing=False)


if __name__ == "__main__":
    main()
