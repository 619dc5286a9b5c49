"""Lines that explain nothing, whatever their words: boilerplate (`knowledge/boilerplate.toml`), runs that
succeeded (`knowledge/runs.toml`), and what a green run of the job printed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ..patterns import pattern
from ..search import Literals
from .lines import numbered
from .normalize import templates
from .rules import expression, table
from .windows import windows

_LINES = table("boilerplate")
_BEGINS_SO = pattern(_LINES["begins"].encode())
_WITHIN = {text.encode(): pattern(each.encode()) for text, each in _LINES["within"].items()}


@cache
def _within() -> Literals:
    return Literals(_WITHIN)


def boilerplate_among(texts: Sequence[bytes]) -> set[int]:
    """The places of the texts of shown lines that are boilerplate."""
    bare = [text.lstrip() for text in texts]
    among = {at for at, text in enumerate(bare) if _BEGINS_SO.match(text)}
    joined = b"\n%b\n" % b"\n".join(texts)
    places: dict[int, list[int]] = {}  # in the text, of the last byte of each literal that occurs
    for end, which in _within().find(joined):
        places.setdefault(which, []).append(end - 1)
    for which, ends in places.items():
        line = _WITHIN[_within().literals[which]]
        among.update(at - 1 for at in numbered(joined, ends) if line.match(bare[at - 1]))
    return among


_SUCCESS = expression("success")


def states_success(text: bytes) -> bool:
    """Whether a line, without other tools' prefixes, says that a test passed, or was not run."""
    return _SUCCESS.match(text) is not None


MOST_RUNS = 400  # runs that are remembered, of the first and of the last
_RUNS = table("successful_run")
# Of each tool, the texts of which one is in each line that is looked at.
OF_RUNS = [
    [text.encode() for name in ("starts", "ends", "fails") for text in run.get(name, ())] for run in _RUNS
]
_BEGINS, _SUCCEEDED = ([pattern(run[name].encode()) for run in _RUNS] for name in ("begins", "succeeded"))
_FAILS = [[text.encode() for text in run.get("fails", ())] for run in _RUNS]


class Succeeded:
    """The runs that succeeded, of a log that is being read."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int]] = []  # numbers of their first and last lines, in the log's order
        self._begun: dict[int, int] = {}  # number of the line with which a tool began, by its place

    def __contains__(self, number: int) -> bool:
        """Whether the line is of one of these runs, before its last."""
        at = bisect_right(self._runs, (number, 0)) - 1
        return at >= 0 and number < self._runs[at][1]

    def begin_step(self) -> None:
        """What an earlier step began is over."""
        self._begun.clear()

    def look(self, text: bytes, number: int, tools: int) -> None:
        """Take a line.

        Args:
            text: the line without other tools' prefixes.
            number: its number.
            tools: the tools with one of `OF_RUNS` in it, one bit per tool.
        """
        for at in range(len(_RUNS)):
            if not tools >> at & 1:
                continue
            if _BEGINS[at].match(text):
                self._begun[at] = number
            elif at in self._begun:
                if _SUCCEEDED[at].match(text):
                    self._end(self._begun.pop(at), number)
                elif any(fails in text for fails in _FAILS[at]):
                    del self._begun[at]

    def _end(self, begun: int, number: int) -> None:
        while self._runs and self._runs[-1][0] >= begun:  # a part of this one
            self._runs.pop()
        if len(self._runs) >= MOST_RUNS:
            del self._runs[MOST_RUNS // 2]
        self._runs.append((begun, number))


# What a green run of the same job printed.
GREEN_TEMPLATES = 400_000  # templates that are remembered; further lines of a longer log are not known


@dataclass(frozen=True, slots=True)
class Green:
    """The templates of a green log's lines, hashed."""

    templates: frozenset[int]

    def __contains__(self, line: bytes) -> bool:
        return hash(templates([line])[0]) in self.templates


def read_green(chunks: Iterable[bytes]) -> Green:
    """Read a green log once, in bounded memory."""
    met: set[int] = set()
    for window in windows(chunks):
        met.update(map(hash, templates(window.lines[window.start : window.stop])))
        if len(met) > GREEN_TEMPLATES:
            break
    return Green(frozenset(met))
