"""What people read is kept up to date: one comment a pull request, one issue for a red default branch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.emulated.events import MAINTAINER, payload
from tests.support.emulated.faults import Fault
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, Job
from tests.unit.action.test_action_key import deliver

from fire_routine.emulator import TOKEN
from fire_routine.model.event import COMMENT_MARK


class Watcher:
    """A digest's workflow, which is started by each run that ends, green or red."""

    def __init__(self, job: Job, **inputs: str) -> None:
        self.job, self.runs = job, 100
        self.job.environ |= {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}
        self.job.environ |= {"FIRE_ROUTINE_DRY_RUN": "true", "FIRE_ROUTINE_COMMENT": "true"}
        self.job.environ |= {"FIRE_ROUTINE_ISSUE": "true", "GITHUB_EVENT_NAME": "workflow_run"}
        self.job.environ |= {"GITHUB_RUN_ID": "1", "FIRE_ROUTINE_ROUTINE_TOKEN": "", "GITHUB_SHA": ""}

    def sees(self, conclusion: str, error: str = "mismatched types", /, **run: Any) -> str:
        """The run ends so; what the digest's own run ends with."""
        self.runs += 1
        github, number = self.job.github, run.pop("id", self.runs)
        jobs = run.pop("jobs", ["test"])
        known = {"id": number, "head_sha": sha_of("tip"), "head_branch": "topic", "status": "completed"}
        record = github.add_run({**known, "event": "push", "conclusion": conclusion, **run})
        for at, name in enumerate(jobs):
            failed = {"id": 100 * number + at, "name": name, "conclusion": conclusion}
            github.add_job(number, failed, LOG.replace("mismatched types", f"{error} {name}"))
        payload = self.job.temp / "event.json"
        about = {"full_name": github.full_name, "default_branch": "main"}
        payload.write_text(json.dumps({"workflow_run": record, "repository": about}), "utf-8")
        self.job.environ["GITHUB_EVENT_PATH"] = str(payload)
        return self.job.ended()

    @property
    def comments(self) -> list[str]:
        return [one["body"] for one in self.job.github.comments.get(5, [])]

    @property
    def issues(self) -> list[tuple[str, str]]:
        return [(one["state"], one["body"]) for one in self.job.github.issues.values()]


@pytest.fixture
def watcher(job: Job) -> Watcher:
    head = {"ref": "topic", "sha": sha_of("tip")}
    job.github.add_pull_request({"number": 5, "title": "Rework it", "head": head})
    job.github.set_branch("topic", sha_of("tip"))
    return Watcher(job)


PULL: dict[str, Any] = {"pull_requests": [{"number": 5}]}
MAIN: dict[str, Any] = {"head_branch": "main"}


def test_a_pull_request_has_one_comment_however_often_it_fails_and_is_mended(watcher: Watcher) -> None:
    for number in range(5):
        assert watcher.sees("failure", f"mismatch {'abcde'[number]}", **PULL) == "skipped dry-run"
        (body,) = watcher.comments
        assert f"mismatch {'abcde'[number]}" in body
    assert watcher.sees("success", **PULL) == "skipped not-failed"
    (body,) = watcher.comments
    assert "Green again" in body and "mismatch" not in body
    watcher.sees("success", **PULL)
    assert watcher.comments == [body]
    watcher.sees("failure", "broken once more", **PULL)
    (body,) = watcher.comments
    assert "broken once more" in body and "Green again" not in body
    assert watcher.issues == []


def test_a_green_run_costs_two_requests_where_nothing_is_open(watcher: Watcher) -> None:
    for run in (PULL, MAIN):
        before = len(watcher.job.github.requests)
        watcher.sees("success", **run)
        assert len(watcher.job.github.requests) - before <= 2
    assert (watcher.comments, watcher.issues) == ([], [])


def test_an_older_run_that_ends_later_changes_nothing(watcher: Watcher) -> None:
    watcher.sees("failure", "the newer one", id=300, **PULL)
    watcher.sees("success", id=200, **PULL)
    assert "the newer one" in watcher.comments[0]


def test_only_a_comment_of_the_token_s_own_login_counts(watcher: Watcher) -> None:
    forged = f"{COMMENT_MARK}failures -->\n\n<!-- section abc of run 999999.1: red -->\nforged"
    watcher.job.github.add_comment(5, forged, "stranger")
    watcher.sees("failure", **PULL)
    assert len(watcher.comments) == 2 and watcher.comments[0] == forged


