"""`send --log`: the text for logs and test reports of any CI, as the action makes it for a run.

What can't be read is a line of the text, so that a failing job is told of in any case.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import urlsplit

from ..clock import REAL
from ..gather.files import Budget
from ..gather.junit import merged, read_report
from ..model.evidence import Attachment, Brief, Digest
from ..model.run import Note
from ..sanitize import code
from . import CommandError, UsageError
from .streams import log_chunks, opened

MOST_FILES = 20  # logs; and as many reports
MOST_BYTES = 1 << 30  # of a log
SECONDS = 60.0  # to read all files; what is read by then counts
MAX_CHARACTERS = 60_000  # UTF-16 code units of the text

T = TypeVar("T")


def brief_of_logs(arguments: Namespace) -> Brief:
    """The text for the logs and reports that the arguments name, and what they state of the job."""
    from .. import compose, distill

    names, reports = arguments.log or (), arguments.junit or ()
    if [*names, *reports].count("-") > 1:
        raise UsageError("standard input is named twice: name a file for one of them")
    reader, notes, deadline = distill.Reader(), list[Note](), REAL.monotonic() + SECONDS
    budget = Budget(deadline, REAL)

    def log(stream: BinaryIO, name: str) -> Digest:
        digest = reader.read(_chunks(stream, name, deadline, notes))
        if not digest.total_lines:
            raise ValueError("it is empty")
        return digest

    def report(stream: BinaryIO, _name: str) -> Digest:
        found = read_report(budget.chunks(stream))
        if found is None:
            raise ValueError("it is neither JUnit XML nor TRX")
        return found

    logs = _each("log", names, log, notes)
    failed = merged(
        [digest for _, digest in _each("test report", reports, report, notes)], [d for _, d in logs]
    )
    if not (logs or failed or arguments.words):
        why = f"{notes[0].what}: {notes[0].why}" if notes else "no file is named"
        raise CommandError(f"nothing to tell of ({why}): name a log or a report, or give TEXT")
    run, failures = compose.run_of_logs(
        logs,
        title=arguments.title,
        url=_without_user(arguments.url),
        branch=arguments.branch,
        sha=arguments.sha.lower(),
        trusted=arguments.trusted,
        notes=notes,
    )
    return compose.compose(
        run,
        failures,
        (Attachment("test reports", failed),) if failed else (),
        text=arguments.words or "",
        max_characters=MAX_CHARACTERS,
        excerpt=distill.excerpt,
    )


def _each(
    what: str, names: Sequence[str], make: Callable[[BinaryIO, str], T], notes: list[Note]
) -> list[tuple[str, T]]:
    """What is made of each file, by its name; a note on each that can't be read."""
    made = []
    for name in dict.fromkeys(names[:MOST_FILES]):
        shown = "standard input" if name == "-" else Path(name).as_posix()
        try:
            # A failed job may have left a link there to have something else sent.
            if name != "-" and not name.startswith("/dev/") and Path(name).is_symlink():
                raise ValueError("it is a link")
            with opened(name) as stream:
                made.append((shown, make(stream, name)))
        except (CommandError, OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem).removeprefix(f"{name}: ")
            notes.append(Note(f"the {what} {shown}", code(why or "it can't be read", 160)))
    if len(names) > MOST_FILES:
        notes.append(Note(f"some {what}s", f"{len(names)} are named and {MOST_FILES} are read"))
    return made


def _chunks(stream: BinaryIO, name: str, deadline: float, notes: list[Note]) -> Iterator[bytes]:
    """Those of a log that come in time."""
    left = MOST_BYTES
    for chunk in log_chunks(stream, name):
        left -= len(chunk)
        if left < 0 or REAL.monotonic() > deadline:
            yield chunk[: chunk.rfind(b"\n") + 1]  # half a secret could not be recognised as one
            notes.append(Note(f"the rest of the log {name}", "it is too long, or took too long to read"))
            return
        yield chunk


def _without_user(url: str) -> str:
    """The address without a user's name and password, which some CIs put into their links."""
    try:
        parts = urlsplit(url.strip())
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return ""
