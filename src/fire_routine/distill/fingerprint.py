"""Which lines name the failure, and its fingerprint: independent of their order and of the run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from ..model import Fingerprint
from .captures import unplaced
from .collect.reservoir import MOST, chosen
from .context.line_store import LineStore
from .context.spans import span_of, with_lines_of
from .context.stack_traces import indent
from .lines.clean import probed
from .match import classify
from .normalize.reruns import normalised
from .rules import CONSEQUENCE, expression, table
from .types import Finding, Scan, Span, taken_texts

STRONGEST = 0.7  # of the weight of the strongest rule that took a specific line
BODY = 12  # lines after an unspecific one, or one above a place, that are read too
BELONGS = 0.6  # of its weight, at least, has a line of its block: dull ones and those around have less
FIRST = 2  # of these that count after a specific line, if neither a colon nor a place follows
TAIL = 12  # lines before the end that are read if no rule took a specific one
MANY = 5  # lines that differ in digits only: not all of them were kept, and their order decided which
WORDS = 4  # lines of fewer words are unspecific
_DIGITS = re.compile(r"[\d#]+")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_WORD = re.compile(r"[^\W\d][\w$]*(?:[^\W\d]|\$)[\w$]*")  # of any script
_GENERIC = frozenset(table("texts")["generic_words"].split())  # they distinguish no failure from another
_FOLLOWS = CONSEQUENCE + 1  # the greatest weight of a line of a tool about another one that failed
_AGAIN = re.compile(r"\bretr(?:y|ies|ied|ying)\b")  # what is tried again has not failed yet
_SKIPPED = re.compile(r"\s*(?:\d+\) )?Skipped:\s*$")  # minitest's line above a test's name
_HEADING = re.compile(
    r"([-=_*])\1.*\1{3}\s*$|_+ .*\S _+\s*$"
)  # above what has lines of its own that rules take
# The place below an error, as rustc and users of its library print it; Terraform's is two lines below.
_PLACE, NEARBY = re.compile("[\\s|│]*(?:(?:-->|┌─) [^\\s:]+:\\d|on \\S+ line \\d)".encode()), 2
# The place, and the source there: another version of a compiler words the notes next to it otherwise.
_SOURCE = re.compile(r"\s*(?:(?:-->|┌─) |\d+ +[|│] )")
# A line of source as a tool quotes it; the one that is meant, with a mark; what points at it from below.
_QUOTED, _MARKED, _POINTS = (
    re.compile(start + rb"(?:\||\xe2\x94\x82)" + end)
    for start, end in ((rb" *\d+ *", b""), (rb" *> *\d+ *", b""), (rb" *", rb" *[\^~]"))
)
_RULER = re.compile(rb"([-=_*.~])\1{19,}\s*$")
# A code alone, or how a command ended: the error is below it.
_NUMBER_ALONE = re.compile(r"(?:\[[A-Z]+-?\d+\]|exit (?:status|code):? \d+)\s*$")
_FRAME = expression("frame")


def _is_specific(normal: str) -> bool:
    """Whether it holds a word that not every failure's lines hold."""
    return any(word.group() not in _GENERIC for word in _WORD.finditer(normal))


def _text(shown: bytes) -> str:
    return shown.decode("utf-8", "replace")


def _until_taken(texts: Sequence[bytes], least: float) -> list[bytes]:
    """Lines up to the next that a rule of at least this weight takes: of very many, most are not kept."""
    rules = classify(texts, every=True)
    taken = (at for at, rule in enumerate(rules) if rule is not None and rule.weight >= least)
    return list(texts[: next(taken, None)])


def _body(finding: Finding, store: LineStore, numbers: Sequence[int]) -> list[bytes]:
    """The lines of a block after the one that its rule took, up to the next that a rule took; before them
    those above it that say why, as `go test -v` prints them."""
    anchor, block = finding.number, span_of(finding, store)
    at = anchor - block.first
    after = bisect_right(numbers, anchor)
    count = min(numbers[after] - anchor - 1, BODY) if after < len(numbers) else BODY
    least = block.weights[at] * BELONGS
    texts = block.texts[at + 1 : at + 1 + BODY]
    # Lines after a ruler are another's, if there were any before it.
    rulers = (below for below, text in enumerate(texts) if _RULER.match(text))
    end = next((ruler for ruler in rulers if any(map(bytes.strip, texts[:ruler]))), count)
    around = _around(texts)
    own = takewhile(lambda line: block.weights[at + 1 + line] >= least, range(min(end, count, len(texts))))
    return [*_above(block), *(texts[line] for line in own if line not in around)]


def _around(texts: Sequence[bytes]) -> set[int]:
    """The places of lines of source around the one that a code frame is about."""
    if not any(_MARKED.match(text) or _POINTS.match(text) for text in texts):
        return set()
    pairs = enumerate(zip(texts, [*texts[1:], b""], strict=True))
    return {at for at, (text, below) in pairs if _QUOTED.match(text) and not _POINTS.match(below)}


