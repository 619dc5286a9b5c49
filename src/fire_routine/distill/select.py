"""What of a log may be told: its failures as blocks, how its step ended, what is worth a look beside them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ..model.evidence import ERROR_WEIGHT, HIDDEN, Block, Line
from .blocks import Draft
from .context import LINES_AFTER, reach
from .lines import LONGEST
from .noise import states_success
from .normalize import shape_of
from .ranks import NEEDED, OF_REPORT, is_of_library
from .rules import SHARED, TOOL, Rule, rules, table
from .score import Weights
from .store import LineStore, Texts
from .types import DIGEST_BYTES, Finding, Tail

# Which blocks are told.
STEPS = 9  # of weights: blocks on one are about as strong
FULL = 3  # blocks that are shown as such; further ones of their kind are rows
OTHER_KIND = 0.6  # of the strongest block's weight that another one of another kind has at least
NAME_ALONE = 0.7  # factor: a block that is a name alone, where others are reports: it tells less
SURE = 0.8  # the same by rule and place alone, of what a tool's rule found: it is at least a row
ROWS, ROW = 40, 2  # blocks that are rows, at most; lines of each
MOST_LINES = 220  # of a block
SAID = 16  # letters of a line that is not told again

# Shares of the greatest weight that a line beside the blocks has at least: near to what is told, and farther.
SHARE, OF_AWAY = 0.2, 0.5
AWAY = 40  # lines from what is told, from which on it is far
LINES_ABOVE, ABOVE_VERDICT = 3, 3  # lines that belong to a finding besides its paragraph; to a verdict

# The end of a failed step, where nothing looks like its cause.
END = 40  # lines

BESIDE = 2  # lines on each side of what is shown that redaction sees

_LEADING = re.compile(r"^[\W\d_]+")
# Of two lines of equal words one is told; the number of a place is a word.
_WORD = re.compile(r"\w*[^\W\d]\w*|(?<=[:(])\d+")
_GENERIC = frozenset(table("texts")["generic_words"].split())
_WORDLESS = re.compile(r"[\W_]+")


class Told(NamedTuple):
    """A block that is told."""

    draft: Draft
    ranks: Mapping[int, int]  # of its lines that may be shown
    is_row: bool = False


def folded(text: str) -> str:
    """What is compared: a line's letters and digits, without what leads to its words."""
    return _WORDLESS.sub("", _LEADING.sub("", text))


# --- Blocks -----------------------------------------------------------------------------------------------


def told_blocks(drafts: Sequence[Draft], store: LineStore) -> list[Told]:
    """The blocks to tell, in order: different reasons before more of the same.

    A reason is told if all its words were, besides places, names in quotes and numbers. Then its block is a
    row, after all others of its kind: reports, or what its rule found.
    """
    most = max((draft.weight for draft in drafts), default=0.0)
    sure = SURE * max((draft.floor for draft in drafts), default=0.0)
    reported = any(draft.heads and draft.first < draft.last for draft in drafts)

    def is_sure(draft: Draft) -> bool:
        """Whether a tool's rule found it where it counts: nothing else that is told may hide that."""
        return draft.rule is not None and draft.rule.tier in (TOOL, SHARED) and draft.floor >= sure

    def order(draft: Draft) -> tuple[int, int]:
        """Of about the same weight, what comes first is the cause of the rest."""
        share = NAME_ALONE if reported and draft.heads and draft.first == draft.last else 1.0
        return -int(draft.weight * share / most * STEPS), draft.first

    def kind(draft: Draft) -> Rule | None:
        return None if draft.heads else draft.rule

    told: list[Told] = []
    known: set[str] = set()  # the words that are told
    seen: set[str] = set()  # the lines that are told, as `folded` has them
    queue = sorted(drafts, key=order)
    postponed: set[int] = set()  # the first lines of those whose reasons were told
    for at, draft in enumerate(queue):
        again = draft.first in postponed
        reason = _words(_shape(store.bare[draft.reason]))
        reason -= _GENERIC if draft.reason in draft.heads else frozenset()
        if told and not (again or draft.rows) and reason <= known:
            last = max(place for place, other in enumerate(queue) if kind(other) == kind(draft))
            if last > at:
                queue.insert(last + 1, draft)
                postponed.add(draft.first)
                continue
            again = True
        lines = dict(zip(draft.ranks, store.lines(draft.ranks), strict=True))
        words = {number: _words(text) for number, text in lines.items()}
        new = [
            number
            for number, rank in draft.ranks.items()
            if rank == NEEDED and not (told and words[number] - _GENERIC <= known)
        ]  # what is essential, and not told
        if not new:
            continue
        full = sum(not other.is_row for other in told)
        kinds = {other.draft.rule: other.is_row for other in reversed(told)}
        strong = draft.weight >= most * OTHER_KIND
        if full < FULL and strong and not again:
            ranks = {at: draft.ranks[at] for at, text in lines.items() if not _is_among(text, seen)}
            told.append(Told(draft, _bounded(ranks)))
        elif len(told) - full < ROWS and (strong or not kinds.get(draft.rule, not is_sure(draft))):
            names = draft.heads if draft.reason in new else ()
            told.append(Told(draft, dict.fromkeys(sorted({*names, *new})[:ROW], NEEDED), is_row=True))
        else:
            continue
        known.update(*(words[number] for number in told[-1].ranks))
        seen.update(folded(lines[number]) for number in told[-1].ranks)
    return told


