"""What becomes of a fire under each fault, and with `--send` by the command line.

    python3 src/entrypoint.py bench/faults.py [--send | --curl | --curl-retry] [--every N]

A real clock and real sleeps. Each row shows the outcome of the fire and what the server saw: connections,
complete requests, and the sessions that a backend may have started on them. The library is given 2 s for a
fire, 1 s of it for waiting between attempts. With `--send`, each fault meets `fire-routine send` as users
run it: 60 s of waiting, 120 s in all, 24 at a time. Exit code and last line are shown.

With `--curl`, each fault meets the step of the endpoint's documentation instead, and with `--curl-retry` the
same with `--retry 3 --retry-all-errors`. A curl that still runs after 60 s counts as hanging. Then it is
the step of 32 jobs at once.

It ends with exit code 1 in three cases: an outcome differs from the catalogue's, a `failed` hides a session,
or one fire has two sessions.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.faults.catalogue import FAULTS, Certificates, Fault, staged  # noqa: E402
from tests.support.faults.server import PATH, FaultServer, closed_port  # noqa: E402

from fire_routine.clock import Clock  # noqa: E402
from fire_routine.emulator import Endpoint  # noqa: E402
from fire_routine.fire import fire_once  # noqa: E402
from fire_routine.model.outcome import Outcome, Result  # noqa: E402
from fire_routine.settings import Settings  # noqa: E402

DEADLINE = 2.0  # seconds for a fire
AT_ONCE = 24
JOBS = 32  # as many as the part `matrix` of bench/schedules.py has
EXIT_CODES = {Result.FIRED: 0, Result.FAILED: 1, Result.UNKNOWN: 3}  # of `fire-routine send`
PATIENCE = 60  # seconds for the documentation's curl
# the GitHub Actions step of the endpoint's documentation
STEP = r"""curl -X POST "$ROUTINE_FIRE_URL" \
  -H "Authorization: Bearer $ROUTINE_FIRE_TOKEN" \
  -H "anthropic-version: 2023-06-01" \
  -H "anthropic-beta: experimental-cc-routine-2026-04-01" \
  -H "Content-Type: application/json" \
  -d "{\"text\": \"CI failed: $GITHUB_WORKFLOW run $GITHUB_RUN_ID on $GITHUB_REF\"}"
"""
TOKEN = "sk-ant-oat01-0123456789abcdef"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Nowhere:
    """An address at which no connection can be made."""

    name: str
    url: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    right: bool


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: on Linux a connection is neither made nor refused."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def bare(values: Mapping[str, str]) -> dict[str, str]:
    """The process's environment with these proxies and authorities alone."""
    kept = {name: value for name, value in os.environ.items() if name.upper() not in VARIABLES}
    return kept | dict(values)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    before, during = dict(os.environ), bare(values)
    os.environ.clear()
    os.environ.update(during)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def counts(server: FaultServer | None) -> str:
    seen = (server.connections, server.requests, server.sessions) if server else ("-", "-", 0)
    return f"{seen[0]:>6} {seen[1]:>6} {seen[2]:>6}"


def by_library(name: str, url: str, environ: Mapping[str, str]) -> tuple[Outcome, str, str]:
    """The outcome, and its part of the row before and after what the server saw."""
    settings = Settings(routine_url=url, routine_token=TOKEN, trusted_host=urlsplit(url).hostname or "")
    with environment(environ):
        started = time.monotonic()
        outcome = fire_once(settings, "€" * 65_536, deadline=DEADLINE, clock=Clock(random=lambda: 0.0))
        seconds = time.monotonic() - started
    reason, status = outcome.reason or "-", outcome.http_status or "-"
    before = f"{name:34} {outcome.result:8} {reason:18} {status:>4} {outcome.requests:>5}"
    return outcome, before, f"{seconds:>7.2f}"


def library_row(fault: Fault | Nowhere, certificates: Certificates) -> Row:
    if isinstance(fault, Nowhere):
        outcome, before, after = by_library(fault.name, fault.url, fault.environ)
        right = (outcome.result, outcome.reason, outcome.requests) == (Result.FAILED, "no-connection", 0)
        return Row(f"{before} {counts(None)} {after}", right)
    with staged(fault, certificates) as stage:
        outcome, before, after = by_library(fault.name, stage.url, stage.environ)
    sessions = stage.server.sessions
    right = (outcome.result, outcome.reason) == (fault.result, fault.reason)
    right &= sessions <= (outcome.result is not Result.FAILED)
    return Row(f"{before} {counts(stage.server)} {after}", right)


