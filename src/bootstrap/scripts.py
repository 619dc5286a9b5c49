"""Runs a script of the project, with the packages of the test lock."""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

from . import install, pythons


def run(root: Path, script: list[str]) -> int:
    """Run a script with the test lock's tools and packages, and no others. The exit code.

    Raises:
        InstallError: the lock could not be installed.
    """
    folder = install.ensure(root / "tests" / "requirements.txt", os.environ)
    packages = folder / install.PACKAGES
    python = _environment(folder / "venv", packages)
    path = [str(python.parent), str(packages / "bin"), os.environ.get("PATH", os.defpath)]
    environ = dict(os.environ, PATH=os.pathsep.join(path))
    environ.pop("PYTHONPATH", None)
    if os.name != "nt":
        # /tmp is shared, so nothing that the tests install there would count as private.
        (folder / "tmp").mkdir(mode=0o700, exist_ok=True)
        environ["TMPDIR"] = str(folder / "tmp")
    try:
        return pythons.wait_for([str(python), *script], environ)
    finally:
        if install.is_used_once(folder):
            install.remove(folder)


def _environment(created: Path, packages: Path) -> Path:
    """The Python of a virtual environment with this folder of packages. Others may be using it."""
    python = created.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python3")))
    home = f"home = {Path(getattr(sys, '_base_executable', sys.executable)).parent}\n"
    if not python.exists() or home not in (created / "pyvenv.cfg").read_text("utf-8"):
        venv.create(created, symlinks=os.name != "nt")
    listed = next(created.glob("[Ll]ib/**/site-packages")) / "locked.pth"
    if not listed.exists() or listed.read_text("utf-8") != str(packages):
        new = listed.with_name(f"locked-{os.getpid()}")
        new.write_text(str(packages), "utf-8")
        new.replace(listed)
    return python
