"""With any network fault, a fire ends in the true outcome, and in at most one session."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.support.fake_clock import FakeClock
from tests.support.faults.catalogue import FAULTS, PLAIN, PROXIED_HOST, Certificates, Fault, staged
from tests.support.faults.server import PATH, PATIENCE, FaultServer, closed_port

from fire_routine.clock import Clock
from fire_routine.emulator import Endpoint
from fire_routine.fire import Interrupted, Routine, fire_once
from fire_routine.fire.errors import Unknown
from fire_routine.fire.request import Request, route_to
from fire_routine.model.outcome import Outcome, Result
from fire_routine.settings import CA_VARIABLES, Settings

TOKEN = "sk-ant-oat01-0123456789abcdef"
LONGEST = "€" * 65_536  # 196,608 bytes: more than socket buffers take at once
NOT_MADE = (Result.FAILED, "no-connection", 0)  # nothing was sent
HANG = next(fault for fault in FAULTS if fault.name == "hang after the request")


def until(server: FaultServer | None, fake: FakeClock | None = None) -> Clock:
    """Moves only with sleeps, until the server has reached the point at which every deadline must end."""
    fake = fake or FakeClock(jitter=1.0)
    return replace(fake.value, monotonic=lambda: 1e6 if server and server.reached.is_set() else fake.seconds)


pytestmark = pytest.mark.usefixtures("bare_environment")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("ca"))


def settings_of(url: str) -> Settings:
    return Settings(routine_url=url, routine_token=TOKEN, trusted_host=PROXIED_HOST)


def address(server: FaultServer) -> str:
    return f"http://127.0.0.1:{server.port}{PATH}"


def fire(url: str, server: FaultServer | None = None, deadline: float | None = None) -> Outcome:
    outcome = fire_once(settings_of(url), LONGEST, deadline=deadline, clock=until(server))
    assert outcome.message.isprintable()
    assert TOKEN not in repr(outcome)
    return outcome


def ended(outcome: Outcome) -> tuple[Result, str, int]:
    """How it ended, why, and after how many requests."""
    return outcome.result, outcome.reason or "", outcome.requests


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_has_its_outcome(
    fault: Fault, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staged(fault, certificates) as stage:
        for name, value in stage.environ.items():
            monkeypatch.setenv(name, value)
        outcome = fire(stage.url, stage.server)
    server, not_made = stage.server, outcome.reason == "no-connection"
    assert (outcome.result, outcome.reason or "") == (fault.result, fault.reason)
    assert (server.connections > 1) == fault.again
    assert outcome.requests <= server.connections
    assert outcome.requests >= server.requests
    assert outcome.requests == 1 or fault.again or not_made
    assert server.sessions <= (outcome.result is not Result.FAILED)
    assert server.sessions == 1 or outcome.result is not Result.FIRED
    assert not any(TOKEN.encode() in head for head in server.clear_text) or fault.via == PLAIN


def test_where_no_connection_is_made_nothing_is_sent_and_the_reason_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = closed_port()
    outcome = fire(f"http://127.0.0.1:{port}{PATH}")
    assert ended(outcome) == NOT_MADE
    assert "refused" in outcome.message
    monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
    outcome = fire(f"https://routine.test{PATH}")
    assert ended(outcome) == NOT_MADE
    assert "could not be resolved" in outcome.message


def test_a_proxy_that_refuses_or_can_not_be_used_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = closed_port()
    unusable = ("socks5://user:s3cret@127.0.0.1:1", "ftp://h", "http://", "http://h:port", "::")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        for value in (*unusable, f"http://user:s3cret@127.0.0.1:{port}"):
            monkeypatch.setenv(name, value)
            outcome = fire(f"https://routine.test{PATH}", deadline=1.0)
            assert ended(outcome) == NOT_MADE, (name, value)
            assert "s3cret" not in outcome.message
            assert (f"127.0.0.1:{port}" in outcome.message) == (value not in unusable)
        monkeypatch.delenv(name)


def unknown_name(*_arguments: object, **_options: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_connection_made_at_last_gives_the_session() -> None:
    with Endpoint(token=TOKEN) as endpoint:
        unknown_name = socket.gaierror(socket.EAI_AGAIN, "try again")
        problems = iter([unknown_name, ConnectionRefusedError(), TimeoutError()])
        connect = socket.create_connection

        def flaky(*arguments: Any, **options: Any) -> socket.socket:
            problem = next(problems, None)
            if problem is not None:
                raise problem
            return connect(*arguments, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "create_connection", flaky)
            outcome = fire(endpoint.url)
        assert (outcome.result, outcome.requests, len(endpoint.sessions)) == (Result.FIRED, 1, 1)


def test_resolver_that_outlasts_the_deadline_can_not_send_later(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving, resolved = threading.Event(), threading.Event()
    resolve = socket.getaddrinfo

    def slow(*arguments: Any, **options: Any) -> Any:
        resolving.set()
        resolved.wait(PATIENCE)
        return resolve(*arguments, **options)

    with Endpoint(token=TOKEN) as endpoint:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        settings = settings_of(endpoint.url)
        outcome = fire_once(settings, "x", clock=Clock(monotonic=lambda: 1e6 * resolving.is_set()))
        assert ended(outcome) == NOT_MADE
        resolved.set()
        for thread in threading.enumerate():
            if thread.name == "fire-routine":
                thread.join(PATIENCE)
        assert endpoint.requests == []


def test_no_proxy_goes_past_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def recorded(host: object, *_arguments: object, **_options: object) -> None:
        asked.append(host)
        unknown_name()

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    for no_proxy in ("routine.test", ".test", "*", "x.test, routine.test:443", "x.test"):
        monkeypatch.setenv("NO_PROXY", no_proxy)
        fire(f"https://routine.test{PATH}", deadline=1.0)
    assert asked == ["routine.test"] * 4 + ["proxy.test"]


def test_loopback_goes_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with Endpoint(token=TOKEN) as endpoint:
        assert fire(endpoint.url).result is Result.FIRED


@pytest.mark.parametrize("name", CA_VARIABLES)
def test_own_authority_is_trusted(
    name: str, certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "SSL_CERT_DIR" and shutil.which("openssl") is None:
        pytest.skip("openssl names the files of such a folder")
    value = str(certificates.bundle)
    if name == "SSL_CERT_DIR":  # several folders
        value = os.pathsep.join([str(tmp_path), str(certificates.hashed_folder())])
    fault = next(fault for fault in FAULTS if fault.name == "TLS: session")
    with staged(fault, certificates) as stage:
        monkeypatch.setenv(name, value)
        assert fire(stage.url).result is Result.FIRED
        monkeypatch.delenv(name)
        assert fire(stage.url, deadline=1.0).reason == "no-connection"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authority_that_can_not_be_read_fails_at_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for value in (str(broken), str(tmp_path / "missing.pem")):
        monkeypatch.setenv(name, value)
        outcome = fire(f"https://127.0.0.1:{closed_port()}{PATH}")
        assert ended(outcome) == NOT_MADE
        assert name in outcome.message


def test_http_clients_own_time_out_after_the_request_leaves_it_unknown() -> None:
    """The client's clock runs out before the caller's, which does not move here."""
    with FaultServer(HANG.script) as server:
        url = address(server)
        request = Request(route_to(url), url, {}, b"{}", 0.3)
        with pytest.raises(Unknown) as caught:
            request.send(lambda: 0.0)
        assert (caught.value.reason, request.begun) == ("no-answer", True)


def test_second_attempt_gets_only_the_time_that_is_left() -> None:
    overload = next(fault for fault in FAULTS if fault.name == "503 Service Unavailable")
    scripts = iter([overload.script, HANG.script])
    with FaultServer(lambda visit: next(scripts)(visit)) as server:
        fake = FakeClock()
        clock = replace(until(server, fake), sleep=lambda _: fake.sleep(20))
        routine = Routine(address(server), TOKEN, deadline=22.5, clock=clock)
        with pytest.raises(Unknown, match=r"No response came within 2 s"):
            routine.fire("x")


FIRE_FILE = fire_once.__code__.co_filename


def fire_interrupted_at(step: int, endpoint: Endpoint) -> tuple[Outcome | None, bool]:
    """Raises in the step-th line of the fire, as a signal handler would; whether there is such a line."""
    lines = itertools.count()
    raised = False

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal raised
        if frame.f_code.co_filename != FIRE_FILE:
            return None
        if event == "line" and next(lines) == step:
            raised = True
            raise Interrupted(2)
        return trace

    outcome = None
    settings = settings_of(endpoint.url)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        outcome = fire_once(settings, "x")
    except Interrupted:
        pass  # before the fire could begin
    finally:
        sys.settrace(before)
    for thread in threading.enumerate():
        if thread.name == "fire-routine":
            thread.join(PATIENCE)
    return outcome, raised


def test_interruption_at_any_line_never_hides_a_session() -> None:
    kept = 0
    for step in itertools.count():
        with Endpoint(token=TOKEN) as endpoint:
            outcome, raised = fire_interrupted_at(step, endpoint)
        if not raised:
            break
        if outcome is None or outcome.result is Result.FAILED:
            assert endpoint.sessions == []
        elif outcome.result is Result.FIRED:
            assert outcome.session_id == endpoint.sessions[0].id
            kept += 1
    assert kept > 3  # once the session is known, an interruption no longer changes the outcome


@pytest.mark.parametrize(
    "raised", [KeyboardInterrupt(), SystemExit(143), Interrupted(2), RuntimeError("handler")]
)
def test_exception_raised_while_waiting_for_the_answer_leaves_it_unknown(raised: BaseException) -> None:

    def clock() -> float:
        if server.reached.is_set():
            raise raised
        return 0.0

    with FaultServer(HANG.script) as server:
        outcome = fire_once(settings_of(address(server)), "x", clock=Clock(monotonic=clock))
        assert ended(outcome) == (Result.UNKNOWN, "interrupted", 1)
    with FaultServer(HANG.script) as server, pytest.raises(Unknown) as caught:
        Routine(address(server), TOKEN, clock=Clock(monotonic=clock)).fire("x")
    assert caught.value.__cause__ is raised


def test_exception_raised_while_connecting_leaves_nothing_unknown(certificates: Certificates) -> None:
    fault = next(fault for fault in FAULTS if fault.name == "TLS: hang in the handshake")

    def clock() -> float:
        if server.reached.is_set():
            raise KeyboardInterrupt
        return 0.0

    with staged(fault, certificates) as stage:
        server = stage.server
        outcome = fire_once(settings_of(stage.url), "x", clock=Clock(monotonic=clock))
    assert ended(outcome) == (Result.FAILED, "interrupted", 0)
