"""Test reports in the run's artifacts, which the input `artifacts` names by globs.

An artifact is a ZIP file that a failed job has made: a stranger's file. Nothing of it is written to a disk.
Only plain entries are read, as many bytes of them as are allowed here, whatever the file states of itself.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath, PureWindowsPath

import httpx

from ..clock import Deadline
from ..github.client import GitHub
from ..github.missing import ACTIONS, Missing
from ..github.parse import Artifact
from ..model.evidence import Attachment, Digest
from ..model.outcome import GitHubError
from ..model.run import Note, Run
from ..sanitize import flat
from .files import MOST_BYTES, TOO_LARGE, Budget
from .junit import merged, read_report
from .storage import LATE, Storage

MOST_ARTIFACTS = 10
MOST_DIRECTORY = 1 << 20  # bytes of a ZIP file's list of files, about 10,000: Python reads it as a whole
SECONDS = 20.0  # for all of it
_REPORTS = (".xml", ".trx")
_ENCRYPTED = 0x1
# What a ZIP file ends with, if it has no comment, and what is before that if it is in the form for huge files
# (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.15 and 4.3.16)
_END = struct.Struct("<20s 4s 8x L 4x H")
_END_MARK, _HUGE_MARK = b"PK\x05\x06", b"PK\x06\x07"
_NO_ZIP = "it is no valid ZIP file"
# What Python raises for a ZIP file that is not as it should be
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, OSError, RuntimeError)


def failed_tests(
    github: GitHub, run: Run, globs: Sequence[str], logs: Sequence[Digest], deadline: Deadline
) -> tuple[tuple[Attachment, ...], tuple[Note, ...]]:
    """The failed tests of all reports, each once, and notes on what could not be read.

    Args:
        globs: of artifacts' names.
        logs: what they show already is left out.
    """
    deadline = min(deadline, github.clock.monotonic() + SECONDS)
    missing, storage = Missing(token=bool(github.token)), Storage(github, deadline)
    budget, reports = Budget(deadline, github.clock), list[Digest]()
    try:
        named = _named(github.within(deadline).artifacts(run.id).items, globs, run)
        for artifact in named[:MOST_ARTIFACTS]:
            name = flat(artifact.name, 100)
            try:
                data = _downloaded(storage, github.artifact_address(artifact.id), artifact)
                found, refused = _reports(data, budget)
            except GitHubError as error:
                missing.add("the artifact", error, ACTIONS, name)
                continue
            reports += found
            for why in refused or (() if found else ("it has no test report (JUnit XML or TRX)",)):
                missing.say("the artifact", why, name=name)
    except GitHubError as error:
        missing.add("the list of the run's artifacts", error, ACTIONS)
    else:
        if not named:
            missing.say("the test reports of artifacts", "no artifact of the run has such a name")
        if len(named) > MOST_ARTIFACTS:
            why = f"{len(named)} have such names, and {MOST_ARTIFACTS} are read"
            missing.say("some artifacts", why, "Name fewer in `artifacts`.")
    finally:
        storage.close()
    failed = merged(reports, logs)
    return (Attachment("test reports of artifacts", failed),) if failed else (), missing.collected()


def _named(artifacts: Sequence[Artifact], globs: Sequence[str], run: Run) -> list[Artifact]:
    """Those of the run's attempt that the globs name, by name; of a name the newest."""
    began = run.started_at if run.attempt > 1 else None  # an earlier attempt's are listed, too
    found: dict[str, Artifact] = {}
    for one in sorted(artifacts, key=lambda one: one.id):
        old = began and one.created_at and one.created_at < began
        if not old and any(fnmatchcase(one.name, glob) for glob in globs):
            found[one.name] = one
    return [found[name] for name in sorted(found)]


def _downloaded(storage: Storage, url: str, artifact: Artifact) -> bytes:
    """
    Raises:
        GitHubError: it can't be had in time, or it is too large.
    """
    if artifact.expired:
        raise GitHubError("GitHub no longer keeps it", 410)
    if artifact.size > MOST_BYTES:
        raise GitHubError(TOO_LARGE)
    data, response = bytearray(), storage.fetch(url)
    try:
        for chunk in response.iter_bytes():  # as it comes, however slowly
            data += chunk
            if len(data) > MOST_BYTES or storage.left <= 0:
                raise GitHubError(LATE if storage.left <= 0 else TOO_LARGE)
    except httpx.HTTPError:
        raise GitHubError("the connection was cut while it was read") from None
    finally:
        response.close()
    return bytes(data)


def _reports(data: bytes, budget: Budget) -> tuple[list[Digest], Sequence[str]]:
    """The reports in a ZIP file, and why others are not read, each reason once."""
    reports, refused = list[Digest](), dict[str, None]()
    try:
        _check_directory(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.filelist:
                if entry.is_dir() or not entry.filename.lower().endswith(_REPORTS):
                    continue
                try:
                    _check_entry(entry)
                    with archive.open(entry) as file:
                        report = read_report(budget.chunks(file))
                    reports += [report] if report else []
                except _BROKEN as problem:
                    why = str(problem) if _is_ours(problem) else "it is damaged"
                    refused[f"a report in it: {why}"] = None
                if budget.is_spent():
                    break
    except _BROKEN as problem:
        refused[str(problem) if _is_ours(problem) else _NO_ZIP] = None
    return reports, tuple(refused)


def _is_ours(problem: Exception) -> bool:
    """Whether it is in our words: Python's own are of a class below, or on encodings."""
    return type(problem) is ValueError and "encoding" not in str(problem)


def _check_directory(data: bytes) -> None:
    """Python reads the list of all files as a whole, so its size is looked at before.

    Raises:
        ValueError: it is too long, or how long it is can't be known so.
    """
    before, mark, size, comment = _END.unpack(data[-_END.size :].rjust(_END.size, b"\0"))
    if mark != _END_MARK or comment:
        raise ValueError(_NO_ZIP)
    if size > MOST_DIRECTORY or before.startswith(_HUGE_MARK):
        raise ValueError("it has too many files")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """
    Raises:
        ValueError: it is no plain file with a path below the artifact's root.
    """
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    paths = (PurePosixPath(name), PureWindowsPath(name))
    if any(path.drive or path.root or ".." in path.parts for path in paths):
        raise ValueError("its path leads out of the artifact")
    if kind not in (0, stat.S_IFREG):
        raise ValueError("it is a link or a device")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is encrypted, or compressed in an unusual way")
