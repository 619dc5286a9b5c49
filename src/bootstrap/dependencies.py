"""Makes the packages that fire_routine needs importable. The standard library alone; needs Python 3.11."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from types import ModuleType

# Packages whose `__init__` is not run: only their modules can be imported. PyGithub's imports every class of
# GitHub's API, and PyJWT, PyNaCl and cryptography to sign in as an app; urllib3's an HTTP/2 library.
HOLLOW = ("github", "urllib3.http2")


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
    for name in HOLLOW:
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = [str(packages.joinpath(*name.split(".")))]
    # requests warns without charset-normalizer, which guesses encodings. GitHub's API always uses UTF-8.
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
    return folder


def finish(folder: Path | None) -> None:
    """Remove what `prepare` installed for this start alone."""
    if folder is not None:
        from . import install

        if install.is_used_once(folder):
            install.remove(folder)
