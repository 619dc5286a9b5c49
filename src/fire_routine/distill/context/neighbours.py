"""Which neighbours belong to a line that a rule took."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from ..lines.clean import announces
from ..lines.prefixes import NEARBY, RAW_PREFIX, unprefixed
from ..noise import boilerplate_among
from ..rules import Rule, expression
from ..steps.markers import ends_step
from ..weights import WEIGHTS
from .diff_hunks import _hunks
from .stack_traces import dimmed, indent

_CONTINUES, _OTHER_PART = expression("continues"), expression("other_part")
_UNRELATED, _NEXT_WARNING, _LINTED = map(expression, ("unrelated", "next_warning", "linted"))
_ITEM, _WARNING = re.compile(rb"- \S"), b"arning"
_BODY = (1.0, *(0.95 - 0.006 * lines for lines in range(1, 101)))  # for those of a block, by their distance
_AFTER = tuple(0.5 - 0.02 * at for at in range(20))
LINES_BEFORE, LINES_AFTER = (
    len(WEIGHTS.lines_before),
    len(_AFTER),
)  # that a block may take beyond what its rule reaches


def _ahead(rule: Rule, index: int, texts: Sequence[bytes]) -> int:
    """The place after the last line that belongs to the one at `index`."""
    count = len(texts)
    indented = min(count, index + 1 + rule.indented)
    paragraph = min(count, index + 1 + rule.paragraph)
    depth, of_list = indent(texts[index]), _ITEM.match(texts[index])
    end, blanks = index + 1, 0
    for at in range(index + 1, max(indented, paragraph)):
        line = texts[at]
        bare = line.lstrip()
        if not bare:
            blanks += 1
            if blanks > 1:
                break
        elif ends_step(line) or _OTHER_PART.match(line):
            break
        elif (at < paragraph and not blanks) or (
            at < indented
            and (len(line) - len(bare) > depth or _CONTINUES.match(line))
            and not (of_list and _ITEM.match(line))  # the next item
        ):
            blanks = 0
            end = at + 1
        else:
            break
    return end


def _back(rule: Rule, index: int, texts: Sequence[bytes]) -> int:
    """The first line that leads to the one at `index`."""
    begin = index
    if rule.before_match is not None:
        for at in range(index - 1, max(index - rule.before, 0) - 1, -1):
            line = texts[at]
            if not rule.before_match.match(line):
                break
            if line.strip():
                begin = at
    return begin


def _heading(rule: Rule, index: int, texts: Sequence[bytes]) -> int | None:
    """The line that heads the one at `index`, by its rule."""
    if rule.heading is None:
        return None
    above = range(index - 1, max(index - rule.before, 0) - 1, -1)
    return next((at for at in above if rule.heading.match(texts[at])), None)


def _warns(text: bytes) -> bool:
    """Whether a line is a compiler's warning."""
    return text.find(_WARNING) >= 0 and _NEXT_WARNING.match(text) is not None


def _before(texts: Sequence[bytes], begin: int, most: int) -> Iterator[float]:
    """The shares of the lines before a block that begins at `begin`, the nearest first."""
    for text, share in zip(reversed(texts[:begin]), WEIGHTS.lines_before[:most], strict=False):
        yield share * (WEIGHTS.unrelated_line if _warns(text) else 1.0)


@lru_cache(maxsize=NEARBY)
def _looks(text: bytes) -> tuple[bool, bool, bool, bool, bool]:
    """Five answers for a line: it is blank; does not continue the one above it; warns of a linter's next
    file; begins another part of a report; ends a step."""
    blank, unrelated = not text or text.isspace(), _warns(text) or _UNRELATED.match(text) is not None
    return (
        blank,
        unrelated,
        _LINTED.match(text) is not None,
        _OTHER_PART.match(text) is not None,
        ends_step(text),
    )


