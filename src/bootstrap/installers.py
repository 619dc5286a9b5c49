"""Runs uv or pip so that it installs the wheels with a lock's hashes, and nothing else.

Both see the runner's mirrors, proxies and certificates, but no secret and nothing of the checkout. The
standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import InstallError

PATIENCE = 180  # seconds, for all attempts together
OPTIONAL = 30  # seconds for a lock that is not needed
SHOWN = 250  # characters of what an installer prints first, and last
REMEDY = (
    "Where PyPI is reached through a proxy or a mirror only, set HTTPS_PROXY or PIP_INDEX_URL in the job's "
    "`env`; where it is not reached at all, fill the runner's RUNNER_TOOL_CACHE by one run with network"
)
WHEELS_ONLY = ["--only-binary", ":all:", "--require-hashes", "--no-deps"]

_PASSED = re.compile(
    r"PATH|HOME|LANG|LC_\w+|TMPDIR|TMP|TEMP|XDG_\w+|(LD|DYLD)_LIBRARY_PATH|NETRC"
    r"|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE"
    r"|PIP_((EXTRA_)?INDEX_URL|NO_INDEX|FIND_LINKS|TRUSTED_HOST|PROXY|CERT|CLIENT_CERT"
    r"|CONFIG_FILE|KEYRING_PROVIDER)"
    r"|UV_((DEFAULT_|EXTRA_)?INDEX\w*|FIND_LINKS|NO_INDEX|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS"
    r"|CONFIG_FILE|OFFLINE|KEYRING_PROVIDER)"
    r"|SYSTEM(ROOT|DRIVE)|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOME(DRIVE|PATH)|(LOCAL)?APPDATA"
    r"|PROGRAM(DATA|FILES.*)|NUMBER_OF_PROCESSORS|PROCESSOR_\w+",
    re.IGNORECASE,
)
# Settings of pip that put packages elsewhere, or want other versions than the lock, such as `global.target`.
_DIVERTING = re.compile(r"^\w+\.(?:root|prefix|target|user|constraint)\b", re.MULTILINE)


def install(
    locks: Sequence[str],
    target: Path,
    environ: Mapping[str, str],
    commands: Iterable[Sequence[str]] | None = None,
    patience: float = PATIENCE,
) -> None:
    """Install each of `locks` (requirements with hashes) into a folder of its own under `target`.

    The first is needed; the others are left out if they cannot be installed. `commands` are tried in turn,
    within `patience` seconds in all; default: uv, then pip.

    Raises:
        InstallError: no command could install the first lock.
    """
    deadline = time.monotonic() + patience
    passed = environment(environ)
    problem = ""
    for command in commands or available(passed, target.with_name("uv-cache")):
        problem = _run(command, [lock for lock in locks if lock], target, passed, deadline)
        shutil.rmtree(target.with_name("uv-cache"), ignore_errors=True)
        if not problem:
            return
    if problem:
        raise InstallError(
            f"the locked dependencies could not be installed: {_shown(problem)}. {_remedy(passed)}"
        )
    raise InstallError(
        f"{sys.executable} has no pip, and uv is not on PATH. In a workflow, use actions/setup-python "
        "before this step; on Debian, install python3-venv"
    )


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the installers get to see of `environ`: what they need, and no relative entry on PATH."""
    passed = {name: value for name, value in environ.items() if _PASSED.fullmatch(name)}
    folders = passed.get("PATH", os.defpath).split(os.pathsep)
    passed["PATH"] = os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())
    if "PIP_INDEX_URL" in passed and not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & passed.keys():
        passed["UV_DEFAULT_INDEX"] = passed["PIP_INDEX_URL"]  # uv reads none of pip's settings
    return passed | {"PIP_REQUIRE_VIRTUALENV": "0", "UV_HTTP_TIMEOUT": "15", "UV_HTTP_RETRIES": "2"}


