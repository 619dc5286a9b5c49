"""What an excerpt and a digest hold at most, and which long lines an excerpt keeps in a small room."""

from __future__ import annotations

from fire_routine import distill
from fire_routine.distill.types import DIGEST_BYTES
from fire_routine.model import Block, Digest


def of_lines(*lines: str) -> Digest:
    """A digest with a block for each line, all equally strong."""
    return Digest(tuple(Block(at, (line,), 9.0, "any", at) for at, line in enumerate(lines, 1)), len(lines))


def test_very_many_long_lines_are_not_all_cut_to_little() -> None:
    lines = [f"ValueError: {n} " + "x" * 300 for n in range(40)]
    text = distill.excerpt(of_lines(*lines), 1_600).text
    assert any(line in text for line in lines)


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
