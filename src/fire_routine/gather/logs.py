"""Job logs: streamed, several at a time, never held whole, finished by the deadline.

GitHub answers with a redirect to a signed address on another host
(https://docs.github.com/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run), which
gets no credentials. A thread of its own reads each log ahead. So a server that dribbles or hangs, or a name
look-up that never ends, does not hold up the reader past the deadline. What has arrived by then is used.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx

from ..model import FailedJob, GitHubError, Message, Note, Run
from ..retrying import retrying
from ..github import errors
from ..github.client import INSISTENCE, GitHub
from ..github.log_clients import LogClients, drained
from .download import Download, Pace
from ..github.missing import Missing
from .read_ahead import ReadAhead
from .worker_pool import WorkerPool

WIDTH = 8  # logs at a time
MAX_BYTES = 1 << 30  # of one log
MAX_REDIRECTS = 3
FRESH = timedelta(minutes=1)  # a job's log may take this long to appear once the job is done
PAUSES = (1.0, 2.0, 4.0, 8.0, 8.0)  # seconds before a log is requested again
MISSING = 2  # repetitions for a missing log of a fresh job
PERMISSION = "actions: read"
GREEN_INSISTENCE = 1.5  # seconds
GREEN_JOBS = 8  # jobs whose green logs are read
MANY_JOBS = 32  # with more failed jobs, no green logs are read: they cost more than they help

T = TypeVar("T")
Consume = Callable[[FailedJob, Iterator[bytes]], T]


def read_logs(
    github: GitHub,
    run: Run,
    consume: Consume[T],
    deadline: float,
    *,
    max_bytes: int = MAX_BYTES,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[dict[int, T], tuple[Note, ...], frozenset[int]]:
    """The failed jobs' logs.

    Args:
        consume: runs in several threads at a time, each with its own log.
        deadline: a reading of `github.clock` in seconds.

    Returns:
        What `consume` makes of each log, by job id; notes on unavailable logs; and the ids of jobs whose logs
        could be read only in part.
    """
    notes = Missing(token=bool(github.token))
    wanted = []
    for job in run.failed_jobs:
        if job.running:
            notes.say(
                "the log of",
                "GitHub has no log of a job that is still running",
                Message("Report it from a final job, which `needs` the failing jobs."),
                job.name,
            )
        else:
            wanted.append((job, job.id))
    reader = _Reader(github, deadline, max_bytes, sleep, now)
    found, cut = reader.read(wanted, consume, notes)
    return found, notes.collected(), cut


def read_green_logs(
    github: GitHub, run: Run, consume: Callable[[Iterator[bytes]], T], deadline: float
) -> dict[int, T]:
    """What `consume` makes of the same-named jobs' logs in the last green run, by failed job's id.

    Never required: what is unavailable by `deadline` is left out, without a note.
    """
    jobs = [job for job in run.failed_jobs if not job.running]
    green = run.history.last_green_run if run.history else None
    if green is None or not 0 < len(jobs) <= MANY_JOBS:
        return {}
    try:
        listed = github.within(deadline).jobs(green, None).items
    except GitHubError:
        return {}
    passed = {job.name: job.id for job in listed if job.conclusion == "success"}
    wanted = [(job, passed[job.name]) for job in jobs if job.name in passed][:GREEN_JOBS]
    reader = _Reader(github, deadline, insistence=GREEN_INSISTENCE)
    found, _ = reader.read(wanted, lambda _job, chunks: consume(chunks), Missing(token=True))
    return found


class _Reader:
    """Downloads under one deadline."""

    def __init__(
        self,
        github: GitHub,
        deadline: float,
        max_bytes: int = MAX_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        insistence: float = INSISTENCE,
    ) -> None:
        self._github = github
        self.deadline = deadline
        self.max_bytes = max_bytes
        self._sleep = sleep
        self._now = now
        self._insistence = insistence
        self._insisting_until: float | None = None

    def read(
        self, wanted: Sequence[tuple[FailedJob, int]], consume: Consume[T], notes: Missing
    ) -> tuple[dict[int, T], frozenset[int]]:
        """`wanted`: a failed job, and the id of the job whose log is read for it."""
        if not wanted:
            return {}, frozenset()
        try:
            clients = LogClients(self._github.certificates, 2 * WIDTH)
            clients.at(self._github.api_url)
        except GitHubError as error:
            for job, _ in wanted:
                notes.add("the log of", error, PERMISSION, job.name)
            return {}, frozenset()
        over = threading.Event()
        try:
            pace = Pace(self.deadline, self._github.clock, WIDTH, len(wanted))
            with clients, WorkerPool(min(WIDTH, len(wanted)), "log") as threads:

                def one(item: tuple[FailedJob, int]) -> tuple[_Log, T]:
                    log = _Log(self, clients, pace, over, *item)
                    return log, log.read(consume)

                results = threads.map(one, wanted)
        finally:
            over.set()
        found: dict[int, T] = {}
        cut: set[int] = set()
        for (job, _), (log, made) in zip(wanted, results, strict=True):
            if log.ahead.size:
                found[job.id] = made
                cut.update([job.id] if log.ahead.error or log.download.left_out else [])
            self._note(job, log, notes)
        return found, frozenset(cut)

    def _note(self, job: FailedJob, log: _Log, notes: Missing) -> None:
        """Note the part of a log that could not be read."""
        size, error = log.ahead.size, log.ahead.error
        if log.download.left_out:
            notes.say("a part before the end of the log of", log.download.left_out, name=job.name)
        what = "the rest of the log of" if size else "the log of"
        if error and error.status == 404 and self._github.token:
            notes.say(what, "GitHub has no log of it", name=job.name)
        elif error:
            notes.add(what, error, PERMISSION, job.name)
        elif not size:
            notes.say(what, "it is empty", name=job.name)

    def open(self, clients: LogClients, job: FailedJob, job_id: int, start: int) -> httpx.Response:
        """The answer with a log from a byte on.

        The request for its beginning is repeated if the log may not be there yet, or after a short fault of
        GitHub.
        """
        fresh = job.completed_at is not None and self._now() - job.completed_at < FRESH
        attempts = count(2)

        def wait(error: GitHubError, pause: float) -> float | None:
            seconds, attempt = max(pause, error.retry_after or 0.0), next(attempts)
            missing = error.status == 404 and fresh and attempt < MISSING + 2
            if not self._worth_waiting(error, seconds, missing):
                return None
            self._github.announce_wait(error, seconds, attempt)
            return seconds

        return retrying(
            lambda: self._open(clients, job_id, start),
            () if start else PAUSES,
            sleep=self._sleep,
            errors=GitHubError,
            wait=wait,
        )

    def _worth_waiting(self, error: GitHubError, wait: float, missing: bool) -> bool:
        """Whether to repeat a request after a wait.

        All logs share the time for short faults, so that a long one does not cost it per log.
        """
        now = self._github.clock()
        if missing:
            return now + wait < self.deadline
        if not error.transient:
            return False
        if self._insisting_until is None:
            self._insisting_until = min(self.deadline, now + self._insistence)
        return now + wait < self._insisting_until

    def _open(self, clients: LogClients, job_id: int, start: int) -> httpx.Response:
        """The answer with the log, its body unread; from `start` on, if the server supports that."""
        url = self._github.log_address(job_id)
        headers = {"Accept": "application/vnd.github+json", "User-Agent": "fire-routine"}
        if self._github.token:
            headers["Authorization"] = f"Bearer {self._github.token}"
        wanted = {"Range": f"bytes={start}-"} if start else {}
        for _ in range(MAX_REDIRECTS + 1):
            response = clients.get(url, {**headers, **wanted})
            if response.status_code == 200 or (response.status_code == 206 and start):
                return response
            body = drained(response)
            if not response.has_redirect_location:
                raise errors.refusal(response.status_code, response.headers, _message(body))
            url = urljoin(url, response.headers["Location"])
            if urlsplit(url).scheme != "https" and urlsplit(self._github.api_url).scheme == "https":
                raise GitHubError("GitHub redirects to an address that is not https", response.status_code)
            headers = {"User-Agent": "fire-routine"}
        raise GitHubError("GitHub redirects in a circle", response.status_code)


class _Log:
    """One log, from its first request to the result of `consume`."""

    def __init__(
        self,
        reader: _Reader,
        clients: LogClients,
        pace: Pace,
        over: threading.Event,
        job: FailedJob,
        job_id: int,
    ) -> None:
        self._job = job
        self._pace = pace
        self.download = Download(partial(reader.open, clients, job, job_id), reader.max_bytes, pace)
        self.ahead = ReadAhead(self.download, reader.deadline, pace.clock, over)

    def read(self, consume: Consume[T]) -> T:
        began = self._pace.clock()
        self._pace.begin()
        try:
            return consume(self._job, iter(self.ahead))
        finally:
            self._pace.end(self._pace.clock() - began)


def _message(body: bytes) -> object:
    """The message of GitHub's error object; None for anything else."""
    try:
        error = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return error.get("message") if isinstance(error, dict) else None
