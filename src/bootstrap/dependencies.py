"""Makes the packages that fire_routine needs importable. The standard library alone; needs Python 3.11."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def prepare(root: Path) -> Path | None:
    """Make the packages importable that a release brings in `src/vendor`, else those of the lock.

    Returns:
        The folder where the lock is installed; None for a release.

    Raises:
        InstallError: the lock could not be installed.
    """
    folder = None
    packages = root / "src" / "vendor"
    if not packages.is_dir():
        from . import install

        folder = install.ensure(root / "requirements.txt", os.environ)
        packages = folder / install.PACKAGES
        if not install.is_used_once(folder):
            # Python compiles each module once, and compares its code with the source's time and size.
            sys.pycache_prefix = str(folder / "bytecode")
            sys.dont_write_bytecode = False
    sys.path[-1:-1] = [str(packages)]
    return folder


def finish(folder: Path | None) -> None:
    """Remove what `prepare` installed for this start alone."""
    if folder is not None:
        from . import install

        if install.is_used_once(folder):
            install.remove(folder)
