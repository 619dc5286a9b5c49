"""`send --log`: the text for logs and test reports of any CI, as the action makes it for a run.

What can't be read is a line of the text, so that a failing job is told of in any case.
"""

from __future__ import annotations

import os
import stat
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

from ..model import Attachment, Brief, Digest, Note
from ..sanitize import code
from . import CommandError, UsageError
from .streams import CHUNK, UTF_16, log_chunks, opened, read

MOST_FILES = 20  # logs; and as many reports
FIRST, LAST = 4 << 20, 28 << 20  # bytes that are read of a longer log: the cause is mostly near its end
MOST_REPORT = 32 << 20  # bytes
MOST_PIPED = 1 << 30  # bytes of a log that is no file, whose end can't be found before it was read
SECONDS = 60.0  # to read all files; what is read by then counts
MAX_CHARACTERS = 60_000  # UTF-16 code units of the text
LATE = "there was no time left to read it"
_REMEDY = "Name a file that the job has written"

T = TypeVar("T")
Distill = Callable[[Iterator[bytes]], Digest]


def brief_of_logs(arguments: Namespace) -> Brief:
    """The text for the logs and reports that the arguments name, and what they state of the job."""
    from .. import compose, distill
    from ..gather.junit import merged, read_report

    names = arguments.log or ()
    if [*names, *(arguments.junit or ())].count("-") > 1:
        raise UsageError("standard input is named twice: name a file for one of them")
    reader, deadline, notes = distill.Reader(), time.monotonic() + SECONDS, list[Note]()
    logs = _each("log", names, lambda name: _log(name, reader.read, deadline, notes), notes)
    reports = _each(
        "test report", arguments.junit or (), lambda name: _report(name, read_report, deadline), notes
    )
    run, failures = compose.run_of_logs(
        logs,
        title=arguments.title,
        url=_without_user(arguments.url),
        repository=arguments.repository,
        branch=arguments.branch,
        sha=arguments.sha.lower(),
        notes=notes,
    )
    failed = merged([digest for _, digest in reports], [digest for _, digest in logs])
    return compose.compose(
        run,
        failures,
        (Attachment("test reports", failed),) if failed else (),
        text=arguments.text,
        max_characters=MAX_CHARACTERS,
        excerpt=distill.excerpt,
    )


def _each(
    what: str, names: Sequence[str], make: Callable[[str], T], notes: list[Note]
) -> list[tuple[str, T]]:
    """What is made of each file, by its name; a note on each that can't be read."""
    made = []
    for name in dict.fromkeys(names[:MOST_FILES]):
        shown = "standard input" if name == "-" else Path(name).as_posix()
        try:
            made.append((shown, make(name)))
        except (CommandError, OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem).removeprefix(f"{name}: ")
            notes.append(Note(f"the {what} {shown}", code(why or "it can't be read", 160), _REMEDY))
    if len(names) > MOST_FILES:
        notes.append(Note(f"some {what}s", f"{len(names)} are named and {MOST_FILES} are read", "Name fewer"))
    return made


def _log(name: str, distill: Distill, deadline: float, notes: list[Note]) -> Digest:
    """
    Raises:
        ValueError: it is a link, or it is empty.
    """
    with _plainly(name) as stream:
        digest = distill(_bounded(stream, name, deadline, notes))
    if not digest.total_lines:
        raise ValueError("it is empty")
    return digest


def _bounded(stream: BinaryIO, name: str, deadline: float, notes: list[Note]) -> Iterator[bytes]:
    """The chunks of a log: of a long file its beginning and its end; of a pipe what comes in time."""
    status = os.fstat(stream.fileno())
    is_long = stat.S_ISREG(status.st_mode) and status.st_size > FIRST + LAST
    if is_long:
        is_long = stream.read(2) not in UTF_16  # in which no line can be found by its end's byte
        stream.seek(0)
    left = FIRST if is_long else MOST_PIPED
    why = f"it is longer than {(FIRST + LAST if is_long else MOST_PIPED) >> 20} MiB"
    for chunk in log_chunks(stream, name):
        late = time.monotonic() > deadline
        if late or len(chunk) > left:
            # Half a secret could not be recognised as one, so half a line is left out.
            yield chunk[: chunk[: max(left, 0)].rfind(b"\n") + 1]
            break
        left -= len(chunk)
        yield chunk
    else:
        return
    if late or not is_long:
        notes.append(Note(f"the rest of the log {name}", LATE if late else why))
        return
    notes.append(Note(f"a part before the end of the log {name}", why))
    stream.seek(status.st_size - LAST)
    stream.readline(LAST)
    yield from islice(iter(partial(read, stream, CHUNK), b""), LAST // CHUNK)


def _report(name: str, read_report: Callable[[Iterator[bytes]], Digest | None], deadline: float) -> Digest:
    """
    Raises:
        ValueError: it is no test report, too large, or too late.
    """
    with _plainly(name) as stream:
        report = read_report(_chunks(stream, deadline))
    if report is None:
        raise ValueError("it is neither JUnit XML nor TRX")
    return report


def _chunks(stream: BinaryIO, deadline: float) -> Iterator[bytes]:
    left = MOST_REPORT
    while chunk := read(stream, CHUNK):
        left -= len(chunk)
        if left < 0 or time.monotonic() > deadline:
            raise ValueError(f"it is larger than {MOST_REPORT >> 20} MiB" if left < 0 else LATE)
        yield chunk


def _plainly(name: str) -> BinaryIO:
    """A file that is opened; no link to one, which a failed job may have left to have something else sent.

    Raises:
        CommandError: it can't be opened.
        ValueError: it is a link.
    """
    if name != "-" and not name.startswith("/dev/") and Path(name).is_symlink():
        raise ValueError("it is a link")
    return opened(name)


def _without_user(url: str) -> str:
    """The address without a user's name and password, which some CIs put into their links."""
    try:
        parts = urlsplit(url.strip())
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return ""
