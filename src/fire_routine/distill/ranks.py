"""The ranks of a block's lines: how much a reader misses without each of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from .blocks import Draft, is_row
from .lines import announces
from .noise import states_success
from .rules import LISTED, Rule, expression
from .store import LineStore, Texts

# Ranks. What is not essential, no value and no frame has its distance from an essential line besides.
NEEDED, VALUE, FRAME = 0, 1, 2
FAR = 500  # the greatest of a line that is not folded
FOLDED = 1_000  # of a line that says nothing new: shown where the mark of a gap would be as long

FEWEST_ROWS = 4  # lines that begin alike, from which on a block may be a list
MOST_ALIKE = 0.6  # of a block's lines that begin alike, from which on it is one
PAIRS_NEAR = 12  # lines from an essential one in which an assertion's values are looked for
FRAMES = 5  # of a stack trace that are shown
FEW = 3  # lines in a row that are not folded
LONG_ENOUGH = 40  # bytes of a line that is not shown again

_NAME, _REASON = expression("failure_name"), expression("failure_reason")
_PLACE, _FRAME, _VALUE = expression("place"), expression("frame"), expression("compared_value")
_LIBRARY = [expression(name) for name in ("library_frame", "python_library_frame", "other_library_frame")]
_SOURCE = re.compile(rb"\s*(?:\d+ *)?[|:]")  # a source's line below its place
_CAUSE = re.compile(rb"\s*Caused by: \S")  # of an exception; the last one is the deepest
_DIGITS = re.compile(rb"\d+")


def rank(draft: Draft, store: LineStore, warned: Collection[Rule]) -> None:
    """Give each line of a block its rank. `warned`: the rules of warnings that the log has lines of."""
    texts = store.bare
    numbers = [number for number in range(draft.first, draft.last + 1) if number in store.text]
    warnings = _warnings(draft, numbers, texts, warned)
    errors = [number for number in numbers if number not in warnings]
    rows = set() if draft.heads and draft.extent.style != LISTED else _alike(draft, errors, texts)
    again = _again(numbers, texts)
    essential = {*draft.heads, *draft.found, *rows} - again | draft.heads
    for head in draft.heads or (number for number in sorted(essential) if announces(texts[number])):
        essential.update(_reason(head, draft.last, texts))
    causes = [number for number in numbers if _CAUSE.match(texts[number])][-1:]
    essential.update(causes)
    if (pattern := draft.extent.essential) is not None:
        essential.update(number for number in numbers if pattern.match(texts[number]))
    if draft.extent.style == LISTED:
        rows |= essential
    for number in sorted(essential):
        essential.update(_announced(number, draft.last, texts))
    below = [number for number in sorted(essential - draft.heads) if not announces(texts[number])]
    reasons = (number for number in below if _REASON.match(texts[number]))
    draft.reason = next(chain(causes, reasons, below, sorted(essential)))
    essential.update(_place(min(essential), draft.last, texts, essential))
    draft.rows = len(essential & rows) >= FEWEST_ROWS
    folded = _folded(draft, numbers, essential, again, store) | warnings - essential
    order = sorted(essential)
    for number in numbers:
        distance = _distance(number, order)
        if number in folded:
            found = FOLDED
        elif not distance:
            found = NEEDED
        elif _VALUE.match(texts[number]) and (number in draft.reach or distance <= PAIRS_NEAR):
            found = VALUE
        else:
            found = FRAME if _FRAME.match(texts[number]) else 1 + distance
        draft.ranks[number] = found


def _distance(number: int, essential: Sequence[int]) -> int:
    """How far a line is from an essential one; above it counts double."""
    at = bisect_left(essential, number)
    above = number - essential[at - 1] if at else FAR
    below = 2 * (essential[at] - number) if at < len(essential) else FAR
    return min(above, below, FAR)


def _warnings(draft: Draft, numbers: Sequence[int], texts: Texts, warned: Collection[Rule]) -> set[int]:
    """The warnings beside errors: no rows of their list, and no part of a report, which has a head."""
    if draft.heads or draft.rule in warned:
        return set()
    lines = {number for number in numbers if any(is_row(rule, texts[number]) for rule in warned)}
    return lines - draft.found


def _alike(draft: Draft, numbers: Sequence[int], texts: Texts) -> set[int]:
    """The rows of a list: the lines that its rule matches, and most of its lines if these begin alike."""
    rows = {number for number in numbers if draft.rule is not None and is_row(draft.rule, texts[number])}
    looks: dict[bytes, set[int]] = {}
    for number in numbers:
        text = texts[number]
        if text.strip() and not (_FRAME.match(text) or _SOURCE.match(text) or states_success(text)):
            looks.setdefault(_DIGITS.sub(b"0", text[:9])[:6], set()).add(number)
    most = max((each for each in looks.values() if each & draft.found), key=len, default=set())
    lines = sum(bool(texts[number].strip()) for number in numbers)
    return rows | most if len(most) >= max(FEWEST_ROWS, MOST_ALIKE * lines) else rows


def _again(numbers: Sequence[int], texts: Texts) -> set[int]:
    """The lines that repeat earlier ones of the block."""
    seen: set[bytes] = set()
    again: set[int] = set()
    for number in numbers:
        text = texts[number].strip()
        if len(text) >= LONG_ENOUGH and text in seen:
            again.add(number)
        seen.add(text)
    return again


def _reason(head: int, last: int, texts: Texts) -> Iterator[int]:
    """The first line below a head that says what is wrong."""
    for at, text in texts.known(range(head + 1, last + 1)):
        if _NAME.match(text):
            return
        if _REASON.match(text):
            yield at
            return


def _announced(number: int, last: int, texts: Texts) -> Iterator[int]:
    """The first line with words below one that ends with a colon."""
    if announces(texts[number]):
        for at, text in texts.known(range(number + 1, min(last, number + 3) + 1)):
            if text.strip() and not _FRAME.match(text):
                yield at
                return


def _place(first: int, last: int, texts: Texts, essential: set[int]) -> Iterator[int]:
    """The first line with a place in the project, where no essential one has one."""
    if not any(_has_place(texts[number]) for number in essential):
        for at, text in texts.known(range(first + 1, last + 1)):
            if _has_place(text):
                yield at
                return


def _has_place(text: bytes) -> bool:
    return _PLACE.match(text) is not None and not _of_library(text)


def _of_library(text: bytes) -> bool:
    return any(library.match(text) for library in _LIBRARY)


def _folded(
    draft: Draft,
    numbers: Sequence[int],
    essential: set[int],
    again: set[int],
    store: LineStore,
) -> set[int]:
    """The lines that say nothing new: libraries' frames, repeated lines, boilerplate, what passed."""
    texts = store.bare
    frames = [number for number in numbers if _FRAME.match(texts[number])]
    library = {number for number in numbers if _of_library(texts[number])}
    # Those next to what is essential say most, whichever call a language prints first.
    own = [number for number in frames if number not in library]
    own.sort(key=lambda number: min(abs(number - each) for each in essential))
    # Where all frames are a library's, the failure is its own.
    folded = {*own[FRAMES:], *(library if own or len(library) < len(frames) else frames[FRAMES:]), *again}
    fold = draft.extent.fold
    folded.update(
        number
        for number in numbers
        if number in store.boilerplate
        or states_success(texts[number])
        or (fold is not None and fold.match(texts[number]))
    )
    folded -= essential
    for begin in sorted(folded):
        if begin - 1 not in folded:
            end = next(at for at in range(begin, begin + FEW + 2) if at not in folded or at > begin + FEW)
            if end <= begin + FEW:
                folded.difference_update(range(begin, end))
    return folded
