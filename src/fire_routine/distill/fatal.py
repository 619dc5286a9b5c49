"""Warnings that a tool or its settings made fatal: then they are what failed, and no error is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .lines import probed, shown, unprefixed
from .rules import CAUSE, RESULT, WARNING, expression
from .types import Finding, Scan

VERDICT = 150  # lines before the end of a step in which it says that warnings made it fail
LIFTED = CAUSE + 2.0  # weight of such warnings, far as they may be from the end of the step
AFTER = 0.6  # factor for what failed because of the warnings
_PLACE = expression("place")
_FATAL = expression("warnings_fatal")


def with_fatal_warnings(scan: Scan, scores: Sequence[float], within: Iterable[Finding]) -> list[float]:
    """The findings' scores. If a failed step says that warnings made it fail, and no finding explains more,
    its warnings have the weight of what failed."""
    of_step = {finding.number: finding for finding in within}
    if not _says_so(scan, of_step):
        return list(scores)
    if any(finding.rule.weight >= CAUSE and _explains(_text(finding.raw)) for finding in of_step.values()):
        return list(scores)
    return [
        score * (_factor(finding) if finding.number in of_step else 1.0)
        for finding, score in zip(scan.findings, scores, strict=True)
    ]


def _says_so(scan: Scan, of_step: dict[int, Finding]) -> bool:
    lines = [finding.raw for finding in of_step.values()]
    lines += (raw for tail in scan.tails for raw in tail.raw[-VERDICT:])
    # One of these is in each text that the expression matches.
    likely = (raw for raw in lines if b"arning" in raw or b"-Werror" in raw or b"Lint" in raw)
    return any(_FATAL.search(_text(raw)) for raw in likely)


def _explains(text: bytes) -> bool:
    """Whether it is an error at a place."""
    return _PLACE.match(text) is not None and b"arning" not in text and _FATAL.search(text) is None


def _factor(finding: Finding) -> float:
    if finding.rule.weight == WARNING and b"warn" in _text(finding.raw).lower():
        return LIFTED / WARNING
    return AFTER if finding.rule.weight >= RESULT else 1.0


def _text(raw: bytes) -> bytes:
    return unprefixed(probed(shown(raw)))
