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
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO

import httpx

from ..github.client import GitHub
from ..github.missing import ACTIONS, Missing
from ..github.parse import Artifact
from ..model import Digest, GitHubError, Note, Run
from ..retrying import retrying
from ..sanitize import code
from .junit import read_report
from .storage import LATE, Storage

MOST_ARTIFACTS = 10
MOST_ZIPPED = 32 << 20  # bytes of one ZIP file, which is held in memory
MOST_ENTRIES = 10_000  # files in a ZIP file
MOST_DIRECTORY = 2 << 20  # bytes of its list of files, which Python reads as a whole
MOST_REPORTS = 500
MOST_BYTES = 32 << 20  # of one report, unpacked
ALL_BYTES = 64 << 20  # of all reports, unpacked
SECONDS = 20.0  # for all of it
PAUSES = (1.0,)  # seconds before an artifact is asked for again
_CHUNK = 256 << 10
_REPORTS = (".xml", ".trx")
_ENCRYPTED = 0x1
# The record at a ZIP file's end, without a comment, and what precedes it in the form for huge files
# (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.15 and 4.3.16)
_END = struct.Struct("<4s4H2LH")
_END_MARK, _HUGE_MARK, _HUGE_SIZE = b"PK\x05\x06", b"PK\x06\x07", 20


_DAMAGED, _MANY = "it is damaged", f"it has more than {MOST_ENTRIES:,} files"
# What Python raises for a ZIP file that is not as it should be
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, OverflowError, OSError, RuntimeError),
)


class _RefusedError(Exception):
    """Why a file is not read."""


def read_artifacts(
    github: GitHub, run: Run, globs: Sequence[str], deadline: float
) -> tuple[tuple[Digest, ...], tuple[Note, ...]]:
    """The failing tests of each report, and notes on what could not be read.

    Args:
        globs: of artifacts' names.
        deadline: in monotonic seconds.
    """
    deadline = min(deadline, github.clock.monotonic() + SECONDS)
    missing = Missing(token=bool(github.token))
    storage = Storage(github, deadline)
    try:
        listed = github.within(deadline).artifacts(run.id).items
        named = _named(listed, globs, run)
        if not named:
            missing.say("the test reports of artifacts", "no artifact of the run has such a name")
        reader = _Reader(github, storage, missing)
        for artifact in named[:MOST_ARTIFACTS]:
            reader.read(artifact)
        if len(named) > MOST_ARTIFACTS:
            why = f"{len(named)} have such names, and {MOST_ARTIFACTS} are read"
            missing.say("some artifacts", why, "Name fewer in `artifacts`.")
    except GitHubError as error:
        missing.add("the list of the run's artifacts", error, ACTIONS)
        return (), missing.collected()
    finally:
        storage.close()
    return tuple(reader.reports), missing.collected()


def _named(artifacts: Sequence[Artifact], globs: Sequence[str], run: Run) -> list[Artifact]:
    """Those of the run's attempt that the globs name, by name; of a name the newest."""
    began = run.started_at if run.attempt > 1 else None  # an earlier attempt's are listed, too
    found: dict[str, Artifact] = {}
    for one in sorted(artifacts, key=lambda one: one.id):
        old = began and one.created_at and one.created_at < began
        if not old and any(fnmatchcase(one.name, glob) for glob in globs):
            found[one.name] = one
    return [found[name] for name in sorted(found)]


