"""`Routine` and `fire_once` against the emulated endpoint, over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import fire_routine
from fire_routine import FireError, NotSent, Rejected, Routine, Unknown
from fire_routine.clock import Clock
from fire_routine.emulator import BETA, REPLIES, TOKEN, Endpoint, Reply, gateway, limit
from fire_routine.fire import fire_once
from fire_routine.fire.errors import Cancelled
from fire_routine.model import Result
from fire_routine.settings import Settings

OVERLOADED = REPLIES["overloaded"]


@dataclass
class FakeTime:
    """A clock that moves only when someone sleeps."""

    jitter: float = 1.0
    slept: float = 0.0
    naps: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.slept, sleep=self.sleep, random=lambda: self.jitter)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.slept += seconds


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def routine(
    endpoint: Endpoint, time: FakeTime, max_wait: float = 60, deadline: float | None = None
) -> Routine:
    return Routine(endpoint.url, TOKEN, max_wait=max_wait, deadline=deadline, clock=time.clock)


def test_fire_gives_the_session(endpoint: Endpoint, time: FakeTime) -> None:
    session = routine(endpoint, time).fire("CI failed")
    assert (session.id, session.url) == (endpoint.sessions[0].id, endpoint.sessions[0].url)
    assert session.request_id.startswith("req_")
    assert endpoint.sessions[0].text == "CI failed"


def test_request_is_the_documented_one(endpoint: Endpoint, time: FakeTime) -> None:
    routine(endpoint, time).fire('é \U0001f600 \x00 \u2028 "quoted" </tag> \\n')
    (request,) = endpoint.requests
    assert (request.method, endpoint.home + request.path) == ("POST", endpoint.url)
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
@given(st.text(st.characters(), max_size=50))
def test_any_text_arrives_lone_surrogates_replaced(endpoint: Endpoint, text: str) -> None:
    routine(endpoint, FakeTime()).fire(text)
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert json.loads(endpoint.requests[-1].body.decode("utf-8")) == {"text": expected}


def test_longest_text_is_taken_and_a_longer_one_refused_before_sending(
    endpoint: Endpoint, time: FakeTime
) -> None:
    routine(endpoint, time).fire("\U0001f600" * 32_768)
    with pytest.raises(NotSent, match="65,537 characters"):
        routine(endpoint, time).fire("\U0001f600" * 32_768 + "x")
    assert len(endpoint.requests) == 1


def test_limit_that_fits_is_waited_for(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [limit(30), limit(0)]
    routine(endpoint, time).fire("x")
    assert time.naps == [30, 2]
    assert (len(endpoint.requests), len(endpoint.sessions)) == (3, 1)


def test_limit_that_does_not_fit_fails_at_once(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [limit(61)]
    with pytest.raises(Rejected) as caught:
        routine(endpoint, time).fire("x")
    assert (caught.value.retry_after, caught.value.requests, time.naps) == (61, 1, [])


@pytest.mark.parametrize("status", [503, 529])
def test_overload_is_tried_again_once_within_the_wait(
    endpoint: Endpoint, time: FakeTime, status: int
) -> None:
    endpoint.script = [replace(OVERLOADED, status=status)]
    routine(endpoint, time).fire("x")
    assert time.naps == [1]


def test_lasting_overload_gives_up(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [OVERLOADED] * 50
    with pytest.raises(Rejected) as caught:
        routine(endpoint, time).fire("x")
    assert time.naps == [1]
    assert caught.value.requests == len(endpoint.requests) == 2
    assert str(caught.value).endswith("Tried 2 times.")


def test_waits_are_spread_over_their_upper_half(endpoint: Endpoint) -> None:
    time = FakeTime(jitter=0.0)
    endpoint.script = [OVERLOADED, limit(0)]
    routine(endpoint, time).fire("x")
    assert time.naps == [0.5, 1]


@pytest.mark.parametrize(("deadline", "naps"), [(11.0, [10]), (10.5, [])])
def test_a_wait_leaves_time_for_another_attempt(
    endpoint: Endpoint, time: FakeTime, deadline: float, naps: list[float]
) -> None:
    endpoint.script = [limit(10)] * 2
    with pytest.raises(Rejected):
        routine(endpoint, time, deadline=deadline).fire("x")
    assert time.naps == naps


@hypothesis_settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(0, 120), st.lists(st.none() | st.integers(0, 100), max_size=12), st.floats(0, 1))
def test_waits_stay_within_their_bound(
    endpoint: Endpoint, max_wait: int, answers: list[int | None], jitter: float
) -> None:
    time = FakeTime(jitter)
    endpoint.script = [OVERLOADED if seconds is None else limit(seconds) for seconds in answers]
    with suppress(FireError):
        routine(endpoint, time, max_wait).fire("x")
    assert sum(time.naps) <= max_wait
    assert all(nap >= (asked or 0) for nap, asked in zip(time.naps, answers, strict=False))


def test_each_wait_is_announced_and_kept(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [OVERLOADED, limit(30)]
    lines: list[str] = []
    everything = "at most 60 s of waiting in all"
    settings = Settings(routine_url=endpoint.url, routine_token=TOKEN)
    outcome = fire_once(settings, "x", clock=time.clock, announce=lines.append)
    assert lines == [
        f"The endpoint is overloaded (503). Trying again in 1 s (attempt 2, {everything}).",
        f"The routine's limit is reached (429). Trying again in 30 s (attempt 3, {everything}).",
    ]
    assert outcome.retried == ("503", "429")


def test_without_a_text_the_request_has_no_body(endpoint: Endpoint, time: FakeTime) -> None:
    routine(endpoint, time).fire()
    (request,) = endpoint.requests
    assert request.body == b""
    assert "content-type" not in request.headers
    assert endpoint.sessions[0].text == ""


def test_without_waiting_there_is_one_attempt(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [OVERLOADED]
    with pytest.raises(Rejected):
        routine(endpoint, time, max_wait=0).fire("x")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("status", [503, 529])
def test_gateways_error_page_is_the_last_request(endpoint: Endpoint, time: FakeTime, status: int) -> None:
    endpoint.script = [OVERLOADED, gateway(status)]
    with pytest.raises(Unknown) as caught:
        routine(endpoint, time).fire("x")
    assert (caught.value.reason, caught.value.requests) == ("no-answer", 2)
    assert len(endpoint.sessions) == 1
    assert time.naps == [1]


@pytest.mark.parametrize("status", [500, 502, 504, 400, 401, 403, 404, 413, 422, 301, 307])
def test_other_answers_are_never_followed_by_another_request(
    endpoint: Endpoint, time: FakeTime, status: int
) -> None:
    endpoint.script = [Reply(status, headers={"Location": endpoint.url, "Retry-After": "1"})]
    with pytest.raises(Unknown if status >= 500 else Rejected):
        routine(endpoint, time).fire("x")
    assert (len(endpoint.requests), len(endpoint.sessions), time.naps) == (1, 0, [])


def test_interruption_between_attempts_leaves_nothing_unknown(endpoint: Endpoint) -> None:
    endpoint.script = [OVERLOADED]

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Cancelled) as caught:
        Routine(endpoint.url, TOKEN, clock=Clock(sleep=interrupted)).fire("x")
    assert (caught.value.reason, caught.value.requests) == ("interrupted", 1)
    assert isinstance(caught.value.__cause__, KeyboardInterrupt)


def test_outcome_of_a_session_has_the_responses_own_status(endpoint: Endpoint) -> None:
    link = "https://claude.ai/code/session_1"
    session = {"claude_code_session_id": "session_1", "claude_code_session_url": link}
    endpoint.script = [Reply(201, message=json.dumps(session))]
    outcome = fire_once(Settings(routine_url=endpoint.url, routine_token=TOKEN), "x")
    assert (outcome.result, outcome.http_status) == (Result.FIRED, 201)


def test_outcome_of_a_session(endpoint: Endpoint) -> None:
    outcome = fire_once(Settings(routine_url=endpoint.url, routine_token=TOKEN), "x")
    assert (outcome.result, outcome.reason, outcome.http_status) == (Result.FIRED, "", 200)
    assert outcome.session_id == endpoint.sessions[0].id
    assert outcome.session_url == endpoint.sessions[0].url
    assert outcome.session_url in outcome.message
    assert (outcome.requests, outcome.error_type, outcome.retry_after) == (1, "", None)


def test_outcome_of_a_limit(endpoint: Endpoint) -> None:
    endpoint.script = [limit(4000)]
    outcome = fire_once(Settings(routine_url=endpoint.url, routine_token=TOKEN), "x")
    assert (outcome.result, outcome.reason, outcome.http_status) == (Result.FAILED, "rate-limited", 429)
    assert (outcome.error_type, outcome.retry_after) == ("rate_limit_error", 4000)
    assert outcome.request_id.startswith("req_")
    assert (outcome.session_id, outcome.requests) == ("", 1)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(routine_url="trig_x"),
        Settings(routine_url="http://example.test/v1/claude_code/routines/trig_x/fire", routine_token=TOKEN),
        Settings(routine_url="trig_x", routine_token="sk-ant\nx"),
        Settings(routine_url="trig_x", routine_token=TOKEN, anthropic_beta="é"),
        Settings(routine_url="trig_x", routine_token=TOKEN, anthropic_beta="x-" * 2_000 + "”"),
        Settings(routine_url="https://a.test/v1/claude_code/routines/tri\ng_x/fire", routine_token=TOKEN),
        Settings(routine_url="https://a b.test/v1/claude_code/routines/trig_x/fire", routine_token=TOKEN),
        Settings(routine_url="trig_x", routine_token=TOKEN, anthropic_beta="a\r\nb"),
        Settings(routine_url="https://a.test/v1/claude_code/routines/trig_x/fire", routine_token=TOKEN),
        Settings(routine_url="trig_x", routine_token=TOKEN, trusted_host="https://a.test"),
    ],
)
def test_outcome_of_settings_that_can_not_be_used(settings: Settings) -> None:
    outcome = fire_once(settings, "x")
    assert (outcome.result, outcome.reason, outcome.requests) == (Result.FAILED, "invalid-input", 0)
    assert settings.routine_token not in outcome.message or not settings.routine_token


@pytest.mark.parametrize(
    "url", ["", "https://x.test/", "http://example.test/v1/claude_code/routines/trig_x/fire"]
)
def test_routine_refuses_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"routine|https://"):
        Routine(url, TOKEN)


def test_routine_takes_another_host_only_where_it_is_named() -> None:
    url = "https://gateway.example.com/v1/claude_code/routines/trig_x/fire"
    with pytest.raises(ValueError, match="trusted-host"):
        Routine(url, TOKEN)
    with pytest.raises(ValueError, match="give the name alone"):
        Routine(url, TOKEN, trusted_host="https://gateway.example.com")
    assert "gateway.example.com" in repr(Routine(url, TOKEN, trusted_host="Gateway.Example.com"))


def test_routine_shows_neither_token_nor_id(endpoint: Endpoint, time: FakeTime) -> None:
    shown = repr(routine(endpoint, time))
    assert TOKEN not in shown
    assert "trig_" not in shown


def test_every_error_is_one_class(endpoint: Endpoint, time: FakeTime) -> None:
    endpoint.script = [Reply(status) for status in (400, 429, 500)]
    for _ in range(3):
        with pytest.raises(FireError) as caught:
            routine(endpoint, time).fire("x")
        assert TOKEN not in repr(caught.value)


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
