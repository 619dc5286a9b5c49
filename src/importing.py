"""Imports fire_routine without writing beside its source. The standard library alone; needs Python 3.11."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# What needs none of the locked packages, and so can be imported while they are being installed.
EARLY = ("cli", "distill", "compose", "decide")


class Loader(SourceFileLoader):
    """Keeps bytecode in a folder of its own, by the source's content.

    The source may lie in somebody's checkout, where nothing is to be written; and a runner lays it anew for
    each job, with other times.
    """

    folder: Path | None = None  # where all of them keep it; None: nowhere

    def path_stats(self, path: str) -> dict[str, float]:
        return {"mtime": 0, "size": Path(path).stat().st_size}

    def get_data(self, path: str) -> bytes:
        return super().get_data(self._kept(path) if path.endswith(".pyc") else path)

    def set_data(self, path: str, data: ReadableBuffer, *, _mode: int = 0o666) -> None:
        if self.folder is not None:
            super().set_data(self._kept(path), data, _mode=_mode)

    def _kept(self, bytecode: str) -> str:
        if self.folder is None:
            raise OSError("no bytecode is kept")
        content = hashlib.sha256(Path(self.path).read_bytes()).hexdigest()[:32]
        return str(self.folder / "bytecode" / f"{content}.{Path(bytecode).name}")


def keep_bytecode_apart(source: Path) -> None:
    """From now on, what is imported from below `source` is so by `Loader`."""

    def finder(path: str) -> FileFinder:
        if not Path(path).is_relative_to(source):
            raise ImportError(path)
        return FileFinder(path, (Loader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(str(source), None)
    sys.dont_write_bytecode = False


def import_hollow(package: str) -> None:
    """Lets `package`'s modules be imported without what the package itself imports at once."""
    spec = find_spec(package)
    if spec is not None:
        sys.modules[package] = module_from_spec(spec)


def import_early(folder: Path) -> None:
    """Imports what can be imported without the locked packages; its bytecode goes to `folder`."""
    Loader.folder = folder
    for name in EARLY:
        with contextlib.suppress(ImportError):  # to be seen when it is imported in earnest
            import_module(f"fire_routine.{name}")
