"""`send --log`: the text for logs of any CI, as the action makes it for a run.

What can't be read is a line of the text, so that a failing job is told of in any case.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from ..clock import REAL
from ..model.evidence import Brief, Digest
from ..model.run import Note
from ..sanitize import code
from . import CommandError
from .streams import log_chunks, opened

MOST_FILES = 20
MOST_BYTES = 1 << 30  # of a log
SECONDS = 60.0  # to read all logs; what is read by then counts
MAX_CHARACTERS = 60_000  # UTF-16 code units of the text


def brief_of_logs(arguments: Namespace) -> Brief:
    """The text for the logs that the arguments name, and what they state of the job."""
    from .. import compose, distill

    reader, notes, deadline = distill.Reader(), list[Note](), REAL.monotonic() + SECONDS
    logs = list[tuple[str, Digest]]()
    for name in dict.fromkeys(arguments.log[:MOST_FILES]):
        shown = "standard input" if name == "-" else Path(name).as_posix()
        try:
            # A failed job may have left a link there to have something else sent.
            if name != "-" and not name.startswith("/dev/") and Path(name).is_symlink():
                raise CommandError("it is a link")
            with opened(name) as stream:
                digest = reader.read(_chunks(stream, name, deadline, notes))
            if not digest.total_lines:
                raise CommandError("it is empty")
            logs.append((shown, digest))
        except (CommandError, OSError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem).removeprefix(f"{name}: ")
            notes.append(Note(f"the log {shown}", code(why or "it can't be read", 160)))
    if len(arguments.log) > MOST_FILES:
        notes.append(Note("some logs", f"{len(arguments.log)} are named and {MOST_FILES} are read"))
    if not (logs or arguments.words):
        raise CommandError(f"nothing to tell of ({notes[0].what}: {notes[0].why}): name a log, or give TEXT")
    run, failures = compose.run_of_logs(
        logs,
        title=arguments.title,
        url=_without_user(arguments.url),
        branch=arguments.branch,
        sha=arguments.sha.lower(),
        trusted=arguments.trusted,
        notes=notes,
    )
    words = arguments.words or ""
    return compose.compose(run, failures, text=words, max_characters=MAX_CHARACTERS, excerpt=distill.excerpt)


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
