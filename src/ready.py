"""Installs a lock once, into a folder that later starts find ready.

The folder is named after the lock, the Python and the platform, and appears whole or not at all, whatever
else installs at the same time or is cut off. The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from types import FrameType

STALE = 3600  # seconds after which an install that was not finished never will be
UNFINISHED = ".unfinished-"


class InstallError(Exception):
    """The lock could not be installed; one line, with the remedy."""


def install(lock: Path, environ: Mapping[str, str], meanwhile: Callable[[Path], None] | None = None) -> Path:
    """The ready folder of `lock`, installed if need be.

    `meanwhile` is called in a thread while the installer works, with a folder that becomes the ready one.

    Raises:
        InstallError: it could not be installed.
    """
    name = folder_name(lock.read_bytes())
    places = roots(environ)
    for place in places:
        if is_ready(place / name):
            return place / name
    import installers  # not before: to look for the folder is all that most starts do

    for place in places:
        work = _workplace(place)
        if work is not None:
            try:
                with _removed_if_cut_off(work):
                    with _beside(meanwhile, work):
                        installers.install(
                            lock.read_text("utf-8"), work / "packages", environ, installers.pips()
                        )
                    return _publish(work, place / name)
            except OSError as error:
                raise InstallError(
                    f"the locked dependencies could not be installed: {error.strerror or error}. "
                    f"Make room in {place}, or set RUNNER_TOOL_CACHE to a folder that has it"
                ) from None
    raise InstallError(
        "no folder can be written for the locked dependencies: make RUNNER_TOOL_CACHE or RUNNER_TEMP writable"
    )


def search_path(folder: Path) -> list[str]:
    """What belongs on `sys.path` to import what a ready folder holds."""
    return sorted(str(part) for part in (folder / "packages").iterdir())


def folder_name(lock: bytes) -> str:
    """Tells apart all that decides which wheels fit: the lock, the Python, the platform, the C library."""
    if sys.platform == "win32":
        platform = f"windows-{os.environ.get('PROCESSOR_ARCHITECTURE', '')}"
    else:
        platform = f"{os.uname().sysname}-{os.uname().machine}-{_libc()}"
    python = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}-{sys.maxsize.bit_length() + 1}"
    digest = hashlib.sha256(lock).hexdigest()[:12]
    return re.sub(r"[^a-z0-9._-]+", "", f"{python}-{platform}-{digest}".lower())


def _libc() -> str:
    """The C library and its version where it says so: glibc does, musl and macOS do not."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "libc"
    except (OSError, ValueError):
        return "libc"


def roots(environ: Mapping[str, str]) -> list[Path]:
    """Where the folder may be, the longest-lived place first; never the checkout."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    cache = environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    places = [
        environ.get("RUNNER_TOOL_CACHE"),
        environ.get("RUNNER_TEMP"),
        cache or (f"{home}/.cache" if home else None),
        tempfile.gettempdir(),
    ]
    return [Path(place, "fire-routine") for place in places if place and Path(place).is_absolute()]


def is_ready(folder: Path) -> bool:
    """Whether an install was finished there, by someone to be trusted, and nothing has changed since."""
    try:
        return _is_trusted(folder) and (folder / "ready").read_text("ascii") == _manifest(folder)
    except (OSError, ValueError):
        return False


def _is_trusted(folder: Path) -> bool:
    """Only this user, root or the owner of the folder around it can have put anything in."""
    status = folder.lstat()
    if sys.platform == "win32":
        return folder.is_dir()
    owners = (0, os.geteuid(), folder.parent.stat().st_uid)
    return folder.is_dir() and status.st_uid in owners and not status.st_mode & 0o022


def _manifest(folder: Path) -> str:
    """A digest of the names and sizes of all files but bytecode, which comes with use."""
    files = []
    pending = [str(folder / "packages")]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    files.append(f"{entry.path[len(str(folder)) :]} {entry.stat().st_size}")
                elif entry.name != "__pycache__":
                    pending.append(entry.path)
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()


def _workplace(place: Path) -> Path | None:
    """A new folder on the same file system as the one to be; None where nothing can be written."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        for left in place.glob(f"{UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place))
    except OSError:
        return None


@contextlib.contextmanager
def _removed_if_cut_off(work: Path) -> Iterator[None]:
    """Leaves nothing behind where installing fails, or the job is cancelled (SIGINT, then SIGTERM)."""

    def stop(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _beside(meanwhile: Callable[[Path], None] | None, work: Path) -> Iterator[None]:
    """Runs `meanwhile` in a thread during the block."""
    thread = Thread(target=meanwhile, args=(work,) if meanwhile else ())
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _publish(work: Path, folder: Path) -> Path:
    """Gives a finished install its name, unless another process has been faster."""
    (work / "ready").write_text(_manifest(work), "ascii")
    for _ in range(20):
        try:
            return work.rename(folder)
        except OSError:
            if is_ready(folder):
                shutil.rmtree(work, ignore_errors=True)
                return folder
            _move_aside(folder)
            time.sleep(0.05)  # on Windows a virus scanner may hold a new file for a moment
    return work  # good for this once


def _move_aside(folder: Path) -> None:
    """What has the name and is no good makes room, and is swept with the unfinished ones."""
    with contextlib.suppress(OSError):
        aside = folder.with_name(f"{UNFINISHED}{os.getpid()}-{time.monotonic_ns()}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
