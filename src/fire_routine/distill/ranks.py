"""The ranks of a block's lines: how much a reader misses without each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from .blocks import Draft, is_row
from .lines import announces
from .noise import states_success
from .rules import Rule, expression
from .scanner import BELOW
from .store import LineStore, Texts

NEEDED, OF_REPORT = 0, 1  # ranks; a line of a report is shown where all of the report is

FEWEST_ROWS = 4  # lines that a block's rule matches, from which on it is a list

_NAME, _REASON = expression("failure_name"), expression("failure_reason")
_FRAME = expression("frame")
_LIBRARY = [expression(name) for name in ("library_frame", "python_library_frame", "other_library_frame")]


def rank(draft: Draft, store: LineStore) -> None:
    """Give each line of a block its rank, but those that say nothing new."""
    texts = store.bare
    numbers = [number for number in range(draft.first, draft.last + 1) if number in store.text]
    rows = (
        set()
        if draft.heads
        else {at for at in numbers if draft.rule is not None and is_row(draft.rule, texts[at])}
    )
    essential = {*draft.heads, *draft.found, *rows}
    for number, rule in draft.found.items():
        essential.update(_object(number, rule, texts))
    below = [number for number in sorted(essential - draft.heads) if not announces(texts[number])]
    reasons = (number for number in below if _REASON.match(texts[number]))
    draft.reason = next(chain(reasons, below, sorted(essential)))
    draft.rows = len(essential & rows) >= FEWEST_ROWS
    silent = _silent(numbers, store) - essential
    draft.ranks = {at: NEEDED if at in essential else OF_REPORT for at in numbers if at not in silent}


def _object(number: int, rule: Rule, texts: Texts) -> Iterator[int]:
    """The line near a finding that distinguishes it from others like it: what it is about."""
    near = (range(number - 1, number - 1 - rule.before, -1), range(number + 1, number + 1 + BELOW))
    for at, text in chain(*map(texts.known, near)):
        if rule.distinguisher is not None and rule.distinguisher.match(text):
            yield at
            return


def is_of_library(text: bytes) -> bool:
    """Whether a line is a frame of a library."""
    return any(library.match(text) for library in _LIBRARY)


def _silent(numbers: Sequence[int], store: LineStore) -> set[int]:
    """The lines that say nothing new: boilerplate, what passed, a library's frames beside others."""
    texts = {number: store.bare[number] for number in numbers}
    frames = [number for number, text in texts.items() if _FRAME.match(text)]
    library = {number for number in frames if is_of_library(texts[number])}
    folded = {number for number, text in texts.items() if number in store.boilerplate or states_success(text)}
    return folded | library if len(library) < len(frames) else folded