class _Reader:
    """Reads artifacts one after the other, within bounds for all of them."""

    def __init__(self, github: GitHub, storage: Storage, missing: Missing) -> None:
        self.reports: list[Digest] = []
        self._github = github
        self._storage = storage
        self._missing = missing
        self._left = ALL_BYTES

    def read(self, artifact: Artifact) -> None:
        name, before, refused = code(artifact.name, 100), len(self.reports), dict[str, None]()
        try:
            for entry, archive in self._entries(artifact):
                try:
                    self._read_entry(entry, archive)
                except (*_BROKEN, _RefusedError) as problem:
                    refused[
                        str(problem) if isinstance(problem, (_RefusedError, ValueError)) else _DAMAGED
                    ] = None
        except GitHubError as error:
            self._missing.add("the artifact", error, ACTIONS, name)
            return
        except (*_BROKEN, _RefusedError) as problem:
            why = str(problem) if isinstance(problem, _RefusedError) else "it is no valid ZIP file"
            self._missing.say("the artifact", why, name=name)
            return
        for why in refused:
            self._missing.say("a report in the artifact", why, name=name)
        if len(self.reports) == before and not refused:
            self._missing.say("the artifact", "it has no test report (JUnit XML or TRX)", name=name)

    def _entries(self, artifact: Artifact) -> Iterator[tuple[zipfile.ZipInfo, zipfile.ZipFile]]:
        """What may be a report, as long as there is time and room for one."""
        data = self._downloaded(artifact)
        _check_directory(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.filelist) > MOST_ENTRIES:
                raise _RefusedError(_MANY)
            for entry in archive.filelist:
                if not entry.is_dir() and entry.filename.lower().endswith(_REPORTS):
                    if len(self.reports) >= MOST_REPORTS:
                        raise _RefusedError(f"only the first {MOST_REPORTS} test reports are read")
                    yield entry, archive
                    if self._left <= 0:
                        return

    def _read_entry(self, entry: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
        _check_entry(entry)
        with archive.open(entry) as file:
            report = read_report(self._chunks(file))
        if report is not None:
            self.reports.append(report)

    def _downloaded(self, artifact: Artifact) -> bytes:
        """
        Raises:
            GitHubError: it can't be had in time.
            _RefusedError: it is too large.
        """
        too_large = _RefusedError(f"it is larger than {MOST_ZIPPED >> 20} MiB")
        if artifact.expired:
            raise GitHubError("GitHub no longer keeps it", 410)
        if artifact.size > MOST_ZIPPED:
            raise too_large
        data = bytearray()
        response = retrying(
            lambda: self._storage.fetch(self._github.artifact_address(artifact.id)),
            PAUSES,
            sleep=self._github.clock.sleep,
            errors=GitHubError,
            wait=lambda error, pause: pause if error.transient and pause < self._storage.left else None,
        )
        try:
            for chunk in response.iter_bytes():  # as it comes, however slowly
                data += chunk
                if len(data) > MOST_ZIPPED:
                    raise too_large
                if self._storage.left <= 0:
                    raise GitHubError(LATE)
        except httpx.HTTPError:
            raise GitHubError("the connection was cut while it was read") from None
        finally:
            response.close()
        return bytes(data)

    def _chunks(self, file: IO[bytes]) -> Iterator[bytes]:
        """What is unpacked, as far as it is allowed.

        Raises:
            _RefusedError: it is too much, or it takes too long.
        """
        left = MOST_BYTES
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            self._left -= len(chunk)
            if left < 0:
                raise _RefusedError(f"it is larger than {MOST_BYTES >> 20} MiB")
            if self._left < 0:
                raise _RefusedError(f"together with those before it, it is larger than {ALL_BYTES >> 20} MiB")
            if self._storage.left <= 0:
                raise _RefusedError(LATE)
            yield chunk


def _check_directory(data: bytes) -> None:
    """Python reads the list of all files as a whole, so its size is looked at before.

    Raises:
        _RefusedError: it is too long, or it can't be known so how long it is.
    """
    if len(data) < _END.size:
        raise _RefusedError("it is no valid ZIP file")
    mark, _, _, _, entries, size, _, comment = _END.unpack(data[-_END.size :])
    if mark != _END_MARK or comment:
        raise _RefusedError("it is no valid ZIP file")
    before = data[-_END.size - _HUGE_SIZE : -_END.size]
    if entries > MOST_ENTRIES or size > MOST_DIRECTORY or before.startswith(_HUGE_MARK):
        raise _RefusedError(_MANY)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """
    Raises:
        _RefusedError: it is no plain file with a path below the artifact's root.
    """
    name = entry.orig_filename
    paths = (PurePosixPath(name), PureWindowsPath(name))
    if any(path.is_absolute() or path.drive or path.root or ".." in path.parts for path in paths):
        raise _RefusedError("its path leads out of the artifact")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _RefusedError("it is a link" if stat.S_ISLNK(kind) else "it is not a regular file")
    if entry.flag_bits & _ENCRYPTED:
        raise _RefusedError("it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _RefusedError("it is compressed in an unusual way")
