"""Installs a lock into a private folder that later starts find ready.

The folder is named after the lock, the Python and the platform. It appears whole or not at all, regardless of
what else installs at the same time or is interrupted. Each wheel is checked against the lock's hashes, once.
The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from . import InstallError
from .pythons import is_private

NAME = "fire-routine"  # of the folder in a cache
PACKAGES = "packages"  # the folder in it that is an entry of `sys.path`
UNFINISHED = ".unfinished-"
USED_ONCE = "fire-routine-"  # a folder in the shared temporary folder, which no later start looks for
FORMAT = b"4"  # changes the name of the folder when its layout changes
STALE = 3600  # seconds after which an unfinished install is removed: no install takes that long
ROOM = 64 * 1024 * 1024  # bytes free: the packages take 7 MB, the test lock's more
PATIENCE = 180.0  # seconds for an install
SHOWN = 250  # characters of what pip prints first, and last
REMEDY = (
    "Where PyPI is reached through a proxy or a mirror only, set HTTPS_PROXY or PIP_INDEX_URL in the "
    "environment; where it is not reached at all, one run with network fills the machine's cache"
)
FAILED = "the locked dependencies could not be installed"
OPTIONS = [
    "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location",
    "--timeout=15", "--retries=2", "--no-cache-dir", "--no-compile", "--no-user",
    "--only-binary", ":all:", "--require-hashes", "--no-deps",
]  # fmt: skip
# What pip gets of the environment: mirrors, proxies and certificates, no secret.
_PASSED = re.compile(
    r"PATH|HOME|LANG|LC_\w+|TMPDIR|TMP|TEMP|XDG_\w+|(LD|DYLD)_LIBRARY_PATH|NETRC"
    r"|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE"
    r"|PIP_((EXTRA_)?INDEX_URL|NO_INDEX|FIND_LINKS|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT"
    r"|CONFIG_FILE|KEYRING_PROVIDER)"
    r"|SYSTEM(ROOT|DRIVE)|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOME(DRIVE|PATH)|(LOCAL)?APPDATA"
    r"|PROGRAM(DATA|FILES.*)|NUMBER_OF_PROCESSORS|PROCESSOR_\w+",
    re.IGNORECASE,
)


def ensure(lock: Path, environ: Mapping[str, str]) -> Path:
    """The folder with the packages of `lock`, installed if need be.

    Raises:
        InstallError: they could not be installed.
    """
    name = folder_name(lock.read_bytes())
    places = roots(environ)
    ready = next((place / name for place in places if is_ready(place / name)), None)
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
        mask = os.umask(0o022)
        try:
            _install(lock, work, _environment(environ))
            return _publish(work, place / name) if place else work
        except BaseException as error:
            remove(work)
            if not isinstance(error, OSError):
                raise
            problem = f"{FAILED}: {error.strerror or error} in {work.parent}"
        finally:
            os.umask(mask)
    raise InstallError(problem)


def is_ready(folder: Path) -> bool:
    """Whether an install was finished there, and no other user can have changed it."""
    return is_private(folder) and (folder / PACKAGES).is_dir()


def is_used_once(folder: Path) -> bool:
    """Whether no later start will find this folder."""
    return folder.name.startswith((USED_ONCE, UNFINISHED))


def remove(folder: Path) -> None:
    """Remove a folder, as far as that is possible."""
    shutil.rmtree(folder, ignore_errors=True)


def folder_name(lock: bytes) -> str:
    """A name that differs if other wheels fit: the lock, the Python, the platform, the C library."""
    tags = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}-{sysconfig.get_platform()}"
    libc = ""
    with contextlib.suppress(AttributeError, OSError, ValueError):  # musl, macOS and Windows report none
        libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    digest = sha256(FORMAT + libc.encode() + lock).hexdigest()[:12]
    return re.sub(r"[^a-z0-9._-]+", "", f"{tags}-{digest}".lower())


def roots(environ: Mapping[str, str]) -> list[Path]:
    """The folders that may hold a ready one: a runner's own first, then the user's cache.

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


def _workplace(place: Path | None) -> Path | None:
    """A new folder in `place`, else in the shared temporary folder, which only this user can read.

    None where nothing can be written, where too little room is left, or where others can write.
    """
    try:
        if place is None:
            return Path(tempfile.mkdtemp(prefix=USED_ONCE))
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not is_private(place) or shutil.disk_usage(place).free < ROOM:
            return None
        for left in place.glob(f"{UNFINISHED}*"):
            if time.time() - left.stat().st_mtime > STALE:
                remove(left)
        return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place))
    except OSError:
        return None


def _publish(work: Path, folder: Path) -> Path:
    """Give a finished install its name, unless another process was faster."""
    if os.name != "nt":
        work.chmod(0o755)  # root may prepare a machine for others
    try:
        return work.rename(folder)
    except OSError:
        if not is_ready(folder):
            return work  # used by this start only
        remove(work)
        return folder


def _install(lock: Path, work: Path, environ: Mapping[str, str]) -> None:
    """Install `lock` below `work` by pip, within PATIENCE.

    Raises:
        InstallError: it is not possible.
    """
    command = pip(environ)
    if command is None:
        raise InstallError(
            f"{sys.executable} has no pip. In a workflow, use actions/setup-python before this step; "
            "on Debian, install python3-venv"
        )
    command += [*OPTIONS, "--target", str(work / PACKAGES), "--requirement", str(lock.absolute())]
    log = work / "log.txt"
    try:
        with log.open("wb") as out:
            code = subprocess.run(  # noqa: S603
                command,
                cwd=work,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=PATIENCE,
            ).returncode
    except subprocess.TimeoutExpired:
        raise InstallError(f"{FAILED}: it took too long. {REMEDY}") from None
    if code:
        printed = " ".join(log.read_text("utf-8", "replace").split()).rstrip(".")
        if len(printed) > 2 * SHOWN:
            printed = f"{printed[:SHOWN]} … {printed[-SHOWN:]}"
        raise InstallError(f"{FAILED}: {printed or f'pip ended with {code}'}. {REMEDY}")
    if not list((work / PACKAGES).glob("*.dist-info")):
        raise InstallError(
            f"{FAILED}: pip put them elsewhere. A setting in a pip.conf diverts it (`root`, `prefix` or "
            "`target`): remove it, or set PIP_CONFIG_FILE in the job's `env` to a file without it"
        )


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What pip gets to see of `environ`: what it needs, and no relative entry on PATH."""
    passed = {name: value for name, value in environ.items() if _PASSED.fullmatch(name)}
    folders = passed.get("PATH", os.defpath).split(os.pathsep)
    passed["PATH"] = os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())
    return passed | {"PIP_REQUIRE_VIRTUALENV": "0"}


def pip(environ: Mapping[str, str]) -> list[str] | None:
    """How to run pip: this Python's, that of the Python this environment is made from, the bundled wheel."""
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [python, "-I", "-c", probe]
            subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, check=True, timeout=15)  # noqa: S603
            return [python, "-I", "-m", "pip"]
    folders = [Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    if debians := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(debians))
    wheels = [wheel for folder in folders for wheel in folder.glob("pip-*.whl")]
    return [sys.executable, "-I", str(wheels[0] / "pip")] if wheels else None
