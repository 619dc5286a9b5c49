"""Makes the packages that fire_routine needs importable. The standard library alone; needs Python 3.11."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from . import bytecode, environment, kept

LOCKS = ("requirements.txt", "requirements-fast.txt")


class Dependencies:
    """The packages that were made importable.

    remedy: what people can do if they cannot be imported
    """

    def __init__(self, folder: Path | None) -> None:
        """`folder`: the installed ones; None: a release brings them."""
        self._folder = folder
        self.remedy = "The release is incomplete: please report it"
        if folder is not None:
            self.remedy = f"The packages in {folder} were removed; the next start installs them again"

    def remove(self) -> bool:
        """Remove them, so that the next start installs them again; False: they were not installed."""
        if self._folder is None:
            return False
        from . import install

        install.remove(self._folder)
        return True

    def finish(self) -> None:
        """Keep what was compiled, and remove what no later start will find."""
        bytecode.Loader.store.save()
        if self._folder is not None and environment.is_used_once(self._folder):
            self.remove()


def prepare(root: Path) -> Dependencies:
    """Make the packages importable that a release brings in `src/vendor`, else those of the locks.

    Raises:
        InstallError: they could not be installed.
    """
    source = root / "src"
    places = environment.roots(os.environ)
    store = bytecode.Loader.store = bytecode.open_store(places, os.environ, bytecode.shipped_file(source))
    kept.keep(store)
    bytecode.use_loader("source", source, store.unchanged(source))
    leave_out()
    if (source / "vendor").is_dir():
        sys.path[-1:-1] = [str(source / "vendor")]
        return Dependencies(None)
    locks = [root / lock for lock in LOCKS]
    name = environment.folder_name(b"".join(environment.read(locks)))
    folder = environment.find(places, name)
    if folder is None:
        from . import install  # most starts find a ready folder

        folder = install.ensure(locks, os.environ, bytecode.import_early)
    digests = {path: digest for path, (digest, _) in environment.files(folder).items()}
    bytecode.use_loader("packages", folder / "packages", digests)
    sys.path[-1:-1] = environment.search_path(folder)
    return Dependencies(folder)


def leave_out() -> None:
    """Skip what the libraries would load but fire-routine never uses, and the lock leaves out.

    - PyGithub's package imports every class of GitHub's API, and PyJWT, PyNaCl and cryptography to sign in as
      an app. `gather` needs one of its modules.
    - urllib3 looks for an HTTP/2 library.
    - requests warns without charset-normalizer, which guesses encodings. GitHub's API always uses UTF-8.
    """
    bytecode.Loader.hollow = ("github", "urllib3.http2")
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
