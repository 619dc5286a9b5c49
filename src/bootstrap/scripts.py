"""Runs a script of the project, with the packages of the test lock."""

from __future__ import annotations

import os
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import environment, install, pythons

LOCKS = ("tests/requirements.txt",)


def run(root: Path, script: list[str]) -> int:
    """Run a script with the test lock's tools and packages, and no others. The exit code.

    Raises:
        InstallError: the lock could not be installed.
    """
    folder = install.ensure([root / lock for lock in LOCKS], os.environ, thorough=True)
    try:
        with _temporary_folder(folder) as temp:
            return _run(folder, script, temp)
    finally:
        if environment.is_used_once(folder):
            install.remove(folder)


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[Path | None]:
    """A private folder for temporary files; None: the system's own.

    /tmp is shared, so nothing that the tests install there would count as private. The folder of the packages
    serves if it is private. Where HOME is below /tmp, too, the home that the user database names serves.
    """
    temp = folder / "tmp"
    if sys.platform == "win32":
        yield None
        return
    if environment.is_private(folder):
        temp.mkdir(mode=0o700, exist_ok=True)
        yield temp
        return
    import pwd

    try:
        home = Path(pwd.getpwuid(os.geteuid()).pw_dir)
        created = tempfile.TemporaryDirectory(prefix=".fire-routine-", dir=home, ignore_cleanup_errors=True)
    except (KeyError, OSError):
        yield None
        return
    with created:
        yield Path(created.name)


def _run(folder: Path, script: list[str], temp: Path | None) -> int:
    packages = environment.search_path(folder)
    python = _environment(folder / "venv", packages)
    tools = [str(python.parent), *(str(Path(path, "bin")) for path in packages)]
    environ = dict(os.environ, PATH=os.pathsep.join([*tools, os.environ.get("PATH", os.defpath)]))
    environ.pop("PYTHONPATH", None)
    if temp:
        environ["TMPDIR"] = str(temp)
    return pythons.wait_for([str(python), *script], environ)


def _environment(created: Path, packages: list[str]) -> Path:
    """The Python of a virtual environment with these folders of packages. Others may be using it."""
    python = created.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python3")))
    home = f"home = {Path(getattr(sys, '_base_executable', sys.executable)).parent}\n"
    configuration = created / "pyvenv.cfg"
    if not python.exists() or home not in configuration.read_text("utf-8"):
        venv.create(created, symlinks=os.name != "nt")
    listed = next(created.glob("[Ll]ib/**/site-packages")) / "locked.pth"
    content = "\n".join(packages)
    if not listed.exists() or listed.read_text("utf-8") != content:
        new = listed.with_name(f"locked-{os.getpid()}")
        new.write_text(content, "utf-8")
        new.replace(listed)
    return python
