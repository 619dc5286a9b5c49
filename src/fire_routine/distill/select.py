"""What of a log may be told: its failures as blocks, what is worth a look besides, how the step ended."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from heapq import heapify, heappop, heappush

from ..model.evidence import ERROR_WEIGHT, HIDDEN, Block, Line
from .blocks import Draft
from .context import LINES_AFTER, reach
from .lines import LONGEST
from .noise import states_success
from .normalize import shape_of
from .ranks import FOLDED, NEEDED, OF_REPORT, is_of_library
from .rules import HINT, SHARED, TOOL, Rule, rules, table
from .score import Weights
from .store import LineStore, Texts
from .types import DIGEST_BYTES, Finding, Tail

STEPS = 9  # of weights: blocks on one are about as strong, and come in the log's order
FULL = 3  # blocks that are shown as such; further ones of their kind are rows
STRONG = 0.6  # of the strongest block's weight that another one of another kind has at least
SURE = 0.8  # the same by rule and place alone, of what a tool's rule found: it is at least a row
NAME_ALONE = 0.7  # factor: a block that is a name alone, where others are reports
ROWS = 40  # blocks that are rows, at most
ROW = 2  # lines of a row
KEPT = 220  # lines of a block
TOLD = 16  # letters of a line that is not told again in another block

# Shares of the greatest weight that a line beside the blocks has at least: near to what is told, and farther.
SHARE, OF_AWAY = 0.2, 0.5
AWAY = 40  # lines from what is told, from which on it is far
LINES_ABOVE, ABOVE_VERDICT = 3, 3  # lines that belong to a finding besides its paragraph; to a verdict
# The end of a failed step, where nothing looks like its cause.
END = 40  # lines
HINTS, OF_HINT = 5, 6  # lines of it that are a little like an error, the strongest; lines below each of them

BESIDE = 2  # lines on each side of what is shown that redaction sees

_LEADING = re.compile(r"^[\W\d_]+")
# Of two lines of equal words one is told; the number of a place is a word.
_WORD = re.compile(r"\w*[^\W\d]\w*|(?<=[:(])\d+")
_GENERIC = frozenset(table("texts")["generic_words"].split())
_WORDLESS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """What is compared: a line's letters and digits, without what leads to its words."""
    return _WORDLESS.sub("", _LEADING.sub("", text))


def select(
    drafts: Sequence[Draft],
    weights: Weights,
    findings: Collection[Finding],
    totals: Collection[int],
    end: Draft | None,
    store: LineStore,
    texts: Texts,
) -> tuple[tuple[Line, ...], tuple[Block, ...]]:
    """The lines that are kept, in the log's order, and the blocks in the order in which they are told.

    Args:
        weights: of all lines that may be shown.
        findings: the lines that rules match.
        totals: the lines that count all failures, or say how the step ended.
        end: the end of the failed step.
    """
    told = _told(drafts, store, texts)
    why = [draft.weight for draft, _ in told if draft.rule is None or not draft.rule.command_failed]
    if end is not None and max(why, default=0.0) < ERROR_WEIGHT:
        told.append((end, False))
    of_block: dict[int, tuple[int, int]] = {}
    for place, (draft, _) in enumerate(told):
        for number, rank in _kept(draft).items():
            of_block.setdefault(number, (place, rank))
    besides = _besides(findings, totals, of_block, weights, texts)
    lists = _lists()
    lines: list[Line] = []
    numbers = _strongest(weights, of_block, store)
    for number, text in zip(numbers, store.lines(numbers), strict=True):
        weight, rule = weights.get(number, (0.0, ""))
        place, rank = of_block.get(number, (-1, OF_REPORT))
        if number in totals:
            rank = NEEDED
        elif place < 0 or rank >= FOLDED:
            is_worth = number in besides and not states_success(texts[number])
            place, rank = -1, OF_REPORT if is_worth else HIDDEN
        for part in text.split("\n"):
            item = rule in lists and lists[rule].search(part) is not None
            lines.append(Line(number + 1, part, weight, rule, place, rank, item))
    blocks = (
        Block(draft.weight, draft.rule.id if draft.rule else "", draft.rows, is_row) for draft, is_row in told
    )
    return tuple(lines), tuple(blocks)


