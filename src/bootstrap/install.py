"""Installs the locks into a folder that later starts find ready.

The folder appears whole or not at all, regardless of what else installs at the same time or is interrupted.
The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Thread
from types import FrameType

from . import Cancelled, InstallError, environment, installers
from .environment import UNFINISHED, USED_ONCE

STALE = 3600  # seconds after which an unfinished install is removed: no installer takes that long
ROOM = 64 * 1024 * 1024  # bytes free: the packages take 7 MB, an installer's cache up to twice as much
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)==[^;\\\n]*(?:\\?\n|$)", re.MULTILINE)


def ensure(
    locks: Sequence[Path],
    environ: Mapping[str, str],
    meanwhile: Callable[[], None] | None = None,
    *,
    thorough: bool = False,
) -> Path:
    """The folder with the packages of `locks`, installed if need be.

    Of `locks`, the first is needed; packages of the others are left out where they cannot be installed.
    `meanwhile` is called in a thread while an installer works; `thorough`: see `environment.is_unchanged`.

    Raises:
        InstallError: the first could not be installed.
    """
    contents = environment.read(locks)
    name = environment.folder_name(b"".join(contents))
    places = environment.roots(environ)
    ready = environment.find(places, name, thorough=thorough)
    if ready is not None:
        return ready
    if sys.stderr is not None and sys.stderr.isatty():
        sys.stderr.write("Installing the locked dependencies: once, some seconds …\n")
        sys.stderr.flush()
    problem = "no folder can be written for the locked dependencies: make RUNNER_TEMP writable"
    for place in (*places, None):
        work = _workplace(place)
        if work is None:
            continue
        try:
            with _removed_unless_finished(work), _in_parallel(meanwhile):
                installers.install([lock.decode() for lock in contents], work / "packages", environ)
                _check_complete(contents[0].decode(), work / "packages")
                return _publish(work, place / name) if place else finish(work)
        except OSError as error:
            problem = f"the locked dependencies could not be installed: {error.strerror or error}"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                problem += f". Make room in {work.parent}"
    raise InstallError(problem)


def _workplace(place: Path | None) -> Path | None:
    """A new folder in `place`, else in the shared temporary folder, which only this user can read.

    None where nothing can be written, where too little room is left, or where others can write.
    """
    try:
        if place is None:
            return Path(tempfile.mkdtemp(prefix=USED_ONCE))
        with _files_only_we_can_write():
            place.mkdir(parents=True, exist_ok=True)
        if not environment.is_private(place) or shutil.disk_usage(place).free < ROOM:
            return None
        for left in place.glob(f"{UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place))
    except OSError:
        return None


@contextlib.contextmanager
def _files_only_we_can_write() -> Iterator[None]:
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def _removed_unless_finished(work: Path) -> Iterator[None]:
    """Removes `work` if installing fails, or if a signal cancels the job."""

    def stop(number: int, _: FrameType | None) -> None:
        raise Cancelled(number)

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        with _files_only_we_can_write():
            yield
    except BaseException:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _in_parallel(meanwhile: Callable[[], None] | None) -> Iterator[None]:
    """Runs `meanwhile` in a thread during the block, if there may be one more thread."""
    thread = Thread(target=meanwhile)
    try:
        thread.start()
    except RuntimeError:
        yield
        return
    try:
        yield
    finally:
        thread.join()


def _check_complete(lock: str, packages: Path) -> None:
    """Check that every distribution of `lock` is there. Those for some platforms only are not checked.

    Raises:
        InstallError: the installer reported success, but put some elsewhere.
    """
    found = {_normalized(folder.name.split("-")[0]) for folder in packages.glob("*/*.dist-info")}
    missing = {_normalized(name) for name in _REQUIREMENT.findall(lock)} - found
    if missing:
        raise InstallError(
            f"the installer reported success, but did not put {', '.join(sorted(missing))} where it should. "
            "A setting in a pip.conf diverts it (`root`, `prefix`, `target` or `user`): remove that setting, "
            "or set PIP_CONFIG_FILE in the job's `env` to a file without it"
        )


def _normalized(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def finish(work: Path) -> Path:
    """Record what was installed into `work`."""
    (work / environment.READY).write_text(environment.manifest(work), "utf-8")
    return work


def _publish(work: Path, folder: Path) -> Path:
    """Give a finished install its name, unless another process was faster."""
    finish(work)
    if sys.platform != "win32":
        work.chmod(0o755)  # root may prepare a machine for others
    for _ in range(20):
        try:
            return work.rename(folder)
        except OSError:
            if environment.find([folder.parent], folder.name, thorough=True):
                shutil.rmtree(work, ignore_errors=True)
                return folder
            _move_aside(folder)
            time.sleep(0.05)  # on Windows a virus scanner may hold a new file for a moment
    return work  # used by this start only


def _move_aside(folder: Path) -> None:
    """Free a name that something unusable has. What cannot be removed now is removed when it is stale."""
    with contextlib.suppress(OSError):
        aside = folder.with_name(f"{UNFINISHED}{os.getpid()}-{time.monotonic_ns()}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def remove(folder: Path) -> None:
    """Remove a folder whose packages cannot be imported."""
    shutil.rmtree(folder, ignore_errors=True)
