"""Output of passed tests: it explains no failure, even if it looks like one.

Some runners mark where a test begins and how it ended, with its output between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...patterns import pattern
from ..lines.clean import shown


@dataclass(frozen=True, slots=True)
class _Runner:
    """How a test runner marks tests; the expressions' group is the test's name."""

    mark: bytes  # in each line of a passed test
    passed: re.Pattern[bytes]
    start: bytes  # in each line of a test that begins or goes on
    begins: re.Pattern[bytes]
    ended: bytes  # in each line of a test that ended otherwise
    parallel: bool = False  # several may run at once, and output has no owner
    leads: bool = False  # the mark begins its line; an indented one is of a test's part


_RUNNERS = (
    # https://pkg.go.dev/cmd/go#hdr-Testing_flags, `-v`
    _Runner(
        b"--- PASS: ",
        pattern(rb"--- PASS: (\S+)"),
        b"=== ",
        pattern(rb"=== (?:RUN|CONT|NAME|PAUSE) +(\S+)"),
        b"--- FAIL: ",
        leads=True,
    ),
    # https://google.github.io/googletest/advanced.html
    _Runner(
        b"[       OK ] ",
        pattern(rb"\[       OK \] (\S+)"),
        b"[ RUN      ] ",
        pattern(rb"\[ RUN      \] (\S+)"),
        b"[  FAILED  ] ",
        leads=True,
    ),
    # https://maven.apache.org/surefire/maven-surefire-plugin/, and Ant's; not all say of which class
    _Runner(
        b"Failures: 0, Errors: 0",
        pattern(
            rb"\s*(?:\[\w+\] )?Tests run: [1-9]\d*, Failures: 0, Errors: 0,.* Time elapsed: "
            rb"(?:.* --? in (\S+)$)?"
        ),
        b"Running ",
        pattern(rb"\s*(?:\[\w+\] )?Running (\S+)$"),
        b"Tests run: ",
        parallel=True,
    ),
    # https://developer.apple.com/documentation/xctest
    _Runner(
        b"' passed (",
        pattern(rb"Test [Cc]ase '(.+)' passed \("),
        b"' started",
        pattern(rb"Test [Cc]ase '(.+)' started"),
        b"' failed (",
    ),
    # https://cmake.org/cmake/help/latest/manual/ctest.1.html, `-V`
    _Runner(
        b"   Passed ",
        pattern(rb"\s*\d+/\d+ Test +#(\d+): .* Passed +"),
        b"Start ",
        pattern(rb"\s+Start +(\d+): "),
        b"***",
        parallel=True,
    ),
)
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
