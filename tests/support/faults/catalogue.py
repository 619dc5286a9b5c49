"""The faults: what the server does to a client, and what has to become of a fire that meets it.

A script calls `read_request(starts_session=True)` where a backend may have started a session by then: the
worst case, which no outcome but `fired` and `unknown` may hide.
"""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from fire_routine.model.outcome import Result

from .server import PATH, FaultServer, Visit

FIRED, FAILED, UNKNOWN = Result.FIRED, Result.FAILED, Result.UNKNOWN

# How the client reaches the server: http, https, or https through it as the http or https proxy.
PLAIN, TLS, PROXY, TLS_PROXY = "plain", "tls", "proxy", "tls-proxy"

SESSION = {
    "type": "routine_fire",
    "claude_code_session_id": "session_01HJKLMNOPQRSTUVWXYZ",
    "claude_code_session_url": "https://claude.ai/code/session_01HJKLMNOPQRSTUVWXYZ",
}
WHOLE = json.dumps(SESSION).encode()
LOCAL = json.dumps({**SESSION, "claude_code_session_url": "http://127.0.0.1:1/code/session_01"}).encode()

Script = Callable[[Visit], None]


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    return head(status, f"Content-Length: {len(body)}", *headers) + body


def envelope(kind: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": "Said so."}}).encode()


def sends(data: bytes, *, starts_session: bool = True) -> Script:
    """Read the request, send these bytes, close."""

    def script(visit: Visit) -> None:
        visit.read_request(starts_session=starts_session)
        visit.send(data)

    return script


def sends_and_hangs(data: bytes, *, starts_session: bool = True) -> Script:
    def script(visit: Visit) -> None:
        visit.read_request(starts_session=starts_session)
        visit.send(data)
        visit.hang(body=b"\r\n\r\n" in data)

    return script


def dribbles(before: bytes, slowly: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.read_request(starts_session=True)
        visit.send(before)
        visit.dribble(slowly, body=b"\r\n\r\n" in before)

    return script


def floods(before: bytes, block: bytes, times: int) -> Script:
    """Send a block over and over, until the client has had enough."""

    def script(visit: Visit) -> None:
        visit.read_request(starts_session=True)
        visit.send(before)
        for sent in range(times):
            if sent == 200:
                visit.server.reached.set()
            if visit.server.closing.is_set():
                return
            visit.send(block)

    return script


def hang(visit: Visit) -> None:
    """Never read nor write a byte."""
    visit.await_request()
    visit.server.reached.set()
    visit.server.closing.wait()


def close_at_once(_visit: Visit) -> None:
    """The server closes after the script."""


def clear_text(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def reset_within_the_request(visit: Visit) -> None:
    visit.await_request()
    visit.reset()


def reset_after_the_request(visit: Visit) -> None:
    visit.read_request(starts_session=True)
    visit.reset()


def reset_within_the_answer(visit: Visit) -> None:
    visit.read_request(starts_session=True)
    visit.send(head("200 OK", "Content-Length: 500") + WHOLE[:50])
    visit.reset()


def refuse_before_the_body(visit: Visit) -> None:
    visit.read_head()
    visit.send(answer("413 Content Too Large", envelope("request_too_large")))


def within_tls(script: Script) -> Script:
    def encrypted(visit: Visit) -> None:
        visit.start_tls()
        script(visit)

    return encrypted


def proxy_sends(data: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.read_head()
        visit.send(data)

    return script


def through_tunnel(script: Script) -> Script:
    def tunnelled(visit: Visit) -> None:
        visit.read_head()
        visit.send(head("200 Connection established"))
        visit.start_tls()
        script(visit)

    return tunnelled


def redirect(status: str) -> Script:
    """To another host name of the same server, which counts requests: it must not see a second one."""

    def script(visit: Visit) -> None:
        visit.read_request()
        visit.send(answer(status, b"", f"Location: http://localhost:{visit.server.port}{PATH}"))

    return script


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break, and the outcome and reason it must have."""

    name: str
    script: Script
    result: Result
    via: str = PLAIN
    why: str = ""  # if it is another reason than the usual one
    again: bool = False  # tried again, as it provably created nothing
    receive_buffer: int = 0  # bytes, of the server's sockets
    host: str = ""  # that the certificate is for; empty: the right one
    trusted: bool = True  # the certificate's authority

    @property
    def reason(self) -> str:
        usual = {Result.FIRED: "", Result.UNKNOWN: "no-answer"}
        return self.why or usual.get(self.result, "no-connection")


def _connections() -> Iterator[Fault]:
    yield Fault("reset within the request", reset_within_the_request, UNKNOWN)
    yield Fault("reset after the request", reset_after_the_request, UNKNOWN)
    yield Fault("closed after the request", sends(b""), UNKNOWN)
    yield Fault("request can't be written", hang, UNKNOWN, receive_buffer=2048)
    yield Fault("hang before reading", hang, UNKNOWN)
    yield Fault("hang after the request", sends_and_hangs(b""), UNKNOWN)
    yield Fault("hang in the status line", sends_and_hangs(b"HTTP/1.1 20"), UNKNOWN)
    yield Fault("hang in the headers", sends_and_hangs(b"HTTP/1.1 200 OK\r\nServ"), UNKNOWN)
    yield Fault("hang before the body", sends_and_hangs(head("200 OK", "Content-Length: 9")), UNKNOWN)
    yield Fault("hang in the body", sends_and_hangs(head("200 OK", "Content-Length: 500") + WHOLE), UNKNOWN)
    yield Fault(
        "hang in the body of a 401",
        sends_and_hangs(head("401 Unauthorized", "Content-Length: 500") + b"{", starts_session=False),
        FAILED,
        why="unauthorized",
    )
    yield Fault("dribbled status line", dribbles(b"", b"HTTP/1.1 200 " + b"O" * 60_000), UNKNOWN)
    yield Fault("dribbled headers", dribbles(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 9999), UNKNOWN)
    yield Fault("dribbled body", dribbles(head("200 OK", "Content-Length: 60000"), b" " * 60_000), UNKNOWN)


def _answers() -> Iterator[Fault]:
    yield Fault("session", sends(answer("200 OK", WHOLE)), FIRED)
    yield Fault("session, without length", sends(head("200 OK") + WHOLE), FIRED)
    chunked = head("200 OK", "Transfer-Encoding: chunked")
    chunk = f"{len(WHOLE):x}\r\n".encode() + WHOLE + b"\r\n"
    yield Fault("session, chunked", sends(chunked + chunk + b"0\r\n\r\n"), FIRED)
    yield Fault(
        "session, after 100 and 103",
        sends(head("100 Continue") + head("103 Early Hints", "Link: </x>") + answer("200 OK", WHOLE)),
        FIRED,
    )
    yield Fault(
        "session, then more bytes", sends(answer("200 OK", WHOLE) + b"HTTP/1.1 500 No\r\n\r\n"), FIRED
    )
    yield Fault("truncated", sends(head("200 OK", "Content-Length: 500") + WHOLE[:50]), UNKNOWN)
    yield Fault("truncated behind the session", sends(head("200 OK", "Content-Length: 500") + WHOLE), UNKNOWN)
    yield Fault("truncated without length", sends(head("200 OK") + WHOLE[:50]), UNKNOWN)
    yield Fault("truncated in the headers", sends(b"HTTP/1.1 200 OK\r\nContent-Le"), UNKNOWN)
    yield Fault("reset within the answer", reset_within_the_answer, UNKNOWN)
    yield Fault("chunked, cut in a chunk", sends(chunked + chunk[:40]), UNKNOWN)
    yield Fault("chunked, last chunk missing", sends(chunked + chunk), UNKNOWN)
    yield Fault("chunked, bad chunk size", sends(chunked + b"zz\r\n" + WHOLE), UNKNOWN)
    yield Fault("not HTTP", sends(b"SSH-2.0-OpenSSH_9.6\r\n"), UNKNOWN)
    yield Fault("HTTP/2 preface", sends(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80"), UNKNOWN)
    yield Fault("two lengths", sends(head("200 OK", "Content-Length: 1", "Content-Length: 2")), UNKNOWN)
    yield Fault("switching protocols", sends(head("101 Switching Protocols", "Upgrade: x")), UNKNOWN)
    html = b"<!doctype html><title>Sign in to the network</title>"
    yield Fault("HTML", sends(answer("200 OK", html, "Content-Type: text/html")), UNKNOWN)
    yield Fault("204", sends(head("204 No Content")), UNKNOWN)


def _floods() -> Iterator[Fault]:
    bomb = gzip.compress(bytes(20_000_000))
    yield Fault("gzip bomb", sends(answer("200 OK", bomb, "Content-Encoding: gzip")), UNKNOWN)
    mebibyte = bytes(2**20)
    yield Fault("200 MB body", floods(head("200 OK", "Content-Length: 209715200"), mebibyte, 200), UNKNOWN)
    yield Fault("body without end", floods(head("200 OK"), mebibyte, 10**6), UNKNOWN)
    many = [f"X-{number}: {'x' * 90}" for number in range(1000)]
    yield Fault("100 kB of headers", sends(answer("200 OK", WHOLE, *many)), FIRED)
    yield Fault("one header of 90 kB", sends(answer("200 OK", WHOLE, f"X: {'x' * 90_000}")), FIRED)
    yield Fault("headers without end", floods(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 9999, 10**6), UNKNOWN)
    yield Fault("100 Continue without end", floods(b"", head("100 Continue") * 99, 10**6), UNKNOWN)


def _statuses() -> Iterator[Fault]:
    """One of each outcome: `unit/fire/test_responses.py` has all statuses and bodies, as values."""
    table: list[tuple[str, str, Result, str]] = [
        ("401 Unauthorized", "authentication_error", FAILED, "unauthorized"),
        ("500 Internal Server Error", "api_error", UNKNOWN, ""),
        ("503 Service Unavailable", "overloaded_error", FAILED, "overloaded"),
        ("503 Service Unavailable, by a gateway", "api_error", UNKNOWN, ""),
        ("529 Overloaded", "overloaded_error", FAILED, "overloaded"),
    ]
    for status, kind, result, reason in table:
        script = sends(answer(status, envelope(kind)), starts_session=result is UNKNOWN)
        yield Fault(status, script, result, why=reason, again=reason == "overloaded")
    cut = head("503 Service Unavailable", "Content-Length: 500") + envelope("overloaded_error")
    yield Fault("503, cut", sends(cut), UNKNOWN)
    yield Fault("302 to another host", redirect("302 Found"), FAILED, why="refused")
    yield Fault("413 before the body", refuse_before_the_body, FAILED, why="refused")
    for value, again in {"7": True, "3600": False}.items():
        limit = answer("429 Too Many Requests", envelope("rate_limit_error"), f"Retry-After: {value}")
        script = sends(limit, starts_session=False)
        yield Fault(f"429, Retry-After: {value}", script, FAILED, why="rate-limited", again=again)


def _tls() -> Iterator[Fault]:
    yield Fault("TLS: session on loopback", within_tls(sends(answer("200 OK", LOCAL))), FIRED, via=TLS)
    session = within_tls(sends(answer("200 OK", WHOLE)))
    yield Fault("TLS: session", session, FIRED, via=TLS)
    yield Fault("TLS: reset after the request", within_tls(reset_after_the_request), UNKNOWN, TLS)
    yield Fault("TLS: hang after the request", within_tls(sends_and_hangs(b"")), UNKNOWN, TLS)
    yield Fault("TLS: unknown authority", session, FAILED, TLS, again=True, trusted=False)
    yield Fault("TLS: another's certificate", session, FAILED, TLS, again=True, host="x.test")
    yield Fault("TLS: answered in the clear", clear_text, FAILED, TLS, again=True)
    yield Fault("TLS: reset in the handshake", reset_within_the_request, FAILED, TLS, again=True)
    yield Fault("TLS: closed in the handshake", close_at_once, FAILED, TLS, again=True)
    yield Fault("TLS: hang in the handshake", hang, FAILED, TLS)


def _proxies() -> Iterator[Fault]:
    """The server is the proxy, and where it lets one through, the endpoint as well."""
    yield Fault("proxy: session", through_tunnel(sends(answer("200 OK", WHOLE))), FIRED, via=PROXY)
    elsewhere = through_tunnel(sends(answer("200 OK", LOCAL)))  # such a link leads to the wrong machine
    yield Fault("proxy: session on loopback", elsewhere, UNKNOWN, via=PROXY)
    yield Fault("proxy: reset in the tunnel", through_tunnel(reset_after_the_request), UNKNOWN, PROXY)
    for status in ("403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"):
        script = proxy_sends(answer(status, b"<html>"))
        yield Fault(f"proxy: {status.split()[0]}", script, FAILED, PROXY, again=True)
    script = within_tls(proxy_sends(answer("502 Bad Gateway")))
    yield Fault("https proxy: 502", script, FAILED, TLS_PROXY, again=True)
    yield Fault("https proxy: clear text", clear_text, FAILED, TLS_PROXY, again=True)
    yield Fault("proxy: not HTTP", proxy_sends(b"220 smtp\r\n"), FAILED, PROXY, again=True)
    yield Fault("proxy: reset", reset_within_the_request, FAILED, PROXY, again=True)
    yield Fault("proxy: closed", close_at_once, FAILED, PROXY, again=True)
    yield Fault("proxy: hang", hang, FAILED, PROXY)


FAULTS = (*_connections(), *_answers(), *_floods(), *_statuses(), *_tls(), *_proxies())


# --- a fault on stage: its server, the URL to fire at, and the environment to do it in -----------------

PROXIED_HOST = "routine.test"  # never resolved: the proxy is asked for it by name


@dataclass(frozen=True, slots=True)
class Stage:
    server: FaultServer
    url: str
    environ: dict[str, str]


class Certificates:
    """An authority that clients trust, and another that they do not."""

    def __init__(self, folder: Path) -> None:
        self._trusted, self._unknown = trustme.CA(), trustme.CA()
        self._folder = folder
        self.bundle = folder / "ca.pem"
        self._trusted.cert_pem.write_to_path(str(self.bundle))

    def hashed_folder(self) -> Path:
        """A folder such as OpenSSL looks in: files named after the hash of a certificate's subject."""
        command = ["openssl", "x509", "-hash", "-noout", "-in", str(self.bundle)]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        folder = self._folder / "hashed"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.0").write_bytes(self.bundle.read_bytes())
        return folder

    def server_context(self, host: str, trusted: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (self._trusted if trusted else self._unknown).issue_cert(host).configure_cert(context)
        return context


@contextmanager
def staged(fault: Fault, certificates: Certificates) -> Iterator[Stage]:
    """The fault's server runs within the block; `environ` is to be added to the client's environment."""
    proxied = fault.via in (PROXY, TLS_PROXY)
    host = PROXIED_HOST if proxied else "127.0.0.1"
    certified = fault.host or (PROXIED_HOST if fault.via == PROXY else "127.0.0.1")
    tls = None if fault.via == PLAIN else certificates.server_context(certified, fault.trusted)
    with FaultServer(fault.script, tls=tls, receive_buffer=fault.receive_buffer) as server:
        environ = {} if tls is None else {"SSL_CERT_FILE": str(certificates.bundle)}
        if proxied:
            scheme = "http" if fault.via == PROXY else "https"
            environ["HTTPS_PROXY"] = f"{scheme}://127.0.0.1:{server.port}"
            yield Stage(server, f"https://{host}{PATH}", environ)
        else:
            scheme = "http" if fault.via == PLAIN else "https"
            yield Stage(server, f"{scheme}://{host}:{server.port}{PATH}", environ)
