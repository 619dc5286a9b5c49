"""Which lines are worth a look, each learnt once."""

from __future__ import annotations

from .classify import classify
from .rules.rule import Rule

# Lines, numbers masked, that are known to have been looked at, and bytes of them: beyond, all is learnt anew.
MOST = 50_000
SIZE = 8 * 1024 * 1024
GITHUB_MARK = b"##["
OTHER_MARKS = (b"travis_time:start", b"exited with", b"marked build as failure", b"Finished: ")


class Known:
    """Which lines, numbers masked, are worth a look, and why: each is classified once."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._size = 0
        self.rules: dict[bytes, Rule | None] = {}  # None: a mark, and no more

    def learn(self, lines: list[bytes], masks: list[bytes]) -> None:
        """Classify the lines that are new."""
        if (
            self._size > SIZE or len(self._seen) > MOST
        ):  # before this window's lines are looked up, not amid it
            self._seen.clear()
            self.rules.clear()
            self._size = 0
        position = dict(zip(masks, range(len(masks)), strict=True))
        fresh = sorted(map(position.__getitem__, position.keys() - self._seen))
        if not fresh:
            return
        new = [lines[at] for at in fresh]
        self._seen.update(masks[at] for at in fresh)
        self._size += sum(len(masks[at]) for at in fresh)
        for at in _marked(new):
            self.rules[masks[fresh[at]]] = None
        for at, rule in zip(fresh, classify(new, every=False), strict=True):
            if rule is not None and rule.weight >= 1:
                self.rules[masks[at]] = rule


def _marked(lines: list[bytes]) -> set[int]:
    """Which lines may be marks."""
    joined = b"\n".join(lines)
    marks = [mark for mark in (GITHUB_MARK, *OTHER_MARKS) if mark in joined]
    return {at for mark in marks for at, line in enumerate(lines) if mark in line}
