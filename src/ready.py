"""Installs the lock once, into a folder that later starts find ready.

The folder is named after the locks, the Python and the platform. It appears whole or not at all, regardless
of what else installs at the same time or is interrupted. The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Thread
from types import FrameType

STALE = 3600  # seconds after which an unfinished install is removed: no installer takes that long
ROOM = 64 * 1024 * 1024  # bytes free: the packages take 14 MB, an installer's cache up to twice as much
UNFINISHED = ".unfinished-"
USED_ONCE = "fire-routine-"  # a folder in the shared temporary folder, which no later start looks for
READY = "ready"  # the file with a line for each installed file
FORMAT = b"2"  # changes the name of the folder when its layout changes
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)==[^;\\\n]*(?:\\?\n|$)", re.MULTILINE)


class InstallError(Exception):
    """The lock could not be installed; one line, with the remedy."""


def install(
    locks: Sequence[Path], environ: Mapping[str, str], meanwhile: Callable[[], None] | None = None
) -> Path:
    """The folder with the packages of `locks`, installed if need be.

    Of `locks`, the first is needed; packages of the others are left out where they cannot be installed.
    `meanwhile` is called in a thread while an installer works.

    Raises:
        InstallError: the first could not be installed.
    """
    texts = [lock.read_bytes() if lock.exists() else b"" for lock in locks]
    name = folder_name(b"".join(texts))
    places = roots(environ)
    for place in places:
        if is_ready(place / name):
            return place / name
    return _install_into(places, name, [text.decode() for text in texts], environ, meanwhile)


def _install_into(
    places: Sequence[Path],
    name: str,
    locks: Sequence[str],
    environ: Mapping[str, str],
    meanwhile: Callable[[], None] | None,
) -> Path:
    import installers  # most starts find a ready folder

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
                installers.install(locks, work / "packages", environ)
                _check_complete(locks[0], work / "packages")
                return _publish(work, place / name) if place else finish(work)
        except OSError as error:
            problem = f"the locked dependencies could not be installed: {error.strerror or error}"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                problem += f". Make room in {work.parent}"
    raise InstallError(problem)


def search_path(folder: Path) -> list[str]:
    """The entries of `sys.path` for the packages in a ready folder."""
    return sorted(str(part) for part in (folder / "packages").iterdir())


def folder_name(locks: bytes) -> str:
    """A name that differs if other wheels fit: the locks, the Python, the platform, the C library."""
    if sys.platform == "win32":
        platform = f"windows-{os.environ.get('PROCESSOR_ARCHITECTURE', '')}"
    else:
        platform = f"{os.uname().sysname}-{os.uname().machine}-{_libc()}"
    python = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}-{sys.maxsize.bit_length() + 1}"
    digest = hashlib.sha256(FORMAT + locks).hexdigest()[:12]
    return re.sub(r"[^a-z0-9._-]+", "", f"{python}-{platform}-{digest}".lower())


def _libc() -> str:
    """The C library and its version, if it reports one: glibc does, musl and macOS do not."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "libc"
    except (OSError, ValueError):
        return "libc"


def roots(environ: Mapping[str, str]) -> list[Path]:
    """The folders that may hold a ready one, the longest-lived first.

    Only root and this user can write to them. Never the checkout, and never a shared temporary folder.
    """
    home = environ.get("HOME") or environ.get("USERPROFILE")
    cache = environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    places = [
        environ.get("RUNNER_TOOL_CACHE"),
        environ.get("RUNNER_TEMP"),
        cache or (f"{home}/.cache" if home else None),
    ]
    absolute = [Path(place) for place in places if place and Path(place).is_absolute()]
    resolved = [Path(os.path.realpath(place), "fire-routine") for place in absolute]
    return [place for place in resolved if is_private(place)]


def is_private(folder: Path) -> bool:
    """Whether only root and this user can write to `folder` and to all folders above it.

    A sticky folder such as /tmp counts as writable by all. Of a folder that does not exist yet, those above
    it count. On Windows this is not checked: `os.stat` reports neither owners nor access lists there.
    """
    if sys.platform == "win32":
        return True
    for part in (folder, *folder.parents):
        try:
            if not _is_ours(part.lstat()):
                return False
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _is_ours(status: os.stat_result) -> bool:
    return sys.platform == "win32" or (status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022)


def is_ready(folder: Path) -> bool:
    """Whether an install was finished there, by root or this user, and all of it is still there.

    Python files and compiled modules are compared by their size only: `importing` verifies their content when
    it loads them. Everything else, such as the certificates, is verified here.
    """
    try:
        return is_private(folder) and folder.is_dir() and _is_unchanged(folder)
    except (OSError, ValueError):
        return False


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file that was installed into `folder`, by its path."""
    lines = (folder / READY).read_text("utf-8").splitlines()
    return {f"{folder}{os.sep}{path}": digest for digest, _, path in (line.split(" ", 2) for line in lines)}


def _is_unchanged(folder: Path) -> bool:
    base = str(folder)
    for line in (folder / READY).read_text("utf-8").splitlines():
        digest, size, name = line.split(" ", 2)
        path = f"{base}{os.sep}{name}"
        status = os.lstat(path)
        if status.st_size != int(size) or not _is_ours(status):
            return False
        if not name.endswith((".py", ".so", ".pyd")) and _sha256(Path(path)) != digest:
            return False
    return True


def _manifest(folder: Path) -> str:
    """One line per installed file: its SHA-256, its size in bytes, its path below `folder`."""
    lines = []
    for file in (folder / "packages").rglob("*"):
        if file.is_file() and file.parent.name != "__pycache__":
            lines.append(f"{_sha256(file)} {file.stat().st_size} {file.relative_to(folder)}\n")
    return "".join(sorted(lines))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _workplace(place: Path | None) -> Path | None:
    """A new folder in `place`, else in the shared temporary folder, which only this user can read.

    None where nothing can be written, where too little room is left, or where others can write.
    """
    import tempfile

    try:
        if place is None:
            return Path(tempfile.mkdtemp(prefix=USED_ONCE))
        with _files_only_we_can_write():
            place.mkdir(parents=True, exist_ok=True)
        if not is_private(place) or shutil.disk_usage(place).free < ROOM:
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
    """Removes `work` if installing fails, or if the job is cancelled (SIGTERM, or any other signal)."""

    def stop(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, stop)
    try:
        with _files_only_we_can_write():
            yield
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


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
    (work / READY).write_text(_manifest(work), "utf-8")
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
            if is_ready(folder):
                shutil.rmtree(work, ignore_errors=True)
                return folder
            _move_aside(folder)
            time.sleep(0.05)  # on Windows a virus scanner may hold a new file for a moment
    return work  # used by this start only


def release(folder: Path) -> None:
    """Remove a folder that no later start will find."""
    if folder.name.startswith((USED_ONCE, UNFINISHED)):
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder whose packages cannot be imported."""
    shutil.rmtree(folder, ignore_errors=True)


def _move_aside(folder: Path) -> None:
    """Free a name that something unusable has. What cannot be removed now is removed when it is stale."""
    with contextlib.suppress(OSError):
        aside = folder.with_name(f"{UNFINISHED}{os.getpid()}-{time.monotonic_ns()}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
