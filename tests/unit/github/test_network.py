"""Proxies and own certificate authorities are honoured by both clients: the API's and the logs'."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from tests.support.emulated.github import TOKEN, GitHubEmulator
from tests.unit.gather.gathering import IMPATIENT, RUN, add_run, context_of, failed_job, later, whole

from fire_routine.gather.event import find_target
from fire_routine.gather.logs import read_logs
from fire_routine.gather.run import gather_run
from fire_routine.github.client import GitHub
from fire_routine.model.run import Note, Run
from fire_routine.settings import Settings

pytestmark = pytest.mark.usefixtures("bare_environment")
TRUSTING = pytest.mark.usefixtures("bare_environment", "trusting")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def emulator(authority: trustme.CA) -> Iterator[GitHubEmulator]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    with GitHubEmulator(tls=tls) as github:
        add_run(github)
        github.add_job(RUN, failed_job(1, "test"), "broken\n")
        yield github


class Tunnel(socketserver.BaseRequestHandler):
    """A connection through a proxy that knows CONNECT alone."""

    def handle(self) -> None:
        host = self.request.recv(65_536).split()[1].decode()
        self.server.asked.append(host)  # type: ignore[attr-defined]
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as upstream:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(upstream, self.request), daemon=True)
            back.start()
            pump(self.request, upstream)
            back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class Proxy(socketserver.ThreadingTCPServer):
    """For a `with` block; `asked` has the hosts."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


def gather(emulator: GitHubEmulator) -> tuple[Run, dict[int, bytes], tuple[Note, ...]]:
    context = context_of(emulator)
    deadline = later()
    with GitHub(emulator.url, TOKEN, emulator.full_name, clock=IMPATIENT) as github:
        run = gather_run(github, find_target(Settings(), context), context, deadline)
        logs, notes, _ = read_logs(github, run, whole, deadline)
    return run, logs, (*run.notes, *notes)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def trusting(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))


def test_an_own_authority_is_trusted_by_both_clients(
    emulator: GitHubEmulator, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", str(trusted))
    run, logs, notes = gather(emulator)
    assert [job.name for job in run.failed_jobs] == ["test"]
    assert logs[1].endswith(b"broken\n")
    assert notes == ()


@TRUSTING
def test_only_an_api_on_plain_http_has_its_logs_on_either(emulator: GitHubEmulator) -> None:
    with GitHubEmulator() as plain:
        add_run(plain)
        plain.add_job(RUN, failed_job(1, "test"), "not asked for here\n")
        of_plain, plain.storage_url = plain.storage_url, emulator.storage_url
        _, logs, notes = gather(plain)
        assert logs[1].endswith(b"broken\n")
        assert notes == ()
        plain.requests.clear()
        emulator.storage_url = of_plain
        _, logs, (note,) = gather(emulator)
        assert plain.requests == []
    assert logs == {}
    assert "not https" in note.why


def test_an_unknown_authority_is_refused_and_the_remedy_named(emulator: GitHubEmulator) -> None:
    run, logs, notes = gather(emulator)
    assert (run.id, run.jobs_known, logs) == (RUN, False, {})
    assert "SSL_CERT_FILE" in notes[0].why
    assert emulator.requests == []


def test_certificates_that_cannot_be_read_leave_notes(
    emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    run, logs, notes = gather(emulator)
    assert (run.jobs_known, logs) == (False, {})
    assert "SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_DIR can't be read" in notes[0].why


@TRUSTING
@pytest.mark.parametrize("no_proxy", ["", "localhost"])
def test_both_clients_go_through_the_proxy(
    emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_address[1]}")
        monkeypatch.setenv("NO_PROXY", no_proxy)
        _, logs, notes = gather(emulator)
        proxy.shutdown()
    assert (list(logs), notes) == ([1], ())
    hosts = {url.removeprefix("https://") for url in (emulator.url, emulator.storage_url)}
    assert set(proxy.asked) == (set() if no_proxy else hosts)


@TRUSTING
def test_a_proxy_of_a_kind_that_cannot_be_used_leaves_notes(
    emulator: GitHubEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    run, logs, notes = gather(emulator)
    assert (run.jobs_known, logs) == (False, {})
    assert notes
