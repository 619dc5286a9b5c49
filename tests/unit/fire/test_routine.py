"""`Routine` and `fire_once` against the emulated endpoint, over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.support.fake_clock import FakeClock

import fire_routine
from fire_routine import FireError, NotSent, Rejected, Routine, Unknown
from fire_routine.clock import Clock
from fire_routine.emulator import BETA, REPLIES, TOKEN, Endpoint, Reply, gateway, limit
from fire_routine.fire import fire_once
from fire_routine.fire.errors import Cancelled
from fire_routine.model.outcome import Result
from fire_routine.settings import Settings

OVERLOADED = REPLIES["overloaded"]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def routine(endpoint: Endpoint, clock: FakeClock | None = None, **options: Any) -> Routine:
    return Routine(endpoint.url, TOKEN, clock=(clock or FakeClock()).value, **options)


def test_request_is_the_documented_one(endpoint: Endpoint) -> None:
    routine(endpoint).fire('é \U0001f600 \x00 \u2028 "quoted" </tag> \\n')
    (request,) = endpoint.requests
    assert endpoint.home + request.path == endpoint.url
    headers = dict(request.headers)
    assert headers.pop("host") == endpoint.home.removeprefix("http://")
    assert headers.pop("content-length") == str(len(request.body))
    assert headers == {
        "authorization": f"Bearer {TOKEN}",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": BETA,
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "user-agent": f"fire-routine/{fire_routine.__version__}",
    }
    assert json.loads(request.body) == {"text": 'é \U0001f600 \x00 \u2028 "quoted" </tag> \\n'}


@hypothesis_settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.text(st.characters(), min_size=1, max_size=50))
def test_any_text_arrives_lone_surrogates_replaced(endpoint: Endpoint, text: str) -> None:
    routine(endpoint).fire(text)
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert json.loads(endpoint.requests[-1].body.decode("utf-8")) == {"text": expected}


def test_longest_text_is_taken_and_a_longer_one_refused_before_sending(endpoint: Endpoint) -> None:
    routine(endpoint).fire("\U0001f600" * 32_768)
    with pytest.raises(NotSent, match="65,537 characters"):
        routine(endpoint).fire("\U0001f600" * 32_768 + "x")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("script", "options", "waits", "error"),
    [
        ([limit(30), limit(0)], {}, [30, 2], None),
        ([OVERLOADED, limit(0)], {"jitter": 0.0}, [0.5, 1], None),  # spread over their upper half
        ([limit(61)], {}, [], Rejected),  # it does not fit
        ([limit(10)] * 2, {"deadline": 11.0}, [10], Rejected),
        ([limit(10)] * 2, {"deadline": 10.5}, [], Rejected),  # no time would be left for another attempt
        ([replace(OVERLOADED, status=529)], {}, [1], None),
        ([OVERLOADED] * 50, {}, [1], Rejected),
        ([OVERLOADED], {"max_wait": 0}, [], Rejected),
        ([OVERLOADED, gateway(529)], {}, [1], Unknown),  # someone else's, who may have started a session
    ],
)
def test_what_may_be_sent_again_is_waited_for(
    endpoint: Endpoint, script: list[Reply | None], options: dict[str, Any], waits: list[float], error: Any
) -> None:
    arguments = {"jitter": 1.0, **options}
    clock = FakeClock(jitter=arguments.pop("jitter"))
    endpoint.script = list(script)
    try:
        routine(endpoint, clock, **arguments).fire("x")
    except FireError as caught:
        assert (type(caught), caught.requests) == (error, 1 + len(waits))
        assert len(waits) == 0 or f"Tried {1 + len(waits)} times." in str(caught)
        assert TOKEN not in repr(caught)
    else:
        assert error is None
    assert clock.slept == waits
    assert len(endpoint.requests) == 1 + len(waits)
    assert len(endpoint.sessions) == (error is not Rejected)


def test_each_wait_is_announced_and_kept(endpoint: Endpoint) -> None:
    endpoint.script = [OVERLOADED, limit(30)]
    lines: list[str] = []
    everything = "at most 60 s of waiting in all"
    settings = Settings(routine_url=endpoint.url, routine_token=TOKEN)
    outcome = fire_once(settings, "x", clock=FakeClock(jitter=1.0).value, say=lines.append)
    assert lines == [
        f"The endpoint is overloaded (503). Trying again in 1 s (attempt 2, {everything}).",
        f"The routine's limit is reached (429). Trying again in 30 s (attempt 3, {everything}).",
    ]
    assert outcome.retried == ("503", "429")


def test_without_a_text_the_request_has_no_body(endpoint: Endpoint) -> None:
    routine(endpoint).fire()
    (request,) = endpoint.requests
    assert request.body == b""
    assert "content-type" not in request.headers
    assert endpoint.sessions[0].text == ""


def test_interruption_between_attempts_leaves_nothing_unknown(endpoint: Endpoint) -> None:
    endpoint.script = [OVERLOADED]

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Cancelled) as caught:
        Routine(endpoint.url, TOKEN, clock=Clock(sleep=interrupted)).fire("x")
    assert (caught.value.reason, caught.value.requests) == ("interrupted", 1)
    assert isinstance(caught.value.__cause__, KeyboardInterrupt)


def test_outcome_of_a_session(endpoint: Endpoint) -> None:
    settings = Settings(routine_url=endpoint.url, routine_token=TOKEN)
    outcome = fire_once(settings, "x")
    assert (outcome.result, outcome.reason or "", outcome.http_status) == (Result.FIRED, "", 200)
    assert outcome.session_url == endpoint.sessions[0].url
    assert outcome.session_url in outcome.message
    assert (outcome.requests, outcome.error_type, outcome.retry_after) == (1, "", None)
    link = "https://claude.ai/code/session_1"
    session = {"claude_code_session_id": "session_1", "claude_code_session_url": link}
    endpoint.script = [Reply(201, message=json.dumps(session))]
    outcome = fire_once(settings, "x")
    assert (outcome.result, outcome.http_status) == (Result.FIRED, 201)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(routine_url="trig_x", routine_token="sk-ant\nx"),
        Settings(routine_url="trig_x", routine_token=TOKEN, anthropic_beta="a\r\nb"),
        Settings(routine_url="https://a.test/v1/claude_code/routines/trig_x/fire", routine_token=TOKEN),
        Settings(routine_url="trig_x", routine_token=TOKEN, trusted_host="https://a.test"),
    ],
)
def test_outcome_of_settings_that_can_not_be_used(settings: Settings) -> None:
    outcome = fire_once(settings, "x")
    assert (outcome.result, outcome.reason or "", outcome.requests) == (Result.FAILED, "invalid-input", 0)
    assert settings.routine_token not in outcome.message or not settings.routine_token


def test_what_is_no_text_starts_nothing(endpoint: Endpoint) -> None:
    with pytest.raises(NotSent, match="The text is empty, so nothing was sent"):
        routine(endpoint).fire("")
    with pytest.raises(TypeError, match="the text is of the type bytes: pass a str, or None"):
        routine(endpoint).fire(b"x")  # type: ignore[arg-type]
    assert endpoint.requests == []


def test_an_argument_that_cannot_be_used_is_named() -> None:
    with pytest.raises(ValueError, match=r"^the routine's URL is neither"):
        Routine("garbage", TOKEN)
    with pytest.raises(ValueError, match=r"^the routine's token contains white space"):
        Routine("trig_x", "a token")
    with pytest.raises(
        ValueError, match=r"^the routine's token is an API key: it needs the routine's own token"
    ):
        Routine("trig_x", "sk-ant-api03-" + "x" * 20)


def test_routine_takes_another_host_only_where_it_is_named() -> None:
    url = "https://gateway.example.com/v1/claude_code/routines/trig_x/fire"
    with pytest.raises(ValueError, match="trusted-host"):
        Routine(url, TOKEN)
    with pytest.raises(ValueError, match="give the name alone"):
        Routine(url, TOKEN, trusted_host="https://gateway.example.com")
    shown = repr(Routine(url, TOKEN, trusted_host="Gateway.Example.com"))
    assert "gateway.example.com" in shown
    assert TOKEN not in shown
    assert "trig_" not in shown


def test_importing_the_package_does_not_import_the_http_client() -> None:
    code = (
        "import sys, fire_routine; sys.exit('httpx' in sys.modules or not hasattr(fire_routine, 'Routine'))"
    )
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}).returncode == 0


def test_package_has_nothing_but_what_it_names() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = fire_routine.nonsense
    for name in fire_routine.__all__:
        assert getattr(fire_routine, name)
