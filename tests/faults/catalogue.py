"""The faults: what the server does, and what has to become of a fire that meets it.

A script calls `read_request(starts_session=True)` where a backend may have started a session by then: the
worst case, which no outcome but `fired` and `unknown` may hide.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from fire_routine.model import Result

from .scripts import (
    WHOLE,
    Script,
    answer,
    clear_text,
    close_at_once,
    dribbles,
    envelope,
    floods,
    hang,
    head,
    proxy_sends,
    redirect,
    refuse_before_the_body,
    reset,
    reset_after_the_request,
    reset_within_the_answer,
    reset_within_the_request,
    sends,
    sends_and_hangs,
    through_tunnel,
    within_tls,
)

FIRED, FAILED, UNKNOWN = Result.FIRED, Result.FAILED, Result.UNKNOWN

# How the client reaches the server: http, https, or https through it as the http or https proxy.
PLAIN, TLS, PROXY, TLS_PROXY = "plain", "tls", "proxy", "tls-proxy"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break, and the outcome and reason it must have."""

    name: str
    script: Script
    result: Result
    reason: str = ""
    via: str = PLAIN
    again: bool = False  # tried again, as it provably created nothing
    receive_buffer: int = 0  # bytes, of the server's sockets
    host: str = ""  # that the certificate is for; empty: the right one
    trusted: bool = True  # the certificate's authority
    racing: bool = False  # by the moment, the connection may fail to be made instead


