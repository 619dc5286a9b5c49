"""What an excerpt and a digest hold at most, and which long lines an excerpt keeps in a small room."""

from __future__ import annotations

from collections.abc import Sequence

from fire_routine import distill
from fire_routine.distill.match import MatchCache, classify
from fire_routine.distill.scanner import MOST_MARKS, scan
from fire_routine.distill.types import DIGEST_BYTES
from fire_routine.model import Block, Digest

REASONS = ("disk too small for it", "name already taken", "region not open")


def terraform(reasons: tuple[str, ...] = REASONS) -> Digest:
    """A failed `terraform apply` whose errors differ in the middle of a long line."""
    log = [f"module.store.reading {n}" for n in range(200)]
    for n, reason in enumerate(reasons):
        log += [
            "╷",
            f'│ Error: creating table "till_{n}": operation refused, {reason}, '
            + "as the service said at length " * 14,
            "│ ",
            f"│   with module.store.cloud_table.till_{n},",
            f'│   on store/table.tf line {6 + 9 * n}, in resource "cloud_table" "till_{n}":',
            f'│    {6 + 9 * n}: resource "cloud_table" "till_{n}" {{',
            "│ ",
            "╵",
        ]
    log.append("##[error]Process completed with exit code 1.")
    return distill.read(["\n".join(log).encode()])


def blocks_of(lines: Sequence[str]) -> tuple[Block, ...]:
    """A block for each line of Python's exceptions, as strong as the others."""
    rules = classify([line.encode() for line in lines], every=True)
    return tuple(
        Block(number, (line,), 9.0, rule.id, number)
        for number, (line, rule) in enumerate(zip(lines, rules, strict=True), start=1)
        if rule is not None
    )


def test_a_long_line_next_to_a_finding_is_not_taken_first() -> None:
    findings = tuple(f"ValueError: no price {n}" for n in range(30))
    blocks = (*blocks_of(findings), Block(31, ("a payload of " + "x" * 700,), 8.9, "python-exception", 31))
    text = distill.excerpt(Digest(blocks, 31), 1_000).text
    assert [line for line in findings if line not in text] == []


def test_very_many_long_lines_are_not_all_cut_to_little() -> None:
    lines = [f"ValueError: {n} " + "x" * 300 for n in range(40)]
    text = distill.excerpt(Digest(blocks_of(lines), 40), 1_600).text
    assert any(line in text for line in lines)


def test_marks_are_bounded_and_the_first_and_last_are_kept() -> None:
    log = "".join(f"##[error]a.c:{n}:1: no\n" for n in range(3 * MOST_MARKS))
    marks = scan([log.encode()], MatchCache()).marks
    assert len(marks) == MOST_MARKS
    assert (marks[0].line, marks[-1].line) == (0, 3 * MOST_MARKS - 1)


def test_a_digest_is_bounded_however_many_steps_failed() -> None:
    log = []
    for step in range(12):
        words = (f"part {step} of the shop says at some length what it does in line {n}" for n in range(700))
        log += [
            f"##[group]Run make {step}",
            "##[endgroup]",
            *words,
            "##[error]Process completed with exit code 1.",
        ]
    blocks = distill.read(["\n".join(log).encode()]).blocks
    assert 0.5 * DIGEST_BYTES < sum(len(line) + 1 for block in blocks for line in block.lines) <= DIGEST_BYTES
