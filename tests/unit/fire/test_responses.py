"""The outcome table: which outcome each response of the endpoint has."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fire_routine.fire.errors import FireError, Rejected, Unknown
from fire_routine.fire.responses import Response, ResponseReader
from fire_routine.model.outcome import Result, Session
from fire_routine.model.session_link import session_link
from fire_routine.retrying import LONGEST_PLAUSIBLE, retry_after

TOKEN = "sk-ant-oat01-0123456789abcdef"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SESSION = {
    "type": "routine_fire",
    "claude_code_session_id": "session_01HJKLMNOPQRSTUVWXYZ",
    "claude_code_session_url": "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ",
}


def session_of(response: Response, url: str = "") -> Session:
    return ResponseReader(TOKEN, url).session(response, NOW)


def error_of(response: Response) -> FireError:
    with pytest.raises(FireError) as caught:
        session_of(response)
    assert len(caught.value.message.splitlines()) == 1
    return caught.value


def envelope(kind: str, message: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


def success(**changes: object) -> Response:
    return Response(200, {"request-id": "req_011"}, json.dumps(SESSION | changes).encode())


def ended(status: int, body: bytes, complete: bool = True) -> tuple[type[FireError], str, bool]:
    """The kind of the error, its reason, and whether the request may be sent again."""
    error = error_of(Response(status, {"request-id": "req_1", "retry-after": "7"}, body, complete))
    assert (error.http_status, error.request_id) == (status, "req_1")
    return type(error), error.reason, error.retryable


UNKNOWN = (Unknown, "no-answer", False)


def test_documented_answer_is_a_session_whatever_else_it_says() -> None:
    assert session_of(success(more=[1, 2])) == Session(
        "session_01HJKLMNOPQRSTUVWXYZ", "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ", "req_011"
    )
    short = ResponseReader("s").session(success(), NOW)  # the token of a test hides nothing
    assert short.id == SESSION["claude_code_session_id"]


def test_link_that_is_not_plain_https_leaves_the_outcome_unknown() -> None:
    links = (
        "http://claude.ai/code/session_01",
        "javascript:alert(1)",
        "https://user@claude.ai/",
        "https://claude.ai/a b",
        "https://claude.ai/\n",
        f"https://claude.ai/{TOKEN}",
    )
    found = {link: ended(200, success(claude_code_session_url=link).body) for link in links}
    assert found == dict.fromkeys(links, UNKNOWN)


def test_loopback_link_is_taken_from_a_loopback_endpoint_alone() -> None:
    response = success(claude_code_session_url="http://127.0.0.1:8080/code/session_01")
    assert session_of(response, "http://127.0.0.1:9000/fire").url == "http://127.0.0.1:8080/code/session_01"
    assert isinstance(error_of(response), Unknown)


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://claude.ai/code/session_01?from=api#top", "https://claude.ai/code/session_01"),
        ("https://claude.ai/code/session_01/", "https://claude.ai/code/session_01"),
        ("https://gateway.test/code/session_01", "https://gateway.test/code/session_01"),
    ],
)
def test_a_link_is_taken_in_the_form_in_which_the_ledger_reads_it(link: str, page: str) -> None:
    url = "https://gateway.test/fire"
    assert session_of(success(claude_code_session_url=link), url).url == page == session_link(page, url)


def test_a_link_of_another_host_or_shape_still_names_its_session() -> None:
    for link in ("https://elsewhere.test/code/session_01", "https://claude.ai/chat/01"):
        assert session_of(success(claude_code_session_url=link)).url == link
        assert session_link(link) == ""


def test_success_of_another_shape_is_unknown() -> None:
    bodies = (
        b"",
        b"<html>200 OK</html>",
        json.dumps(SESSION).encode()[:-20],
        b"{}",
        json.dumps({"type": "routine_fire", "claude_code_session_id": "session_01"}).encode(),
        json.dumps(SESSION | {"claude_code_session_id": ""}).encode(),
        json.dumps(SESSION | {"claude_code_session_id": "a\nb"}).encode(),
        json.dumps(SESSION | {"note": "é"}, ensure_ascii=False).encode("latin-1"),
        b"[" * 60_000,
        b'{"claude_code_session_id": ' + b"9" * 10_000 + b"}",
    )
    for status in (200, 201, 202, 204):
        found = {body[:80]: ended(status, body) for body in bodies}
        assert found == {body[:80]: UNKNOWN for body in bodies}


def test_cut_success_is_unknown_but_its_link_is_passed_on() -> None:
    error = error_of(Response(200, {}, json.dumps(SESSION).encode(), complete=False))
    assert (type(error), error.reason) == (Unknown, "no-answer")
    assert SESSION["claude_code_session_url"] in error.message


@pytest.mark.parametrize("complete", [True, False])
def test_refusal_fails_and_is_not_tried_again(complete: bool) -> None:
    named = {401: "unauthorized", 403: "forbidden", 404: "not-found"}
    others = (400, 413, 422, 300, 301, 302, 307, 308, 402, 405, 418)
    reasons = named | dict.fromkeys(others, "refused")
    for body in (envelope("some_error", "Why it is so."), b"<html>oops"):
        found = {status: ended(status, body, complete) for status in reasons}
        assert found == {status: (Rejected, reason, False) for status, reason in reasons.items()}
        error = error_of(Response(403, {}, body, complete))
        assert error.outcome is Result.FAILED
        assert error.error_type == ("some_error" if complete and body[:1] == b"{" else "")


def test_anything_that_may_have_started_a_session_is_unknown() -> None:
    overload = json.dumps(json.loads(OVERLOAD) | SESSION).encode()  # it started one all the same
    assert {ended(status, overload) for status in (503, 529)} == {UNKNOWN}
    statuses = (101, 103, 303, 408, 409, 499, 500, 501, 502, 504, 520, 599, 600, 999)
    for body in (b"", envelope("api_error", "Oh no."), json.dumps(SESSION).encode()):
        assert {status: ended(status, body) for status in statuses} == dict.fromkeys(statuses, UNKNOWN)
    assert error_of(Response(500)).outcome is Result.UNKNOWN
    undocumented = {status for status in statuses if "undocumented" in error_of(Response(status)).message}
    assert undocumented == set(statuses) - {500, 502, 504}


OVERLOAD = envelope("overloaded_error", "Busy.")


@pytest.mark.parametrize("status", [503, 529])
def test_only_an_overload_that_the_endpoint_itself_reported_may_be_tried_again(status: int) -> None:
    error = error_of(Response(status, {"retry-after": "7"}, OVERLOAD))
    assert (type(error), error.outcome, error.retryable) == (Rejected, Result.FAILED, True)
    assert error.retry_after == 7
    others = (
        b"",
        b"<html>Service Unavailable</html>",
        json.dumps(SESSION).encode(),
        envelope("api_error", "Busy."),
        json.dumps({"error": {"type": "overloaded_error", "message": "Busy."}}).encode(),
        json.dumps({"type": "error", "error": {"type": "overloaded_error"}}).encode(),
    )
    assert {body: ended(status, body) for body in others} == dict.fromkeys(others, UNKNOWN)
    assert ended(status, OVERLOAD, complete=False) == ended(status, b"", complete=False) == UNKNOWN
    assert error_of(Response(status, {"retry-after": "7"}, b"")).retry_after is None
    assert "undocumented" not in error_of(Response(status)).message


@pytest.mark.parametrize("hours_off", [-30, 0, 30])
def test_limit_that_names_a_date_is_counted_from_the_answers_own_date(hours_off: int) -> None:
    headers = {"retry-after": "Tue, 24 Nov 2026 15:30:00 GMT", "date": "Tue, 24 Nov 2026 15:00:00 GMT"}
    with pytest.raises(Rejected) as caught:
        ResponseReader(TOKEN).session(Response(429, headers), NOW + timedelta(hours=hours_off))
    assert caught.value.retry_after == 1800


def test_limit_without_a_believable_reset_is_not_tried_again() -> None:
    for value in (None, "", "soon", "-1", "99999999999999999999", "3153600000"):
        error = error_of(Response(429, {} if value is None else {"retry-after": value}, b""))
        assert (type(error), error.retryable, error.retry_after) == (Rejected, False, None), value


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("This routine is paused.", "Resume"),
        ("This routine is paused.", "GitHub connection is lost"),
        ("Missing anthropic-beta header", "Set `anthropic-beta`"),
        ("A beta header is required", "Set `anthropic-beta`"),
        ("anthropic-version: required", "Update the action"),
        ("text exceeds 65,536 characters", "`max-characters`"),
        ("Something else.", "not paused"),
        ("Something else.", "GitHub connection holds"),
    ],
)
def test_bad_request_names_the_remedy_for_its_cause(message: str, remedy: str) -> None:
    assert remedy in error_of(Response(400, {}, envelope("invalid_request_error", message))).message


@settings(max_examples=60)
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


# --- how long the endpoint asks to wait ------------------------------------------------------------------

BETWEEN = NOW + timedelta(milliseconds=500)  # two seconds of an HTTP date


def http_date(offset: float) -> str:
    return format_datetime((BETWEEN + timedelta(seconds=offset)).replace(microsecond=0), usegmt=True)


def test_retry_after_is_read_as_seconds_or_date() -> None:
    table: dict[str, int | None] = {
        "0": 0,
        " 120 ": 120,
        str(LONGEST_PLAUSIBLE): LONGEST_PLAUSIBLE,
        http_date(90): 90,
        http_date(-90): 0,
        "Tue, 24 Nov 2026 15:01:00 GMT": 60,
        "Tuesday, 24-Nov-26 15:01:00 GMT": 60,
        "Tue Nov 24 15:01:00 2026": 60,
        "Tue, 24 Nov 2026 17:01:00 +0200": 60,
        "": None,
        "-1": None,
        "1.5": None,
        "٣": None,
        "soon": None,
        "9" * 400: None,
        str(LONGEST_PLAUSIBLE + 1): None,
        "Fri, 31 Dec 9999 23:59:59 GMT": None,
        "Thu, 01 Jan 1970 00:00:00 -9999": None,
    }
    found = {value: retry_after({"retry-after": value}, BETWEEN) for value in table}
    assert found == table
    assert retry_after({}, BETWEEN) is None