def _connections() -> Iterator[Fault]:
    yield Fault("reset as soon as connected", reset, UNKNOWN, "no-answer", racing=True)
    yield Fault("reset within the request", reset_within_the_request, UNKNOWN, "no-answer")
    yield Fault("reset after the request", reset_after_the_request, UNKNOWN, "no-answer")
    yield Fault("closed after the request", sends(b""), UNKNOWN, "no-answer")
    yield Fault("request can't be written", hang, UNKNOWN, "no-answer", receive_buffer=2048)
    yield Fault("hang before reading", hang, UNKNOWN, "no-answer")
    yield Fault("hang after the request", sends_and_hangs(b""), UNKNOWN, "no-answer")
    yield Fault("hang in the status line", sends_and_hangs(b"HTTP/1.1 20"), UNKNOWN, "no-answer")
    yield Fault("hang in the headers", sends_and_hangs(b"HTTP/1.1 200 OK\r\nServ"), UNKNOWN, "no-answer")
    yield Fault(
        "hang before the body", sends_and_hangs(head("200 OK", "Content-Length: 9")), UNKNOWN, "no-answer"
    )
    yield Fault(
        "hang in the body",
        sends_and_hangs(head("200 OK", "Content-Length: 500") + WHOLE),
        UNKNOWN,
        "no-answer",
    )
    yield Fault(
        "hang in the body of a 401",
        sends_and_hangs(head("401 Unauthorized", "Content-Length: 500") + b"{", starts_session=False),
        FAILED,
        "unauthorized",
    )
    yield Fault("dribbled status line", dribbles(b"", b"HTTP/1.1 200 " + b"O" * 60_000), UNKNOWN, "no-answer")
    yield Fault(
        "dribbled headers", dribbles(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 9999), UNKNOWN, "no-answer"
    )
    yield Fault(
        "dribbled body",
        dribbles(head("200 OK", "Content-Length: 60000"), b" " * 60_000),
        UNKNOWN,
        "no-answer",
    )


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
    yield Fault("truncated", sends(head("200 OK", "Content-Length: 500") + WHOLE[:50]), UNKNOWN, "no-answer")
    yield Fault(
        "truncated behind the session",
        sends(head("200 OK", "Content-Length: 500") + WHOLE),
        UNKNOWN,
        "no-answer",
    )
    yield Fault("truncated without length", sends(head("200 OK") + WHOLE[:50]), UNKNOWN, "no-answer")
    yield Fault("truncated in the headers", sends(b"HTTP/1.1 200 OK\r\nContent-Le"), UNKNOWN, "no-answer")
    yield Fault("reset within the answer", reset_within_the_answer, UNKNOWN, "no-answer")
    yield Fault("chunked, cut in a chunk", sends(chunked + chunk[:40]), UNKNOWN, "no-answer")
    yield Fault("chunked, last chunk missing", sends(chunked + chunk), UNKNOWN, "no-answer")
    yield Fault("chunked, bad chunk size", sends(chunked + b"zz\r\n" + WHOLE), UNKNOWN, "no-answer")
    yield Fault("not HTTP", sends(b"SSH-2.0-OpenSSH_9.6\r\n"), UNKNOWN, "no-answer")
    yield Fault("HTTP/2 preface", sends(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80"), UNKNOWN, "no-answer")
    yield Fault(
        "two lengths", sends(head("200 OK", "Content-Length: 1", "Content-Length: 2")), UNKNOWN, "no-answer"
    )
    yield Fault(
        "switching protocols",
        sends(head("101 Switching Protocols", "Upgrade: x")),
        UNKNOWN,
        "no-answer",
    )
    html = b"<!doctype html><title>Sign in to the network</title>"
    yield Fault("HTML", sends(answer("200 OK", html, "Content-Type: text/html")), UNKNOWN, "no-answer")
    yield Fault("204", sends(head("204 No Content")), UNKNOWN, "no-answer")


def _floods() -> Iterator[Fault]:
    bomb = gzip.compress(bytes(20_000_000))
    yield Fault("gzip bomb", sends(answer("200 OK", bomb, "Content-Encoding: gzip")), UNKNOWN, "no-answer")
    mebibyte = bytes(2**20)
    yield Fault(
        "200 MB body",
        floods(head("200 OK", "Content-Length: 209715200"), mebibyte, 200),
        UNKNOWN,
        "no-answer",
    )
    yield Fault("body without end", floods(head("200 OK"), mebibyte, 10**6), UNKNOWN, "no-answer")
    many = [f"X-{number}: {'x' * 90}" for number in range(1000)]
    yield Fault("100 kB of headers", sends(answer("200 OK", WHOLE, *many)), FIRED)
    yield Fault("one header of 90 kB", sends(answer("200 OK", WHOLE, f"X: {'x' * 90_000}")), FIRED)
    yield Fault(
        "headers without end", floods(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 9999, 10**6), UNKNOWN, "no-answer"
    )
    yield Fault(
        "100 Continue without end", floods(b"", head("100 Continue") * 99, 10**6), UNKNOWN, "no-answer"
    )


def _statuses() -> Iterator[Fault]:
    """One of each outcome: `unit/fire/test_responses.py` has all statuses and bodies, as values."""
    table: list[tuple[str, str, Result, str]] = [
        ("401 Unauthorized", "authentication_error", FAILED, "unauthorized"),
        ("500 Internal Server Error", "api_error", UNKNOWN, "no-answer"),
        ("503 Service Unavailable", "overloaded_error", FAILED, "overloaded"),
        ("503 Service Unavailable, by a gateway", "api_error", UNKNOWN, "no-answer"),
        ("529 Overloaded", "overloaded_error", FAILED, "overloaded"),
    ]
    for status, kind, result, reason in table:
        script = sends(answer(status, envelope(kind)), starts_session=result is UNKNOWN)
        yield Fault(status, script, result, reason, again=reason == "overloaded")
    cut = head("503 Service Unavailable", "Content-Length: 500") + envelope("overloaded_error")
    yield Fault("503, cut", sends(cut), UNKNOWN, "no-answer")
    yield Fault("302 to another host", redirect("302 Found"), FAILED, "refused")
    yield Fault("413 before the body", refuse_before_the_body, FAILED, "refused")
    for value, again in {"7": True, "3600": False}.items():
        limit = answer("429 Too Many Requests", envelope("rate_limit_error"), f"Retry-After: {value}")
        script = sends(limit, starts_session=False)
        yield Fault(f"429, Retry-After: {value}", script, FAILED, "rate-limited", again=again)


def _tls() -> Iterator[Fault]:
    session = within_tls(sends(answer("200 OK", WHOLE)))
    yield Fault("TLS: session", session, FIRED, via=TLS)
    yield Fault(
        "TLS: reset after the request", within_tls(reset_after_the_request), UNKNOWN, "no-answer", TLS
    )
    yield Fault("TLS: hang after the request", within_tls(sends_and_hangs(b"")), UNKNOWN, "no-answer", TLS)
    yield Fault("TLS: unknown authority", session, FAILED, "no-connection", TLS, again=True, trusted=False)
    yield Fault(
        "TLS: another's certificate", session, FAILED, "no-connection", TLS, again=True, host="x.test"
    )
    yield Fault("TLS: answered in the clear", clear_text, FAILED, "no-connection", TLS, again=True)
    yield Fault(
        "TLS: reset in the handshake", reset_within_the_request, FAILED, "no-connection", TLS, again=True
    )
    yield Fault("TLS: closed in the handshake", close_at_once, FAILED, "no-connection", TLS, again=True)
    yield Fault("TLS: hang in the handshake", hang, FAILED, "no-connection", TLS)


def _proxies() -> Iterator[Fault]:
    """The server is the proxy, and where it lets one through, the endpoint as well."""
    yield Fault("proxy: session", through_tunnel(sends(answer("200 OK", WHOLE))), FIRED, via=PROXY)
    yield Fault(
        "proxy: reset in the tunnel", through_tunnel(reset_after_the_request), UNKNOWN, "no-answer", PROXY
    )
    for status in ("403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"):
        script = proxy_sends(answer(status, b"<html>"))
        yield Fault(f"proxy: {status.split()[0]}", script, FAILED, "no-connection", PROXY, again=True)
    script = within_tls(proxy_sends(answer("502 Bad Gateway")))
    yield Fault("https proxy: 502", script, FAILED, "no-connection", TLS_PROXY, again=True)
    yield Fault("https proxy: clear text", clear_text, FAILED, "no-connection", TLS_PROXY, again=True)
    yield Fault("proxy: not HTTP", proxy_sends(b"220 smtp\r\n"), FAILED, "no-connection", PROXY, again=True)
    yield Fault("proxy: reset", reset_within_the_request, FAILED, "no-connection", PROXY, again=True)
    yield Fault("proxy: closed", close_at_once, FAILED, "no-connection", PROXY, again=True)
    yield Fault("proxy: hang", hang, FAILED, "no-connection", PROXY)


FAULTS = (
    *_connections(),
    *_answers(),
    *_floods(),
    *_statuses(),
    *_tls(),
    *_proxies(),
)