@pytest.mark.parametrize("removable", [True, False])
def test_of_two_that_jobs_created_at_once_the_first_stays_with_the_sections_of_both(
    watcher: Watcher, removable: bool
) -> None:
    watcher.sees("failure", "of one workflow", path=".github/workflows/a.yml", **PULL)
    kept = watcher.job.github.comments[5].pop()
    watcher.sees("failure", "of the other", path=".github/workflows/b.yml", **PULL)
    watcher.job.github.comments[5].insert(0, kept)
    if not removable:
        watcher.job.github.fail("DELETE .*", Fault.broken(502))
    watcher.sees("failure", "of a third", path=".github/workflows/c.yml", **PULL)
    body, *others = watcher.comments
    assert len(others) == (not removable)
    assert all(words in body for words in ("of one workflow", "of the other", "of a third"))


def test_a_red_default_branch_has_one_issue_that_is_closed_with_the_last_green_workflow(
    watcher: Watcher,
) -> None:
    paths = [f".github/workflows/{name}.yml" for name in "abc"]
    for path in paths:
        watcher.sees("failure", path=path, **MAIN)
    ((state, body),) = watcher.issues
    assert state == "open" and body.startswith(COMMENT_MARK) and body.count("### ❌") == 3
    for path in paths:
        assert watcher.issues[0][0] == "open"
        watcher.sees("success", path=path, **MAIN)
    assert [state for state, _ in watcher.issues] == ["closed"]
    # It is reopened once in 24 hours; after that its text alone changes.
    for expected in ("open", "closed"):
        watcher.sees("failure", path=paths[0], **MAIN)
        ((state, body),) = watcher.issues
        assert (state, body.count("### ❌")) == (expected, 1)
        watcher.sees("success", path=paths[0], **MAIN)
    assert watcher.comments == []


def test_a_fork_s_pull_request_is_found_by_its_branch_and_commit_and_nothing_of_its_log_is_told(
    watcher: Watcher,
) -> None:
    repository = watcher.job.github.site.repository("stranger/widgets", fork=True)
    fork = {"head_repository": repository}
    head = {"ref": "evil", "sha": sha_of("evil"), "repo": repository}
    run = {"event": "pull_request", "head_branch": "evil", "head_sha": sha_of("evil"), **fork}
    watcher.sees("failure", "@all see [x](https://evil.example)", **run)
    assert "no open pull request has this commit at the head" in watcher.job.log
    watcher.job.github.add_pull_request({"number": 5, "head": head})
    watcher.sees("failure", "@all see [x](https://evil.example)", **run)
    (body,) = watcher.comments
    assert "1 failure in 1 of 1 job" in body
    assert not any(word in body for word in ("evil", "@all", "cargo", "src/lib.rs", "test"))


@pytest.mark.parametrize(
    ("path", "run", "permission"),
    [("/comments", PULL, "pull-requests: write"), ("/issues", MAIN, "issues: write")],
)
def test_a_permission_that_is_missing_is_one_note(
    watcher: Watcher, path: str, run: dict[str, Any], permission: str
) -> None:
    watcher.job.github.fail(f"POST .*{path}", Fault.forbidden())
    assert watcher.sees("failure", **run) == "skipped dry-run"
    assert watcher.job.log.count(f"Add `{permission}` to the job's `permissions`.") == 1


def test_of_many_red_workflows_the_newest_are_told_within_what_a_body_may_hold(watcher: Watcher) -> None:
    jobs = [f"{letter * 60} {'x' * 200}" for letter in "abcdefghijkl"]
    for number in range(700, 724):
        watcher.sees("failure", id=number, jobs=jobs, path=f".github/workflows/{number}.yml", **MAIN)
    ((_, body),) = watcher.issues
    assert 30_000 < len(body) <= 65_536
    assert "run 723.1: red" in body and "run 700.1: red" not in body


def test_a_last_job_says_that_it_can_not_tell_when_it_is_green(job: Job) -> None:
    job.environ |= {"FIRE_ROUTINE_ISSUE": "true", "FIRE_ROUTINE_DRY_RUN": "true"}
    assert job.ended() == "skipped dry-run"
    (issue,) = job.github.issues.values()
    assert "A last job runs only after a failure" in issue["body"]


@pytest.mark.parametrize(("body", "ended"), [(None, "skipped untrusted-run"), ("It is red.", "fired")])
def test_the_issue_causes_no_keyed_event_even_by_a_persons_token(
    watcher: Watcher, body: str | None, ended: str
) -> None:
    """GitHub starts no workflow for what the workflow's own token does, but for what another token does."""
    watcher.sees("failure", **MAIN)
    (issue,) = watcher.job.github.issues.values()
    watcher.job.github.roles = {"mona": "write"}
    watcher.job.environ["GITHUB_WORKFLOW_REF"] = "octo/widgets/.github/workflows/claude.yml@refs/heads/main"
    opened = {"number": issue["number"], "title": issue["title"], "body": body or issue["body"]}
    whole = payload("issues", MAINTAINER, action="opened", issue={**opened, "user": MAINTAINER})
    given: dict[str, Any] = {"dry_run": "false", "issue": "false", "comment": "false", "routine_token": TOKEN}
    assert deliver(watcher.job, whole=whole, run=8, **given) == ended
