"""`tools/measure_github.py`, on the emulated GitHub: each figure has its row, and each gap a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import SHA
from tools import measure_github

READS = ("commits", "annotations", "rerun")
ANNOTATES = 1  # the job's id


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    """The run that measures, and its job with annotations, of which GitHub kept ten of each level."""
    with GitHubEmulator() as github:
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress", "conclusion": None})
        github.add_job(7, {"id": ANNOTATES, "name": "annotates", "conclusion": "success"})
        github.add_job(7, {"id": 2, "name": "what is read", "status": "in_progress", "conclusion": None})
        for step in (1, 2):
            for number in range(10):
                for level in ("failure", "warning"):
                    message = f"step {step} {number + 1}"
                    github.add_annotation(ANNOTATES, {"annotation_level": level, "message": message})
        github.add_annotation(ANNOTATES, {"annotation_level": "failure", "message": f"{'5000':x<4096}"})
        github.commits = [f"{number:040x}" for number in range(30)]
        github.roots = {github.commits[-1]}
        yield github


def measured(
    github: GitHubEmulator, temp: Path, *arguments: str
) -> tuple[int, Mapping[str, tuple[str, str]]]:
    """The exit code, and the summary's rows: what → figure and requests."""
    environ = {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": github.full_name,
        "GITHUB_SHA": SHA,
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_TOKEN": github.token,
        "GITHUB_STEP_SUMMARY": str(temp / "summary"),
    }
    code = measure_github.main(list(arguments), environ, sleep=lambda _seconds: None)
    lines = (temp / "summary").read_text("utf-8").splitlines()
    assert lines[2:4] == ["| what | on GitHub | asked |", "|---|---|---|"]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[4:]]
    return code, {what: (figure, asked) for what, figure, asked in rows}


def test_what_is_read_has_its_figures(github: GitHubEmulator, tmp_path: Path) -> None:
    code, rows = measured(github, tmp_path, *READS)
    assert code == 0
    figures = {what: figure for what, (figure, _) in rows.items()}
    assert re.fullmatch(r'\d\.\d\d s; `rel="last"` names page 30', figures["first page of the commit list"])
    assert figures["last page"].endswith("; the same commit each time, without a parent")
    assert figures["12 errors, warnings, notices of a step"] == "kept 10, 10, 0"
    assert figures["the same of two further steps"] == "kept 10, 10, 0"
    assert figures["a job's annotations, of 110 written"] == "kept 41"
    assert figures["a message of 5,000 characters"] == "kept 4,096 characters"
    assert figures["a message of 70,000 characters"] == "not kept"
    assert figures["re-run of a run that goes on"] == "403: This workflow is already running"
    assert figures["re-run of an old run"].startswith("not measured: ")
    assert rows["last page"][1] == "`GET /commits?sha=TIP&per_page=1&page=LAST`, 5 times"
    assert [request.method for request in github.requests].count("POST") == 1
    assert len(github.requests) == 9


def test_what_was_not_measured_says_why(github: GitHubEmulator, tmp_path: Path) -> None:
    github.fail("GET .*/annotations", Fault.forbidden())
    github.fail("POST .*/statuses", Fault.forbidden())
    github.fail("GET .*/commits", Fault(drop=True))
    code, rows = measured(github, tmp_path, "commits", "annotations", "statuses")
    assert code == 1
    refused = "not measured: GitHub answered 403: Resource not accessible by integration"
    assert rows["annotations"][0] == refused
    assert rows["statuses"][0] == f"{refused} to status 1"
    assert rows["commits"][0].startswith("not measured: no answer that can be used (")


def test_the_workflow_asks_for_every_part() -> None:
    workflow = (Path(__file__).parents[3] / ".github/workflows/measure.yml").read_text("utf-8")
    asked = re.findall(r"tools/measure_github\.py ([a-z ]+)", workflow)
    assert set(" ".join(asked).split()) == {*READS, "statuses", "many"}
    assert "\n  annotates:\n    name: annotates\n" in workflow
