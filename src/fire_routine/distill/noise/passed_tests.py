"""Output of passed tests: it explains no failure, even if it looks like one.

Some runners mark where a test begins and how it ended, with its output between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...patterns import pattern
from ..lines.clean import shown
from ..rules import table


@dataclass(frozen=True, slots=True)
class _Runner:
    """How a test runner marks tests, see `rules/tables/runs.toml`."""

    mark: bytes
    passed: re.Pattern[bytes]
    start: bytes
    begins: re.Pattern[bytes]
    ended: bytes
    parallel: bool
    leads: bool


_RUNNERS = [
    _Runner(
        *(test["mark"].encode(), pattern(test["passed"].encode())),
        *(test["start"].encode(), pattern(test["begins"].encode())),
        *(test["ended"].encode(), test.get("parallel", False), test.get("leads", False)),
    )
    for test in table("passed_test")
]
PASSED = tuple(runner.mark for runner in _RUNNERS)
LEADING = frozenset(runner.mark for runner in _RUNNERS if runner.leads)


def began(lines: Sequence[bytes], index: int, least: int) -> int | None:
    """The place, `least` or later, of the line with which the test began that passed at `index`.

    None: there is none, or not everything between is certainly this test's output.
    """
    text = shown(lines[index])
    for runner in _RUNNERS:
        passed = runner.passed.match(text) if text.find(runner.mark) >= 0 else None
        if passed is not None:
            return _began(runner, passed[1], lines, index, least)
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
        if not started.startswith(name + b"/"):  # a part of it, as Go names them
            return None
    return None