def _besides(
    findings: Iterable[Finding],
    verdicts: Collection[int],
    blocks: Collection[int],
    weights: Weights,
    texts: Texts,
) -> set[int]:
    """The lines that are worth a look beside the blocks: findings, each with its paragraph if it looks like
    an error, and the lines right above a verdict.

    Args:
        verdicts: lines that count all failures, or say how the step ended.
        blocks: lines of the blocks.
    """
    told = sorted((*blocks, *verdicts))
    most = max((weight for weight, _ in weights.values()), default=0.0)

    def least(number: int) -> float:
        at = bisect_left(told, number)
        is_near = any(abs(number - other) <= AWAY for other in told[max(at - 1, 0) : at + 1])
        return most * (SHARE if is_near else OF_AWAY)

    besides = {verdict - away for verdict in verdicts for away in range(1, ABOVE_VERDICT + 1)}
    for finding in findings:
        besides.add(finding.number)
        if finding.rule.weight >= ERROR_WEIGHT:
            besides.update(_paragraph(finding, texts))
    return {at for at in besides if at in weights and weights[at][0] >= least(at)}


def _paragraph(finding: Finding, texts: Texts) -> Iterator[int]:
    """What a finding's rule reaches, and the lines next to that up to a blank one; no frames of libraries."""
    first, last = reach(finding, texts)
    yield from (at for at in range(first, last + 1) if not is_of_library(texts[at]))
    for next_to in (range(first - 1, first - 1 - LINES_ABOVE, -1), range(last + 1, last + 1 + LINES_AFTER)):
        for at, text in texts.known(next_to):
            if not text.strip():
                break
            if not is_of_library(text):
                yield at


@cache
def _lists() -> dict[str, Rule]:
    """The rules whose lines list what failed, by their ids."""
    return {rule.id: rule for rule in rules() if rule.is_list}


def beside(lines: Iterable[Line], store: LineStore) -> Iterator[tuple[int, str]]:
    """The lines next to those that may be shown, with their numbers, for redaction alone: a secret that is
    wrapped, or whose name is above it, is whole then."""
    told = {line.number - 1 for line in lines if line.rank < HIDDEN}
    near = {number + away for number in told for away in range(-BESIDE, BESIDE + 1)}
    numbers = sorted((near - told) & store.text.keys())
    for number, text in zip(numbers, store.lines(numbers), strict=True):
        for part in text.split("\n"):
            yield number + 1, part


