"""A JUnit XML report → its failing tests, with messages and traces, as a digest.

Read by junitparser (https://junitparser.readthedocs.io), over the standard library's parser even
where lxml is installed: a report is a stranger's file, so one that declares a document type, and
with it entities, is refused unread.
"""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree
from xml.parsers import expat

import junitparser

from ..model import Block, Digest
from .grouping import combined

_MOST_TESTS = 1_000  # failing tests kept of a report
_OUTPUT_LINES = 40  # of what a failing test printed, its last
_PYTEST_ESCAPE = re.compile(r"#x1B\[[0-9;]*m")  # how pytest writes an escape sequence, which XML can't hold
_FAILED = 10.0
_OUTPUT = 2.0


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
    blocks = [Block(1, (f"{len(cases)} tests: {len(failing)} failed, {skipped} skipped",), _FAILED, "junit")]
    for case in failing[:_MOST_TESTS]:
        _add(blocks, _told(case), _FAILED)
        _add(blocks, _printed(case), _OUTPUT)
    names = [_name(case) for case in failing]
    return Digest(tuple(blocks), _next_line(blocks) - 1, combined(names or ["every test passed"]))


def _refuse_document_type(data: bytes) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which no JUnit XML report needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _name(case: junitparser.TestCase) -> str:
    return "::".join(part for part in (case.classname, case.name) if part)


def _told(case: junitparser.TestCase) -> list[str]:
    """A failing test's name, and each failure's message and trace, without telling the message twice."""
    lines = [f"FAILED {_name(case)}"]
    for result in case.result:
        if not isinstance(result, junitparser.Skipped):
            trace = (result.text or "").strip("\n")
            message = (result.message or "").strip()
            if message not in trace:
                lines.append(f"{result.type}: {message}" if result.type else message)
            lines.append(trace)
    return _lines(lines)


def _printed(case: junitparser.TestCase) -> list[str]:
    return _lines([part for part in (case.system_out, case.system_err) if part])[-_OUTPUT_LINES:]


def _lines(texts: list[str]) -> list[str]:
    return [line for text in texts for line in _PYTEST_ESCAPE.sub("", text).splitlines() if line.strip()]


def _add(blocks: list[Block], lines: list[str], weight: float) -> None:
    if lines:
        blocks.append(Block(_next_line(blocks), tuple(lines), weight, "junit"))


def _next_line(blocks: list[Block]) -> int:
    return blocks[-1].first + len(blocks[-1].lines)
