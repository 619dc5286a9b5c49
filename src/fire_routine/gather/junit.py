"""A test report, JUnit XML or TRX → its failing tests, with messages and traces, as a digest.

The XML is parsed as it comes, and each test case is dropped once it has been read. JUnit XML has no schema
of its own: https://github.com/testmoapp/junitxml says what tools write. TRX is what `dotnet test` writes (its
schema: vstst.xsd of Visual Studio). A report is an untrusted file: one that declares a document type, and
with it entities, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from xml.etree import ElementTree

from ..model.evidence import Block, Digest, Line
from ..patterns import pattern

_MOST_TESTS = 1_000  # failing tests kept of a report
_ENDS = 60  # lines kept of a trace's beginning and of its end, and of what a failing test printed
_KEPT = 500_000  # characters kept of a report; beyond it, failing tests are only named
_LONGEST = 4_096  # characters of a line
_LONGEST_NAME = 500  # characters of a test's name; parameters can make it as long as a file
_SEARCHED = 100_000  # characters of a trace in which the lines of its message are looked for
_DEEPEST = 100  # elements inside each other; real reports have fewer than ten
_CHILDREN = 100  # elements of one test case
_FAILURES = ("failure", "error")
_PRINTED = ("system-out", "system-err")
_PARTS = frozenset({*_FAILURES, "skipped", *_PRINTED})  # of a test case
_ROOTS = frozenset({"testsuites", "testsuite", "TestRun"})
_TRX_TEST = "UnitTestResult"
_TRX_PARTS = frozenset({"Output", "StdOut", "StdErr", "ErrorInfo", "Message", "StackTrace"})  # inside of it
_TRX_OUTPUT = ("ErrorInfo/Message", "ErrorInfo/StackTrace", "StdOut", "StdErr")
_TRX_FAILED = frozenset({"Failed", "Error", "Timeout", "Aborted"})
_TRX_SKIPPED = frozenset({"NotExecuted", "NotRunnable", "Inconclusive"})
_PLACE = pattern(r"[\w.@+/\\-]{1,200}\.[A-Za-z]{1,5}:(?:line )?\d{1,7}\b")  # of a trace; .NET's has "line"
_PLACE_AT_END = pattern(r" \([^()]+\)$")
_WORDS = pattern(r"[\W_]+")
_SAME = 40  # characters of a reason, in which two are compared
_PYTEST_ESCAPE = pattern(r"#x1B\[[0-9;]*m")  # how pytest writes an escape sequence, which XML can't hold
_FAILED, _TRACE, _OUTPUT = 10.0, 6.0, 2.0  # weights
_RANKS = {_TRACE: 0, _OUTPUT: 20}  # added to a line's distance from the one that names the test
_FULL = 3  # failing tests that are shown with their traces; the others are named

_Weighed = tuple[str, float]  # a line and its weight


class _NotAReportError(Exception):
    """The file is neither JUnit XML nor TRX."""


def read_report(chunks: Iterable[bytes]) -> Digest | None:
    """The failing tests of a report; None where the file is neither JUnit XML nor TRX (it may be a log).

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
    except (ElementTree.ParseError, LookupError, _NotAReportError):
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
        tag = tag.rpartition("}")[2]  # without its name space, which TRX has
        if (not self._open and tag not in _ROOTS) or len(self._open) >= _DEEPEST:
            raise _NotAReportError
        element = super().start(tag, attributes)
        self._open.append(element)
        return element

    def end(self, tag: str, /) -> ElementTree.Element:
        element = super().end(tag.rpartition("}")[2])
        self._open.pop()
        parent = self._open[-1] if self._open else None
        if element.tag == "testcase":
            self._summary.add(element)
        elif element.tag == _TRX_TEST:
            self._summary.add_trx(element)
        if parent is not None:
            part = (parent.tag == "testcase" and element.tag in _PARTS) or element.tag in _TRX_PARTS
            if not part or len(parent) > _CHILDREN:
                del parent[-1]
        return element


