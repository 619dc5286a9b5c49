"""The emulated endpoint answers as the API's documentation describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from fire_routine.emulator import BETA, REPLIES, TOKEN, Endpoint, Reply

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": BETA,
    "Content-Type": "application/json",
}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def post(
    endpoint: Endpoint,
    body: bytes = b'{"text": "x"}',
    *,
    without: str = "",
    url: str = "",
    **changes: str,
) -> httpx.Response:
    headers = {name: value for name, value in HEADERS.items() if name != without}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return httpx.post(url or endpoint.url, content=body, headers=headers, trust_env=False)


def error_of(response: httpx.Response) -> tuple[int, str]:
    fields = response.json()
    assert fields["type"] == "error"
    assert fields["error"]["message"]
    return response.status_code, fields["error"]["type"]


def test_success_has_the_documented_shape_and_is_a_session_of_its_own(endpoint: Endpoint) -> None:
    for body in (b"", b"{}", b'{"text": "x", "more": [1]}'):  # text is optional, unknown fields are ignored
        response = post(endpoint, body)
        assert response.status_code == 200
        fields = response.json()
        assert set(fields) == {"type", "claude_code_session_id", "claude_code_session_url"}
        assert fields["type"] == "routine_fire"
        assert fields["claude_code_session_id"].startswith("session_01")
        assert fields["claude_code_session_url"] == endpoint.sessions[-1].url
        assert response.headers["request-id"]
    assert len({session.url for session in endpoint.sessions}) == 3


def test_beta_header_may_name_others_too(endpoint: Endpoint) -> None:
    assert post(endpoint, anthropic_beta=f"other-2026-01-01, {BETA}").status_code == 200
    assert post(endpoint, anthropic_beta="other-2026-01-01").status_code == 400


def test_beta_header_may_be_left_out(endpoint: Endpoint) -> None:
    assert post(endpoint, without="anthropic-beta").status_code == 200


def test_what_the_api_refuses_is_refused(endpoint: Endpoint) -> None:
    for without in ("anthropic-version", "Content-Type"):
        assert error_of(post(endpoint, without=without)) == (400, "invalid_request_error"), without
    long = json.dumps({"text": "\U0001f600" * 32_769}).encode()
    for body in (b"{", b"\xff", b"[]", b'{"text": 5}', long):
        assert error_of(post(endpoint, body)) == (400, "invalid_request_error"), body[:20]
    for authorization in ("", "Bearer", "Basic abc", "Bearer wrong"):
        refused = error_of(post(endpoint, Authorization=authorization))
        assert refused == (401, "authentication_error"), authorization
    assert error_of(post(endpoint, url=endpoint.fire_url("trig_unknown"))) == (404, "not_found_error")


@pytest.mark.parametrize("name", [name for name, reply in REPLIES.items() if reply.error_type])
def test_each_error_comes_on_demand_by_routine_and_by_script(endpoint: Endpoint, name: str) -> None:
    expected = (REPLIES[name].status, REPLIES[name].error_type)
    assert error_of(post(endpoint, url=endpoint.fire_url(f"trig_{name}"))) == expected
    with Endpoint(script=[name, None]) as scripted:
        assert error_of(post(scripted)) == expected
        assert post(scripted).status_code == 200
    assert endpoint.sessions == []


def test_gateways_error_page_hides_a_session_and_a_limit_names_its_reset(endpoint: Endpoint) -> None:
    assert post(endpoint, url=endpoint.fire_url("trig_limit")).headers["Retry-After"] == "3600"
    answer = post(endpoint, url=endpoint.fire_url("trig_gateway"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert answer.text.startswith("<html>")
    assert len(endpoint.sessions) == 1


def test_too_large_a_request_is_refused_unread(endpoint: Endpoint) -> None:
    host = endpoint.home.removeprefix("http://")
    with closing(HTTPConnection(host, timeout=120)) as connection:
        connection.putrequest("POST", endpoint.url.removeprefix(endpoint.home))
        connection.putheader("Content-Length", "99999999")
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_requests_are_kept(endpoint: Endpoint) -> None:
    post(endpoint)
    assert endpoint.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert endpoint.requests[0].text == "x"
    assert TOKEN not in repr(endpoint.requests)


def test_session_link_shows_its_text_as_it_was_sent(endpoint: Endpoint) -> None:
    link = post(endpoint, b'{"text": "<script>"}').json()["claude_code_session_url"]
    page = httpx.get(link, trust_env=False)
    assert (page.status_code, page.text) == (200, "<script>")
    assert page.headers["Content-Type"].startswith("text/plain")
    assert httpx.get(link + "x", trust_env=False).status_code == 404


def test_each_request_is_announced_without_the_token() -> None:
    lines: list[str] = []
    with Endpoint(say=lines.append, script=[Reply(500), "limit"]) as endpoint:
        for _ in range(3):
            post(endpoint)
    assert lines[:2] == ["500", "429 rate_limit_error"]
    assert lines[2].endswith(endpoint.sessions[0].url)
