"""Which lines name the failure, and its fingerprint: independent of their order and of the run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ..model.evidence import Fingerprint
from .context import context_of
from .lines import texts, unstamped
from .normalize import normalised
from .rules import CONSEQUENCE, expression, table
from .scanner import FINDINGS_OF_RULE
from .store import LineStore, store_of
from .types import Finding, Scan

STRONGEST = 0.7  # of the weight of the strongest rule that matches a specific line
BELONGS = 0.6  # share from which on a line below an unspecific one may name the failure in its place …
BELOW = 12  # lines: … among this many
TAIL = 12  # lines before the end that are read if no rule matches a specific one
FIRST = 2  # of these lines that count below a specific one of few words, such as a test's name
WORDS = 4  # lines of fewer words are of few
MANY = 5  # findings of one template: not all of them were kept, and their order decided which
OF_CROWD = 12  # lines, numbers aside, that name the failure where a rule has more than are kept
_DIGITS = re.compile(r"[\d#]+")
_LETTERS = re.compile(rb"[A-Za-z]{2,}")
# Above what has lines of its own that rules match.
_HEADING = re.compile(rb"([-=_*])\1.*\1{3}\s*$|_+ .*\S _+\s*$")
# What is wrong is below a colon, a code alone, or how a command ended.
_ANNOUNCES = re.compile(rb"(?::|\[[A-Z]+-?\d+\]|exit (?:status|code):? \d+)\s*$")
_WORD = re.compile(r"[^\W\d][\w$]*(?:[^\W\d]|\$)[\w$]*")  # of any script
_GENERIC = frozenset(table("texts")["generic_words"].split())  # they distinguish no failure from another
_FOLLOWS = CONSEQUENCE + 1  # the greatest weight of a line of a tool about another one that failed
_AGAIN = re.compile(r"\bretr(?:y|ies|ied|ying)\b")  # what is tried again has not failed yet
_FRAME = expression("frame")


def identity(scan: Scan, inside: Sequence[Finding], store: LineStore) -> tuple[Fingerprint | None, bool]:
    """The fingerprint of the failure, and whether its lines give the reason; None: nothing names it.

    Args:
        inside: the findings inside the failed step. Those of the strongest rules count.
        store: the lines around most of them.
    """
    for strongest in _by_strength(_without_crowds(scan, inside)):
        naming = _naming(strongest, store)
        if naming:
            explained = any(not each.rule.outcome_only and each.rule.weight > _FOLLOWS for each in strongest)
            return Fingerprint.of(sorted(naming)), explained
    naming = _last(scan)
    return (Fingerprint.of(sorted(naming)), True) if naming else (None, False)


def _without_crowds(scan: Scan, inside: Sequence[Finding]) -> Iterator[Finding]:
    """The findings; of a rule of which not all were kept, those that are kept in any order."""
    kept = Counter(finding.rule.id for finding in scan.findings)
    crowds = {
        rule: set(sorted({each.chance for each in inside if each.rule.id == rule})[:OF_CROWD])
        for rule, count in kept.items()
        if count >= FINDINGS_OF_RULE
    }
    return (each for each in inside if each.rule.id not in crowds or each.chance in crowds[each.rule.id])


def _by_strength(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """What the strongest rules match, then the next."""
    rest = list(findings)
    while rest:
        least = max(finding.rule.weight for finding in rest) * STRONGEST
        yield [finding for finding in rest if finding.rule.weight >= least]
        rest = [finding for finding in rest if finding.rule.weight < least]


def _naming(findings: Sequence[Finding], store: LineStore) -> set[str]:
    """The lines, normalised, that name the failure among these findings and what is below them."""
    own = texts(unstamped([finding.raw for finding in findings])) if findings else []
    distinct = {
        (text, *finding.lines[finding.at + 1 : finding.at + 2]): finding
        for text, finding in zip(reversed(own), reversed(findings), strict=True)
        if not _FRAME.match(text)
    }
    alike = Counter(finding.key for finding in findings)
    found = {finding.number for finding in findings}
    naming: set[str] = set()
    normals = normalised(text.decode("utf-8", "replace") for text, *_ in distinct)
    for (text, *_), finding, normal in zip(distinct, distinct.values(), normals, strict=True):
        if _AGAIN.search(normal):
            continue
        if _is_specific(normal):
            naming.add(normal if alike[finding.key] < MANY else _DIGITS.sub("#", normal))
        announces = not _is_specific(normal) or _ANNOUNCES.search(text)
        if announces or (len(_LETTERS.findall(text)) < WORDS and not _HEADING.match(text)):
            below = filter(_is_specific, normalised(_below(finding, found, store)))
            naming.update(islice(below, BELOW if announces else FIRST))
    return naming


def _is_specific(normal: str) -> bool:
    """Whether it holds a word that not every failure's lines hold."""
    return any(word.group() not in _GENERIC for word in _WORD.finditer(normal))


def _below(finding: Finding, found: set[int], store: LineStore) -> Iterator[str]:
    """The lines below a finding that belong to it, up to the next finding; no frames."""
    context = context_of(finding, store if finding.number in store.text else store_of((), [finding]))
    at = finding.number - context.first
    for number, (text, share) in enumerate(
        zip(context.texts[at + 1 :], context.shares[at + 1 :], strict=True), finding.number + 1
    ):
        line = text.decode("utf-8", "replace")
        if number in found or number > finding.number + BELOW or finding.rule.search(line):
            return
        if _FRAME.match(text):
            continue
        if share < BELONGS:
            return
        yield line


def _last(scan: Scan) -> set[str]:
    """The lines before the end of the failed step."""
    if not scan.tails:
        return set()
    tail = max(scan.tails, key=lambda tail: tail.weight)
    shown = texts(unstamped(tail.raw[-TAIL:])) if tail.raw else []
    headers = [at for at, text in enumerate(shown) if b"##[endgroup]" in text]  # of the step: no output of it
    shown = shown[headers[-1] + 1 :] if headers else shown
    return set(filter(_is_specific, normalised(text.decode("utf-8", "replace") for text in shown)))
