"""Which lines are worth a look, each learnt once."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from ..lines.clean import labelled, unstamped
from ..lines.windows import Window
from ..normalize.templates import masked
from ..rules.schema import Rule
from .matcher import classify
from .prefilter import marks_among, worth_a_look

# Most lines, with masked numbers, whose match is remembered, and bytes of them; reset when exceeded.
MOST = 50_000
SIZE = 8 * 1024 * 1024
# A line's place in its window, it masked, its rule, of what it may be a mark.
Match = tuple[int, bytes, Rule | None, int]
_Kind = tuple[Rule | None, int]  # the rule that takes a line, of what it may be a mark


class _Learnt:
    """Which lines, numbers masked, a rule takes or may be marks: each is classified once."""

    def __init__(self, *, every: bool) -> None:
        self._every = every  # as `classify` has it
        self._kinds: dict[bytes, _Kind | None] = {}  # None: no rule takes it
        # Each kind once, by the rule's name: thousands of lines are of one.
        self._same: dict[tuple[str, int], _Kind] = {}
        self._size = 0

    def look(self, places: Sequence[int], lines: Sequence[bytes]) -> list[Match]:
        """Those of the lines at these places, without their timestamps, that a rule takes or that may be
        marks."""
        masks = masked(lines)
        if self._size > SIZE or len(self._kinds) > MOST:
            self._kinds = {}  # who is at work with the old one goes on with it
            self._size = 0
        kinds = self._kinds
        new = {mask: at for at, mask in enumerate(masks) if mask not in kinds}
        fresh = [lines[at] for at in new.values()]
        marks = marks_among(fresh)
        for at, (mask, rule) in enumerate(zip(new, classify(fresh, every=self._every), strict=True)):
            self._size += len(mask)
            taken = rule if rule is not None and rule.weight >= 1 else None
            kinds[mask] = self._kind(taken, marks.get(at, 0))
        return [
            (at, mask, *kind)
            for at, mask in zip(places, masks, strict=True)
            if (kind := kinds[mask]) is not None
        ]

    def _kind(self, rule: Rule | None, mark: int) -> _Kind | None:
        if rule is None and not mark:
            return None
        return self._same.setdefault((rule.id if rule is not None else "", mark), (rule, mark))


class MatchCache:
    """What has been learnt of lines. Threads that share it take turns."""

    def __init__(self) -> None:
        # One can run at a time; without turns they wait for one another at each match, and hold more.
        self.turn = Lock()
        self._anywhere, self._near = _Learnt(every=False), _Learnt(every=True)

    def look(self, window: Window) -> list[Match]:
        """The new lines that are worth a look wherever they are."""
        lines = window.lines[window.start : window.stop]
        raw = b"\n".join((b"", *unstamped(lines))) if labelled(lines) else window.new
        places = worth_a_look(raw, window.start)
        return self._anywhere.look(places, unstamped([window.lines[at] for at in places])) if places else []

    def look_at_each(self, window: Sequence[bytes], places: Sequence[int]) -> list[Match]:
        """The same of a window's lines at these places, of which none needs to hold a word that is worth a
        look anywhere."""
        return self._near.look(places, unstamped([window[at] for at in places])) if places else []
