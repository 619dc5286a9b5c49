"""Which lines are worth a look, each learnt once."""

from __future__ import annotations

from collections.abc import Sequence

from .classify import classify, marks_among, worth_a_look
from .rules.rule import Rule
from .text import masked, unstamped

# Lines, numbers masked, that are known to have been looked at, and bytes of them: beyond, all is learnt anew.
MOST = 50_000
SIZE = 8 * 1024 * 1024


class Known:
    """Which lines, numbers masked, are worth a look, and why: each is classified once."""

    def __init__(self) -> None:
        self._rules: dict[bytes, Rule | None] = {}  # None: a mark, or nothing
        self._marks: set[bytes] = set()
        self._size = 0

    def look(self, lines: Sequence[bytes]) -> list[tuple[int, bytes, Rule | None, bool]]:
        """The places of lines that a rule takes or that may be marks: the line with its numbers masked,
        which rule, and whether a mark."""
        places = worth_a_look(lines)
        if not places:
            return []
        bare = unstamped([lines[at] for at in places])
        masks = masked(bare)
        self._learn(bare, masks)
        rules, marks = self._rules, self._marks
        found = [(at, mask, rules[mask], mask in marks) for at, mask in zip(places, masks, strict=True)]
        return [each for each in found if each[2] or each[3]]

    def _learn(self, lines: Sequence[bytes], masks: Sequence[bytes]) -> None:
        """Classify the lines that are new."""
        if self._size > SIZE or len(self._rules) > MOST:  # before these lines are looked up, not amid it
            self._rules.clear()
            self._marks.clear()
            self._size = 0
        position = dict(zip(masks, range(len(masks)), strict=True))
        fresh = sorted([at for mask, at in position.items() if mask not in self._rules])
        new = [lines[at] for at in fresh]
        self._marks.update(masks[fresh[at]] for at in marks_among(new))
        for at, rule in zip(fresh, classify(new, every=False), strict=True):
            self._size += len(masks[at])
            self._rules[masks[at]] = rule if rule is not None and rule.weight >= 1 else None
