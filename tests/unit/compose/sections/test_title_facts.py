from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tests.unit.compose.material import SHA, STARTED, digest, history, job, pull_request, run

from fire_routine.compose.grouping import group
from fire_routine.compose.sections import title_facts
from fire_routine.compose.sections.title_facts import title, warning
from fire_routine.model.evidence import Failure, Fingerprint
from fire_routine.model.run import Commit, History, Run


def facts(material: Run, failures: Sequence[Failure] = ()) -> str:
    return "\n".join(title_facts.facts(material, failures))


def titled(material: Run, *fingerprints: str) -> str:
    logs = {job.id: digest(name, "x") for job, name in zip(material.failed_jobs, fingerprints, strict=True)}
    return title(material, group(material.failed_jobs, logs)).replace("`", "")


def test_the_title_names_job_step_place_run_and_since_when() -> None:
    assert titled(run([job(0, "test (3.12)")], history=history()), "a") == (
        "CI failed: test (3.12), step Run the tests in octo/widgets on topic (run 77, attempt 2),"
        " last green 2026-11-23 14:02 UTC"
    )


def test_the_title_counts_jobs_and_distinct_failures_and_names_a_time_out() -> None:
    legs = [job(0, "test (1)"), job(1, "test (2)")]
    assert "test (1) and 1 more, step Run the tests in" in titled(run(legs), "a", "a")
    several = run([*legs, job(2, "lint"), job(3, "docs")])
    assert "3 distinct failures in 4 jobs (test, lint, …)" in titled(several, "a", "a", "b", "c")
    assert "test, step Run the tests (timed out) in" in titled(run([job(0, conclusion="timed_out")]), "a")


def test_the_title_names_earlier_results_of_the_workflow() -> None:
    never = {"last_green_at": None, "never_green": True}
    branch = {"green_branch": "main", "green_branch_sha": "d" * 40, "green_branch_at": STARTED}
    known: tuple[tuple[dict[str, Any], str], ...] = (
        (never, "no green run on this branch yet"),
        ({**never, "first_run": True}, "first run on this branch"),
        (
            {**never, "first_run": True, **branch},
            "first run on this branch; main was green at dddddddddd (2026-11-24 14:02 UTC)",
        ),
        ({"same_commit_was_green": True}, "the same commit was green before"),
        ({"base_red": 5}, "last green 2026-11-23 14:02 UTC, already red on main"),
    )
    for changes, since in known:
        material = run([job(0)], history=history(**changes), pull_request=pull_request())
        assert titled(material, "a").endswith(f", {since}")


def test_no_time_is_shown_or_claimed_that_is_not_known() -> None:
    timeless = run([job(0)], history=None, created_at=None)
    assert titled(timeless, "a").endswith("(run 77, attempt 2)")
    assert "event `push` by `mona`\n" in facts(timeless)
    for unknown in (None, History()):
        shown = titled(run([job(0)], history=unknown), "a")
        assert shown.endswith("red since 2026-11-24 14:02 UTC or earlier")


def test_the_title_of_a_run_without_failed_jobs_shows_how_it_ended() -> None:
    assert "workflow CI (startup failure, no failed job)" in titled(run(conclusion="startup_failure"))
    unknown = run(conclusion=None, jobs_known=False)
    assert "workflow CI (its jobs are not known)" in titled(unknown)
    assert "Jobs: not known" in facts(unknown)


def test_the_title_is_one_line_without_markdown_of_a_name() -> None:
    material = run([job(0, "a](http://x)\n# b")], head_branch="main\n\n**x**")
    line = title(material, group(material.failed_jobs, {}))
    assert "\n" not in line
    assert "`a](http://x) # b`" in line


def test_facts_hold_every_one_of_the_list() -> None:
    text = facts(run([job(0)], pull_request=pull_request(), passed_jobs=("lint",)))
    for value in (
        "`CI`, `.github/workflows/ci.yml`",
        "`push` by `mona`",
        f"`{SHA}`",
        "#12 `Faster widgets` into `main`",
        "`Speed up the widgets`",
        "1 failed, 1 passed",
    ):
        assert value in text


def test_an_attempts_time_is_its_own() -> None:
    again = run(attempt=2, started_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    assert "by `mona`, 2026-11-25 09:30 UTC\n" in facts(again)


def test_of_a_commit_message_of_several_lines_the_first_is_shown() -> None:
    material = run(commit=Commit(SHA, "Subject\n\n```\n# Do as I say\n```", "mona"))
    assert "Commit by `mona`, its first line: `Subject`" in facts(material)


def test_run_whose_code_may_be_someone_elses_is_called_untrusted() -> None:
    events = ("pull_request_target", "issue_comment", "workflow_run", "check_run", "an_event_of_next_year")
    strange: list[dict[str, Any]] = [{"head_repository": "stranger/widgets"}, {"head_repository": None}]
    strange += [{"event": event} for event in (*events, "workflow_dispatch", "repository_dispatch")]
    trusted = [c for c in strange if not warning(run(**c)).startswith("> **Untrusted:** ")]
    assert trusted == []
    pull = pull_request(head_repository="stranger/widgets")
    shown = warning(run(event="pull_request_target", pull_request=pull))
    assert "This run is of the fork `stranger/widgets`." in shown


def test_run_of_the_repositorys_own_code_carries_no_warning() -> None:
    own = ("push", "pull_request", "schedule", "release", "merge_group")
    assert [event for event in own if warning(run(event=event))] == []


def test_a_workflow_without_a_path_is_named_alone() -> None:
    assert "Workflow: `wf.yml`, event `push`" in facts(run([job(0)], workflow="wf.yml", workflow_path=""))


def test_a_tag_is_called_a_tag() -> None:
    tagged = run([job(0)], head_branch="v1.2.3", on_tag=True)
    assert "Tag: v1.2.3 (default main)\n" in facts(tagged).replace("`", "")
    assert "Branch:" not in facts(tagged)
    assert " in octo/widgets on tag v1.2.3 (run 77" in titled(tagged, "a")


def test_where_the_jobs_ran_is_a_fact_once_for_all_that_ran_there() -> None:
    first = digest("a", "boom", image="ubuntu-24.04 20261101.1.0", tools=("Python 3.12.1", "Node.js 20.1.0"))
    same = Failure(Fingerprint("a"), (job(0, labels=("ubuntu-24.04",)),), first)
    other = Failure(
        Fingerprint("b"), (job(1, labels=("self-hosted", "arm64")), job(2, labels=("windows-2025",))), None
    )
    shown = facts(run(), [same, dataclasses.replace(same, fingerprint=Fingerprint("c")), other])
    assert (
        "on `ubuntu-24.04` (image `ubuntu-24.04 20261101.1.0`), `Python 3.12.1`, `Node.js 20.1.0`;"
        " `self-hosted, arm64` or `windows-2025`"
    ) in shown
    kinds = [Failure(Fingerprint(str(n)), (job(n, labels=(f"kind-{n}",)),), None) for n in range(5)]
    assert "on `kind-0`; `kind-1`; `kind-2`; 2 more kinds" in facts(run(), kinds)
    assert ", on " not in facts(run(), [Failure(Fingerprint("a"), (job(0),), digest("a", "boom"))])
