"""Runs a script of the project, with the packages of the test lock."""

from __future__ import annotations

import os
import venv
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
        return _run(folder, script)
    finally:
        if environment.is_used_once(folder):
            install.remove(folder)


def _run(folder: Path, script: list[str]) -> int:
    packages = environment.search_path(folder)
    created = folder / "venv"
    venv.create(created, symlinks=os.name != "nt")
    python = next(created.glob("bin/python3")) if os.name != "nt" else created / "Scripts" / "python.exe"
    site = next(created.glob("[Ll]ib/**/site-packages"))
    (site / "locked.pth").write_text("\n".join(packages), encoding="utf-8")
    tools = [str(python.parent), *(str(Path(path, "bin")) for path in packages)]
    environ = dict(os.environ, PATH=os.pathsep.join([*tools, os.environ.get("PATH", os.defpath)]))
    environ.pop("PYTHONPATH", None)
    if os.name != "nt":  # /tmp is shared, and what the tests install there would never be found ready
        environ["TMPDIR"] = str(folder / "tmp")
        Path(environ["TMPDIR"]).mkdir(mode=0o700, exist_ok=True)
    return pythons.wait_for([str(python), *script], environ)
