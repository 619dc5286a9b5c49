"""The labelled logs are well-formed, and the distiller keeps as much of them as it did.

What explains their failures can make them known, and makes no other failure known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
import yaml
from bench.labelled import BUDGETS, OWN_SET, Case, cases_of, folded
from bench.recall import distilled, mean

from fire_routine import distill
from fire_routine.known_failures import Entry, mark_known
from fire_routine.model.evidence import Action, Failure, Fingerprint, KnownFailure
from fire_routine.model.run import Job

CASES = cases_of(OWN_SET)
LONGEST = 200  # characters of a label that a known failure's entry looks for
# Of the 50 logs. Labels need not name each item of a log's lists, nor only lines that rank high.
FEWEST_KNOWN = 36
TOGETHER = 10  # logs that one process searches
MOST_BYTES = 3_000_000  # of all logs together, so that a clone stays small
SETS = {"compilers", "tests", "linters", "packages", "systems"}
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z (?P<text>.*)")

ENDED = re.compile(r"##\[error\](Process completed with exit code \d+|The action .* has timed out)")


def _lines(case: Case) -> list[str]:
    """The log's lines, without their time stamps."""
    text = (OWN_SET / case["log"]).read_bytes().decode("utf-8-sig")
    matches = [STAMPED.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    assert None not in matches, "a line has no time stamp"
    return [match["text"] for match in matches if match]


def test_there_are_enough_logs_of_every_kind() -> None:
    assert len(CASES) >= 30
    assert {case["set"] for case in CASES} == SETS
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_each_log_has_one_case_and_sources() -> None:
    names = sorted(case["id"] for case in CASES)
    assert sorted(path.stem for path in (OWN_SET / "logs").glob("*.log")) == names
    assert sorted(path.stem for path in (OWN_SET / "cases").glob("*.yml")) == names
    assert sum(path.stat().st_size for path in (OWN_SET / "logs").iterdir()) <= MOST_BYTES


def problems_of(case: Case) -> Iterator[str]:
    """What is wrong with a case: its labels, their reasons, its log, its sources."""
    raw, lines = (OWN_SET / case["log"]).read_bytes(), _lines(case)
    found = {folded(line) for line in lines}
    yield from (line for label in case["labels"] for line in label if folded(line) not in found)
    if not case["labels"] or not all(case["labels"]):
        yield "it has no label, or an empty one"
    if len(case["reasons"]) != len(case["labels"]) or any(len(one.split()) < 3 for one in case["reasons"]):
        yield "a label has no reason"
    if not raw.startswith(b"\xef\xbb\xbf") or not any(map(ENDED.match, lines)):
        yield "the log is not as GitHub gives it"
    if re.search(r"/root/|/home/(?!runner)|localdomain", "\n".join(lines)):
        yield "the log names the machine on which it was made"
    source = yaml.safe_load((OWN_SET / "cases" / f"{case['id']}.yml").read_text("utf-8"))
    if source["project"] != case["project"] or not source["tools"]:
        yield "the sources are another project's, or name no tools"
    if not any("run" in step for step in source["job"]["steps"]):
        yield "no step of the sources runs anything"


def test_every_case_is_well_formed() -> None:
    assert {case["id"]: found for case in CASES if (found := list(problems_of(case)))} == {}


@cache
def _recall() -> list[float]:
    return mean([distilled(case, (OWN_SET / case["log"]).read_bytes()) for case in CASES])


@pytest.mark.parametrize("budget", BUDGETS[:3])
def test_recall_does_not_fall(budget: int) -> None:
    """A change that keeps fewer labelled lines is no improvement; one that keeps more raises the floor."""
    floor = json.loads((OWN_SET / "floor.json").read_text("utf-8"))
    recall = _recall()[BUDGETS.index(budget)]
    assert recall >= floor[str(budget)], f"{recall:.3f}: see bench/recall.py --worst 10"


@cache
def failures() -> dict[str, Failure]:
    """The failure of each log, in a job of its name."""
    return {
        case["id"]: Failure(
            Fingerprint("1"),
            (Job(1, case["id"], "failure", ""),),
            distill.read([(OWN_SET / case["log"]).read_bytes()]),
        )
        for case in CASES
    }


def entries(case: Case, job: str = "*") -> list[Entry]:
    """An entry for each line that explains the failure of a log."""
    lines = [line.strip()[:LONGEST] for label in case["labels"] for line in label]
    return [Entry(KnownFailure("x", 0, re.escape(line), Action.SKIP), line, job) for line in lines]


def test_what_explains_a_failure_makes_most_of_them_known() -> None:
    known = 0
    for first in range(0, len(CASES), TOGETHER):
        cases = CASES[first : first + TOGETHER]
        found = [entry for case in cases for entry in entries(case, case["id"])]
        marked, _ = mark_known([failures()[case["id"]] for case in cases], found)
        known += sum(one.is_spared for one in marked)
    assert known >= FEWEST_KNOWN


def test_what_explains_the_others_makes_no_failure_known() -> None:
    for name, failure in failures().items():
        found = [entry for case in CASES if case["id"] != name for entry in entries(case)]
        assert not mark_known([failure], found)[0][0].is_spared, name
