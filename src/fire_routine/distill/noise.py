"""Lines that explain nothing, regardless of their words.

These are boilerplate, what passed tests printed, and the runs of tools that succeeded in the end. What tools
print there is data: `knowledge/boilerplate.toml` and `knowledge/runs.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ..patterns import pattern
from ..search import Literals
from .lines import numbered, shown
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


@dataclass(frozen=True, slots=True)
class _Runner:
    """How a test runner marks tests, see `knowledge/runs.toml`."""

    mark: bytes
    passed: re.Pattern[bytes]
    start: bytes
    begins: re.Pattern[bytes]
    ended: bytes
    parallel: bool


_RUNNERS = [
    _Runner(
        *(test["mark"].encode(), pattern(test["passed"].encode())),
        *(test["start"].encode(), pattern(test["begins"].encode())),
        *(test["ended"].encode(), test.get("parallel", False)),
    )
    for test in table("passed_test")
]
_OUTCOME = table("outcome")  # of any harness
_SUCCESS = expression("success")
_PASSED, _BEGUN, _FAILED = (
    pattern(b"|".join(text.encode() for text in _OUTCOME[name])) for name in ("passed", "begins", "failed")
)
PASSED = (*(runner.mark for runner in _RUNNERS), *(mark.encode() for mark in _OUTCOME["marks"]))


def states_success(text: bytes) -> bool:
    """Whether a line, without other tools' prefixes, says that a test passed, or was not run."""
    return _SUCCESS.match(text) is not None


def began(lines: Sequence[bytes], index: int, least: int) -> int | None:
    """The place, `least` or later, of the line with which the test began that passed at `index`.

    None: there is none, or not everything between is certainly this test's output.
    """
    text = shown(lines[index])
    for runner in _RUNNERS:
        passed = runner.passed.match(text) if text.find(runner.mark) >= 0 else None
        if passed is not None:
            return _began(runner, passed[1], lines, index, least)
    outcome = _PASSED.match(text)
    return _began_of_any(_name(outcome), lines, index, least) if outcome is not None else None


def _name(found: re.Match[bytes]) -> bytes:
    return found[found.lastindex or 0]


def _began_of_any(name: bytes, lines: Sequence[bytes], index: int, least: int) -> int | None:
    """The same for a harness that no entry describes, by the words of its lines and the test's name."""
    for at in range(index - 1, least - 1, -1):
        text = shown(lines[at])
        if begun := _BEGUN.match(text):
            if (started := _name(begun)) == name:
                return at
            if not started.startswith(name + b"/"):  # a part of it, as Go names them
                return None
        elif _FAILED.match(text):
            return None
    return None


def _starts(runner: _Runner, text: bytes) -> Iterator[tuple[int, bytes]]:
    """Where lines say that a test begins, and its name, the last first; none before another ended."""
    ended = text.rfind(runner.ended)
    begin = len(text)
    while (at := text.rfind(runner.start, 0, begin)) > ended:
        begin = text.rfind(b"\n", 0, at) + 1
        end = text.find(b"\n", at)
        found = runner.begins.match(shown(text[begin : end if end >= 0 else None]))
        if found is not None:
            yield begin, found[1]


def _began(runner: _Runner, name: bytes | None, lines: Sequence[bytes], index: int, least: int) -> int | None:
    between = b"\n".join(lines[least:index])
    starts = _starts(runner, between)
    for begin, started in starts:
        if name is None or started == name:
            if runner.parallel and next(starts, None) is not None:
                return None
            return least + between.count(b"\n", 0, begin)
        return None
    return None


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
        self.runs: list[tuple[int, int]] = []  # numbers of their first and last lines, in the log's order
        self._begun: dict[int, int] = {}  # number of the line with which a tool began, by its place

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
        while self.runs and self.runs[-1][0] >= begun:  # a part of this one
            self.runs.pop()
        if len(self.runs) >= MOST_RUNS:
            del self.runs[MOST_RUNS // 2]
        self.runs.append((begun, number))


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
