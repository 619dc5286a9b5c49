"""Job logs: streamed, several at a time, never held whole, finished by the deadline.

The cause of a failure is mostly near the end of its log. So of a log above 32 MiB, the first 4 and the last
28 MiB are read: a range request fetches the end (https://www.rfc-editor.org/rfc/rfc9110#name-range-requests).
Where a server serves none, the log is read from its beginning as far as the time allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import TypeVar

import httpx

from ..clock import Deadline
from ..github.client import INSISTENCE, GitHub
from ..github.missing import ACTIONS, Missing
from ..model.outcome import GitHubError
from ..model.run import Job, Note, Run
from ..retrying import retrying
from ..threads import result, threads
from .storage import LATE, Storage

WIDTH = 8  # logs at a time
FIRST, LAST = 4 << 20, 28 << 20  # bytes that are read of a longer log
MOST = 1 << 30  # bytes of a log whose end can't be asked for
PARTS = 8  # requests for one log
GRACE = 20.0  # seconds after the deadline, in which what has arrived by then is distilled
FRESH = timedelta(minutes=1)  # a job's log may take this long to appear once the job is done
PAUSES = (1.0, 2.0, 4.0, 8.0, 8.0)  # seconds before a log is requested again
MISSING = 2  # repetitions for a missing log of a fresh job
GREEN_INSISTENCE = 1.5  # seconds
GREEN_JOBS = 8  # jobs whose green logs are read
MANY_JOBS = 32  # with more failed jobs, no green logs are read: they cost more than they help
CUT = "the connection was cut while it was read"
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")

T = TypeVar("T")
Consume = Callable[[Job, Iterator[bytes]], T]


def read_logs(
    github: GitHub, run: Run, consume: Consume[T], deadline: Deadline
) -> tuple[dict[int, T], tuple[Note, ...], frozenset[int]]:
    """The failed jobs' logs.

    Args:
        consume: runs in several threads at a time, each with its own log.

    Returns:
        What `consume` makes of each log, by job id; notes on unavailable logs; and the ids of jobs whose logs
        could be read only in part.
    """
    missing = Missing(token=bool(github.token))
    wanted = []
    for job in run.failed_jobs:
        if job.running:
            why, remedy = (
                "GitHub has no log of a job that is still running",
                "Report it from a final job, which `needs` the failing jobs.",
            )
            missing.say("the log of", why, remedy, job.name)
        else:
            wanted.append((job, job.id))
    found, cut = _read(github, wanted, consume, deadline, INSISTENCE, missing)
    return found, missing.collected(), cut


def read_green_logs(
    github: GitHub, run: Run, consume: Callable[[Iterator[bytes]], T], deadline: Deadline
) -> dict[int, T]:
    """What `consume` makes of the same-named jobs' logs in the last green run, by failed job's id.

    Never required: what is unavailable by `deadline` is left out, without a note.
    """
    jobs = [job for job in run.failed_jobs if not job.running]
    green = run.history.last_green_run if run.history else None
    if green is None or not 0 < len(jobs) <= MANY_JOBS:
        return {}
    try:
        listed = github.within(deadline).sparing().jobs(green, None).items
    except GitHubError:
        return {}
    passed = {job.name: job.id for job in listed if job.conclusion == "success"}
    wanted = [(job, passed[job.name]) for job in jobs if job.name in passed][:GREEN_JOBS]
    unnoted = Missing(token=True)
    found, _ = _read(
        github, wanted, lambda _job, chunks: consume(chunks), deadline, GREEN_INSISTENCE, unnoted
    )
    return found


def _read(
    github: GitHub,
    wanted: Sequence[tuple[Job, int]],
    consume: Consume[T],
    deadline: Deadline,
    insistence: float,
    missing: Missing,
) -> tuple[dict[int, T], frozenset[int]]:
    """`wanted`: a failed job, and the id of the job whose log is read for it."""
    server = _Server(github, deadline, insistence)
    logs = [_Log(server, job, job_id) for job, job_id in wanted]
    found: dict[int, T] = {}
    try:
        with threads(WIDTH, "log") as pool:
            for log, asked in [(log, pool.submit(consume, log.job, iter(log))) for log in logs]:
                try:
                    made = result(asked, max(0.0, deadline + GRACE - github.clock.monotonic()))
                except TimeoutError:  # such as a name look-up that never ends
                    missing.say("the log of", LATE, name=log.job.name)
                    continue
                if log.size:
                    found[log.job.id] = made
                _note(log, missing, token=bool(github.token))
    finally:
        server.close()
    cut = (log.job.id for log in logs if log.error or log.left_out)
    return found, frozenset(cut).intersection(found)


def _note(log: _Log, missing: Missing, *, token: bool) -> None:
    """Note the part of a log that could not be read."""
    name, error = log.job.name, log.error
    if log.left_out:
        missing.say(
            "a part before the end of the log of", f"it is longer than {FIRST + LAST >> 20} MiB", name=name
        )
    what = "the rest of the log of" if log.size else "the log of"
    if error and error.status == 404 and token:
        missing.say(what, "GitHub has no log of it", name=name)
    elif error:
        missing.add(what, error, ACTIONS, name)
    elif not log.size:
        missing.say(what, "it is empty", name=name)


class _Server(Storage):
    """The storage, with the time that all logs share for short faults."""

    def __init__(self, github: GitHub, deadline: Deadline, insistence: float) -> None:
        super().__init__(github, deadline)
        self._insistence = insistence
        self._insisting_until: float | None = None

    def ask(self, job: Job, job_id: int, start: int = 0) -> httpx.Response:
        """The answer with a log, its body unread; from a byte on, if the server supports that.

        It is asked for again if it may not be there yet, or after a short fault of GitHub.
        """
        now = self._github.clock.now()
        fresh = job.completed_at is not None and now - job.completed_at < FRESH
        attempts = count(2)

        def wait(error: GitHubError, pause: float) -> float | None:
            seconds, attempt = max(pause, error.retry_after or 0.0), next(attempts)
            is_late = error.status == 404 and fresh and attempt < MISSING + 2
            if not (is_late or error.transient) or seconds >= (self.left if is_late else self._insistent()):
                return None
            self._github.say_wait(error, seconds, attempt)
            return seconds

        ask = partial(self.fetch, self._github.log_address(job_id), start)
        return retrying(ask, PAUSES, sleep=self._github.clock.sleep, errors=GitHubError, wait=wait)

    def _insistent(self) -> float:
        """Seconds that are left for short faults. All logs share them, so that a long one costs them once."""
        now = self._github.clock.monotonic()
        if self._insisting_until is None:
            self._insisting_until = min(self._deadline, now + self._insistence)
        return self._insisting_until - now


@dataclass(slots=True)
class _Log:
    """A log's bytes, for one iteration. What ends it early is `error`, and raises nothing."""

    server: _Server
    job: Job
    job_id: int
    size: int = 0  # bytes that were given
    left_out: bool = False  # between its beginning and its end
    error: GitHubError | None = field(default=None)

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks():
                if self.server.left <= 0:
                    raise GitHubError(LATE)
                if self.size + len(chunk) > MOST:
                    raise GitHubError(f"it is longer than {MOST >> 20} MiB")
                self.size += len(chunk)
                yield chunk
        except GitHubError as error:
            self.error = error

    def _chunks(self) -> Iterator[bytes]:
        """The chunks as they arrive. After a cut, the download goes on where it was."""
        response = self.server.ask(self.job, self.job_id)
        length = _length(response)
        end = length - LAST if length is not None and length > FIRST + LAST else None
        position, parts, torn = 0, 1, False
        while True:
            following = None
            try:
                for chunk in response.iter_bytes():
                    position += len(chunk)
                    if torn:  # half a secret could not be recognised as one, so half a line is left out
                        _, ended, chunk = chunk.partition(b"\n")
                        torn = not ended
                    if end is not None and position >= FIRST:
                        start, end = end, None
                        following = self._part(start, length)
                        if following is not None:
                            position, torn, self.left_out = start, True, True
                            yield chunk[: chunk.rfind(b"\n") + 1] or chunk + b"\n"
                            break
                    yield chunk
                else:
                    return
            except httpx.HTTPError:
                parts += 1
                if length is not None and position < length and parts <= PARTS:
                    following = self._part(position, length)
                if following is None:
                    raise GitHubError(CUT) from None
            finally:
                response.close()
            response = following

    def _part(self, start: int, length: int | None) -> httpx.Response | None:
        """The log from a byte on; None: the server does not serve this very part of this very log."""
        try:
            response = self.server.ask(self.job, self.job_id, start)
        except GitHubError:
            return None
        found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        stated = tuple(map(int, found.groups())) if found else ()
        wanted = (start, (length or 0) - 1, length)
        if response.status_code == 206 and stated == wanted and not _is_encoded(response):
            return response
        response.close()
        return None


def _length(response: httpx.Response) -> int | None:
    """The log's bytes, if the answer states them; an encoded body has another length."""
    stated = response.headers.get("content-length", "")
    return int(stated) if re.fullmatch(r"[0-9]{1,18}", stated) and not _is_encoded(response) else None


def _is_encoded(response: httpx.Response) -> bool:
    encoding: str = response.headers.get("content-encoding", "identity")
    return encoding != "identity"
