"""The labelled logs are well-formed, and the distiller keeps as much of them as it did."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
import yaml
from bench.labelled import BUDGETS, OWN_SET, Case, cases_of, folded
from bench.recall import distilled, mean

CASES = cases_of(OWN_SET)
MOST_BYTES = 3_000_000  # of all logs together, so that a clone stays small
SETS = {"compilers", "tests", "linters", "packages", "systems"}
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z (?P<text>.*)")

of_each_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


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


@of_each_case
def test_every_label_is_a_line_of_its_log(case: Case) -> None:
    found = {folded(line) for line in _lines(case)}
    missing = [line for label in case["labels"] for line in label if folded(line) not in found]
    assert not missing
    assert case["labels"]
    assert all(case["labels"])


@of_each_case
def test_every_label_has_its_reason(case: Case) -> None:
    assert len(case["reasons"]) == len(case["labels"])
    assert all(len(reason.split()) >= 3 for reason in case["reasons"])


@of_each_case
def test_a_log_is_as_github_gives_it_and_names_no_other_machine(case: Case) -> None:
    raw = (OWN_SET / case["log"]).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = "\n".join(_lines(case))
    assert re.search(
        r"^##\[error\](Process completed with exit code \d+|The action .* has timed out)", text, re.M
    )
    assert not re.search(r"/root/|/home/(?!runner)|localdomain", text)


@of_each_case
def test_a_case_has_its_sources(case: Case) -> None:
    source = yaml.safe_load((OWN_SET / "cases" / f"{case['id']}.yml").read_text("utf-8"))
    assert source["project"] == case["project"]
    assert source["tools"]
    assert any("run" in step for step in source["job"]["steps"])


@cache
def _recall() -> list[float]:
    return mean([distilled(case, (OWN_SET / case["log"]).read_bytes()) for case in CASES])


@pytest.mark.parametrize("budget", BUDGETS[:3])
def test_recall_does_not_fall(budget: int) -> None:
    """A change that keeps fewer labelled lines is no improvement; one that keeps more raises the floor."""
    floor = json.loads((OWN_SET / "floor.json").read_text("utf-8"))
    recall = _recall()[BUDGETS.index(budget)]
    assert recall >= floor[str(budget)], f"{recall:.3f}: see bench/recall.py --worst 10"
