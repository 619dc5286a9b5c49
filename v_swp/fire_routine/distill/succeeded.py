"""What tools printed in runs that they said succeeded: it explains a failure where nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..patterns import pattern

MOST = 400  # runs that are remembered, of the first and of the last


@dataclass(frozen=True, slots=True)
class _Tool:
    """How a tool begins and how it says in the end that all went well; the literals stand in these lines."""

    starts: tuple[bytes, ...]
    begins: re.Pattern[bytes]
    ends: tuple[bytes, ...]
    succeeded: re.Pattern[bytes]
    but: bytes = b""  # in a line between them that says that it failed all the same


_TOOLS = (
    # https://maven.apache.org/, where failed tests are ignored, too
    _Tool(
        (b"Scanning for projects...",),
        pattern(rb"\[INFO\] Scanning for projects\.\.\."),
        (b"BUILD SUCCESS",),
        pattern(rb"\[INFO\] BUILD SUCCESS\s*$"),
        b"There are test failures.",
    ),
    # https://docs.pytest.org/en/stable/how-to/output.html
    _Tool(
        (b" test session starts ",),
        pattern(rb"=+ test session starts (?:\(.{0,200}\) )?=+\s*$"),
        (b" passed in ", b" passed, "),
        pattern(
            rb"=+ (?:\d+ (?:(?:subtests )?passed|skipped|deselected|xfailed|xpassed|warnings?|rerun)(?:, )?)+"
            rb" in [\d.:]+ ?s"
        ),
    ),
    # https://doc.rust-lang.org/rustc/tests/
    _Tool(
        (b"Running unittests ", b"Running tests/", b"Running target/", b"Doc-tests "),
        pattern(rb"\s*(?:Running (?:unittests |tests/|target/)|Doc-tests )\S"),
        (b"test result: ok. ",),
        pattern(rb"test result: ok\. \d+ passed; 0 failed"),
    ),
    # https://vitest.dev/guide/reporters, unless an error belongs to no test
    _Tool(
        (b" RUN  v",),
        pattern(rb"\s*RUN  v\d"),
        (b"Test Files  ",),
        pattern(rb"\s*Test Files  (?:\d+ skipped \| )?\d+ passed(?: \| \d+ skipped)? \("),
        b"Unhandled Error",
    ),
    # https://cmake.org/cmake/help/latest/manual/ctest.1.html
    _Tool(
        (b"Test project ",),
        pattern(rb"Test project \S"),
        (b"100% tests passed",),
        pattern(rb"100% tests passed, 0 tests failed out of [1-9]"),
    ),
    # https://docs.phpunit.de/
    _Tool(
        (b" by Sebastian Bergmann",),
        pattern(rb"PHPUnit \d\S* by Sebastian Bergmann"),
        (b" assertion)", b" assertions)"),
        pattern(rb"OK \(\d+ tests?, \d+ assertions?\)"),
    ),
    # https://docs.seattlerb.org/minitest/
    _Tool(
        (b"# Running:",),
        pattern(rb"# Running:\s*$"),
        (b" 0 failures, 0 errors",),
        pattern(rb"\d+ (?:runs|tests), \d+ assertions, 0 failures, 0 errors"),
    ),
    # https://developer.apple.com/documentation/xcode
    _Tool(
        (b"Command line invocation:",),
        pattern(rb"Command line invocation:\s*$"),
        (b" SUCCEEDED **",),
        pattern(rb"\*\* [A-Z-]{4,20}(?: [A-Z-]{4,20})? SUCCEEDED \*\*"),
    ),
    # https://learn.microsoft.com/dotnet/core/tools/dotnet-build
    _Tool(
        (b"Determining projects to restore...",),
        pattern(rb"\s*Determining projects to restore\.\.\.\s*$"),
        (b"Build succeeded.",),
        pattern(rb"Build succeeded\.\s*$"),
    ),
)
SAID = tuple(said for tool in _TOOLS for said in (*tool.starts, *tool.ends, tool.but) if said)


def _in(literals: Iterable[bytes], text: bytes) -> bool:
    return any(literal in text for literal in literals)


class Succeeded:
    """The runs that succeeded of a log that is being read."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int]] = []  # numbers of their first lines and their last
        self._begun: dict[int, int] = {}  # by the tool's place

    def begin_step(self) -> None:
        """What began in an earlier step is over."""
        self._begun.clear()

    def look(self, text: bytes, number: int) -> None:
        """A line in which one of `SAID` stands, as it is shown, and its number."""
        for at, tool in enumerate(_TOOLS):
            if _in(tool.starts, text) and tool.begins.search(text):
                self._begun[at] = number
            elif tool.but and tool.but in text:
                self._begun.pop(at, None)
            elif _in(tool.ends, text) and tool.succeeded.search(text):
                self._end(at, number)

    def _end(self, tool: int, number: int) -> None:
        begun = self._begun.pop(tool, None)
        if begun is None:
            return
        while self.runs and self.runs[-1][0] >= begun:  # part of this one
            self.runs.pop()
        if len(self.runs) >= MOST:
            del self.runs[MOST // 2]
        self.runs.append((begun, number))
