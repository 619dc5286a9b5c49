"""The fingerprint: equal for the same failure in another run, different for another failure."""

from __future__ import annotations

import pytest

from fire_routine import distill
from fire_routine.distill.fingerprint import fingerprint, normalise

LOG = """\
2026-01-02T03:04:07.0000000Z ##[group]Run pytest -q
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_one - AssertionError: port 40123 of /home/runner/work/x/x/a.sock
2026-01-02T03:04:08.0000000Z FAILED tests/test_a.py::test_two - ValueError: /tmp/abc1de/file is 0x7f3a9c001230
2026-01-02T03:04:08.0000000Z 2 failed, 10 passed in 3.21s
2026-01-02T03:04:09.0000000Z ##[error]Process completed with exit code 1.
"""  # noqa: E501 - as the tools print it


def of(log: str) -> str:
    return distill.read([log.encode()]).fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01-02T03", "2027-11-12T23"),
        ("40123", "51877"),
        ("/home/runner/work/x/x/", "/Users/runner/work/x/x/"),
        ("abc1de", "zz9qpw"),
        ("0x7f3a9c001230", "0x55d0aa10"),
        ("3.21s", "194.07s"),
    ],
)
def test_another_run_of_the_same_failure_has_the_same(old: str, new: str) -> None:
    assert old in LOG
    assert of(LOG.replace(old, new)) == of(LOG)


def test_the_order_of_failed_tests_does_not_matter() -> None:
    lines = LOG.splitlines(keepends=True)
    lines[1], lines[2] = lines[2], lines[1]
    assert of("".join(lines)) == of(LOG)


@pytest.mark.parametrize(
    ("old", "new"), [("test_one", "test_three"), ("ValueError", "KeyError"), ("test_a.py", "test_b.py")]
)
def test_another_failure_has_another(old: str, new: str) -> None:
    assert of(LOG.replace(old, new)) != of(LOG)


def test_an_error_before_the_failed_step_does_not_name_the_failure() -> None:
    before = "2026-01-02T03:04:01.0000000Z FAILED tests/test_z.py::test_tolerated - AssertionError: no\n"
    assert of(before + LOG) == of(LOG)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("/home/a/b/test_x.py:12: in f", "C:\\work\\b\\test_x.py:998: in f"),
        ("took 12.5s (pid 4711)", "took 3s (pid 12)"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 9b2504e0-4f89-11d3-9a0c-0305e82c33ff"),
        ("commit 1a2b3c4d5e6f", "commit ffee00112233"),
        ("[gw3] FAILED a.py", "[gw12] FAILED a.py"),
        ("error in /var/folders/zz/x81/T/tmp1 here", "error in /tmp/other_name here"),
    ],
)
def test_what_changes_from_run_to_run_is_folded_away(line: str, same: str) -> None:
    assert normalise(line) == normalise(same)


@pytest.mark.parametrize(
    ("line", "other"),
    [("error CS0103: x", "error CS0246: x"), ("test_v1 failed", "test_v2 failed"), ("E0308", "E0432")],
)
def test_numbers_in_names_are_kept(line: str, other: str) -> None:
    assert normalise(line) != normalise(other)


def test_no_line_at_all_has_a_fingerprint_too() -> None:
    assert fingerprint([]) == fingerprint([""])
    assert len(fingerprint([])) == 16
