"""Which lines are worth a look, each learnt once."""

from __future__ import annotations

from collections.abc import Sequence

from .candidates import marks_among, worth_a_look
from .classify import classify
from .rules.rule import Rule
from .stream import Window
from .text import labelled, masked, unstamped

# Lines, numbers masked, that are known to have been looked at, and bytes of them: beyond, all is learnt anew.
MOST = 50_000
SIZE = 8 * 1024 * 1024

Looked = tuple[int, bytes, Rule | None, int]  # a line's place, it masked, its rule, of what it may be a mark


# Lines' rules, none for what is a mark or nothing, and of what they may be marks.
_Kinds = tuple[dict[bytes, Rule | None], dict[bytes, int]]


class _Learnt:
    """Which lines, numbers masked, a rule takes or may be marks: each is classified once.

    Threads may share it: what one lets go, another may still look up.
    """

    def __init__(self, *, every: bool) -> None:
        self._every = every  # as `classify` has it
        self._kinds: _Kinds = {}, {}
        self._size = 0

    def look(self, lines: Sequence[bytes]) -> list[Looked]:
        """Those of the lines, without their timestamps, that a rule takes or that may be marks."""
        masks = masked(lines)
        rules, marks = self._learn(lines, masks)
        return [
            (at, mask, rule, marks.get(mask, 0))
            for at, mask in enumerate(masks)
            if (rule := rules[mask]) is not None or mask in marks
        ]

    def _learn(self, lines: Sequence[bytes], masks: Sequence[bytes]) -> _Kinds:
        """What is known of these lines, among others; those that are new are classified."""
        if self._size > SIZE or len(self._kinds[0]) > MOST:
            self._kinds = {}, {}
            self._size = 0
        kinds = rules, marks = self._kinds
        position = dict(zip(masks, range(len(masks)), strict=True))
        fresh = sorted([at for mask, at in position.items() if mask not in rules])
        new = [lines[at] for at in fresh]
        # Marks first: another thread that finds a line's rule takes its marks to be known, too.
        marks.update((masks[fresh[at]], found) for at, found in marks_among(new).items())
        for at, rule in zip(fresh, classify(new, every=self._every), strict=True):
            self._size += len(masks[at])
            rules[masks[at]] = rule if rule is not None and rule.weight >= 1 else None
        return kinds


class Known:
    """What has been learnt of lines."""

    def __init__(self) -> None:
        self._anywhere, self._near = _Learnt(every=False), _Learnt(every=True)

    def look(self, window: Window) -> list[Looked]:
        """The lines, of those that are new, that tell something wherever they stand."""
        lines = window.lines[window.start : window.stop]
        places = worth_a_look(b"\n".join((b"", *unstamped(lines))) if labelled(lines) else window.new)
        found = self._anywhere.look(unstamped([lines[at] for at in places])) if places else []
        return [(places[at], mask, rule, marks) for at, mask, rule, marks in found]

    def look_at_each(self, lines: Sequence[bytes]) -> list[Looked]:
        """The same of lines of which none needs to hold a word that is worth a look anywhere."""
        return self._near.look(unstamped(lines)) if lines else []
