"""A raw log → the lines that explain the failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from ..model import Digest, Step
from .excerpts import excerpt
from .noise import Green, read_green
from .pipeline import Reader
from .rules import Rule
from .rules import rules as all_rules

__all__ = ["Green", "Reader", "excerpt", "is_item", "read", "read_green"]


def read(chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None) -> Digest:
    """`Reader.read` of a single log."""
    return Reader().read(chunks, steps=steps, green=green)


def is_item(rule: str, line: str) -> bool:
    """Whether the rule's lines list what failed, and this is one of them, not the context of one."""
    found = _lists().get(rule)
    return found is not None and found.search(line) is not None


@cache
def _lists() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules() if rule.is_list}
