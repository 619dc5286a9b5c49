"""What became of sessions: their branches and pull requests, as GitHub shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.unit.gather.gathering import github_of

from fire_routine.github.traces import session_traces
from fire_routine.model.outcome import SessionState, SessionTrace
from fire_routine.model.run import Note

RUN = 4711
BRANCH = f"claude/fix-run-{RUN}"
TIP = sha_of("tip")


def traced(
    emulator: GitHubEmulator, *runs: int, **options: Any
) -> tuple[list[SessionTrace], tuple[Note, ...]]:
    with github_of(emulator) as github:
        traces, notes = session_traces(github, runs or [RUN], **options)
    return list(traces.values()), notes


def add_pull(emulator: GitHubEmulator, number: int, branch: str = BRANCH, **fields: Any) -> None:
    head = {"ref": branch, "sha": TIP, **fields.pop("head", {})}
    emulator.add_pull_request({"number": number, "head": head, **fields})


MERGED = {"state": "closed", "merged_at": "2026-03-02T12:00:00Z"}


def test_no_trace(emulator: GitHubEmulator) -> None:
    emulator.set_branch("claude/fix-run-47110", TIP)  # of another run
    emulator.set_branch("claude/fix-everything", TIP)
    add_pull(emulator, 3, "claude/fix-run-47110")
    assert traced(emulator) == ([SessionTrace(RUN, SessionState.NONE)], ())


def test_a_session_that_opened_several(emulator: GitHubEmulator) -> None:
    """An open one comes first, regardless of its number; then a merged one."""
    for number, fields in ((1, MERGED), (2, {"state": "closed"}), (3, {}), (4, {"state": "closed"})):
        add_pull(emulator, number, **fields)
        [trace], _ = traced(emulator)
        assert trace.pull_request and trace.pull_request.number == {1: 1, 2: 1, 3: 3, 4: 3}[number]


def test_a_forks_pull_request_does_not_count(emulator: GitHubEmulator) -> None:
    add_pull(emulator, 3, head={"repo": "stranger/widget"})
    add_pull(emulator, 4, head={"repo": None})
    assert traced(emulator)[0] == [SessionTrace(RUN, SessionState.NONE)]
    emulator.set_branch(BRANCH, TIP)
    assert traced(emulator)[0] == [SessionTrace(RUN, SessionState.BRANCH, BRANCH)]


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ((), ""),
        (({"conclusion": "success"}, {"conclusion": "skipped"}), "checks passed"),
        (({"conclusion": "success"}, {"conclusion": None}), "1 of 2 checks still running"),
        (({"conclusion": "failure"}, {"conclusion": None}), "1 of 2 checks failed"),
        (({"conclusion": "cancelled"},), "1 of 1 check failed"),
    ],
)
def test_checks_of_a_pull_request(
    emulator: GitHubEmulator, checks: tuple[dict[str, Any], ...], words: str
) -> None:
    add_pull(emulator, 14)
    for check in checks:
        emulator.add_check_run(TIP, check)
    assert traced(emulator)[0][0].checks == words


class TestManyRuns:
    def test_cost_three_requests(self, emulator: GitHubEmulator) -> None:
        emulator.add_check_run(TIP, {"conclusion": "success"})
        for run in range(1000, 1090):
            emulator.set_branch(f"claude/fix-run-{run}", TIP)
            add_pull(emulator, run, f"claude/fix-run-{run}", **(MERGED if run % 2 else {}))
        traces, notes = traced(emulator, *range(1000, 1100))
        states = [SessionState.OPEN, SessionState.MERGED] * 45 + [SessionState.NONE] * 10
        assert ([trace.state for trace in traces], notes) == (states, ())
        assert len(emulator.requests) == 3
        assert [trace.run for trace in traces if trace.checks] == [1088]  # the newest that is open

    def test_no_older_pull_request_is_looked_for(self, emulator: GitHubEmulator) -> None:
        for number in range(1, 350):
            created = f"2026-03-{number // 20 + 1:02}T10:00:00Z"
            add_pull(emulator, number, f"topic-{number}", created_at=created)
        since = datetime(2026, 3, 15, tzinfo=UTC)
        assert traced(emulator, since=since)[0][0].state is SessionState.NONE
        assert len(emulator.asked("/pulls")) == 1
        [trace], notes = traced(emulator, pages=2)
        assert trace.state is None
        assert [note.why for note in notes] == ["only the newest 200 pull requests are read"]


@pytest.mark.parametrize(
    ("failing", "what", "permission", "state"),
    [
        ("matching-refs", "the branches of sessions", "contents: read", SessionState.OPEN),
        ("/pulls", "the pull requests of sessions", "pull-requests: read", None),
        ("check-runs", "the checks of a session's pull request", "checks: read", SessionState.OPEN),
    ],
)
def test_a_failed_request_costs_only_what_it_would_have_shown(
    emulator: GitHubEmulator, failing: str, what: str, permission: str, state: SessionState | None
) -> None:
    emulator.fail(failing, Fault.forbidden())
    emulator.set_branch(BRANCH, TIP)
    if failing == "matching-refs":
        assert traced(emulator)[0] == [SessionTrace(RUN, None)]  # no branch is seen, and it is not called so
    add_pull(emulator, 14)
    [trace], notes = traced(emulator)
    assert (trace.state, trace.branch) == (state, BRANCH)
    assert [(note.what, note.permission) for note in notes] == [(what, permission)]
