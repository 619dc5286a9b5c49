"""Runs of tools that report success in the end: their output explains a failure only if nothing else does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...patterns import pattern

MOST = 400  # runs that are remembered, of the first and of the last


@dataclass(frozen=True, slots=True)
class _Tool:
    """How a tool begins, and how it reports success.

    The literals are in these lines, which may contain colours.
    """

    starts: tuple[bytes, ...]
    begins: re.Pattern[bytes]
    ends: tuple[bytes, ...]
    succeeded: re.Pattern[bytes]
    fails: tuple[bytes, ...] = ()  # in lines that say that it failed, or ignores that something did


_TOOLS = (
    # https://maven.apache.org/plugins/
    _Tool(
        (b"Scanning for projects...",),
        pattern(rb"Scanning for projects\.\.\."),
        (b"BUILD SUCCESS",),
        pattern(rb"BUILD SUCCESS\s*$"),
        (b"BUILD FAILURE", b"There are test failures."),
    ),
    # https://docs.pytest.org/en/stable/how-to/output.html
    _Tool(
        (b" test session starts ",),
        pattern(rb"=+ test session starts (?:\(.{0,200}\) )?=+\s*$"),
        (b" passed in ", b" passed, ", b" passed\x1b"),
        pattern(
            rb"=+ (?:\d+ (?:(?:subtests )?passed|skipped|deselected|xfailed|xpassed|warnings?|rerun)(?:, )?)+"
            rb" in [\d.:]+ ?s"
        ),
    ),
    # https://doc.rust-lang.org/cargo/commands/cargo-test.html
    _Tool(
        (
            b"Running unittests ",
            b"Running tests/",
            b"Running target/",
            b"Doc-tests ",
            b"Running\x1b",
            b"Doc-tests\x1b",
        ),
        pattern(rb"\s*(?:Running (?:unittests |tests/|target/)|Doc-tests )\S"),
        (b"test result: ",),
        pattern(rb"test result: ok\. \d+ passed; 0 failed"),
        (b"test result: FAILED",),
    ),
    # https://vitest.dev/guide/reporters; an error may belong to no test
    _Tool(
        (b" RUN  v", b" RUN \x1b"),
        pattern(rb"\s*RUN  v\d"),
        (b"Test Files  ", b"Test Files \x1b"),
        pattern(rb"\s*Test Files  (?:\d+ skipped \| )?\d+ passed(?: \| \d+ skipped)? \("),
        (b"Unhandled Error",),
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
        (b" FAILED **",),
    ),
    # https://learn.microsoft.com/dotnet/core/tools/dotnet-build
    _Tool(
        (b"Determining projects to restore...", b"Restore complete ("),
        pattern(rb"\s*(?:Determining projects to restore\.\.\.\s*$|Restore complete \()"),
        (b"Build succeeded",),
        pattern(rb"Build succeeded(?:\.\s*$| (?:with \d+ warning\(s\) )?in \d)"),
        (b"Build FAILED.", b"Build failed with "),
    ),
    # https://github.com/adoptium/TKG
    _Tool(
        (b"Running test ",),
        pattern(rb"Running test \S+ \.\.\.\s*$"),
        (b"_PASSED",),
        pattern(rb"\S{1,200}_PASSED\s*$"),
    ),
    # https://github.com/eclipse-openj9/openj9/tree/master/test/functional/cmdline_options_tester
    _Tool(
        (b"Testing: ",),
        pattern(rb"Testing: \S"),
        (b"Test result: PASSED",),
        pattern(rb"Test result: PASSED\s*$"),
        (b"Test result: FAILED",),
    ),
)
LITERALS = tuple((*tool.starts, *tool.ends, *tool.fails) for tool in _TOOLS)  # of each tool


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
            tools: the tools with one of `LITERALS` in it, one bit per tool.
        """
        for at, tool in enumerate(_TOOLS):
            if not tools >> at & 1:
                continue
            if tool.begins.match(text):
                self._begun[at] = number
            elif at in self._begun:
                if tool.succeeded.match(text):
                    self._end(at, number)
                elif any(fails in text for fails in tool.fails):
                    del self._begun[at]

    def _end(self, tool: int, number: int) -> None:
        begun = self._begun.pop(tool)
        while self.runs and self.runs[-1][0] >= begun:  # a part of this one
            self.runs.pop()
        if len(self.runs) >= MOST:
            del self.runs[MOST // 2]
        self.runs.append((begun, number))
