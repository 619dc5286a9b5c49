"""Test reports in the format of JUnit."""

# ruff: noqa: E501

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tests.unit.digests import digest_of, texts

from fire_routine.gather.files import read_attachments
from fire_routine.gather.junit import read_report
from fire_routine.model.evidence import Digest

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1"
failures="1" skipped="1" tests="4" time="0.032" timestamp="2026-11-24T14:02:03.52" hostname="runner"><testcase
classname="tests.test_cart" name="test_total" time="0.001"><failure message="assert 3 == 4&#10; +  where 3 = total([1, 2])"
>def test_total():
&gt;       assert total([1, 2]) == 4
E       assert 3 == 4
E        +  where 3 = total([1, 2])

tests/test_cart.py:5: AssertionError</failure><system-out>adding #x1B[31m1#x1B[0m
adding 2</system-out></testcase><testcase classname="tests.test_cart" name="test_ok" time="0.0" /><testcase
classname="tests.test_cart" name="test_later" time="0.0"><skipped type="pytest.skip" message="later">x</skipped></testcase><testcase
classname="tests.test_db" name="test_connect" time="0.0"><error message="failed on setup with &quot;OSError: no
database&quot;">E   OSError: no database</error></testcase></testsuite></testsuites>"""


def lines(data: bytes) -> list[str]:
    report = read_report([data])
    assert report is not None
    return texts(report)


def test_pytests_failures_and_errors_have_their_traces() -> None:
    report = read_report([PYTEST])
    assert report is not None
    shown = lines(PYTEST)
    assert shown[0] == "4 tests: 2 failed, 1 skipped"
    assert "FAILED tests.test_cart::test_total - assert 3 == 4 (tests/test_cart.py:5)" in shown
    assert ">       assert total([1, 2]) == 4" in shown
    assert "tests/test_cart.py:5: AssertionError" in shown
    assert 'FAILED tests.test_db::test_connect - failed on setup with "OSError: no database"' in shown
    assert "test_ok" not in "\n".join(shown)
    assert "adding 1" in shown
    # Each failing test is a block: its name, then its trace, then what it printed.
    named = [line.text.split()[0] for line in report.lines if not line.rank]
    assert named == ["4", "FAILED", "FAILED"]
    assert [line.block for line in report.lines] == sorted(line.block for line in report.lines)
    assert [line.number for line in report.lines] == list(range(1, report.total_lines + 1))


def test_of_very_many_failing_tests_the_first_thousand_are_named() -> None:
    case = "<testcase name='test_{}'><failure message='no'/></testcase>"
    cases = "".join(case.format(number) for number in range(1_100))
    shown = lines(f"<testsuite>{cases}</testsuite>".encode())
    assert shown[0].startswith("1100 tests: 1100 failed")
    named = [line for line in shown if line.startswith("FAILED ")]
    assert (len(named), "test_999" in named[-1]) == (1_000, True)


def test_a_message_that_the_trace_repeats_is_not_shown_between_them() -> None:
    trace = "AssertionFailedError: expected: <4> but was: <3>\n\tat acme.CartTest.addsUp(CartTest.java:12)"
    failure = f"<failure message='expected: &lt;4&gt; but was: &lt;3&gt;'><![CDATA[{trace}]]></failure>"
    case = f"<testcase classname='CartTest' name='addsUp'>{failure}</testcase>"
    assert lines(f"<testsuite>{case}</testsuite>".encode())[1:] == [
        "FAILED CartTest::addsUp - expected: <4> but was: <3> (CartTest.java:12)",
        *trace.splitlines(),
    ]


def test_a_long_trace_keeps_its_beginning_and_its_end_and_lines_and_names_are_cut() -> None:
    trace = "\n".join(f"frame {n}" for n in range(500))
    shown = lines(f"<testsuite><testcase name='a'><failure>{trace}</failure></testcase></testsuite>".encode())
    assert {"frame 0", "frame 59", "frame 440", "frame 499"} <= set(shown)
    assert not {"frame 60", "frame 250", "frame 439"} & set(shown)
    case = f"<testcase name='{'a b' * 20_000}'><failure message='no'>{'word ' * 5000}</failure></testcase>"
    _, named, wide = lines(f"<testsuite>{case}</testsuite>".encode())
    assert named.startswith("FAILED a ba b")
    assert named.endswith(" characters …] - no")
    assert len(named) < 600
    assert wide.endswith("word [… 20906 characters …]")


def test_what_is_kept_of_very_many_failing_tests_is_bounded_and_the_first_are_all_named() -> None:
    trace = "\n".join(f"{n} " + "frame " * 600 for n in range(120))
    case = f"<testcase name='test'><failure>{trace}</failure></testcase>"
    shown = lines(f"<testsuite>{case * 50}</testsuite>".encode())
    assert shown.count(shown[1]) == 50
    assert sum(map(len, shown)) < 1_500_000


@pytest.mark.nightly
def test_memory_does_not_grow_with_the_report() -> None:
    def report() -> Iterator[bytes]:
        yield b"<testsuites><testsuite><properties>"
        yield from itertools.repeat(b"<property name='a' value='b'/>" * 100, 50)
        yield b"</properties>"
        yield from itertools.repeat(b"<testcase name='a'><system-out>fine</system-out></testcase>" * 100, 50)
        yield (
            b"<testcase name='b'>" + b"<extra><deep/></extra>" * 5_000 + b"<failure message='no'/></testcase>"
        )
        yield b"</testsuite></testsuites>"

    tracemalloc.start()
    digest = read_report(report())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert digest is not None
    assert digest.lines[0].text == "5001 tests: 1 failed, 0 skipped"
    assert peak < 1_000_000


def test_a_report_without_failures_is_named_as_such() -> None:
    assert lines(b'<testsuite name="x"><testcase name="a"/></testsuite>') == ["1 tests: 0 failed, 0 skipped"]


ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><testsuite name="&j;"/>'
)
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b'<testsuite name="x"><testcase name="a"><failure>&f;</failure></testcase></testsuite>'
)


def test_a_report_that_declares_entities_is_refused() -> None:
    for data in (ENTITY_BOMB, EXTERNAL, EXTERNAL.decode().encode("utf-16")):
        with pytest.raises(ValueError, match="document type"):
            read_report([data])


def test_what_is_no_report_is_none() -> None:
    table = [
        b"",
        b"not xml",
        PYTEST[:-40],
        b"<html><body/></html>",
        b"<testsuite>\x00</testsuite>",
        b'<?xml version="1.0" encoding="no-such"?><testsuite/>',
        b"<testsuite>" * 5_000 + b"<testcase name='x'/>" + b"</testsuite>" * 5_000,
    ]
    assert [data[:80] for data in table if read_report([data]) is not None] == []


def test_a_report_cut_off_by_a_crash_is_read_as_a_log_and_a_dangerous_one_is_not_read(tmp_path: Path) -> None:
    def read(chunks: Iterable[bytes]) -> Digest:
        return digest_of(b"".join(chunks).decode())

    (tmp_path / "cut.xml").write_bytes(PYTEST[:-40])
    (tmp_path / "bomb.xml").write_bytes(ENTITY_BOMB)
    (tmp_path / "good.XML").write_bytes(PYTEST)

    attachments, (note,) = read_attachments(["*.xml", "*.XML"], tmp_path, read)

    assert {one.path: one.digest.lines[0].rule for one in attachments} == {
        "cut.xml": "rule",
        "good.XML": "junit",
    }
    assert note.what == "attach: bomb.xml"
    assert "document type" in note.why
