from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.compose.material import SHA, STARTED, digest, history, job, pull_request, run

from fire_routine.compose.grouping import group
from fire_routine.compose.layout import WORD
from fire_routine.compose.sections.title_facts import CAPS, facts, title, warning
from fire_routine.model import Commit, Failure, Fingerprint, History, Run

ROOMY = CAPS[0]


def titled(material: Run, *fingerprints: str) -> str:
    logs = {job.id: digest(name, "x") for job, name in zip(material.failed_jobs, fingerprints, strict=True)}
    return title(material, group(material.failed_jobs, logs), ROOMY).replace("`", "")


def test_the_title_names_job_step_place_run_and_since_when() -> None:
    assert titled(run([job(0, "test (3.12)")], history=history()), "a") == (
        "CI failed: test (3.12), step Run the tests in octo/widgets on topic (run 77, attempt 2),"
        " last green 2026-11-23 14:02 UTC"
    )


def test_the_title_counts_the_jobs_that_share_a_failure() -> None:
    material = run([job(0, "test (3.12)"), job(1, "test (3.13)")])
    assert "test (3.12) and 1 more, step Run the tests in" in titled(material, "a", "a")


def test_the_title_counts_distinct_failures_and_names_their_jobs() -> None:
    material = run([job(0, "test (1)"), job(1, "test (2)"), job(2, "lint"), job(3, "docs")])
    assert "3 distinct failures in 4 jobs (test, lint, …)" in titled(material, "a", "a", "b", "c")


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({"last_green_at": None, "never_green": True}, "no green run on this branch yet"),
        ({"last_green_at": None, "never_green": True, "first_run": True}, "first run on this branch"),
        (
            {
                "last_green_at": None,
                "never_green": True,
                "first_run": True,
                "green_branch": "main",
                "green_branch_sha": "d" * 40,
                "green_branch_at": STARTED,
            },
            "first run on this branch; main was green at dddddddddd (2026-11-24 14:02 UTC)",
        ),
        ({"same_commit_was_green": True}, "flaky: the same commit was green before"),
        ({"base_is_red": True}, "last green 2026-11-23 14:02 UTC, already red on main"),
    ],
)
def test_the_title_names_earlier_results_of_the_workflow(changes: dict[str, Any], since: str) -> None:
    material = run([job(0)], history=history(**changes), pull_request=pull_request())
    assert titled(material, "a").endswith(f", {since}")


def test_without_a_time_from_github_none_is_shown() -> None:
    material = run([job(0)], history=None, created_at=None)
    assert titled(material, "a").endswith("(run 77, attempt 2)")
    assert ", attempt 2: <https://" in facts(material, ROOMY)


def test_the_title_does_not_claim_to_know_since_when_where_it_is_not_known() -> None:
    for unknown in (None, History()):
        assert titled(run([job(0)], history=unknown), "a").endswith(
            "red since 2026-11-24 14:02 UTC or earlier"
        )


def test_the_title_names_a_time_out() -> None:
    assert "test, step Run the tests (timed out) in" in titled(run([job(0, conclusion="timed_out")]), "a")


def test_the_title_of_a_run_without_failed_jobs_shows_how_it_ended() -> None:
    assert "workflow CI (startup failure, no failed job)" in titled(run(conclusion="startup_failure"))
    unknown = titled(run(conclusion=None, jobs_known=False))
    assert "workflow CI (its jobs are not known)" in unknown


def test_the_title_is_one_line_without_markdown_of_a_name() -> None:
    material = run([job(0, "a](http://x)\n# b")], head_branch="main\n\n**x**")
    line = title(material, group(material.failed_jobs, {}), ROOMY)
    assert "\n" not in line
    assert "`a](http://x) # b`" in line


def test_facts_hold_every_one_of_the_list() -> None:
    text = facts(run([job(0)], pull_request=pull_request(), passed_jobs=("lint",)), ROOMY)
    for value in (
        "`octo/widgets`",
        "`CI`, file `.github/workflows/ci.yml`",
        "77, attempt 2",
        "`push`, actor `mona`",
        "Branch: `topic`",
        f"`{SHA}`",
        "#12 `Faster widgets` into `main`: <https://github.com/octo/widgets/pull/12>",
        "<https://github.com/octo/widgets/actions/runs/77/attempts/2>",
        "`Speed up the widgets`",
        "1 failed, 1 passed",
    ):
        assert value in text


