"""Runs and failures for tests of what people see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fire_routine.model.evidence import Brief, Digest, Failure, Fingerprint, Highlight
from fire_routine.model.outcome import EarlierSession, Outcome, Result, SessionState, SessionTrace
from fire_routine.model.run import ChangedFile, Commit, Job, PullRequest, Run, Step
from fire_routine.report.contents import Contents

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SHA = "c3d2a1b" + "0" * 33
SESSION = "https://claude.ai/code/session_1"
PAGE = "https://github.com/o/r"
LINES = ("error[E0308]: mismatched types", "  --> src/lib.rs:4:5")

FIRED = Outcome(
    Result.FIRED,
    message=f"Session started: {SESSION}",
    session_id="session_1",
    session_url=SESSION,
    session_number=1,
)
PULL = PullRequest(7, "Rework the tokenizer", f"{PAGE}/pull/7", "open", "main", "topic", SHA, "o/r")


def session(state: SessionState | None, number: int = 14, **fields: object) -> EarlierSession:
    """That of run 3, started 40 minutes ago, and what became of it."""
    url = f"{PAGE}/pull/{number}"
    pull = replace(PULL, number=number, title="Fix the @tally", url=url, head_branch="claude/fix-run-3")
    has_pull = state not in (None, SessionState.NONE, SessionState.BRANCH)
    checks = "1 of 4 checks failed" if has_pull and state is not SessionState.MERGED else ""
    branch = "" if state in (None, SessionState.NONE) else "claude/fix-run-3"
    trace = SessionTrace(3, state, branch, pull if has_pull else None, checks)
    known = EarlierSession(SESSION, 3, 1, NOW, timedelta(minutes=40), trace=trace)
    return replace(known, **fields)  # type: ignore[arg-type]


def job(number: int, name: str = "", step: str = "Run pytest") -> Job:
    steps = (
        Step(1, "Set up", "success", NOW, NOW),
        Step(2, step, "failure", NOW, NOW + timedelta(seconds=65)),
    )
    url = f"{PAGE}/actions/runs/1/job/{number}"
    return Job(number, name or f"test ({number})", "failure", url, steps=steps)


def failure(*jobs: Job, exit_code: int | None = 1) -> Failure:
    digest = Digest((), 10, fingerprint=Fingerprint("a"), exit_code=exit_code)
    return Failure(Fingerprint("a"), jobs, digest, exit_codes=(exit_code,) * len(jobs))


def run(*jobs: Job, passed: Sequence[str] = ()) -> Run:
    return Run(
        repository="o/r",
        id=1,
        attempt=1,
        workflow="CI",
        workflow_id=2,
        workflow_path="ci.yml",
        event="push",
        status="completed",
        conclusion="failure",
        head_branch="topic",
        head_sha=SHA,
        head_repository="o/r",
        actor="someone",
        url=f"{PAGE}/actions/runs/1",
        created_at=NOW,
        commit=Commit(SHA, "Rework", url=f"{PAGE}/commit/{SHA}"),
        pull_request=PULL,
        failed_jobs=jobs,
        passed_jobs=tuple(passed),
        number=123,
    )


def brief(*highlights: Highlight) -> Brief:
    return Brief(
        text="the text",
        fingerprints=(Fingerprint("a"),),
        fingerprint=Fingerprint("a"),
        redactions={"github-token": 2, "jwt": 1, "none": 0},
        highlights=highlights,
        named_files=(ChangedFile("src/lib.rs", 3, 1),),
    )


def clean(text: str) -> str:
    return text.replace("hunter2", "[redacted]")


def contents(*failures: Failure, outcome: Outcome = FIRED, passed: Sequence[str] = ()) -> Contents:
    """A report on these failures, each with the same lines."""
    shown = [Highlight(LINES[0], LINES, tuple(passed)) for _ in failures]
    jobs = [job for one in failures for job in one.jobs]
    return Contents(
        outcome,
        clean,
        brief=brief(*shown),
        run=run(*jobs, passed=passed),
        failures=tuple(failures),
        max_sessions=3,
    )
