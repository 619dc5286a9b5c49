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


def test_how_late_a_status_shows(github: GitHubEmulator, tmp_path: Path) -> None:
    github.fail("GET .*/statuses", Fault(raw=b"[]"), times=2)
    code, rows = measured(github, tmp_path, "statuses")
    assert code == 0
    assert re.match(r"median 0\.\d\d s, worst \d\.\d\d s", rows["a status is shown after its answer"][0])
    assert rows["reads that lacked it"][0] == "2, at most 2 of one status"
    assert rows["shown, and lacking in the next read"][0] == "0 of 20"
    assert len(github.asked("POST")) == 20
    assert len(github.asked("GET")) == 42


def test_a_commit_with_more_statuses_than_a_context_holds(github: GitHubEmulator, tmp_path: Path) -> None:
    """It goes on from the 998 of an earlier start. GitHub's limit in between is waited for."""
    for _ in range(998):
        github.add_status(SHA, {"state": "success", "context": f"{measure_github.CONTEXT}: many 1"})
    github.fail("POST .*/statuses", Fault.slow_down(7), times=1)
    code, rows = measured(github, tmp_path, "many", "--statuses", "1010")
    assert code == 0
    assert rows["a write is refused"][0].endswith("(Retry-After: 7), after 0 in 0 min")
    assert rows["one more status of a full context (1)"][0].startswith("422: ")
    assert rows["statuses on the commit"][0] == "1,010 listed; 12 written now"
    assert re.fullmatch(r"\d\.\d\d s, 10 statuses", rows["page 11 of them"][0])
    assert len(github.asked("POST")) == 14


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


def test_it_ends_when_the_requests_are_used_up(
    github: GitHubEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_github, "REQUESTS", 3)
    code, rows = measured(github, tmp_path, *READS)
    assert code == 1
    assert rows["annotations"][0].startswith("not measured: 3 requests were made")
    assert len(github.requests) == 3


def test_without_a_workflow_it_says_where_to_run_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert measure_github.main(["commits"], {}) == 2
    assert capsys.readouterr().err == (
        "The environment lacks GITHUB_API_URL: run it in the workflow measure.yml\n"
    )


def test_the_workflow_asks_for_every_part() -> None:
    workflow = (Path(__file__).parents[3] / ".github/workflows/measure.yml").read_text("utf-8")
    asked = re.findall(r"tools/measure_github\.py ([a-z ]+)", workflow)
    assert set(" ".join(asked).split()) == {*READS, "statuses", "many"}
    assert "\n  annotates:\n    name: annotates\n" in workflow