def _after(rule: Rule, texts: Sequence[bytes], end: int, most: int) -> Iterator[float]:
    """The shares of the lines after a block that ends before `end`."""
    paragraphs = 1.0
    warned = False  # the lines below a warning may be the source that it is about
    for text, share in zip(texts[end : end + most], _AFTER, strict=False):
        blank, other, linted, part, ends = _looks(text)
        if blank:
            paragraphs *= WEIGHTS.after_blank
        warned = warned or _warns(text)
        other = other or warned or (paragraphs < 1 and linted)
        if rule.heading is not None and rule.heading.match(text):
            paragraphs *= WEIGHTS.unrelated_line  # the next file's
        if part:
            paragraphs *= WEIGHTS.after_section
        yield share * paragraphs * (WEIGHTS.unrelated_line if other else 1.0)
        if ends:
            paragraphs *= WEIGHTS.after_section


def _body(texts: Sequence[bytes], index: int, begin: int, end: int) -> list[float]:
    """The shares of the lines that belong to the one at `index`, and its own."""
    shares = [_BODY[min(abs(at - index), len(_BODY) - 1)] for at in range(begin, end)]
    for at in range(begin, index):
        if at < index - WEIGHTS.leading_lines:
            shares[at - begin] *= WEIGHTS.farther_lines
        if _warns(texts[at]):
            shares[at - begin] *= WEIGHTS.unrelated_line
    for at, factor in dimmed(texts, index, begin, end):
        shares[at - begin] *= factor
    for header, differing, same in _hunks(texts, begin, end):
        for at in differing:
            shares[at - begin] = max(shares[at - begin], shares[header - begin])
        for at in same if differing else ():
            shares[at - begin] *= WEIGHTS.same_lines
    return shares


def _reasons(
    rule: Rule, index: int, texts: Sequence[bytes], first: int, shares: Sequence[float]
) -> list[int]:
    """The places of the lines with the reason around the one at `index`, in the block from `first` on.

    The line after an announcement counts too. Under a blank line, as Jest prints it, any message is a reason.
    """
    if rule.reason is None:
        return []
    reasons: list[int] = []
    message = index + 2 if texts[index + 1 : index + 2] == [b""] else index
    for at, share in enumerate(shares, first):
        is_reason = rule.reason.match(texts[at]) or (at == message and texts[at].strip())
        why = at != index and share >= WEIGHTS.of_block and is_reason
        announced = reasons[-1:] == [at - 1] and announces(texts[at - 1]) and texts[at].strip()
        if why or announced:
            reasons.append(at)
    return reasons


def block(
    rule: Rule, index: int, texts: Sequence[bytes], dulls: Collection[int] = ()
) -> tuple[int, list[float], list[int]]:
    """The first line of the block around the line at `index`, each line's share of the weight, and the places
    of those with the reason.

    `texts` are what lines show, and `dulls` the places of boilerplate.
    """
    begin, end = index, index + 1
    prefixed = RAW_PREFIX.match(texts[index]) is not None
    if prefixed:
        texts = [unprefixed(text) for text in texts]
    if rule.weight > 1 and (rule.indented or rule.paragraph or rule.before):
        begin, end = _back(rule, index, texts), _ahead(rule, index, texts)
    heavy = rule.weight >= WEIGHTS.heavy_rule
    before = list(_before(texts, begin, LINES_BEFORE if heavy else 1))
    after = _after(rule, texts, end, LINES_AFTER if heavy else 1)
    first = begin - len(before)
    shares = [*reversed(before), *_body(texts, index, begin, end), *after]
    heading = _heading(rule, index, texts)
    if heading is not None:
        shares = [*[WEIGHTS.below_heading] * (first - heading), *shares]
        first = min(first, heading)
        shares[heading - first] = WEIGHTS.heading
    if prefixed:
        dulls = {*dulls, *(first + at for at in boilerplate_among(texts[first : first + len(shares)]))}
    duller = [at for at in range(first, first + len(shares)) if at in dulls and at != index]
    if duller:
        # In a diff a plus is no shell's trace.
        diff = any(text.lstrip().startswith(b"-") for text in texts[begin:end])
        for at in duller:
            if not (diff and texts[at].lstrip().startswith(b"+")):
                shares[at - first] *= WEIGHTS.boilerplate
    reasons = _reasons(rule, index, texts, first, shares)
    for at in reasons:
        shares[at - first] = 1.0
    return first, shares, reasons