class _Summary:
    """What is kept of the test cases: counts, and the first failing ones."""

    def __init__(self) -> None:
        self._tests = self._failed = self._skipped = self._size = 0
        self._shown: list[_Weighed] = []

    def add(self, case: ElementTree.Element) -> None:
        self._tests += 1
        self._skipped += case.find("skipped") is not None
        if failures := [part for part in case if part.tag in _FAILURES]:
            name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
            place = ":".join(filter(None, (case.get("file"), case.get("line"))))
            printed = [case.findtext(part) or "" for part in _PRINTED]
            self._fail(name, place, *_reason(failures), printed)

    def add_trx(self, element: ElementTree.Element) -> None:
        self._tests += 1
        outcome = element.get("outcome", "")
        self._skipped += outcome in _TRX_SKIPPED
        if outcome in _TRX_FAILED:
            reason, stack, *printed = (element.findtext(f"Output/{one}") or "" for one in _TRX_OUTPUT)
            message = list(islice(_lines(reason), _ENDS)) or [outcome]
            trace = [*message[1:], *_lines(stack)]
            self._fail(element.get("testName", ""), "", message[0], trace, printed)

    def _fail(self, name: str, place: str, message: str, trace: list[str], printed: list[str]) -> None:
        self._failed += 1
        if self._failed > _MOST_TESTS:
            return
        place = _place(name, trace) or place
        named = f"FAILED {_bounded(name, _LONGEST_NAME)}{' - ' if message else ''}{message}"
        if place and place not in named:
            named += f" ({_bounded(place, _LONGEST_NAME)})"
        self._keep([named], _FAILED)
        if self._size < _KEPT:
            self._keep(trace[:_ENDS], _TRACE)
            self._keep(trace[_ENDS:][-_ENDS:], _TRACE)
            self._keep(_last_lines(printed), _OUTPUT)

    def _keep(self, lines: list[str], weight: float) -> None:
        self._size += sum(map(len, lines))
        self._shown += [(line, weight) for line in lines]

    def digest(self) -> Digest:
        counts = f"{self._tests} tests: {self._failed} failed, {self._skipped} skipped"
        return _digest([(counts, _FAILED), *self._shown])


def _place(name: str, trace: Sequence[str]) -> str:
    """The first place in the trace that is in the test's own file, else the first; empty: there is none."""
    places = [found[0] for found in _PLACE.finditer("\n".join(trace[:_ENDS])[:_SEARCHED])]
    stems = ((PurePosixPath(place.replace("\\", "/")).name.partition(".")[0], place) for place in places)
    return next((place for stem, place in stems if stem in name), places[0] if places else "")


def _digest(shown: Sequence[_Weighed]) -> Digest:
    """A block for the counts, and one for each failing test, whose first line has name, reason and place."""
    lines: list[Line] = []
    blocks: list[Block] = []
    named = 0  # number of the line that names the test
    for number, (text, weight) in enumerate(shown, 1):
        begins = weight == _FAILED
        if begins:
            blocks.append(Block(weight, "junit", is_row=len(blocks) > _FULL))
            named = number
        rank = 0 if begins else _RANKS[weight] + number - named
        lines.append(Line(number, text, weight, "junit", len(blocks) - 1, rank, item=begins))
    return Digest(tuple(lines), len(lines), tuple(blocks))


def merged(reports: Sequence[Digest], logs: Sequence[Digest]) -> Digest | None:
    """The failing tests of several reports as one, each once; None: there is none.

    One whose name and reason the kept lines of a log show already is left out.
    """
    shown = _folded("\n".join(line.text for log in logs for line in log.lines))
    tests: dict[str, list[_Weighed]] = {}
    for report in reports:
        own: list[_Weighed] | None = None  # of the test that is being read
        for line in report.lines[1:]:  # the first has the counts
            if line.weight == _FAILED:
                known = line.text in tests or _is_in(shown, line.text)
                own = None if known else tests.setdefault(line.text, [])
            if own is not None:
                own.append((line.text, line.weight))
    counts = f"Failed tests: {len(tests)}", _FAILED
    return _digest([counts, *(line for test in tests.values() for line in test)]) if tests else None


def _is_in(shown: str, line: str) -> bool:
    """Whether the test's name, its class and the begin of its reason are in the folded text."""
    name, _, reason = line.removeprefix("FAILED ").partition(" - ")
    named, _, own = name.rpartition("::")
    reason = _PLACE_AT_END.sub("", reason)[:_SAME]
    return all(_folded(part) in shown for part in (own, named.rpartition(".")[2], reason))


def _folded(text: str) -> str:
    """The words alone, so that `test_cart.py::test_total` and `tests.test_cart: test_total` are alike."""
    return _WORDS.sub(" ", text).strip().casefold()


def _reason(failures: Sequence[ElementTree.Element]) -> tuple[str, list[str]]:
    """The first line of why a test failed, and the rest of it with the trace, each line once."""
    headline, lines = "", []
    for failure in failures:
        text = failure.text or ""
        trace = list(_lines(text))
        message = list(islice(_lines(failure.get("message", "")), _ENDS))
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
