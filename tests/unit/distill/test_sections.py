"""Sections of logs as tools print them: the cause is kept, and outweighs what follows from it.

Each file in `blocks/` is a section of a log after a margin of two characters: `!` before the lines that
name the cause, `|` before what else belongs to their context, `>` before what follows from the failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fire_routine.distill import excerpt, read
from fire_routine.distill.select import folded
from fire_routine.model.evidence import Digest

FOLDER = Path(__file__).parent / "blocks"
BEFORE, AFTER = (
    (FOLDER / name).read_text(encoding="utf-8").replace("␛", "\x1b").splitlines()
    for name in ("before.txt", "after.txt")
)
ENOUGH, LITTLE = 2048, 600  # characters
Marked = dict[str, list[int]]  # the numbers of the lines that are not blank, by their mark


def as_a_job(lines: list[str]) -> list[str]:
    """The log of a GitHub Actions job in which a step prints the lines and fails."""
    log = [*BEFORE, *lines, *AFTER]
    return [f"2026-01-02T03:04:{at // 20 % 60:02}.{at % 20:02}34567Z {line}" for at, line in enumerate(log)]


def sections() -> Iterator[tuple[str, Marked, Digest]]:
    """Each section's name, marks and digest: as it is, and as a job's step prints it."""
    for path in sorted(FOLDER.glob("*.log")):
        text = path.read_text(encoding="utf-8").replace("␛", "\x1b")
        marked = [(line[:1].strip(), line[2:]) for line in text.split("\n")[:-1]]
        lines = [line for _, line in marked]
        for name, log, first in (
            (path.stem, lines, 1),
            (f"{path.stem} in a job", as_a_job(lines), len(BEFORE) + 1),
        ):
            found: Marked = {mark: [] for mark in "!|>"}
            for number, (mark, line) in enumerate(marked, first):
                if mark and line.strip():
                    found[mark].append(number)
            if log is not lines:
                found[">"].append(
                    first + len(lines) + AFTER.index("##[error]Process completed with exit code 2.")
                )
            yield name, found, read(["\n".join(log).encode()])


def shown(digest: Digest, numbers: list[int], room: int) -> list[bool]:
    """Whether each of these lines is shown, there or where the log has the same text."""
    made = excerpt(digest, room)
    told = {line.number for line in made.shown}
    texts = {folded(line.text) for line in made.shown}
    own = {line.number: folded(line.text) for line in digest.lines}
    return [number in told or own.get(number) in texts for number in numbers]


def weights(digest: Digest) -> dict[int, float]:
    """By the number of the line."""
    return {line.number: line.weight for line in digest.lines}


def test_a_cause_is_kept_whole_is_shown_first_and_outweighs_what_follows_from_it() -> None:
    torn, lost, outweighed = [], [], []
    for name, marked, digest in sections():
        if not all(shown(digest, marked["!"], ENOUGH)):
            torn.append(name)
        if not any(shown(digest, marked["!"], LITTLE)):
            lost.append(name)
        by_number = weights(digest)
        least = min(by_number[number] for number in marked["!"])
        if any(by_number.get(number, 0) >= least for number in marked[">"]):
            outweighed.append(name)
    assert (torn, lost, outweighed) == ([], [], [])