def _told(drafts: Sequence[Draft], store: LineStore, texts: Texts) -> list[tuple[Draft, bool]]:
    """The blocks to tell, in order, and whether each is a row: different reasons before more of the same.

    A reason is told if all its words were, besides places, names in quotes and numbers. Then its block is a
    row, after all others of its kind: reports, or what its rule found.
    """
    most = max((draft.weight for draft in drafts), default=0.0)
    sure = SURE * max((draft.floor for draft in drafts), default=0.0)
    reported = any(draft.heads and draft.first < draft.last for draft in drafts)

    def is_name(draft: Draft) -> bool:
        """Whether it is a name alone, where others are reports: it tells less."""
        return reported and bool(draft.heads) and draft.first == draft.last

    def is_sure(draft: Draft) -> bool:
        """Whether a tool's rule found it where it counts: nothing else that is told may hide that."""
        return draft.rule is not None and draft.rule.tier in (TOOL, SHARED) and draft.floor >= sure

    def order(draft: Draft) -> tuple[int, int]:
        """Of about the same weight, what comes first is the cause of the rest."""
        share = NAME_ALONE if is_name(draft) else 1.0
        return -int(draft.weight * share / most * STEPS), draft.first

    def kind(draft: Draft) -> Rule | None:
        return None if draft.heads else draft.rule

    last = {kind(draft): order(draft) for draft in sorted(drafts, key=order)}
    told: list[tuple[Draft, bool]] = []
    known: set[str] = set()  # the words that are told
    seen: set[str] = set()  # the lines that are told, as `folded` has them
    queue = [((place := order(draft)), 0, place, at) for at, draft in enumerate(drafts)]
    heapify(queue)
    while queue:
        _, again, place, at = heappop(queue)
        draft = drafts[at]
        reason = _words(_shape(texts[draft.reason])) - (_GENERIC if draft.reason in draft.heads else set())
        if told and not (again or draft.rows) and reason <= known:
            heappush(queue, (last[kind(draft)], 1 + is_name(draft), place, at))
            continue
        lines = dict(zip(draft.ranks, store.lines(draft.ranks), strict=True))
        bare = {number: folded(text) for number, text in lines.items()}
        words = {number: _words(text) for number, text in lines.items()}
        new = [
            number
            for number, rank in draft.ranks.items()
            if rank == NEEDED and not (told and words[number] - _GENERIC <= known)
        ]  # what is essential, and not told
        if not new:
            continue
        full = sum(not is_row for _, is_row in told)
        kinds = {other.rule: is_row for other, is_row in reversed(told)}
        strong = draft.weight >= most * STRONG
        if full < FULL and strong and not again:
            alike = (number for number in lines if len(bare[number]) >= TOLD and bare[number] in seen)
            draft.ranks |= dict.fromkeys(alike, FOLDED)
            told.append((draft, False))
        elif len(told) - full < ROWS and (strong or not kinds.get(draft.rule, not is_sure(draft))):
            names = draft.heads if draft.reason in new else ()
            draft.ranks = dict.fromkeys(sorted({*names, *new})[:ROW], NEEDED)
            told.append((draft, True))
        else:
            continue
        known.update(*(words[number] for number, rank in draft.ranks.items() if rank < FOLDED))
        seen.update(bare[number] for number in draft.ranks)
    return told


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _shape(text: bytes) -> str:
    """A line without places, quoted names and numbers."""
    return shape_of(text).decode("utf-8", "replace")


def _kept(draft: Draft) -> dict[int, int]:
    """The ranks of a block's lines, of an endless one those of the lowest."""
    kept = sorted(draft.ranks, key=lambda at: (draft.ranks[at], at))[:KEPT]
    return {at: draft.ranks[at] for at in sorted(kept)}


def _strongest(weights: Weights, blocks: Iterable[int], store: LineStore) -> list[int]:
    """The numbers of the blocks' lines and of the strongest others, up to a digest's bound, in order."""
    first = dict.fromkeys(blocks)
    sizes = {at: min(len(store.text[at]), LONGEST) + 1 for at in (*first, *weights)}
    room = DIGEST_BYTES
    if sum(sizes.values()) <= room:
        return sorted(sizes)
    chosen: list[int] = []
    others = sorted(weights.keys() - first.keys(), key=lambda at: (-weights[at][0], at))
    for number in (*first, *others):
        room -= sizes[number]
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)


def end_of_step(
    tails: Sequence[Tail], findings: Sequence[Finding], store: LineStore, texts: Texts
) -> Draft | None:
    """The last lines of the failed step's own output; those first that are a little like an error."""
    tail = max(tails, key=lambda tail: (tail.weight, tail.first), default=None)
    if tail is None or not tail.raw:
        return None
    last = tail.first + len(tail.raw) - 1
    last += last + 1 in store.text  # the mark
    numbers = [at for at in range(max(tail.first, tail.step, last - END), last + 1) if at in store.text]
    heads = [at for at in numbers if store.text[at].startswith((b"##[group]Run ", b"##[endgroup]"))]
    own = [at for at in numbers if at > max(heads, default=-1)]
    numbers = own if any(texts[at].strip() and at not in texts.bounds for at in own) else numbers
    ranks = {at: 1 + last - at + FOLDED * (at in store.boilerplate) for at in numbers}
    hints = [each for each in findings if each.number in ranks and each.rule.weight >= HINT]
    for finding in sorted(hints, key=lambda each: -each.rule.weight)[:HINTS]:
        ranks |= {at: 1 for at in range(finding.number, finding.number + OF_HINT) if ranks.get(at, 0) > 1}
        ranks[finding.number] = NEEDED
    weight = min(tail.weight, ERROR_WEIGHT - 0.1)
    return Draft(numbers[0], numbers[-1], weight, weight, None, ranks=ranks) if numbers else None
