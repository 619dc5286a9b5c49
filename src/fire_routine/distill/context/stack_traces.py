"""Scores frames of stacks and quoted sources: the project's own code above the libraries that ran it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ...patterns import pattern
from ..lines.clean import announces
from ..weights import WEIGHTS

_FRAME = re.compile(rb"\s+at ")
# Frames of the JDK, .NET and Node.js, of frameworks and of installed packages.
_LIBRARY = re.compile(
    rb"\s+at (?:java\.|javax\.|jdk\.|(?:com\.)?sun\.|junit\.|kotlinx?\.|scala\.|clojure\.|groovy\.|sbt\."
    rb"|munit\.|mockit\.|hudson\.|jenkins\.|___cps\.|PluginClassLoader for "
    rb"|com\.(?:cloudbees\.groovy|intellij)\."
    rb"|io\.(?:cucumber|kotest|mockk)\.|node:|\S+ \(node:"
    # Angular's own, as it builds them with Bazel; a project's own build is in a folder of that
    rb"|.{0,200}(?:/node_modules/|(?<!bazel-out)/[\w-]{1,40}-ST-[0-9a-f]{6,16}/bin/packages/)"
    rb"|org\.(?:apache\.maven|assertj|codehaus\.groovy|eclipse|gradle|hamcrest|hibernate|jenkinsci|junit"
    rb"|kohsuke|mockito|scalacheck|scalatest|specs2|spockframework|springframework|testcontainers|testng)\."
    rb"|(?:AwesomeAssertions|Castle|FluentAssertions|Microsoft|Moq|NSubstitute|NUnit|Shouldly|System|Xunit)\."
    # with the archive that Logback or Log4j found it in
    rb"|.{0,300} ~?\[(?:[^\s:]{1,80}\.jar!?/?|na):[^\s\]]{0,80}\]$)"
)
# The same of Python, as it shows frames and as pytest does in short, and of Rust, Go, PHP, Ruby, Elixir,
# Vitest, Dart and CMake. Sources and places below them are indented.
_PYTHON_LIBRARY = pattern(
    rb"\s+File \"<frozen "
    # what an installer puts there to start a tool
    rb"|\s+File \"[^\"]{0,300}(?:/usr(?:/local)?|/x64|/\.local|v?env[\w.-]{0,20}|/\.[nt]ox/[\w.-]{1,40})/bin/"
    rb"[\w-]{1,80}\","
    rb"|(?:\s+File \"[^\"]{0,300}|\S{0,300})(?:(?:site|dist)-packages|[/\\]lib/python[\d.]+|\\Lib)[/\\]"
    rb"(?:[^\"]{0,300}\"|\S{0,300}\.py:\d+: in )"
)
# The place that pytest prints below a source and the error raised there, and what ends the source before.
_PYTEST_LIBRARY = pattern(
    rb"\S{0,300}(?:(?:site|dist)-packages|[/\\]lib/python[\d.]+|\\Lib)[/\\]\S{0,300}\.pyx?:\d+: ?\w*$"
)
_SOURCE_ENDS = re.compile(rb"(?:_ ){9}|_{9}|\S+\.pyx?:\d+: ")
_OTHER_LIBRARY = pattern(
    rb"\s+\d+: (?:<?(?:core|std|alloc|test)::|__rustc|rust_begin_unwind)"
    rb"|(?:created by )?(?:reflect|runtime|testing)\.[\w.(*)]{1,80}\("
    rb"|\s*#\d+ \S{0,300}[/\\]vendor[/\\]"
    rb"|\s+\((?:elixir|ex_unit|stdlib) [\d.]+\) "
    rb"|\s*\xe2\x9d\xaf (?:\S{1,100} )?(?:node:|\S{0,300}node_modules/)"
    rb"|(?:dart:\w{1,20}|package:(?:flutter(?:_test)?|matcher|stack_trace|test(?:_api)?)/\S{1,100} \d+:\d+) "
    rb"|\s*(?:# |from )?\S{0,300}/(?:(?:(?:ruby)?gems|lib/ruby)/\S{0,300}\.rb|(?:exe|bin)/bundle):\d+:in "
    rb"|\s+(?!CMake )\S.{0,200}/cmake-[\d.]+/Modules/\S{1,200}:\d+(?::EVAL:\d+)? \("
)
# BuildKit's prefix of a step's output; where it repeats the output, the seconds alone.
_BUILDKITS = re.compile(rb"(?:(?:#\d{1,5} )?\d{1,6}\.\d{1,3} )?")
_SIGNS = (  # each of them contains one of these
    rb"-packages /bin/ ib/python \Lib <frozen /cmake- gems/ lib/ruby/ :: __rustc rust_begin reflect. runtime."
    b" testing. vendor (elixir (ex_unit (stdlib \xe2\x9d\xaf dart"
).split()
# A test's class as JUnit's runners name it in lines above the frames, how many, and how its package begins.
_TEST = re.compile(rb"(?<![\w.])((?:[a-z]\w*\.){2})(?:\w+\.)*[A-Z]\w*(?:Tests?|IT|Spec|Case)(?!\w)")
# With most-recent-call-first, top frames matter, library or not, except in CMake.
_LATEST_FIRST, _CMAKES = b"(most recent call first):", b"Call Stack (most recent"
# At the other end is the runner of the test.
_RUNNER = pattern(
    rb"\s+File \"(?:<frozen |[^\"]{0,300}(?:-packages|python[\d.]+|\\Lib)[/\\]"
    rb"(?:_pytest|pluggy|pytest|unittest|xdist|runpy\.py)(?:[/\\]|\"))"
)
# The line that a code frame points at, as Babel and Collision (on a Windows console, too) print it; the lines
# around it.
_POINTERS = (">", "➜", "Ô×£", "Γ₧£")
_EDGE = r"(?: +\|| ?(?:▕|Ôûò|Γûò))"
_POINTED_AT = re.compile(rf"\s*(?:{'|'.join(_POINTERS)}) *\d+{_EDGE}".encode())
_AROUND = re.compile(rf"\s+\d+{_EDGE}".encode())
# A line, except the first, of a text that PHPUnit quotes.
_QUOTED_END, _QUOTE = b"\\n", b"Failed asserting that "
# How a docstring begins and ends in a source that pytest shows (PEP 257).
_QUOTES = (b'"""', b"'''")
# How a compiler came to a file.
_INCLUDED = re.compile(rb"In file included from | +from (?:[A-Za-z]:)?[^\s:]+:\d")
# A text without any of these has none of the above.
_CONTEXT_SIGNS = (*map(str.encode, _POINTERS), b"from ", _QUOTED_END, *_QUOTES)


