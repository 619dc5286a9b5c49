"""What became of earlier sessions, in the summary and in the comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.unit.report.samples import SESSION, contents, failure, job, session

from fire_routine.model.outcome import EarlierSession, Outcome, Past, Result, SessionState
from fire_routine.model.reason import Reason
from fire_routine.report.contents import Contents
from fire_routine.report.pages import summary

DUPLICATE = Outcome(Result.SKIPPED, Reason.DUPLICATE, "Started before.", session_url=SESSION)


def reported(*sessions: EarlierSession, outcome: Outcome = DUPLICATE) -> Contents:
    return replace(contents(failure(job(1)), outcome=outcome), past=Past(sessions))


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
    named = [number for number in range(11, 15) if f"{SESSION}{number}) (run {number}): [#{number}]" in shown]
    assert named == [12, 13, 14]


def test_a_session_that_may_have_been_started() -> None:
    outcome = Outcome(Result.SKIPPED, Reason.EARLIER_UNKNOWN, "Cut off.")
    shown = reported(session(SessionState.BRANCH, url="", certain=False), outcome=outcome)
    assert "it pushed `claude/fix-run-3`" in summary(shown)
    assert shown.session and shown.session.state is SessionState.BRANCH


def test_a_session_that_was_not_looked_for_is_left_out() -> None:
    assert "became" not in summary(reported(session(None, trace=None)))


def test_how_long_a_session_has_had() -> None:
    hour = timedelta(hours=1)
    for age, words in {
        timedelta(seconds=-5): " after 0 s",
        119 * timedelta(minutes=1): " after 119 min",
        2 * hour: " after 2 h",
        47 * hour: " after 47 h",
        48 * hour: " after 2 days",
        None: "",
    }.items():
        assert f"no trace{words}:" in summary(reported(session(SessionState.NONE, age=age)))
