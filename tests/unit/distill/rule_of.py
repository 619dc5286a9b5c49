"""The rule that takes a line."""

from __future__ import annotations

from fire_routine.distill.match import classify
from fire_routine.distill.rules import Rule


def rule_of(raw: bytes) -> Rule | None:
    """Of one raw line without a timestamp, near the place where a step failed."""
    return classify([raw], every=True)[0]
