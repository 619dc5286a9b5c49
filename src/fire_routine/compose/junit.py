"""A JUnit XML report → its failing tests, with messages and traces, as a digest.

Read by junitparser (https://junitparser.readthedocs.io), over the standard library's parser even
where lxml is installed: a report is a stranger's file, so one that declares a document type, and
with it entities, is refused unread.
"""

from __future__ import annotations

import io
from xml.etree import ElementTree
from xml.parsers import expat

import junitparser

from ..model import Block, Digest
from ..patterns import pattern

_MOST_TESTS = 1_000  # failing tests kept of a report
_ENDS = 60  # lines kept of a trace's beginning and of its end, and of what a failing test printed
_LONGEST = 4_096  # characters of a line
_PYTEST_ESCAPE = pattern(r"#x1B\[[0-9;]*m")  # how pytest writes an escape sequence, which XML can't hold
_FAILED, _TRACE, _OUTPUT = 10.0, 6.0, 2.0  # every failing test is named before any is told in full


def read_report(data: bytes) -> Digest | None:
    """The failing tests of a report; None where the file is no JUnit XML (it may still be a log).

    Raises:
        ValueError: the file declares a document type.
    """
    try:
        _refuse_document_type(data)
        report = junitparser.JUnitXml.fromfile(io.BytesIO(data), parse_func=ElementTree.parse)
        cases = [case for suite in report for case in suite]
    except (expat.ExpatError, ElementTree.ParseError, junitparser.JUnitXmlError, RecursionError, LookupError):
        return None
    failing = [case for case in cases if case.is_failure or case.is_error]
    skipped = sum(case.is_skipped for case in cases)
    blocks: list[Block] = []
    _add(blocks, [f"{len(cases)} tests: {len(failing)} failed, {skipped} skipped"], _FAILED)
    for case in failing[:_MOST_TESTS]:
        message, trace = _told(case)
        _add(blocks, [f"FAILED {_name(case)}{' - ' if message else ''}{message}"], _FAILED)
        _add(blocks, trace[:_ENDS], _TRACE)
        _add(blocks, trace[_ENDS:][-_ENDS:], _TRACE)
        _add(blocks, _lines([case.system_out or "", case.system_err or ""])[-_ENDS:], _OUTPUT)
    return Digest(tuple(blocks), blocks[-1].last, "")


def _refuse_document_type(data: bytes) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which no JUnit XML report needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _name(case: junitparser.TestCase) -> str:
    return "::".join(part for part in (case.classname, case.name) if part)


def _told(case: junitparser.TestCase) -> tuple[str, list[str]]:
    """The first line of what a failing test says, and the rest of it with the trace, each thing once."""
    headline, told = "", []
    for result in case.result:
        if isinstance(result, junitparser.Skipped):
            continue
        trace = result.text or ""
        message = _lines([result.message or ""])
        headline = headline or (message or _lines([trace]) or [""])[0]
        told += [line for line in message if line != headline and line.strip() not in trace]
        told += _lines([trace])
    return headline, told


def _lines(texts: list[str]) -> list[str]:
    return [
        _bounded(line) for text in texts for line in _PYTEST_ESCAPE.sub("", text).splitlines() if line.strip()
    ]


def _bounded(line: str) -> str:
    """A line of bounded length, cut before a word: half a token could not be told for a secret."""
    if len(line) <= _LONGEST:
        return line
    kept = line[:_LONGEST].rpartition(" ")[0]
    return f"{kept} [… {len(line) - len(kept)} characters …]"


def _add(blocks: list[Block], lines: list[str], weight: float) -> None:
    if lines:
        first = blocks[-1].last + 1 if blocks else 1
        blocks.append(Block(first, tuple(lines), weight, "junit", first + len(lines) - 1))
