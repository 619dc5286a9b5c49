"""The block of lines around each finding, with a weight for each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..lines.clean import PROBE, probed
from ..types import Finding, Span
from .line_store import EMPTY, LineStore
from .neighbours import block


def store_of(findings: Sequence[Finding], raw: Mapping[int, bytes], closely: Iterable[int]) -> LineStore:
    """A store of raw lines and the lines of findings. These and those `closely` are looked at closely."""
    own = _lines_of(findings)
    return EMPTY.extended({**raw, **own}, {*own, *closely})


def with_lines_of(findings: Sequence[Finding], store: LineStore) -> LineStore:
    """A store with the lines of findings, too, which are looked at closely."""
    own = _lines_of(findings)
    return store.extended(own, own)


def _lines_of(findings: Sequence[Finding]) -> dict[int, bytes]:
    lines: dict[int, bytes] = {}
    for finding in findings:
        lines.update(enumerate(finding.lines, finding.number - finding.at))
    return lines


def span_of(finding: Finding, store: LineStore) -> Span:
    """The block around a finding whose lines are in the store."""
    begin = finding.number - finding.at
    numbers = range(begin, begin + len(finding.lines))
    texts = list(map(store.text.__getitem__, numbers))
    boilerplate = {number - begin for number in store.boilerplate.intersection(numbers)}
    tested = list(map(probed, texts)) if max(map(len, texts)) > PROBE else texts
    first, shares, reasons = block(finding.rule, finding.at, tested, boilerplate)
    return Span(
        finding,
        begin + first,
        texts[first : first + len(shares)],
        [finding.rule.weight * share for share in shares],
        frozenset(begin + at for at in reasons),
    )