def test_the_first_attempt_is_linked_as_the_run_and_another_ones_time_is_its_own() -> None:
    assert "77, attempt 1, 2026-11-24 14:02 UTC: <https://github.com/octo/widgets/actions/runs/77>" in facts(
        run(attempt=1), ROOMY
    )
    again = run(attempt=2, started_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    assert "77, attempt 2, 2026-11-25 09:30 UTC: " in facts(again, ROOMY)


def test_identifiers_are_whole_at_every_cap() -> None:
    repository, branch = "o" * 39 + "/" + "r" * 100, "b/" * 120
    for cap in CAPS:
        text = facts(run(repository=repository, head_branch=branch, head_repository=repository), cap)
        for value in (repository, branch, SHA, "Run: 77, attempt 2"):
            assert value in text


def test_a_commit_message_of_several_lines_is_fenced_whole_where_there_is_room() -> None:
    material = run(commit=Commit(SHA, "Subject\n\n```\n# Do as I say\n```", "mona"))
    assert f"````{WORD}\n  Subject" in facts(material, ROOMY)
    for cap in CAPS[1:]:
        assert "Commit message by `mona`, its first line: `Subject`" in facts(material, cap)


def test_facts_do_not_count_jobs_that_are_not_known() -> None:
    assert "Jobs: not known" in facts(run(jobs_known=False), ROOMY)


def test_a_link_that_is_none_is_left_out() -> None:
    assert "<" not in facts(run(url="javascript:alert(1)"), ROOMY)
    assert "<" not in facts(run(url="https://x> [y](https://z)"), ROOMY)


@pytest.mark.parametrize(
    "changes",
    [
        {"head_repository": "stranger/widgets"},
        {"head_repository": None},
        {"event": "pull_request_target"},
        {"event": "issue_comment"},
        {"event": "workflow_run"},
        {"event": "check_run"},
        {"event": "an_event_of_next_year"},
        {"event": "workflow_dispatch"},
        {"event": "repository_dispatch"},
    ],
)
def test_run_whose_code_may_be_someone_elses_is_called_untrusted(changes: dict[str, Any]) -> None:
    assert warning(dataclasses.replace(run(), **changes)).startswith("> **Untrusted:** ")


@pytest.mark.parametrize("event", ["push", "pull_request", "schedule", "release", "merge_group"])
def test_run_of_the_repositorys_own_code_carries_no_warning(event: str) -> None:
    assert warning(run(event=event)) == ""


def test_warning_names_the_fork_of_the_pull_request() -> None:
    pull = pull_request(head_repository="stranger/widgets")
    shown = warning(run(event="pull_request_target", pull_request=pull))
    assert "This run is of the fork `stranger/widgets`." in shown


def test_a_tag_is_called_a_tag() -> None:
    tagged = run([job(0)], head_branch="v1.2.3", on_tag=True)
    assert "- Tag: v1.2.3\n" in facts(tagged, ROOMY).replace("`", "")
    assert "Branch:" not in facts(tagged, ROOMY)
    assert " in octo/widgets on tag v1.2.3 (run 77" in titled(tagged, "a")


def test_where_the_jobs_ran_is_a_fact_once_for_all_that_ran_there() -> None:
    first = digest("a", "boom", image="ubuntu-24.04 20261101.1.0", tools=("Python 3.12.1", "Node.js 20.1.0"))
    same = Failure(Fingerprint("a"), (job(0, labels=("ubuntu-24.04",)),), first)
    other = Failure(
        Fingerprint("b"), (job(1, labels=("self-hosted", "arm64")), job(2, labels=("windows-2025",))), None
    )
    shown = facts(run(), ROOMY, [same, dataclasses.replace(same, fingerprint=Fingerprint("c")), other])
    assert (
        "- Runs on: `ubuntu-24.04` (image `ubuntu-24.04 20261101.1.0`), `Python 3.12.1`, `Node.js 20.1.0`;"
        " `self-hosted, arm64` or `windows-2025`\n"
    ) in shown
    assert "Runs on" not in facts(run(), ROOMY, [Failure(Fingerprint("a"), (job(0),), digest("a", "boom"))])


def test_many_kinds_of_runners_are_counted() -> None:
    kinds = [Failure(Fingerprint(str(n)), (job(n, labels=(f"kind-{n}",)),), None) for n in range(5)]
    assert "- Runs on: `kind-0`; `kind-1`; `kind-2`; 2 more kinds\n" in facts(run(), ROOMY, kinds)
