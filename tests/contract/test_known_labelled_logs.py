"""On logs that really failed: what explains a failure can make it known, and makes no other failure known."""

from __future__ import annotations

import re
from functools import cache

from bench.labelled import OWN_SET, cases_of

from fire_routine import distill
from fire_routine.known_failures import Entry, mark_known
from fire_routine.model import Action, FailedJob, Failure, Fingerprint, KnownFailure

CASES = cases_of(OWN_SET)
LONGEST = 200  # characters of a label that are looked for
# Of the 50 logs. Labels need not name each item of a log's lists, nor only lines that rank high.
FEWEST_KNOWN = 36


@cache
def failures() -> dict[str, Failure]:
    """The failure of each log."""
    job = FailedJob(1, "test", "failure", "")
    return {
        case["id"]: Failure(Fingerprint("1"), (job,), distill.read([(OWN_SET / case["log"]).read_bytes()]))
        for case in CASES
    }


@cache
def entries() -> dict[str, list[Entry]]:
    """An entry for each line that explains the failure of each log."""
    return {case["id"]: [_entry(line) for label in case["labels"] for line in label] for case in CASES}


def _entry(line: str) -> Entry:
    shown = line.strip()[:LONGEST]
    return Entry(KnownFailure("x", 0, re.escape(shown), Action.SKIP), shown)


def is_known(failure: Failure, found: list[Entry]) -> bool:
    return mark_known([failure], found, is_item=distill.is_item)[0][0].is_spared


def test_what_explains_a_failure_makes_most_of_them_known() -> None:
    known = [case["id"] for case in CASES if is_known(failures()[case["id"]], entries()[case["id"]])]
    assert len(known) >= FEWEST_KNOWN


def test_what_explains_the_others_makes_no_failure_known() -> None:
    for name, failure in failures().items():
        found = [entry for other, own in entries().items() if other != name for entry in own]
        assert not is_known(failure, found), name
