"""Imports fire_routine and the locked packages: each file verified, each compiled once.

Python's own bytecode files are not used: they would lie next to the source, which may be in someone's
checkout, and nothing shows who wrote them. The standard library alone; needs Python 3.11.
"""

from __future__ import annotations

import contextlib
import hmac
import marshal
import os
import sys
import time
from hashlib import sha256
from importlib import import_module
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import CodeType, ModuleType

    from .kept import Program

    Key = tuple[str | bytes, int, int]  # pattern, flags, version of the engine
    Module = tuple[str, str, bool]
    # What a release brings: codes, programs, modules; SHA-256 and size of each source file, by its path.
    Shipped = tuple[dict[str, bytes], dict[Key, bytes], dict[str, Module], dict[str, tuple[str, int]]]

# Modules that need no locked package, so they can be imported while the packages are being installed.
EARLY = ("cli", "distill", "compose", "decide")
PREFIX = "bytecode-"
FORMAT = "4"  # changes the name of the file when its content changes shape
LARGEST = 16 * 1024 * 1024  # bytes of bytecode: several versions of the action, 3.5 MB each
UNUSED = 30 * 24 * 3600  # seconds after which a file of bytecode is removed: its token may be gone


class Store:
    """Compiled modules, kept in one file between starts.

    The file begins with an HMAC-SHA256 of the rest, keyed with the routine's token. An earlier job of
    another repository, as the same user, does not know the token, so it cannot make a file that is accepted.

    codes: bytecode, by the SHA-256 of its source; that of a dataclass's methods by the source itself
    programs: of regular expressions, by pattern and flags (see `kept`)
    modules: where a module was found, by its name: root, path below it, whether it is a package
    """

    def __init__(self, file: Path | None, key: bytes, shipped: Path | None = None) -> None:
        """
        file: where the store is kept; None: nowhere
        shipped: a file that a release brings, made by `shipped_bytes`
        """
        self.codes: dict[str, bytes] = {}
        self.programs: dict[Key, bytes] = {}
        self.modules: dict[str, Module] = {}
        self._shipped: Shipped = ({}, {}, {}, {})
        self._file = file
        self._key = key
        self._used: set[str | Key] = set()
        self._changed = False
        if shipped is not None:
            with contextlib.suppress(OSError):
                self._shipped = marshal.loads(shipped.read_bytes())  # noqa: S302 - trusted as the source is
                self.modules = dict(self._shipped[2])
        if file is not None:
            self._load(file)

    def shipped_bytes(self, source: Path) -> bytes:
        """The content of a file for a release: all that was compiled below `source`."""
        files = {}
        for _, name, _ in self.modules.values():
            data = Path(f"{source}{name}").read_bytes()
            files[name] = sha256(data).hexdigest(), len(data)
        return marshal.dumps(
            tuple(
                dict(sorted(part.items(), key=repr))
                for part in (self.codes, self.programs, self.modules, files)
            )
        )

    def unchanged(self, source: Path) -> dict[str, str]:
        """The SHA-256 of each file below `source` whose code a release brings, if its size is the same."""
        found = {}
        for name, (digest, size) in self._shipped[3].items():
            path = f"{source}{name}"
            with contextlib.suppress(OSError):
                if os.stat(path).st_size == size:  # noqa: PTH116 - Path takes longer
                    found[path] = digest
        return found

    def code(self, digest: str) -> CodeType | None:
        """The code of the source with this SHA-256, if it was compiled before."""
        kept = self.codes.get(digest) or self._shipped[0].get(digest)
        if kept is None:
            return None
        self._used.add(digest)
        code: CodeType = marshal.loads(kept)  # noqa: S302 - written by `add`, and verified
        return code

    def add(self, digest: str, code: CodeType) -> None:
        self.codes[digest] = marshal.dumps(code)
        self._used.add(digest)
        self._changed = True

    def program(self, key: Key) -> Program | None:
        """The program of a regular expression, if it was compiled before."""
        kept = self.programs.get(key) or self._shipped[1].get(key)
        if kept is None:
            return None
        self._used.add(key)
        program: Program = marshal.loads(kept)  # noqa: S302 - written by `add_program`, and verified
        return program

    def add_program(self, key: Key, program: Program) -> None:
        self.programs[key] = marshal.dumps(program)
        self._used.add(key)
        self._changed = True

    def save(self) -> None:
        """Write the file if something was compiled in this process. Without room, nothing is kept."""
        if self._file is None or not self._changed:
            return
        data = marshal.dumps((self.codes, self.programs, self.modules))
        if len(data) > LARGEST:
            codes = {digest: code for digest, code in self.codes.items() if digest in self._used}
            programs = {key: program for key, program in self.programs.items() if key in self._used}
            data = marshal.dumps((codes, programs, self.modules))
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
                kept = marshal.loads(data[32:])  # noqa: S302 - written by `save`
                if isinstance(kept, tuple) and len(kept) == 3:  # another version may write another shape
                    self.codes, self.programs, modules = kept
                    self.modules |= modules


