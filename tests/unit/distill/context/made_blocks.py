"""Blocks around the lines that rules take."""

from __future__ import annotations

from tests.unit.distill.rule_of import rule_of

from fire_routine import distill
from fire_routine.distill.context.neighbours import block
from fire_routine.model import Digest


def read(lines: list[str]) -> Digest:
    return distill.read(["\n".join(lines).encode() + b"\n"])


def block_at(index: int, lines: list[bytes]) -> tuple[int, list[float]]:
    """The block around the line at `index`, by the rule that takes it."""
    rule = rule_of(lines[index])
    assert rule is not None
    first, shares, _ = block(rule, index, lines)
    return first, shares
