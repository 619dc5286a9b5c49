"""A server on loopback that gives the client recorded answers, in the order in which they were given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.recorded.pygithub import Exchange

API = "https://api.github.com"
# What the client reads of an answer; the rest of its headers says nothing to it.
READ = (
    "content-type",
    "date",
    "link",
    "location",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
)
_PAGING = ("page", "per_page")


@contextmanager
def played(exchanges: Sequence[Exchange], asked: str = "") -> Iterator[str]:
    """The root of an API that answers so, each request once, and all of them.

    Args:
        asked: the path of the requests, if the answers were given to others of the same kind. Then their
            queries may differ, too.

    Raises:
        AssertionError: other requests came.
    """
    with _Server(exchanges, asked) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()
        assert not server.wrong, server.wrong
        assert not server.left, f"not asked: {[exchange.target for exchange in server.left]}"


def path_of(exchange: Exchange) -> str:
    """Below the repository; GitHub's links name repositories by their numbers."""
    path = urlsplit(exchange.target).path
    return unquote(re.sub(r"^/(repos/[^/]+/[^/]+|repositories/[0-9]+)", "", path)) or "/"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, exchanges: Sequence[Exchange], asked: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.left = list(exchanges)
        self.asked = asked
        self.wrong: list[str] = []

    def take(self, method: str, target: str) -> Exchange | None:
        """The next answer, if this is the request that it answers."""
        if not self.left:
            self.wrong.append(f"one more request: {method} {target}")
            return None
        exchange = self.left.pop(0)
        sent, recorded = (dict(parse_qsl(urlsplit(one).query)) for one in (target, exchange.target))
        path = re.sub(r"^/(repos/[^/]+/[^/]+|repositories/[0-9]+)", "", unquote(urlsplit(target).path)) or "/"
        filters = {name: value for name, value in recorded.items() if name not in _PAGING}
        right = (exchange.method, path_of(exchange), recorded.get("page", "1"), filters)
        came = (method, path, sent.get("page", "1"), {name: sent.get(name) for name in filters})
        if came != right and (method, path) != (exchange.method, self.asked):
            self.wrong.append(f"{method} {target} instead of {exchange.method} {exchange.target}")
        return exchange


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = self.server.take(self.command, self.path)
        if exchange is None:
            self.send_error(500)
            return
        self.send_response_only(exchange.status)
        for name, value in shown(exchange.headers).items():
            self.send_header(name, value.replace(API, self.server.url))
        self.send_header("Content-Length", str(len(exchange.body)))
        self.end_headers()
        self.wfile.write(exchange.body)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `wrong` says what came."""


def shown(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that the client reads."""
    return {name: headers[name] for name in READ if name in headers}
