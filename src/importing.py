"""Imports fire_routine and the locked packages: each file verified, each compiled once.

The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import marshal
import os
import sys
import time
from importlib import import_module
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from _typeshed import ReadableBuffer

# Modules that need no locked package, so they can be imported while the packages are being installed.
EARLY = ("cli", "distill", "compose", "decide")
PREFIX = "bytecode-"
LARGEST = 16 * 1024 * 1024  # bytes of bytecode: several versions of the action, 3.5 MB each
UNUSED = (
    30 * 24 * 3600
)  # seconds after which a file of bytecode is removed: another token's, or an old lock's


class Bytecode:
    """Compiled modules, by the SHA-256 of their source, kept in one file between starts.

    The file begins with an HMAC-SHA256 of the rest, keyed with the routine's token. An earlier job of
    another repository, as the same user, does not know the token, so it cannot make a file that is accepted.
    """

    def __init__(self, file: Path | None, key: bytes) -> None:
        """`file`: where the bytecode is kept; None: nowhere."""
        self._file = file
        self._key = key
        self._modules: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._changed = False
        if file is not None:
            self._load(file)

    def get(self, digest: str) -> bytes:
        """The bytecode of the source with this SHA-256.

        Raises:
            FileNotFoundError: there is none.
        """
        if digest not in self._modules:
            raise FileNotFoundError(digest)
        self._used.add(digest)
        return self._modules[digest]

    def set(self, digest: str, code: bytes) -> None:
        self._modules[digest] = code
        self._used.add(digest)
        self._changed = True

    def save(self) -> None:
        """Write the file if a module was compiled in this process. Without room, nothing is kept."""
        if self._file is None or not self._changed:
            return
        data = marshal.dumps(self._modules)
        if len(data) > LARGEST:
            data = marshal.dumps({digest: self._modules[digest] for digest in self._used})
        temporary = self._file.with_name(f"{self._file.name}-{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            _sweep(self._file.parent)
            try:
                temporary.touch(0o600)
                temporary.write_bytes(hmac.digest(self._key, data, "sha256") + data)
                temporary.replace(self._file)
            except OSError:
                temporary.unlink(missing_ok=True)

    def _load(self, file: Path) -> None:
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            data = memoryview(file.read_bytes())
            if hmac.compare_digest(data[:32], hmac.digest(self._key, data[32:], "sha256")):
                modules = marshal.loads(data[32:])  # noqa: S302 - as it was written here
                if isinstance(modules, dict):  # another version of the action may write another shape
                    self._modules = modules


def _sweep(place: Path) -> None:
    for file in place.glob(f"{PREFIX}*"):
        if time.time() - file.stat().st_mtime > UNUSED:
            file.unlink(missing_ok=True)


class Loader(SourceFileLoader):
    """Loads a module from its source, or from the bytecode kept for a source of the same content.

    The name and times of a source file mean nothing: a runner unpacks the action again for each job.
    Nothing is written next to the source, which may be in someone's checkout.
    """

    packages: str | None = None  # the folder of the locked packages, if they were installed
    digests: Mapping[str, str] = {}  # SHA-256 of each file in it, by path
    bytecode = Bytecode(None, b"")

    def path_stats(self, path: str) -> dict[str, Any]:  # noqa: ARG002
        """Nothing to compare: bytecode is found by the content of the source."""
        return {"mtime": 0, "size": None}

    def get_data(self, path: str) -> bytes:
        if path.endswith(".pyc"):
            return self.bytecode.get(self._digest())
        data = super().get_data(path)
        verify(path, data)
        return data

    def set_data(self, path: str, data: ReadableBuffer, *, _mode: int = 0o666) -> None:  # noqa: ARG002
        self.bytecode.set(self._digest(), bytes(data))

    def _digest(self) -> str:
        return self.digests.get(self.path) or sha256(super().get_data(self.path))


class Extension(ExtensionFileLoader):
    """Loads a compiled module that is as it was installed."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        verify(self.path, Path(self.path).read_bytes())
        return super().create_module(spec)


def verify(path: str, data: bytes) -> None:
    """Check a file against what was installed, if it is one of the locked packages.

    Raises:
        ImportError: it was changed or added later.
    """
    if Loader.packages is None or not path.startswith(Loader.packages + os.sep):
        return
    if Loader.digests.get(path) != sha256(data):
        raise ImportError(f"{path} is not as it was installed", path=path)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def use_loader(folder: Path) -> None:
    """From now on, `Loader` and `Extension` load what is imported from `folder` and below."""

    def finder(path: str) -> FileFinder:
        if not Path(path).is_relative_to(folder):
            raise ImportError(path)
        return FileFinder(path, (Extension, EXTENSION_SUFFIXES), (Loader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(str(folder), None)
    sys.dont_write_bytecode = False  # `Loader.set_data` keeps it


def use_installed(packages: Path, digests: Mapping[str, str]) -> None:
    """From now on, what is imported from below `packages` must have these SHA-256 digests, by path."""
    Loader.packages, Loader.digests = str(packages), digests
    use_loader(packages)


def kept_bytecode(places: Iterable[Path], environ: Mapping[str, str]) -> Bytecode:
    """The bytecode that is kept in the first of `places` that can be written.

    Without a token there is no key. On a person's machine none is needed. In a workflow nothing is kept then.
    """
    key = environ.get("FIRE_ROUTINE_ROUTINE_TOKEN", "").encode()
    if not key and environ.get("GITHUB_ACTIONS"):
        return Bytecode(None, key)
    identifier = hmac.digest(key, b"file name", "sha256").hex()[:8]
    for place in places:
        existing = next((folder for folder in (place, *place.parents) if folder.exists()), None)
        if existing and os.access(existing, os.W_OK):
            return Bytecode(place / f"{PREFIX}{sys.implementation.cache_tag}-{identifier}", key)
    return Bytecode(None, key)


class Hollow(Loader):
    """Makes a package without running its `__init__`: only its modules can be imported."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs nothing."""


def import_hollow(*packages: str) -> None:
    """From now on `packages` are hollow for every import."""

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


def import_early() -> None:
    """Import what needs none of the locked packages."""
    for name in EARLY:
        with contextlib.suppress(ImportError):  # it appears when the module is imported for use
            import_module(f"fire_routine.{name}")
