"""A JUnit XML report → its failing tests, with messages and traces, as a digest.

The XML is parsed as it comes, and each test case is dropped once it has been read. junitparser
(https://junitparser.readthedocs.io) knows what the elements of a test case mean. A report is an untrusted
file: one that declares a document type, and with it entities, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from xml.etree import ElementTree

import junitparser

from ..model import Block, Digest
from ..patterns import pattern

_MOST_TESTS = 1_000  # failing tests kept of a report
_ENDS = 60  # lines kept of a trace's beginning and of its end, and of what a failing test printed
_KEPT = 500_000  # characters kept of a report; beyond it, failing tests are only named
_LONGEST = 4_096  # characters of a line
_LONGEST_NAME = 500  # characters of a test's name; parameters can make it as long as a file
_SEARCHED = 100_000  # characters of a trace in which the lines of its message are looked for
_DEEPEST = 100  # elements inside each other; real reports have fewer than ten
_CHILDREN = 100  # elements of one test case
_PARTS = frozenset({"failure", "error", "skipped", "system-out", "system-err"})  # of a test case
_PYTEST_ESCAPE = pattern(r"#x1B\[[0-9;]*m")  # how pytest writes an escape sequence, which XML can't hold
_FAILED, _TRACE, _OUTPUT = 10.0, 6.0, 2.0  # weights: failing tests are all named before any is shown in full


class _NotAReportError(Exception):
    """The file is not JUnit XML."""


def read_report(chunks: Iterable[bytes]) -> Digest | None:
    """The failing tests of a report; None where the file is not JUnit XML (it may still be a log).

    Memory is bounded, however large the report: by its largest test case, and by what is kept of the failing
    ones.

    Raises:
        ValueError: the file declares a document type.
    """
    summary = _Summary()
    parser = ElementTree.XMLParser(target=_TestCases(summary))  # noqa: S314 - see _TestCases.doctype
    try:
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except (ElementTree.ParseError, junitparser.JUnitXmlError, LookupError, _NotAReportError):
        return None
    return summary.digest()


class _TestCases(ElementTree.TreeBuilder):
    """Passes each test case on, and keeps no element once it has ended."""

    def __init__(self, summary: _Summary) -> None:
        super().__init__()
        self._summary = summary
        self._open: list[ElementTree.Element] = []

    def doctype(self, *_: object) -> None:
        raise ValueError("it declares a document type, which no JUnit XML report needs")

    def start(self, tag: str, attributes: dict[str, str], /) -> ElementTree.Element:
        if (not self._open and tag not in ("testsuites", "testsuite")) or len(self._open) >= _DEEPEST:
            raise _NotAReportError
        element = super().start(tag, attributes)
        self._open.append(element)
        return element

    def end(self, tag: str, /) -> ElementTree.Element:
        element = super().end(tag)
        self._open.pop()
        parent = self._open[-1] if self._open else None
        if tag == "testcase":
            self._summary.add(junitparser.TestCase.fromelem(element))  # type: ignore[no-untyped-call]
        if parent is not None:
            part = parent.tag == "testcase" and tag in _PARTS and len(parent) <= _CHILDREN
            if not part:
                del parent[-1]
        return element


class _Summary:
    """What is kept of the test cases: counts, and the first failing ones."""

    def __init__(self) -> None:
        self._tests = self._failed = self._skipped = self._size = 0
        self._shown: list[tuple[list[str], float]] = []

    def add(self, case: junitparser.TestCase) -> None:
        self._tests += 1
        self._skipped += case.is_skipped
        if not (case.is_failure or case.is_error):
            return
        self._failed += 1
        if self._failed > _MOST_TESTS:
            return
        message, trace = _reason(case)
        named = f"FAILED {_bounded(_name(case), _LONGEST_NAME)}{' - ' if message else ''}{message}"
        self._keep([named], _FAILED)
        if self._size < _KEPT:
            self._keep(trace[:_ENDS], _TRACE)
            self._keep(trace[_ENDS:][-_ENDS:], _TRACE)
            self._keep(_last_lines([case.system_out or "", case.system_err or ""]), _OUTPUT)

    def _keep(self, lines: list[str], weight: float) -> None:
        self._size += sum(map(len, lines))
        self._shown.append((lines, weight))

    def digest(self) -> Digest:
        counts = f"{self._tests} tests: {self._failed} failed, {self._skipped} skipped"
        blocks: list[Block] = []
        for lines, weight in (([counts], _FAILED), *self._shown):
            if lines:
                first = blocks[-1].last + 1 if blocks else 1
                blocks.append(Block(first, tuple(lines), weight, "junit", first + len(lines) - 1))
        return Digest(tuple(blocks), blocks[-1].last)


def _name(case: junitparser.TestCase) -> str:
    return "::".join(part for part in (case.classname, case.name) if part)


def _reason(case: junitparser.TestCase) -> tuple[str, list[str]]:
    """The first line of why a test failed, and the rest of it with the trace, each line once."""
    headline, lines = "", []
    for result in islice(case.result, _CHILDREN):
        if isinstance(result, junitparser.Skipped):
            continue
        text = result.text or ""
        trace = list(_lines(text))
        message = list(islice(_lines(result.message or ""), _ENDS))
        headline = headline or (message or trace or [""])[0]
        shown = text[:_SEARCHED]
        lines += [line for line in message if line != headline and line.strip() not in shown]
        lines += trace
    return headline, lines


def _last_lines(texts: list[str]) -> list[str]:
    return [line for text in texts for line in _lines(text)][-_ENDS:]


def _lines(text: str) -> Iterator[str]:
    return (_bounded(line) for line in _PYTEST_ESCAPE.sub("", text).splitlines() if line.strip())


def _bounded(line: str, longest: int = _LONGEST) -> str:
    """A line of bounded length, cut before a word: half a token could not be recognised as a secret."""
    if len(line) <= longest:
        return line
    kept = line[:longest].rpartition(" ")[0]
    return f"{kept} [… {len(line) - len(kept)} characters …]"
