"""Finds a Python that fire-routine can run on, and judges what others may have changed.

Written in a syntax that Python 3.6 reads.
"""

import os
import sys
from pathlib import Path

NEEDED = (3, 11)
MODULES = "hashlib, http.client, json, ssl, threading, zlib"  # each is imported by any fire
# Prints the version of a fit Python. Others fail, or print 0.
PROBE = "import sys, {}; print(*sys.version_info[:2] if sys.implementation.name == 'cpython' else [0])"
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")  # the best first
SETUP_PYTHON = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0"


def unfit() -> str:
    """Why fire-routine cannot run on this Python, or ""."""
    version = "{}.{}".format(*sys.version_info[:2])
    if sys.version_info < NEEDED:
        return f"Python 3.11 or newer is needed; this is {version} ({sys.executable})"
    if sys.implementation.name != "cpython":
        name = sys.implementation.name
        return f"CPython 3.11 or newer is needed; this is {name} {version} ({sys.executable})"
    try:
        for module in MODULES.split(", "):
            __import__(module)
    except ImportError as error:
        return f"A complete Python 3.11 or newer is needed; {sys.executable} lacks a part ({error})"
    return ""


def remedy(problem: str) -> str:
    """The line for people if no other Python is fit either."""
    return (
        f"{problem}, and none is on PATH or in RUNNER_TOOL_CACHE. "
        f'In a workflow, add before this step: `- uses: {SETUP_PYTHON}` with `python-version: "3.13"`'
    )


def find_python(path: str, tools: str) -> "Path | None":
    """A Python that fire-routine can run on: on `path`, else in the runner's tool cache."""
    for python in on_path(path) + in_tool_cache(tools):
        if version_of(python) >= NEEDED:
            return python
    return None


def on_path(path: str) -> "list[Path]":
    """The executables on `path` that may be a fit Python, the best first."""
    folders = [Path(folder) for folder in path.split(os.pathsep)]
    suffix = ".exe" if os.name == "nt" else ""
    pythons = [folder / (name + suffix) for name in NAMES for folder in folders if folder.is_absolute()]
    return [python for python in pythons if os.access(str(python), os.X_OK)]


def in_tool_cache(tools: str) -> "list[Path]":
    """The Pythons at `<tools>/Python/<version>/<architecture>/`, the newest first; no pre-releases.

    None that another user may have put there. A machine that GitHub hosts has no other user, and its tool
    cache is writable by all.
    """
    import re

    found = []
    for pattern in ("*/*/bin/python3", "*/*/python.exe") if tools else ():
        for python in (Path(tools) / "Python").glob(pattern):
            version = python.relative_to(Path(tools) / "Python").parts[0]
            if re.match(r"3(\.[0-9]+)+$", version) and os.access(str(python), os.X_OK) and is_trusted(python):
                found.append(([int(part) for part in version.split(".")], python))
    return [python for _, python in sorted(found, reverse=True)]


def is_trusted(python: Path) -> bool:
    """Whether no other user can have put this Python, or the file that it links to, where it is."""
    if os.environ.get("RUNNER_ENVIRONMENT") == "github-hosted":
        return True
    folder = Path(os.path.realpath(str(python.parent)))
    return is_private(folder) and is_private(Path(os.path.realpath(str(python))))


def version_of(python: Path) -> "tuple[int, ...]":
    """The version of a fit Python; (0,) if it does not start, is not CPython, or lacks a module."""
    import subprocess

    command = [str(python), "-I", "-S", "-c", PROBE.format(MODULES)]
    try:
        answer = subprocess.check_output(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10
        )
        return tuple(int(part) for part in answer.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0,)


def restart(python: "Path | str", entry: str, arguments: "list[str]") -> int:
    """Starts the entry point again under `python`.

    Returns on Windows only: `exec` would not wait for the end there.
    """
    command = [str(python), "-I", "-S", entry, *arguments]
    if os.name != "nt":
        import signal

        if arguments[:1] == ["action"]:  # it listens itself, and until then an interrupt is a traceback
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.execv(command[0], command)  # noqa: S606
    return wait_for(command)


def wait_for(command: "list[str]", environ: "dict[str, str] | None" = None) -> int:
    """The exit code of `command`, which handles an interrupt itself: it receives it too."""
    import subprocess

    process = subprocess.Popen(command, env=environ)  # noqa: S603
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def is_private(path: Path) -> bool:
    """Whether only root and this user can write to `path` and to all folders above it.

    A sticky folder such as /tmp counts as writable by all. Of a path that does not exist yet, the folders
    above it count. On Windows this is not checked: `os.stat` reports neither owners nor access lists there.
    """
    if os.name == "nt":
        return True
    for part in (path, *path.parents):
        try:
            status = part.lstat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
            return False
    return True
