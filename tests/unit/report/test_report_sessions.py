"""What became of earlier sessions, in the summary and in the comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.report.samples import PAGE, SESSION, contents, failure, job, session

from fire_routine.model import EarlierSession, Outcome, Past, Result, SessionState
from fire_routine.report import Contents, comment, summary

DUPLICATE = Outcome(Result.SKIPPED, "duplicate", "Started before.", session_url=SESSION)
STATES = {
    SessionState.NONE: "**What became of it:** no trace after 40 min: no branch, no pull request",
    SessionState.BRANCH: "it pushed `claude/fix-run-3`, and there is no pull request yet",
    SessionState.OPEN: f"[#14]({PAGE}/pull/14) `Fix the @tally` is open, 1 of 4 checks failed",
    SessionState.MERGED: f"[#14]({PAGE}/pull/14) `Fix the @tally` is merged",
    SessionState.CLOSED: f"[#14]({PAGE}/pull/14) `Fix the @tally` is closed without a merge",
    None: "not known",
}


def reported(*sessions: EarlierSession, outcome: Outcome = DUPLICATE) -> Contents:
    return replace(contents(failure(job(1)), outcome=outcome), past=Past(sessions))


@pytest.mark.parametrize(("state", "words"), STATES.items())
def test_every_state_is_in_the_summary_and_the_comment(state: SessionState | None, words: str) -> None:
    shown = reported(session(state))
    assert words in summary(shown)
    assert words in comment(shown)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SessionState.OPEN, "Review the session's pull request"),
        (SessionState.MERGED, "the fix is not enough"),
        (SessionState.CLOSED, "A person should look"),
        (SessionState.NONE, "If it leaves no trace for `cool-down` hours"),
        (SessionState.BRANCH, "The session looks for the cause"),
    ],
)
def test_the_comment_states_what_follows(state: SessionState, words: str) -> None:
    assert words in comment(reported(session(state)))


def test_a_title_takes_no_effect_and_hides_no_secret() -> None:
    one = session(SessionState.OPEN)
    assert one.trace and one.pull_request
    pull = replace(one.pull_request, title="hunter2 ](https://evil) @all `x`", url="javascript:alert(1)")
    shown = summary(reported(replace(one, trace=replace(one.trace, pull_request=pull))))
    assert "pull request 14 `` [redacted] ](https://evil) @all `x` `` is open" in shown
    assert "javascript" not in shown


def test_a_further_session_shows_the_three_before_it() -> None:
    fired = Outcome(Result.FIRED, session_url="https://claude.ai/code/session_9", session_number=5)
    before = [
        session(SessionState.CLOSED, number, url=f"{SESSION}{number}", run=number) for number in range(11, 15)
    ]
    shown = summary(reported(*before, outcome=fired))
    assert "What became of it" not in shown
    assert [
        f"[session]({SESSION}{number}) (run {number}): [#{number}]" in shown for number in range(11, 15)
    ] == [
        False,
        True,
        True,
        True,
    ]


def test_a_session_that_may_have_been_started() -> None:
    outcome = Outcome(Result.SKIPPED, "earlier-unknown", "Cut off.")
    shown = reported(session(SessionState.BRANCH, url="", certain=False), outcome=outcome)
    assert STATES[SessionState.BRANCH] in summary(shown)
    assert shown.session and shown.session.state is SessionState.BRANCH


def test_a_session_on_another_failure_is_marked() -> None:
    other = session(SessionState.OPEN, url=f"{SESSION}0", same_failure=False)
    assert f"Earlier [session]({SESSION}0) (run 3, another failure): [#14]" in summary(reported(other))


def test_a_session_that_was_not_looked_for_is_left_out() -> None:
    assert "became" not in summary(reported(session(None, trace=None)))


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=71), "71 h"),
        (timedelta(days=3), "3 days"),
        (timedelta(seconds=-5), "0 min"),
        (None, ""),
    ],
)
def test_how_long_a_session_has_had(age: timedelta | None, words: str) -> None:
    one = session(SessionState.NONE, age=age)
    assert one.waited == words
    assert ("no trace" + (f" after {words}" if words else "") + ":") in summary(reported(one))