def _is_among(text: str, seen: Collection[str]) -> bool:
    """Whether a line was told, unless it is a short one."""
    bare = folded(text)
    return len(bare) >= SAID and bare in seen


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _shape(text: bytes) -> str:
    """A line without places, quoted names and numbers."""
    return shape_of(text).decode("utf-8", "replace")


def _bounded(ranks: Mapping[int, int]) -> dict[int, int]:
    """The ranks of a block's lines, of an endless one those of the lowest."""
    kept = sorted(ranks, key=lambda at: (ranks[at], at))[:MOST_LINES]
    return {at: ranks[at] for at in sorted(kept)}


def end_of_step(tails: Sequence[Tail], store: LineStore) -> Told | None:
    """The last lines of the failed step's own output."""
    tail = max(tails, key=lambda tail: (tail.weight, tail.first), default=None)
    if tail is None or not tail.raw:
        return None
    texts = store.bare
    last = tail.first + len(tail.raw) - 1
    last += last + 1 in store.text  # the mark
    numbers = [at for at in range(max(tail.first, tail.step, last - END), last + 1) if at in store.text]
    heads = [at for at in numbers if store.text[at].startswith((b"##[group]Run ", b"##[endgroup]"))]
    own = [at for at in numbers if at > max(heads, default=-1)]
    numbers = own if any(texts[at].strip() and at not in texts.bounds for at in own) else numbers
    ranks = {
        at: 1 + last - at for at in numbers if at not in store.boilerplate and not states_success(texts[at])
    }
    weight = min(tail.weight, ERROR_WEIGHT - 0.1)
    return Told(Draft(numbers[0], numbers[-1], weight, weight, None), ranks) if numbers else None


# --- What is worth a look beside them ---------------------------------------------------------------------


def worth_a_look(
    findings: Iterable[Finding],
    verdicts: Collection[int],
    told: Iterable[Told],
    weights: Weights,
    texts: Texts,
) -> set[int]:
    """The lines beside the blocks that are told: findings, each with its paragraph if it looks like an error,
    and the lines right above a verdict.

    Args:
        verdicts: lines that count all failures, or say how the step ended.
        weights: of all lines that may be shown.
    """
    places = sorted({*verdicts, *(number for block in told for number in block.ranks)})
    most = max((weight for weight, _ in weights.values()), default=0.0)

    def least(number: int) -> float:
        at = bisect_left(places, number)
        is_near = any(abs(number - other) <= AWAY for other in places[max(at - 1, 0) : at + 1])
        return most * (SHARE if is_near else OF_AWAY)

    lines = {verdict - away for verdict in verdicts for away in range(1, ABOVE_VERDICT + 1)}
    for finding in findings:
        lines.add(finding.number)
        if finding.rule.weight >= ERROR_WEIGHT:
            lines.update(_paragraph(finding, texts))
    strong = (at for at in lines if at in weights and weights[at][0] >= least(at))
    return {at for at in strong if not states_success(texts[at])}.union(verdicts)


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


# --- The digest's lines -----------------------------------------------------------------------------------


def lines_of(
    told: Sequence[Told],
    besides: Collection[int],
    verdicts: Collection[int],
    weights: Weights,
    store: LineStore,
) -> Iterator[Line]:
    """The lines that are kept, in the log's order; what is in no block and not beside them is hidden."""
    of_block: dict[int, tuple[int, int]] = {}
    for place, block in enumerate(told):
        for number, rank in block.ranks.items():
            of_block.setdefault(number, (place, rank))
    lists = _lists()
    numbers = _strongest(weights, of_block, store)
    for number, text in zip(numbers, store.lines(numbers), strict=True):
        weight, rule = weights.get(number, (0.0, ""))
        place, rank = of_block.get(number, (-1, OF_REPORT if number in besides else HIDDEN))
        rank = NEEDED if number in verdicts else rank
        for part in text.split("\n"):
            item = rule in lists and lists[rule].search(part) is not None
            yield Line(number + 1, part, weight, rule, place, rank, item)


def block_of(told: Told) -> Block:
    """The block as the digest has it."""
    rule = told.draft.rule
    return Block(told.draft.weight, rule.id if rule else "", told.draft.rows, told.is_row)


@cache
def _lists() -> dict[str, Rule]:
    """The rules whose lines list what failed, by their ids."""
    return {rule.id: rule for rule in rules() if rule.is_list}


def _strongest(weights: Weights, blocks: Iterable[int], store: LineStore) -> list[int]:
    """The numbers of the blocks' lines and of the strongest others, up to a digest's bound, in order."""
    first = dict.fromkeys(blocks)
    sizes = {at: min(len(store.text[at]), LONGEST) + 1 for at in (*first, *weights)}
    room = DIGEST_BYTES
    chosen: list[int] = []
    for number in (*first, *sorted(weights.keys() - first.keys(), key=lambda at: (-weights[at][0], at))):
        room -= sizes[number]
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)


def beside(lines: Iterable[Line], store: LineStore) -> Iterator[tuple[int, str]]:
    """The lines next to those that may be shown, with their numbers, for redaction alone: a secret that is
    wrapped, or whose name is above it, is whole then."""
    told = {line.number - 1 for line in lines if line.rank < HIDDEN}
    near = {number + away for number in told for away in range(-BESIDE, BESIDE + 1)}
    numbers = sorted((near - told) & store.text.keys())
    for number, text in zip(numbers, store.lines(numbers), strict=True):
        for part in text.split("\n"):
            yield number + 1, part
