"""A text in every part that others can write, other pull requests' included, gets nowhere at any limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.injection.checks import TOKEN, in_text, out_of_quotation, outside_code, when_rendered
from tests.injection.scene import Payload, one_line, payloads
from tests.unit.compose import material
from tests.unit.report import samples

from fire_routine.compose import compose, group
from fire_routine.distill import excerpt
from fire_routine.model.evidence import Action, KnownFailure, utf16_length
from fire_routine.model.outcome import EarlierSession, Outcome, Past, Result, SessionState, SessionTrace
from fire_routine.model.reason import Reason
from fire_routine.model.run import Annotation, ChangedFile, Commit, Note, PullRequest
from fire_routine.redact import redact_text
from fire_routine.report.contents import Contents
from fire_routine.report.pages import summary, told

PAYLOADS = list(payloads())[::7]  # all of them go through a real fire


def hostile(text: str) -> PullRequest:
    branch = f"claude/fix-run-3{one_line(text)}"
    pull = material.pull_request(number=14, title=text, author=text, head_branch=branch)
    return replace(pull, merged_at=material.STARTED)


def past(text: str) -> Past:
    """A session for each state that shows a text of others, and what ended the failure before."""
    pull = hostile(text)
    traces = (
        SessionTrace(4, None),
        SessionTrace(5, SessionState.BRANCH, pull.head_branch),
        SessionTrace(3, SessionState.CLOSED, pull.head_branch, pull),
    )
    sessions = tuple(
        EarlierSession(f"{samples.SESSION}{trace.run}", trace.run, 1, trace=trace) for trace in traces
    )
    return Past(sessions, seen=((3, material.STARTED - timedelta(days=1)),), ended_by=pull)


@pytest.mark.parametrize("payload", PAYLOADS, ids=[one.id for one in PAYLOADS])
def test_a_hostile_text_gets_nowhere(payload: Payload) -> None:
    text = payload.text
    known, notes = past(text), (Note(f"the log of {text}", "it has expired"),)
    job = material.job(1, text, text, annotations=(Annotation("failure", text, text, text, 1),))
    made = {"merged": (hostile(text),), "commits": (Commit("a" * 40, text, text),)}
    changed = material.history(files=(ChangedFile(text, 1, 1, patch=f"@@ -1 +1 @@\n+{text}"),), **made)
    run = material.run([job], history=changed, passed_jobs=(text,), notes=notes)
    failures = group(run.failed_jobs, {job.id: material.digest("a", "error: boom", *text.split("\n"))})
    entry = KnownFailure("known.toml", 3, text, Action.NOTE, text, "")
    failures = tuple(replace(failure, known=entry) for failure in failures)
    for size in (2_048, 4_096, 60_000):
        brief = compose(run, failures, past=known, max_characters=size, excerpt=excerpt)
        assert utf16_length(brief.text) <= size
        assert in_text(brief.text) == []
        assert out_of_quotation(brief.text) == []
    assert brief.text.count("#14") == 3  # tried, ended by, merged since
    assert "Known failure (`known.toml, line 3`)" in brief.text
    assert TOKEN[:8] not in brief.text
    session = known.sessions[-1]
    outcome = Outcome(Result.SKIPPED, Reason.DUPLICATE, "Started before.", session_url=session.url)
    contents = Contents(outcome, lambda line: redact_text(line)[0], brief, run, failures, past=known)
    in_our_words = told(contents, "", untrusted=True)
    assert when_rendered(in_our_words) == [] and "boom" not in in_our_words
    for page in (brief.text, summary(contents), told(contents, "")):
        assert "14" in page
        assert when_rendered(page) == []
        assert outside_code(page) == []
