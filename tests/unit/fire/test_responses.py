"""The outcome table: which outcome each response of the endpoint has."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_routine.fire.errors import FireError, Rejected, Unknown
from fire_routine.fire.responses import Response, ResponseReader, one_line
from fire_routine.model import Result, Session
from fire_routine.sanitize import flat

TOKEN = "sk-ant-oat01-0123456789abcdef"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SESSION = {
    "type": "routine_fire",
    "claude_code_session_id": "session_01HJKLMNOPQRSTUVWXYZ",
    "claude_code_session_url": "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ",
}


def session_of(response: Response, loopback: bool = False) -> Session:
    return ResponseReader(TOKEN, loopback).session(response, NOW)


def error_of(response: Response) -> FireError:
    with pytest.raises(FireError) as caught:
        session_of(response)
    assert len(caught.value.message.splitlines()) == 1
    return caught.value


def envelope(kind: str, message: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


def success(**changes: object) -> Response:
    return Response(200, {}, json.dumps(SESSION | changes).encode())


def test_documented_answer_is_a_session() -> None:
    response = Response(200, {"request-id": "req_011"}, json.dumps(SESSION).encode())
    assert session_of(response) == Session(
        "session_01HJKLMNOPQRSTUVWXYZ", "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ", "req_011"
    )


def test_unknown_fields_of_an_answer_are_ignored() -> None:
    assert session_of(success(more=[1, 2])).id == SESSION["claude_code_session_id"]


@pytest.mark.parametrize(
    "link",
    [
        "http://claude.ai/code/session_01",
        "http://127.0.0.1.evil.test/session_01",
        "javascript:alert(1)",
        "https://user@claude.ai/",
        "https://claude.ai/a b",
        "https://claude.ai/)[x](y",
        "https://claude.ai/\n",
        f"https://claude.ai/{TOKEN}",
        "",
        None,
        7,
    ],
)
def test_link_that_is_not_plain_https_leaves_the_outcome_unknown(link: object) -> None:
    error = error_of(success(claude_code_session_url=link))
    assert (type(error), error.reason) == (Unknown, "no-answer")


def test_loopback_link_is_taken_from_a_loopback_endpoint_alone() -> None:
    response = success(claude_code_session_url="http://127.0.0.1:8080/code/session_01")
    assert session_of(response, loopback=True).url == "http://127.0.0.1:8080/code/session_01"
    assert isinstance(error_of(response), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>200 OK</html>",
        json.dumps(SESSION).encode()[:-20],
        json.dumps([SESSION]).encode(),
        b"null",
        b"{}",
        json.dumps({"type": "routine_fire", "claude_code_session_id": "session_01"}).encode(),
        json.dumps(SESSION | {"claude_code_session_id": ""}).encode(),
        json.dumps(SESSION | {"claude_code_session_id": None}).encode(),
        json.dumps(SESSION).encode("utf-16"),
        json.dumps(SESSION | {"claude_code_session_id": "a\nb"}).encode(),
        json.dumps(SESSION | {"note": "é"}, ensure_ascii=False).encode("latin-1"),
        b"[" * 60_000,
        b'{"claude_code_session_id": ' + b"9" * 10_000 + b"}",
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_of_another_shape_is_unknown(body: bytes, status: int) -> None:
    error = error_of(Response(status, {}, body))
    assert (type(error), error.reason, error.http_status) == (Unknown, "no-answer", status)
    assert not error.retryable


def test_cut_success_is_unknown_but_its_link_is_passed_on() -> None:
    error = error_of(Response(200, {}, json.dumps(SESSION).encode(), complete=False))
    assert (type(error), error.reason) == (Unknown, "no-answer")
    assert SESSION["claude_code_session_url"] in error.message


@pytest.mark.parametrize("enveloped", [True, False])
@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "refused"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not-found"),
        (413, "refused"),
        (422, "refused"),
        (300, "refused"),
        (301, "refused"),
        (302, "refused"),
        (303, "refused"),
        (307, "refused"),
        (308, "refused"),
        (402, "refused"),
        (405, "refused"),
        (418, "refused"),
    ],
)
def test_refusal_fails_and_is_not_tried_again(
    status: int, reason: str, complete: bool, enveloped: bool
) -> None:
    body = envelope("some_error", "Why it is so.") if enveloped else b"<html>oops"
    error = error_of(Response(status, {"request-id": "req_1"}, body, complete))
    assert (type(error), error.reason) == (Rejected, reason)
    assert (error.outcome, error.http_status, error.request_id) == (Result.FAILED, status, "req_1")
    assert error.error_type == ("some_error" if enveloped and complete else "")
    assert not error.retryable


@pytest.mark.parametrize("status", [101, 103, 408, 409, 499, 500, 501, 502, 504, 520, 599, 600, 999])
@pytest.mark.parametrize("body", [b"", envelope("api_error", "Oh no."), json.dumps(SESSION).encode()])
def test_anything_that_may_have_started_a_session_is_unknown(status: int, body: bytes) -> None:
    error = error_of(Response(status, {"retry-after": "1"}, body))
    assert (type(error), error.outcome, error.http_status) == (Unknown, Result.UNKNOWN, status)
    assert error.reason == "no-answer"
    assert not error.retryable


OVERLOAD = envelope("overloaded_error", "Busy.")


@pytest.mark.parametrize("status", [503, 529])
def test_documented_overload_may_be_tried_again(status: int) -> None:
    error = error_of(Response(status, {"retry-after": "7"}, OVERLOAD))
    assert (type(error), error.outcome, error.retryable) == (Rejected, Result.FAILED, True)
    assert error.retry_after == 7


@pytest.mark.parametrize("status", [503, 529])
@pytest.mark.parametrize(
    ("body", "complete"),
    [
        (b"", True),
        (b"<html>Service Unavailable</html>", True),
        (b"no healthy upstream", True),
        (json.dumps(SESSION).encode(), True),
        (envelope("api_error", "Busy."), True),
        (json.dumps({"error": {"type": "overloaded_error", "message": "Busy."}}).encode(), True),
        (json.dumps({"type": "error", "error": {"type": "overloaded_error"}}).encode(), True),
        (json.dumps({"type": "error", "error": "overloaded_error"}).encode(), True),
        (b"[" + OVERLOAD + b"]", True),
        (OVERLOAD, False),
        (b"", False),
    ],
)
def test_overload_that_the_endpoint_did_not_report_itself_is_unknown(
    status: int, body: bytes, complete: bool
) -> None:
    error = error_of(Response(status, {"retry-after": "7"}, body, complete))
    assert (type(error), error.reason, error.retryable) == (Unknown, "no-answer", False)
    assert error.retry_after is None


def test_limit_names_its_reset() -> None:
    error = error_of(
        Response(429, {"retry-after": "5400"}, envelope("rate_limit_error", "Daily limit reached."))
    )
    assert (type(error), error.retryable, error.retry_after) == (Rejected, True, 5400)
    assert "2026-11-24 16:30:00 UTC" in error.message
    assert error.error_type == "rate_limit_error"


@pytest.mark.parametrize("hours_off", [-30, 0, 30])
def test_limit_that_names_a_date_is_counted_from_the_answers_own_date(hours_off: int) -> None:
    headers = {"retry-after": "Tue, 24 Nov 2026 15:30:00 GMT", "date": "Tue, 24 Nov 2026 15:00:00 GMT"}
    with pytest.raises(Rejected) as caught:
        ResponseReader(TOKEN, False).session(Response(429, headers), NOW + timedelta(hours=hours_off))
    assert caught.value.retry_after == 1800


@pytest.mark.parametrize("value", [None, "", "soon", "-1", "99999999999999999999", "3153600000"])
def test_limit_without_a_believable_reset_is_not_tried_again(value: str | None) -> None:
    error = error_of(Response(429, {} if value is None else {"retry-after": value}, b""))
    assert (type(error), error.retryable, error.retry_after) == (Rejected, False, None)


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("This routine is paused.", "Resume"),
        ("Missing anthropic-beta header", "Set `anthropic-beta`"),
        ("A beta header is required", "Set `anthropic-beta`"),
        ("anthropic-version: required", "Update the action"),
        ("text exceeds 65,536 characters", "`max-characters`"),
        ("The text is too long.", "`max-characters`"),
        ("Something else.", "not paused"),
    ],
)
def test_bad_request_names_the_remedy_for_its_cause(message: str, remedy: str) -> None:
    assert remedy in error_of(Response(400, {}, envelope("invalid_request_error", message))).message


@given(st.integers(100, 999), st.binary(max_size=200), st.booleans(), st.text(max_size=30))
def test_any_answer_gives_a_session_or_one_line(
    status: int, body: bytes, complete: bool, retry_after: str
) -> None:
    response = Response(status, {"retry-after": retry_after, "date": retry_after}, body, complete)
    try:
        session_of(response)
    except FireError as error:
        assert error.message.isprintable()


@given(st.sampled_from([200, 400, 401, 429, 500, 503]), st.text(max_size=20), st.text(max_size=20))
def test_token_is_never_repeated(status: int, before: str, after: str) -> None:
    split = "\u200b".join([TOKEN[:10], TOKEN[10:]])
    for echoed in (TOKEN, split):
        words = f"{before}{echoed}{after}"
        body = json.dumps(
            {
                "error": {"type": TOKEN, "message": words},
                "claude_code_session_id": TOKEN,
                "claude_code_session_url": f"https://claude.ai/{TOKEN}",
            }
        ).encode()
        error = error_of(Response(status, {"request-id": TOKEN, "retry-after": TOKEN}, body))
        assert TOKEN not in f"{error!r} {error.message} {error.error_type} {error.request_id}"


def test_short_token_of_a_test_hides_nothing() -> None:
    assert ResponseReader("s", False).session(success(), NOW).id == SESSION["claude_code_session_id"]


@pytest.mark.parametrize(
    ("seconds", "duration"), [(0, "0 s"), (119, "119 s"), (121, "3 min"), (7201, "3 h"), (172_800, "2 d")]
)
def test_reset_is_a_duration_for_people(seconds: int, duration: str) -> None:
    assert f"in {duration}." in error_of(Response(429, {"retry-after": str(seconds)})).message
    assert f"in {duration}." in error_of(Response(503, {"retry-after": str(seconds)}, OVERLOAD)).message


@given(st.text(), st.integers(1, 50))
def test_others_words_come_out_on_one_plain_line(text: str, limit: int) -> None:
    line = one_line(text, TOKEN, limit)
    assert len(line) <= limit
    assert line == flat(line)


def test_a_gateways_failure_is_documented_and_may_have_started_a_session() -> None:
    for status in (500, 502, 503, 504, 529):
        error = error_of(Response(status, {}, b"<html>"))
        assert (type(error), error.reason) == (Unknown, "no-answer")
        assert f"The endpoint returned {status}" in error.message