def by_command(name: str, url: str, environ: Mapping[str, str]) -> tuple[int, str, str]:
    """The exit code, and its part of the row before and after what the server saw."""
    trusted = ["--trusted-host", urlsplit(url).hostname or ""]
    command = [sys.executable, "-m", "fire_routine", "send", "CI failed", *trusted]
    own = {"ROUTINE_FIRE_URL": url, "ROUTINE_FIRE_TOKEN": TOKEN, "PYTHONPATH": str(ROOT / "src")}
    started = time.monotonic()
    done = subprocess.run(
        command, env=bare({**environ, **own}), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    seconds = time.monotonic() - started
    line = (done.stderr + done.stdout).strip().rpartition("\n")[2]
    return done.returncode, f"{name:34} {done.returncode:>4}", f"{seconds:>7.1f}  {line}"


def command_row(fault: Fault | Nowhere, certificates: Certificates) -> Row:
    if isinstance(fault, Nowhere):
        code, before, after = by_command(fault.name, fault.url, fault.environ)
        return Row(f"{before} {counts(None)} {after}", code == EXIT_CODES[Result.FAILED])
    with staged(fault, certificates) as stage:
        code, before, after = by_command(fault.name, stage.url, stage.environ)
    sessions = stage.server.sessions
    right = code == EXIT_CODES[fault.result] and sessions <= 1
    return Row(f"{before} {counts(stage.server)} {after}", right)


def by_curl(options: str, url: str, environ: Mapping[str, str], token: str = TOKEN) -> str:
    """What became of the documented step: its exit code, or `hangs`."""
    step = STEP.replace("curl", f"curl {options}", 1)
    own = {"ROUTINE_FIRE_URL": url, "ROUTINE_FIRE_TOKEN": token, "GITHUB_WORKFLOW": "CI"}
    with subprocess.Popen(
        ["bash", "-e", "-c", f"exec {step}"],
        env=bare({**environ, **own}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            return str(process.wait(PATIENCE))
        except subprocess.TimeoutExpired:
            process.kill()
            return "hangs"


def curl_row(options: str, fault: Fault | Nowhere, certificates: Certificates) -> tuple[str, str]:
    """The row, and what is wrong with its end; empty: nothing."""
    sessions = 0
    if isinstance(fault, Nowhere):
        code = by_curl(options, fault.url, fault.environ)
    else:
        with staged(fault, certificates) as stage:
            code = by_curl(options, stage.url, stage.environ)
            sessions = stage.server.sessions
    verdict = ""
    if sessions > 1:
        verdict = "several sessions"
    elif code == "hangs":
        verdict = "hangs"
    elif code == "0" and (isinstance(fault, Nowhere) or fault.result is not Result.FIRED):
        verdict = "green without a session" if not sessions else "green, session unconfirmed"
    return f"{fault.name:34} {code:>5} {sessions:>6}  {verdict}", verdict


def curl(options: str, faults: Sequence[Fault]) -> None:
    """Print a row per fault, and how often each verdict is."""
    print(f"{'fault':34} {'exit':>5} {'sess.':>6}  verdict")
    verdicts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, nowhere() as dead_ends, ThreadPoolExecutor(AT_ONCE) as pool:
        certificates = Certificates(Path(folder))
        for text, verdict in pool.map(
            lambda fault: curl_row(options, fault, certificates), [*dead_ends, *faults]
        ):
            print(text, flush=True)
            verdicts[verdict or "as it should be"] += 1
    print(*(f"{number:4}  {verdict}" for verdict, number in verdicts.most_common()), sep="\n")
    with Endpoint() as endpoint, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: by_curl(options, endpoint.url, {}, endpoint.token), range(JOBS)))
    print(f"{JOBS} jobs that fail at once: {len(endpoint.sessions)} sessions")


@contextmanager
def nowhere() -> Iterator[list[Nowhere]]:
    dead = f"127.0.0.1:{closed_port()}"
    with full_port() as full:
        yield [
            Nowhere("refused", f"http://{dead}{PATH}", {}),
            Nowhere("no such name", f"https://routine.invalid{PATH}", {}),
            Nowhere("proxy refused", f"https://routine.test{PATH}", {"HTTPS_PROXY": f"http://{dead}"}),
            # Elsewhere than on Linux a full queue refuses.
            Nowhere("connect time-out", f"http://127.0.0.1:{full}{PATH}", {}),
        ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    how = parser.add_mutually_exclusive_group()
    for name in ("--send", "--curl", "--curl-retry"):
        how.add_argument(name, action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth fault")
    arguments = parser.parse_args()
    faults, send = FAULTS[:: arguments.every], arguments.send
    if arguments.curl or arguments.curl_retry:
        curl("--retry 3 --retry-all-errors" if arguments.curl_retry else "", faults)
        return 0
    head = f"{'exit':>4}" if send else f"{'outcome':8} {'reason':18} {'http':>4} {'sent':>5}"
    print(f"{'fault':34} {head} {'conns':>6} {'whole':>6} {'sess.':>6} {'seconds':>7}")
    make = command_row if send else library_row
    wrong = total = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        nowhere() as dead_ends,
        # The library reads the process's environment, so that only one can be at it.
        ThreadPoolExecutor(AT_ONCE if send else 1) as pool,
    ):
        certificates = Certificates(Path(folder))
        for row in pool.map(lambda fault: make(fault, certificates), [*dead_ends, *faults]):
            print(row.text if row.right else f"{row.text}  WRONG", flush=True)
            wrong, total = wrong + (not row.right), total + 1
    print(f"\n{total} faults, {wrong} with another end than they have to have")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