def indent(line: bytes) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def dimmed(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The places of frames in the block around the line at `index` that score less, and their factors."""
    joined = b"\n".join(texts[begin:end])
    if any(joined.find(sign) >= 0 for sign in _CONTEXT_SIGNS):
        yield from _quoted_context(texts, begin, end)
        yield from _docstrings(texts, begin, index)
    if end - begin > 2:
        yield from _of_stacks(texts, index, begin, end)


def _quoted_context(texts: Sequence[bytes], begin: int, end: int) -> Iterator[tuple[int, float]]:
    """Lines around the one that a code frame points at, of a quoted text, and of a compiler's includes."""
    framed = any(_POINTED_AT.match(text) for text in texts[begin:end])
    for at in range(begin, end):
        if _INCLUDED.match(texts[at]):
            yield at, WEIGHTS.included_from
        elif framed and _AROUND.match(texts[at]):
            yield at, WEIGHTS.around_pointed
        elif texts[at].endswith(_QUOTED_END) and not texts[at].startswith(_QUOTE):
            yield at, WEIGHTS.quoted_text


def _docstrings(texts: Sequence[bytes], begin: int, index: int) -> Iterator[tuple[int, float]]:
    """Docstrings of sources above the line at `index`, except the first line, which sums it up.

    A docstring begins below a colon: elsewhere such quotes end one, or are a value's.
    """
    opened = b""
    for at in range(begin + 1, index):
        text = texts[at].strip()
        if opened:
            yield at, WEIGHTS.docstring
            opened = b"" if text.endswith(opened) else opened
        elif announces(texts[at - 1]):
            quotes = next((quotes for quotes in _QUOTES if text.lstrip(b"rRuU").startswith(quotes)), b"")
            opened = quotes if text.count(quotes) == 1 else b""


def _of_stacks(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """The frames and sources of libraries, and what ran one's own code."""
    joined = b"\n".join(texts[begin : end + WEIGHTS.lines_after_trace])
    if joined.find(_LATEST_FIRST) >= 0 and joined.find(_CMAKES) < 0:
        yield from ((at, WEIGHTS.library_frames) for at in range(begin, end) if _RUNNER.match(texts[at]))
        return
    if joined.find(b" at ") >= 0 or joined.find(b"\tat ") >= 0:
        for framed, places in groupby(range(begin, end), lambda at: _FRAME.match(texts[at]) is not None):
            if framed:
                yield from _less(texts, list(places), index)
    if any(joined.find(sign) >= 0 for sign in _SIGNS):
        for at in _foreign(texts, index, begin, end):
            yield at, WEIGHTS.library_frames
        for at in _foreign_sources(texts, begin, end):
            yield at, WEIGHTS.library_sources


def _own(texts: Sequence[bytes], frames: Sequence[int]) -> list[int]:
    """Which of a stack's frames are one's own: of a failed test's, those of its package, if there are any."""
    own = [nth for nth, at in enumerate(frames) if not _LIBRARY.match(texts[at])]
    test = _TEST.search(b"\n".join(texts[max(frames[0] - WEIGHTS.test_named_within, 0) : frames[0]]))
    package = test[1] if test else b""
    return [nth for nth in own if texts[frames[nth]].lstrip()[len(b"at ") :].startswith(package)] or own


def _less(texts: Sequence[bytes], frames: Sequence[int], index: int) -> Iterator[tuple[int, float]]:
    """Of a stack's frames, those of libraries, those far down and those that ran the last of one's own.

    Libraries that the project's code called score most at the failing frame, and little in between.
    """
    own = _own(texts, frames)
    libraries = set(range(len(frames))).difference(own)
    above = sum(at < index for at in frames)  # above the line that a rule took
    running = own[-1] + 1 if own else WEIGHTS.unknown_frames
    for nth, at in enumerate(frames):
        if nth in libraries or nth - above >= WEIGHTS.top_frames:
            yield at, WEIGHTS.deeper_frames
        if nth in libraries and nth - above >= WEIGHTS.called_frames and nth < running:
            yield at, WEIGHTS.further_called
        if nth >= running:
            yield at, WEIGHTS.calling_frames if own else WEIGHTS.further_unknown


def _foreign(texts: Sequence[bytes], index: int, begin: int, end: int) -> Iterator[int]:
    """The places of other libraries' frames, with their sources and the marks that point at them.

    As in Ruby, the line at `index` names what was wrong there.
    """
    for at in range(begin, end):
        if at == index:
            continue
        prefix = _BUILDKITS.match(texts[at])
        start = prefix.end() if prefix else 0
        if _OTHER_LIBRARY.match(texts[at], start) or _PYTHON_LIBRARY.match(texts[at], start):
            yield at
            yield from _deeper_indented(texts, at, index, end)


def _foreign_sources(texts: Sequence[bytes], begin: int, end: int) -> Iterator[int]:
    """The places of other libraries' sources, as pytest shows them, except what was raised there."""
    foreign = False
    for at in range(min(end + WEIGHTS.lines_after_trace, len(texts)) - 1, begin - 1, -1):
        if _SOURCE_ENDS.match(texts[at]):
            foreign = _PYTEST_LIBRARY.match(texts[at]) is not None
        elif foreign and at < end and not texts[at].startswith(b"E "):
            yield at


def _deeper_indented(texts: Sequence[bytes], at: int, index: int, end: int) -> Iterator[int]:
    """The places of the lines after the one at `at`, up to the one at `index`, that are indented deeper."""
    depth = indent(texts[at])
    for below in range(at + 1, end):
        if below == index or indent(texts[below]) <= depth:
            return
        yield below
