"""What becomes of a fire under each fault: `python bench/faults.py`.

A real clock and real sleeps: 2 s for a fire in all, 1 s of it for waiting between attempts. Each row
says what came of it and what the server saw: connections, complete requests, and the sessions that a backend
may have started on them. It ends with exit code 1 if an outcome is another than the catalogue's, if a
`failed` hides a session, or if there are two of one fire.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.faults.catalogue import FAULTS, Fault  # noqa: E402
from tests.faults.nowhere import closed_port, full_port  # noqa: E402
from tests.faults.server import PATH, FaultServer  # noqa: E402
from tests.faults.stage import Certificates, staged  # noqa: E402

from fire_routine.fire import fire_once  # noqa: E402
from fire_routine.model import Outcome, Result  # noqa: E402
from fire_routine.settings import Settings  # noqa: E402

DEADLINE = 2.0  # seconds for a fire
MAX_WAIT = 1  # second
TOKEN = "sk-ant-oat01-0123456789abcdef"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process's environment with these proxies and authorities alone."""
    before = dict(os.environ)
    for name in VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def fire(url: str) -> tuple[Outcome, float]:
    settings = Settings(routine_url=url, routine_token=TOKEN, max_wait=MAX_WAIT)
    started = time.monotonic()
    outcome = fire_once(settings, "€" * 65_536, deadline=DEADLINE, jitter=lambda: 0.0)
    return outcome, time.monotonic() - started


def row(name: str, outcome: Outcome, seconds: float, server: FaultServer | None) -> str:
    status = str(outcome.http_status or "-")
    seen = (server.connections, server.requests, server.sessions) if server else ("-", "-", 0)
    return (
        f"{name:34} {outcome.result:8} {outcome.reason or '-':18} {status:>4} {outcome.requests:>5}"
        f" {seen[0]:>6} {seen[1]:>6} {seen[2]:>6} {seconds:>7.2f}"
    )


def run(fault: Fault, certificates: Certificates) -> bool:
    """Print the fault's row; whether all is as it has to be."""
    with staged(fault, certificates) as stage, environment(stage.environ):
        outcome, seconds = fire(stage.url)
    print(row(fault.name, outcome, seconds, stage.server), flush=True)
    sessions = stage.server.sessions
    as_said = (outcome.result, outcome.reason) == (fault.result, fault.reason)
    raced = fault.racing and outcome.reason == "no-connection"
    hidden = sessions > 0 and outcome.result is Result.FAILED
    return (as_said or raced) and not hidden and sessions <= 1 and seconds < DEADLINE + 1


def run_nowhere(name: str, url: str, environ: Mapping[str, str]) -> bool:
    """The same where there is no server to come to."""
    with environment(environ):
        outcome, seconds = fire(url)
    print(row(name, outcome, seconds, None), flush=True)
    return (outcome.result, outcome.reason, outcome.requests) == (Result.FAILED, "no-connection", 0)


def nowhere() -> Iterator[Callable[[], bool]]:
    dead = f"127.0.0.1:{closed_port()}"
    yield lambda: run_nowhere("refused", f"http://{dead}{PATH}", {})
    yield lambda: run_nowhere("no such name", f"https://routine.invalid{PATH}", {})
    proxy = {"HTTPS_PROXY": f"http://{dead}"}
    yield lambda: run_nowhere("proxy refused", f"https://routine.test{PATH}", proxy)

    def full() -> bool:
        with full_port() as port:
            return run_nowhere("connect time-out", f"http://127.0.0.1:{port}{PATH}", {})

    if sys.platform == "linux":  # elsewhere a full queue refuses
        yield full


def main() -> int:
    print(
        f"{'fault':34} {'outcome':8} {'reason':18} {'http':>4} {'sent':>5}"
        f" {'conns':>6} {'whole':>6} {'sess.':>6} {'seconds':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates(Path(folder))
        verdicts = [check() for check in nowhere()] + [run(fault, certificates) for fault in FAULTS]
    wrong = verdicts.count(False)
    print(f"\n{len(verdicts)} faults, {wrong} with another end than they have to have")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
