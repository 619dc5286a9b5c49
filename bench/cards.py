"""Cards: is a reader told? Texts of logs for which it is written down what an engineer would paste.

    python3 src/entrypoint.py bench/cards.py FOLDER [--cards FILE] [--judge SCRIPT] [--save FOLDER]
                                             [--half SEED | --half-tools SEED] [--limit N]
                                             [--figures FILE] [--against FILE]

FOLDER has logs and a `cases.json` as `bench/recall.py` describes it. FILE (default: `cards.json` in FOLDER)
is a list of cards: each an object with the `id` of a case, its `failures` and what else SCRIPT reads.
Each log is that of the one failed job of a push, without history. One without timestamps is stamped,
and framed as one step.

`--save` writes each text as NN.md, by the card's place in FILE. SCRIPT judges them: it takes the options
`--corpus FOLDER`, `--cards FILE`, `--texts FOLDER` and `--json FILE`. Without it only lengths are printed.

`--figures` keeps what SCRIPT writes as JSON: a list of objects, each with the card's place `n`, its figures
`need`, `complete` and `noise` in the `opening` and in `all`, and `order` and `length`. `--against` compares
them with those of another tree on the same cards: each mean, and how many cards went up and down. Of about
fifty cards, one more or less is no finding.

`--half` leaves out every second rule of a tool's format, by a checksum of SEED and the rule's id, and
`--half-tools` all rules of every second tool. It shows what to expect of tools that no rule knows: what is
tuned on logs at hand overstates.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.distill import chunks  # noqa: E402 - of this working tree
from bench.labelled import STAMP, cases_of  # noqa: E402

from fire_routine import compose, distill  # noqa: E402
from fire_routine.distill.rules import SHARED, TOOL, Fields, entries  # noqa: E402
from fire_routine.model.run import Job, Run, Step  # noqa: E402

STRONG = 4.0  # weight of a rule from which on it may be left out
SAMPLE = 50  # lines of which most have a timestamp, where a log has them
TIME = "2026-01-02T03:04:05.0000000Z "
BEGIN = ("##[group]Run make", "\x1b[36;1mmake\x1b[0m", "shell: /usr/bin/bash -e {0}", "##[endgroup]")
END = ("##[error]Process completed with exit code 1.",)
LIMIT = 60_000
PARTS, WHOLE = ("need", "complete", "noise"), ("order", "length")  # measures of a part, and of a text
SAME = 0.0005  # a smaller difference of a measure is none


def leave_out(seed: str, part_of: Callable[[str], str]) -> int:
    """Leave out every second rule of a tool's format, in this process and for good. How many.

    Args:
        part_of: what of a rule's id decides.
    """

    def is_out(rule: Fields) -> bool:
        known = rule["tier"] in (TOOL, SHARED) and rule["weight"] >= STRONG and not rule.get("summary")
        return known and crc32((seed + part_of(rule["id"])).encode()) % 2 == 0

    before = len(entries())
    entries()[:] = [rule for rule in entries() if not is_out(rule)]
    return before - len(entries())


def framed(raw: bytes) -> bytes:
    """The log; one without timestamps as that of a job in which one step prints it and fails."""
    lines = raw.decode("utf-8", "surrogateescape").split("\n")
    if sum(STAMP.match(line) is not None for line in lines[:SAMPLE]) > min(SAMPLE, len(lines)) // 2:
        return raw
    framed = "\n".join(TIME + line for line in (*BEGIN, *lines, *END))
    return framed.encode("utf-8", "surrogateescape")


def text_of(raw: bytes, limit: int) -> str:
    """The text for a log."""
    step = Step(4, "Run tests", "failure", None, None)
    job = Job(1, "test", "failure", "", None, None, (step,))
    run = Run(
        repository="octo-org/widget",
        id=77,
        attempt=1,
        workflow="CI",
        workflow_id=5,
        workflow_path=".github/workflows/ci.yml",
        event="push",
        status="completed",
        conclusion="failure",
        head_branch="main",
        head_sha="3f786850e387550fdab836ed7e6dc881de23001b",
        head_repository="octo-org/widget",
        actor="mona",
        url="https://github.com/octo-org/widget/actions/runs/77",
        created_at=None,
        failed_jobs=(job,),
    )
    failures = compose.group((job,), {job.id: distill.read(chunks(framed(raw)))})
    return compose.compose(run, failures, max_characters=limit, excerpt=distill.excerpt, word="quote").text


def texts(folder: Path, cards: Path, limit: int) -> Iterator[tuple[str, str]]:
    """The name and the text of each card that names a failure."""
    logs = {case["id"]: folder / case["log"] for case in cases_of(folder)}
    for number, card in enumerate(json.loads(cards.read_text(encoding="utf-8"))):
        if card["failures"]:
            yield f"{number:02d}.md", text_of(logs[card["id"]].read_bytes(), limit)


def flat(figures: dict[str, Any]) -> dict[str, float]:
    """The measures of one card, each by its name."""
    parts = {f"{part} {name}": figures[part][name] for part in ("opening", "all") for name in PARTS}
    return {name: float(value) for name, value in (parts | {name: figures[name] for name in WHOLE}).items()}


def compared(before: Path, after: Path) -> Iterator[str]:
    """A line for each measure: its mean in both, and how many cards went up and down."""
    old, new = (
        {card["n"]: flat(card) for card in json.loads(file.read_text(encoding="utf-8"))}
        for file in (before, after)
    )
    both = sorted(old.keys() & new.keys())
    for name in new[both[0]] if both else ():
        was, now = ([figures[at][name] for at in both] for figures in (old, new))
        up, down = (sum(sign * (b - a) > SAME for a, b in zip(was, now, strict=True)) for sign in (1, -1))
        yield f"{name:17} {mean(was):9.3f} {mean(now):9.3f}  up {up:2}  down {down:2}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="logs and their cases.json")
    parser.add_argument("--cards", type=Path, metavar="FILE")
    parser.add_argument("--judge", type=Path, metavar="SCRIPT")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the texts there")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N", help="of each text")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="keep the judge's figures there")
    parser.add_argument("--against", type=Path, metavar="FILE", help="such a file of another tree")
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--half", metavar="SEED", help="leave out every second rule of a tool's format")
    half.add_argument("--half-tools", metavar="SEED", help="the same with all rules of every second tool")
    chosen = parser.parse_args(arguments)
    cards = chosen.cards or chosen.folder / "cards.json"
    for needed in (chosen.folder / "cases.json", cards, *filter(None, [chosen.judge, chosen.against])):
        if not needed.is_file():
            parser.error(f"{needed} is missing: name a folder, cards and a judge that are there")
    if chosen.half is not None:
        print(f"without {leave_out(chosen.half, lambda name: name)} rules", file=sys.stderr)
    if chosen.half_tools is not None:
        print(
            f"without {leave_out(chosen.half_tools, lambda name: name.split('-')[0])} rules", file=sys.stderr
        )
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.save or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        lengths = []
        for name, text in texts(chosen.folder, cards, chosen.limit):
            (folder / name).write_text(text, encoding="utf-8")
            lengths.append(len(text))
        print(f"{len(lengths)} texts, mean {mean(lengths):,.0f}, median {median(lengths):,.0f}", flush=True)
        if chosen.judge is None:
            return 0
        figures = (chosen.figures or Path(scratch) / "figures.json").absolute()
        given = ["--corpus", chosen.folder, "--cards", cards, "--texts", folder, "--json", figures]
        code = subprocess.run([sys.executable, chosen.judge, *given], check=False).returncode
        if chosen.against is not None and not code:
            print("\n".join(compared(chosen.against, figures)))
        return code


if __name__ == "__main__":
    sys.exit(main())