def available(environ: Mapping[str, str], cache: Path) -> Iterator[list[str]]:
    """The install commands that this machine has: uv, and one pip."""
    uv = shutil.which("uv", path=environ.get("PATH", ""))
    if uv:
        # Not the user's cache: a file that is linked to it would change with it.
        options = ["--quiet", "--no-progress", "--cache-dir", str(cache), "--link-mode=hardlink"]
        yield [uv, "pip", "install", *options, "--python", sys.executable, *WHEELS_ONLY]
    for pip in itertools.islice(pips(environ), 1):
        quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
        bounds = ["--timeout=15", "--retries=2"]
        yield [*pip, "install", *quiet, *bounds, "--no-cache-dir", "--no-compile", "--no-user", *WHEELS_ONLY]


def pips(environ: Mapping[str, str]) -> Iterator[list[str]]:
    """Ways to run pip: this Python's, that of the Python this environment is made from, the bundled wheel."""
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
        if _quiet_run([python, "-I", "-c", probe], environ) is not None:
            yield [python, "-I", "-m", "pip"]
    folders = [Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    if debians := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(debians))
    for folder in folders:
        for wheel in folder.glob("pip-*.whl"):
            yield [sys.executable, "-I", str(wheel / "pip")]


def _quiet_run(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """What a short command prints; None if it fails."""
    try:
        return subprocess.run(  # noqa: S603
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=15
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return None


def _remedy(environ: Mapping[str, str]) -> str:
    """What to do: about the network, and about settings of pip.conf that can keep packages away."""
    for pip in itertools.islice(pips(environ), 1):
        settings = _DIVERTING.findall(_quiet_run([*pip, "config", "list"], environ) or "")
        if settings:
            return (
                f"{REMEDY}. pip's configuration sets {', '.join(settings)}: if that is the cause, remove it, "
                "or set PIP_CONFIG_FILE in the job's `env` to a file without it"
            )
    return REMEDY


def _run(
    command: Sequence[str], locks: Sequence[str], target: Path, environ: Mapping[str, str], deadline: float
) -> str:
    """Install the locks, one after the other. The first one's problem in one line, or ""."""
    shutil.rmtree(target, ignore_errors=True)
    for number, text in enumerate(locks):
        folder = target / str(number)
        folder.mkdir(parents=True)
        lock = target.with_name(f"lock-{number}.txt")
        lock.write_text(text, "utf-8")
        arguments = [*command, "--target", str(folder), "--requirement", str(lock)]
        until = min(deadline, time.monotonic() + OPTIONAL) if number else deadline
        problem = _problem(arguments, target.with_name(f"log-{number}.txt"), environ, until)
        (folder / ".lock").unlink(missing_ok=True)  # uv leaves it, writable by all
        if problem:
            shutil.rmtree(folder, ignore_errors=True)
        if problem and not number:
            return problem
    return ""


def _problem(arguments: Sequence[str], log: Path, environ: Mapping[str, str], deadline: float) -> str:
    """Run an installer; what it printed, in one line, if it failed."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with log.open("wb") as output, _signals_held_back():
            process = subprocess.Popen(  # noqa: S603
                arguments,
                cwd=log.parent,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if process.wait(max(0.0, deadline - time.monotonic())) == 0:
            return ""
    except subprocess.TimeoutExpired:
        return "it took too long"
    finally:
        if process is not None:
            process.kill()
            process.wait()
    printed = " ".join(log.read_text("utf-8", "replace").split())
    return printed.rstrip(".") or f"the installer ended with {process.returncode} and printed nothing"


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Signals come after the block: a started process is known, and can be ended."""
    came: list[int] = []
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), lambda number, _: came.append(number))
        for name in ("SIGINT", "SIGTERM", "SIGHUP")
        if hasattr(signal, name)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def _shown(printed: str) -> str:
    return printed if len(printed) <= 2 * SHOWN else f"{printed[:SHOWN]} … {printed[-SHOWN:]}"
