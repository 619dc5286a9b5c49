"""Scores a finding by how often similar findings occurred before it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..captures import captures
from ..rules import CAUSE
from ..types import Finding, Scan
from ..weights import WEIGHTS


def _places(scan: Scan, total: int) -> dict[int, int]:
    """At how many places far apart the kept lines of a template are."""
    apart = total * WEIGHTS.apart
    places: dict[int, int] = {}
    last: dict[int, int] = {}
    for finding in scan.findings:
        key = finding.key
        if key not in last or finding.number - last[key] > apart:
            places[key] = places.get(key, 0) + 1
        last[key] = finding.number
    return places


def _count(same: int, before: int, other: float) -> float:
    """What each of those before counts on average, where the same count as one and others as `other`."""
    return other + (1 - other) * min(same / before, 1.0) if before else 1.0


class Seen(NamedTuple):
    """How many findings came before one that are like it, in its zone of the log."""

    template: int
    shape: int  # of its shape and cause
    rule: int
    complaint: int  # of its rule, and its cause or, without one, its shape
    file: int | None  # of its rule, and the file that it names; None: it names none


def seen_before(findings: Sequence[Finding], zones: Sequence[int]) -> list[Seen]:
    """What came before each finding.

    Zones are counted apart: elsewhere (0), in failed steps (1), and near the end of huge ones (2).
    """
    counts = Counter[tuple[int, str, int | str]]()

    def before(zone: int, what: str, like: int | str) -> int:
        counts[zone, what, like] += 1
        return counts[zone, what, like] - 1

    of_rule = Counter(finding.rule.id for finding in findings)
    seen: list[Seen] = []
    for finding, zone in zip(findings, zones, strict=True):
        name = finding.rule.id
        file = captures(finding).get("file") if zone > 0 and of_rule[name] > 1 else None
        seen.append(
            Seen(
                before(zone, "template", finding.key),
                before(zone, "shape", hash((finding.shape, finding.cause))),
                before(zone, "rule", name),
                before(zone, f"{name}'s complaint", finding.cause or finding.shape),
                before(zone, f"{name}'s file", hash(file)) if file is not None else None,
            )
        )
    return seen


class Totals:
    """How often what is found occurs in the whole log."""

    def __init__(self, scan: Scan, lines: int) -> None:
        """`lines`: of the failed steps, or of the log."""
        self.lines = lines
        self.huge = lines > WEIGHTS.huge_log
        self.of_template = scan.counts
        self.of_rule = Counter(finding.rule.id for finding in scan.findings)
        self.shapes_of_rule = Counter(
            name for name, _ in {(finding.rule.id, finding.shape) for finding in scan.findings}
        )
        self.last = {finding.key: finding.number for finding in scan.findings}
        self.places = _places(scan, lines) if self.huge else {}
        self.few = max(WEIGHTS.often * math.sqrt(min(1.0, WEIGHTS.huge_log / max(lines, 1))), 1.0)


def frequency(finding: Finding, zone: int, seen: Seen, totals: Totals) -> float:
    """The factor of a finding by what is like it."""
    factor = (
        _repeated(finding, seen, totals)
        * _frequent(finding, zone, seen, totals)
        * _alike(finding, seen, totals)
        * _crowded(finding, zone, seen)
    )
    if finding.rule.weight < CAUSE - 1 or totals.huge:  # in a huge log much has the name of a cause
        return factor
    return max(factor, WEIGHTS.least_cause)


def _repeated(finding: Finding, seen: Seen, totals: Totals) -> float:
    """Lines of one template: the last of many may be the one that counts."""
    many = totals.of_template.get(finding.key, 1) > len(WEIGHTS.repeats)
    if many and finding.number == totals.last[finding.key]:
        return WEIGHTS.last_of_many
    return WEIGHTS.repeats[min(seen.template, len(WEIGHTS.repeats) - 1)]


def _frequent(finding: Finding, zone: int, seen: Seen, totals: Totals) -> float:
    """The factor for frequent lines in a long log.

    The first finding of a format that names causes may be the cause of all others in its step. A huge log has
    first ones of everything.
    """
    first_cause = zone > 0 and seen.rule == 0 and finding.rule.weight >= WEIGHTS.names_causes
    if totals.lines <= (WEIGHTS.huge_log if first_cause else WEIGHTS.long_log):
        return 1.0
    many = WEIGHTS.list_crowd if finding.rule.is_list else WEIGHTS.few_of_rule
    count = totals.of_template.get(finding.key, 1)
    often = math.sqrt(min(1.0, totals.few / count) * min(1.0, many / totals.of_rule[finding.rule.id]))
    if totals.huge:
        return max(often, WEIGHTS.rarer) * min(1.0, WEIGHTS.scattered / totals.places[finding.key])
    return max(often, WEIGHTS.rare)


def _alike(finding: Finding, seen: Seen, totals: Totals) -> float:
    """Lines of one shape and one cause: the more causes a rule finds, the fewer examples of each."""
    fewer = 1 + WEIGHTS.fewer_examples * (totals.shapes_of_rule[finding.rule.id] - 1)
    further = max(seen.shape + 1 - max(WEIGHTS.examples / fewer, 1.0), 0)
    return 1 / (1 + further * fewer / (WEIGHTS.listed if finding.rule.is_list else WEIGHTS.shapes))


def _crowded(finding: Finding, zone: int, seen: Seen) -> float:
    """Lines of one rule: the first of each cause and of each file has more weight than more of the same."""
    rule = finding.rule
    others: float = seen.rule
    further = seen.rule - WEIGHTS.first_of_rule
    if zone > 0 and further > 0 and rule.weight >= CAUSE - 2 and not rule.list_if_absent:
        other = WEIGHTS.same_reason if finding.cause else WEIGHTS.same_shape
        others = WEIGHTS.first_of_rule + further * _count(seen.complaint, seen.rule, other)
    if seen.file is not None:
        others *= _count(seen.file, seen.rule, WEIGHTS.same_file)
    if rule.is_list and others:
        return WEIGHTS.after_first_listed / (1 + others / WEIGHTS.list_crowd)
    return 1 / (1 + others / WEIGHTS.crowd)
