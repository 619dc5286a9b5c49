"""Finds the folder in which the locked packages are installed, and judges whether to trust it.

The folder is named after the locks, the Python and the platform. The standard library alone; needs Python
3.11.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

NAME = "fire-routine"  # of the folder in a cache
UNFINISHED = ".unfinished-"
USED_ONCE = "fire-routine-"  # a folder in the shared temporary folder, which no later start looks for
READY = "ready"  # the file with a line for each installed file
FORMAT = b"3"  # changes the name of the folder when its layout changes
PYTHON_FILES = (".py", ".so", ".pyd")  # verified by `bytecode` when they are loaded


def find(places: Sequence[Path], name: str, *, thorough: bool = False) -> Path | None:
    """The folder `name` in the first of `places` where it is ready; `thorough`: see `is_unchanged`."""
    for place in places:
        folder = place / name
        if is_private(folder) and is_unchanged(folder, thorough=thorough):
            return folder
    return None


def is_used_once(folder: Path) -> bool:
    """Whether no later start will find this folder."""
    return folder.name.startswith((USED_ONCE, UNFINISHED))


def search_path(folder: Path) -> list[str]:
    """The entries of `sys.path` for the packages in a ready folder."""
    return sorted(str(part) for part in (folder / "packages").iterdir())


def read(locks: Sequence[Path]) -> list[bytes]:
    """The content of each lock; nothing for one that is absent."""
    return [lock.read_bytes() if lock.exists() else b"" for lock in locks]


def folder_name(locks: bytes) -> str:
    """A name that differs if other wheels fit: the locks, the Python, the platform, the C library."""
    if sys.platform == "win32":
        platform = f"windows-{os.environ.get('PROCESSOR_ARCHITECTURE', '')}"
    else:
        platform = f"{os.uname().sysname}-{os.uname().machine}-{_libc()}"
    python = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}-{sys.maxsize.bit_length() + 1}"
    digest = sha256(FORMAT + locks).hexdigest()[:12]
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
    resolved = [Path(os.path.realpath(place), NAME) for place in absolute]
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
            status = part.lstat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
            return False
    return True


def is_unchanged(folder: Path, *, thorough: bool = False) -> bool:
    """Whether an install was finished there, and each file except Python's has the same content.

    `thorough`: Python's files are checked too, by their size.
    """
    try:
        for path, (digest, size) in files(folder).items():
            if not path.endswith(PYTHON_FILES):
                if _digest(path) != digest:
                    return False
            elif thorough and os.lstat(path).st_size != size:
                return False
        return True
    except (OSError, ValueError):
        return False


def files(folder: Path) -> dict[str, tuple[str, int]]:
    """The SHA-256 and the size in bytes of each file that was installed into `folder`, by its path."""
    found = {}
    for line in (folder / READY).read_text("utf-8").splitlines():
        digest, size, name = line.split(" ", 2)
        found[f"{folder}{os.sep}{name}"] = digest, int(size)
    return found


def manifest(folder: Path) -> str:
    """One line per installed file: its SHA-256, its size in bytes, its path below `folder`."""
    lines = []
    for file in (folder / "packages").rglob("*"):
        if file.is_file() and file.parent.name != "__pycache__":
            lines.append(f"{_digest(file)} {file.stat().st_size} {file.relative_to(folder)}\n")
    return "".join(sorted(lines))


def _digest(file: str | Path) -> str:
    return sha256(Path(file).read_bytes()).hexdigest()