def _above(block: Span) -> Iterator[bytes]:
    """The lines with the reason above the one that a rule took, except those below another of its lines."""
    for number in sorted(number for number in block.reasons if number < block.finding.number):
        above = block.texts[: number - block.first + 1]
        why = above.pop()
        head = next((text for text in reversed(above) if indent(text) < indent(why)), None)
        if head is not None and not block.finding.rule.pattern.search(_text(head)):
            yield why


def _heads_a_place(finding: Finding, store: LineStore) -> bool:
    """Whether the place of an error is below its line: what was wrong there is next to the place."""
    below = range(finding.number + 1, finding.number + 1 + NEARBY)
    return any(_PLACE.match(store.text.get(number, b"")) for number in below)


def _asked(findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose lines may name the failure: no frames, and of very many a sample."""
    texts = map(probed, taken_texts(findings))
    return chosen([finding for finding, text in zip(findings, texts, strict=True) if not _FRAME.match(text)])


def _distinct(asked: Sequence[Finding], store: LineStore) -> list[tuple[str, Finding]]:
    """The findings and what their lines show; of those with the same line, and the same below, the first."""
    anchors: dict[tuple[str, bytes], Finding] = {}
    for finding in asked:
        if not _SKIPPED.match(_text(store.text.get(finding.number - 1, b""))):
            below = store.text.get(finding.number + 1, b"")
            anchors.setdefault((_text(store.text[finding.number]), below), finding)
    return [(text, finding) for (text, _), finding in anchors.items()]


def _naming(findings: Sequence[Finding], store: LineStore) -> set[str]:
    """The lines, normalised, that name the failure among these findings and what belongs to them."""
    asked = _asked(findings)
    store = with_lines_of(asked, store)
    alike = Counter(finding.key for finding in findings)
    anchors = _distinct(asked, store)
    normals = normalised(unplaced(finding, text) for text, finding in anchors)
    naming: set[str] = set()
    bodies: list[tuple[list[str], int]] = []
    for (text, finding), normal in zip(anchors, normals, strict=True):
        if "retr" in normal and _AGAIN.search(normal):
            continue
        names = _is_specific(normal)
        if names:
            naming.add(normal if alike[finding.key] < MANY else _DIGITS.sub("#", normal))
        placed = _heads_a_place(finding, store)
        heads = text.rstrip().endswith(":") or not names or placed or _NUMBER_ALONE.search(text) is not None
        if heads or (len(_LETTERS.findall(text)) < WORDS and not _HEADING.match(text)):
            bodies.append((_below(finding, findings, store, placed=placed), BODY if heads else FIRST))
    return naming | _named_by(bodies)


def _below(finding: Finding, findings: Sequence[Finding], store: LineStore, *, placed: bool) -> list[str]:
    """The lines of a finding's block that may name the failure in its place."""
    body = _body(finding, store, [finding.number for finding in findings])
    if len(findings) > MOST:
        body = _until_taken(body, min(finding.rule.weight for finding in findings))
    below = [_text(text) for text in body if not _FRAME.match(text)]
    if placed and any(map(_SOURCE.match, below)):
        below = list(filter(_SOURCE.match, below))[:FIRST]
    return below


def _named_by(bodies: Sequence[tuple[Sequence[str], int]]) -> set[str]:
    """Of the lines of each block, normalised, the first that name a failure, up to the block's number."""
    normals = iter(normalised(text for below, _ in bodies for text in below))
    naming: set[str] = set()
    for below, most in bodies:
        naming.update(list(filter(_is_specific, [next(normals) for _ in below]))[:most])
    return naming


def _by_strength(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """What the strongest rules took, then the next."""
    rest = list(findings)
    while rest:
        least = max(finding.rule.weight for finding in rest) * STRONGEST
        yield [finding for finding in rest if finding.rule.weight >= least]
        rest = [finding for finding in rest if finding.rule.weight < least]


def _last(scan: Scan, store: LineStore) -> set[str]:
    """The lines before the end of the failed step."""
    if not scan.tails:
        return set()
    tail = max(scan.tails, key=lambda tail: tail.weight)
    lines = [store.text[tail.first + at] for at in range(len(tail.raw))[-TAIL:]]
    headers = [at for at, text in enumerate(lines) if b"##[endgroup]" in text]  # of the step: no output of it
    lines = lines[headers[-1] + 1 :] if headers else lines
    return set(filter(_is_specific, normalised(map(_text, lines))))


def _how_alone(finding: Finding) -> bool:
    """Whether it shows only how something ended, as after any command, and not why."""
    return finding.rule.outcome_only or finding.rule.weight <= _FOLLOWS


def identity(scan: Scan, store: LineStore, inside: Sequence[Finding]) -> tuple[Fingerprint | None, bool]:
    """The fingerprint of the failure, and whether its lines give the reason; None: nothing names it.

    Args:
        inside: the findings inside the failed step. Those of the strongest rules count.
    """
    for strongest in _by_strength(inside):
        naming = _naming(strongest, store)
        if naming:
            return Fingerprint.of(sorted(naming)), not all(map(_how_alone, strongest))
    naming = _last(scan, store)
    return (Fingerprint.of(sorted(naming)), True) if naming else (None, False)
