"""On logs that really failed: what explains a failure can make it known, and makes no other failure known."""

from __future__ import annotations

import re
from functools import cache

import pytest
from bench.labelled import OWN_SET, Case, cases_of

from fire_routine import distill
from fire_routine.known_failures import Entry, mark_known, searching
from fire_routine.model import Action, FailedJob, Failure, Fingerprint, KnownFailure

CASES = cases_of(OWN_SET)
LONGEST = 200  # characters of a label that are looked for
# Of the 50 logs. Labels need not name each item of a log's lists, nor only lines that rank high.
FEWEST_KNOWN = 36


TOGETHER = 10  # logs that one process searches


@cache
def failures() -> dict[str, Failure]:
    """The failure of each log, in a job of its name."""
    return {
        case["id"]: Failure(
            Fingerprint("1"),
            (FailedJob(1, case["id"], "failure", ""),),
            distill.read([(OWN_SET / case["log"]).read_bytes()]),
        )
        for case in CASES
    }


def entries(case: Case, job: str = "*") -> list[Entry]:
    """An entry for each line that explains the failure of a log."""
    lines = [line.strip()[:LONGEST] for label in case["labels"] for line in label]
    return [Entry(KnownFailure("x", 0, re.escape(line), Action.SKIP), line, job) for line in lines]


def test_what_explains_a_failure_makes_most_of_them_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECONDS", "ALL_SECONDS"):  # on a busy machine
        monkeypatch.setattr(searching, name, 120.0)
    known = 0
    for first in range(0, len(CASES), TOGETHER):
        cases = CASES[first : first + TOGETHER]
        found = [entry for case in cases for entry in entries(case, case["id"])]
        marked, _ = mark_known([failures()[case["id"]] for case in cases], found, is_item=distill.is_item)
        known += sum(one.is_spared for one in marked)
    assert known >= FEWEST_KNOWN


def test_what_explains_the_others_makes_no_failure_known() -> None:
    for name, failure in failures().items():
        found = [entry for case in CASES if case["id"] != name for entry in entries(case)]
        assert not mark_known([failure], found, is_item=distill.is_item)[0][0].is_spared, name
