"""Imports fire_routine without writing beside its source. The standard library alone; needs Python 3.11."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from _typeshed import ReadableBuffer

# What needs none of the locked packages, and so can be imported while they are being installed.
EARLY = ("cli", "distill", "compose", "decide")


class Loader(SourceFileLoader):
    """Keeps bytecode in a folder of its own, by the source's content.

    The source may lie in somebody's checkout, where nothing is to be written; and a runner lays it anew for
    each job, with other times.
    """

    folder: Path | None = None  # where all of them keep it; None: nowhere

    def path_stats(self, _path: str) -> dict[str, Any]:
        return {"mtime": 0, "size": None}  # nothing to compare: the name tells the content

    def get_data(self, path: str) -> bytes:
        return super().get_data(self._kept(path) if path.endswith(".pyc") else path)

    def set_data(self, path: str, data: ReadableBuffer, *, _mode: int = 0o666) -> None:
        if self.folder is not None:
            super().set_data(self._kept(path), data, _mode=_mode)

    def _kept(self, bytecode: str) -> str:
        if self.folder is None:
            raise OSError("no bytecode is kept")
        content = hashlib.sha256(super().get_data(self.path)).hexdigest()[:32]
        name = bytecode.rpartition(os.sep)[2]
        return f"{self.folder}{os.sep}bytecode{os.sep}{content}.{name}"


def keep_bytecode_apart(source: Path) -> None:
    """From now on, what is imported from below `source` is so by `Loader`."""

    def finder(path: str) -> FileFinder:
        if not Path(path).is_relative_to(source):
            raise ImportError(path)
        return FileFinder(path, (Loader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(str(source), None)
    sys.dont_write_bytecode = False


class Hollow(Loader):
    """Makes a package of which only the modules in it can be imported, not what it holds itself."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs nothing."""


def import_hollow(*packages: str) -> None:
    """From now on `packages` are so, wherever they are imported from."""

    class Finder(PathFinder):
        @classmethod
        def find_spec(
            cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
        ) -> ModuleSpec | None:
            spec = super().find_spec(fullname, path, target) if fullname in packages else None
            if spec is not None and spec.origin is not None:
                spec.loader = Hollow(fullname, spec.origin)
            return spec

    sys.meta_path.insert(0, Finder)


def import_early(folder: Path) -> None:
    """Imports what can be imported without the locked packages; its bytecode goes to `folder`."""
    Loader.folder = folder
    for name in EARLY:
        with contextlib.suppress(ImportError):  # to be seen when it is imported in earnest
            import_module(f"fire_routine.{name}")