def _sweep(place: Path) -> None:
    for file in place.glob(f"{PREFIX}*"):
        if time.time() - file.stat().st_mtime > UNUSED:
            file.unlink(missing_ok=True)


def open_store(places: Iterable[Path], environ: Mapping[str, str], shipped: Path | None = None) -> Store:
    """The store in the first of `places` that can be written; `shipped`: see `Store`.

    Without a token there is no key. On a person's machine none is needed. In a workflow nothing is kept then.
    """
    key = environ.get("FIRE_ROUTINE_ROUTINE_TOKEN", "").encode()
    if not key and environ.get("GITHUB_ACTIONS"):
        return Store(None, key, shipped)
    identifier = hmac.digest(key, b"file name", "sha256").hex()[:8]
    for place in places:
        existing = next((folder for folder in (place, *place.parents) if folder.exists()), None)
        if existing and os.access(existing, os.W_OK):
            return Store(
                place / f"{PREFIX}{FORMAT}-{sys.implementation.cache_tag}-{identifier}", key, shipped
            )
    return Store(None, key, shipped)


def shipped_file(source: Path) -> Path | None:
    """The file in which a release brings the code for this Python. Pre-releases differ from each other."""
    if sys.version_info.releaselevel != "final":
        return None
    return source / "bytecode" / f"{sys.implementation.cache_tag}.bin"


class Loader(SourceFileLoader):
    """Loads a module from its source, or from the code that is kept for a source of the same content.

    The name and times of a source file mean nothing: a runner unpacks the action again for each job.
    """

    store = Store(None, b"")
    roots: Mapping[str, str] = {}  # folders with modules, by their name in the store
    digests: Mapping[str, str] = {}  # SHA-256 of each installed file, by path
    hollow: tuple[str, ...] = ()  # packages whose `__init__` is not run: only their modules can be imported

    def get_code(self, fullname: str) -> CodeType:
        installed = self.digests.get(self.path)
        code = self.store.code(installed) if installed else None
        if code is not None:
            return code
        source = Path(self.path).read_bytes()
        verify(self.path, source)
        digest = sha256(source).hexdigest()
        code = self.store.code(digest)
        if code is None:
            code = self.source_to_code(source, self.path)
            self.store.add(digest, code)
            self._remember(fullname)
        return code

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ not in self.hollow:
            super().exec_module(module)

    def _remember(self, fullname: str) -> None:
        for name, root in self.roots.items():
            if self.path.startswith(root + os.sep):
                self.store.modules[fullname] = name, self.path[len(root) :], self.is_package(fullname)


class Extension(ExtensionFileLoader):
    """Loads a compiled module that is as it was installed."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        verify(self.path, Path(self.path).read_bytes())
        return super().create_module(spec)


class Finder:
    """Finds a module where it was found last time, without looking through folders."""

    @staticmethod
    def find_spec(fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004
        root, name, is_package = Loader.store.modules.get(fullname, ("", "", False))
        if root not in Loader.roots:
            return None
        location = Loader.roots[root] + name
        if location not in Loader.digests and not os.path.exists(location):  # noqa: PTH110 - Path takes longer
            return None
        spec = ModuleSpec(fullname, Loader(fullname, location), origin=location, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [location.rpartition(os.sep)[0]]
        return spec


def verify(path: str, data: bytes) -> None:
    """Check a file against what was installed, if it is one of the locked packages.

    Raises:
        ImportError: it was changed or added later.
    """
    packages = Loader.roots.get("packages")
    if packages is None or not path.startswith(packages + os.sep):
        return
    if Loader.digests.get(path) != sha256(data).hexdigest():
        raise ImportError(f"{path} is not as it was installed", path=path)


def use_loader(name: str, folder: Path, digests: Mapping[str, str] | None = None) -> None:
    """From now on, `Loader` and `Extension` load what is imported from `folder` and below.

    `name`: of the folder in the store; `digests`: the SHA-256 that each file in it must have.
    """
    if not Loader.roots:
        sys.meta_path.insert(0, Finder)
    root = str(folder)
    Loader.roots = {**Loader.roots, name: root}
    Loader.digests = digests or Loader.digests

    def finder(path: str) -> FileFinder:
        if path != root and not path.startswith(root + os.sep):
            raise ImportError(path)
        return FileFinder(path, (Extension, EXTENSION_SUFFIXES), (Loader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(root, None)


def import_early() -> None:
    """Import what needs none of the locked packages."""
    for name in EARLY:
        with contextlib.suppress(ImportError):  # it appears when the module is imported for use
            import_module(f"fire_routine.{name}")
