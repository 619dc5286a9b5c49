from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.report import samples

from fire_routine.model.evidence import Brief, Fingerprint, Highlight, Verdict, Whose
from fire_routine.model.outcome import Outcome, Past, Result, SessionState, SessionTrace
from fire_routine.model.reason import Reason
from fire_routine.report.contents import Contents
from fire_routine.report.reporting import outputs, write_text

BRIEF = Brief(
    text="# é\n🦊",
    fingerprints=(Fingerprint("a"),),
    fingerprint=Fingerprint("a1"),
    highlights=(Highlight("error: boom"),),
)


def test_every_output_has_its_value() -> None:
    outcome = Outcome(
        Result.FAILED,
        reason=Reason.RATE_LIMITED,
        message="m",
        session_id="session_1",
        session_url="https://claude.ai/code/session_1",
        http_status=429,
        error_type="rate_limit_error",
        request_id="req_1",
        retry_after=0,
    )

    verdict = Verdict(Whose.RED_BEFORE)
    assert outputs(Contents(outcome, str, brief=BRIEF, verdict=verdict), "/tmp/x.md") == {
        "outcome": "failed",
        "reason": "rate-limited",
        "session-id": "session_1",
        "session-url": "https://claude.ai/code/session_1",
        "session-state": "",
        "pull-request-url": "",
        "cause": "error: boom",
        "verdict": "red before",
        "fingerprint": "a1",
        "text-file": "/tmp/x.md",
        "details": (
            '{"http_status": 429, "error_type": "rate_limit_error", "request_id": "req_1", "retry_after": 0}'
        ),
    }


def test_what_became_of_an_earlier_session_with_a_plain_address_or_none() -> None:
    for state, address in ((SessionState.BRANCH, ""), (SessionState.MERGED, f"{samples.PAGE}/pull/14")):
        session = samples.session(state)
        skipped = Outcome(Result.SKIPPED, Reason.DUPLICATE, session_url=session.url)
        values = outputs(Contents(skipped, str, past=Past((session,))), "")
        assert (values["session-state"], values["pull-request-url"]) == (state.value, address)
    pull = replace(samples.PULL, url="javascript:alert(1)")
    session = replace(samples.session(SessionState.OPEN), trace=SessionTrace(3, SessionState.OPEN, "", pull))
    assert outputs(Contents(skipped, str, past=Past((session,))), "")["pull-request-url"] == ""


def test_what_there_is_not_is_empty() -> None:
    values = outputs(Contents(Outcome(Result.SKIPPED), str), "")

    assert {name: value for name, value in values.items() if value} == {"outcome": "skipped", "details": "{}"}


def test_the_text_is_written_byte_for_byte_to_a_file_of_its_own(tmp_path: Path) -> None:
    first, second = write_text(BRIEF, tmp_path), write_text(BRIEF, tmp_path)

    assert first != second
    assert Path(first).parent == tmp_path
    assert Path(first).read_bytes() == "# é\n🦊".encode()
    assert write_text(BRIEF, None) == ""  # there is no temporary folder
