"""The tree of a release: the source as in git, and in `src/` what makes the start install nothing.

- `src/vendor`: the packages of the action's locks, as in their wheels; LICENSES.md lists their licences
- `src/bytecode`: the compiled modules, a file for each Python (see `bytecode_maker`)
- `src/bootstrap/__pycache__`: the same for what runs before, in Python's own format
- `release.json`: version, commit, and what the rest was made with

The same commit, wheels and Pythons give the same bytes.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from . import ReleaseError, bytecode_maker, wheels
from .wheels import Files

VENDOR, BYTECODE, CACHED = "src/vendor", "src/bytecode", "src/bootstrap/__pycache__"
NOTES = f"{VENDOR}/LICENSES.md"
ABOUT = "release.json"


@dataclass(frozen=True, slots=True)
class Made:
    """A release, by the parts that it is made of: each file's content by its path."""

    source: Mapping[str, tuple[bytes, bool]]  # and whether it is executable
    vendored: Mapping[str, bytes]
    about: Mapping[str, object]


def source_files(root: Path, commit: str) -> dict[str, tuple[bytes, bool]]:
    """The files of a commit: the content, and whether it is executable.

    Raises:
        ReleaseError: git cannot read it.
    """
    archive = git(root, "archive", "--format=tar", commit)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.issym() or member.islnk():
                raise ReleaseError(f"{member.name} is a link: a release holds files only")
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                found[member.name] = file.read(), bool(member.mode & 0o100)
    return found


def git(root: Path, *arguments: str) -> bytes:
    """What a git command prints.

    Raises:
        ReleaseError: it fails.
    """
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        stated = getattr(error, "stderr", b"").decode("utf-8", "replace").strip() or str(error)
        raise ReleaseError(f"git {arguments[0]}: {stated}") from None


def made(root: Path, commit: str, packages: Mapping[str, Sequence[Files]]) -> Made:
    """The parts of the release of a commit, apart from what is compiled.

    Raises:
        ReleaseError: a part is missing or wrong.
    """
    source = source_files(root, commit)
    unwanted = [name for name in source if name.startswith((f"{VENDOR}/", f"{BYTECODE}/"))]
    if unwanted or ABOUT in source:
        raise ReleaseError(f"the commit holds {(*unwanted, ABOUT)[0]}, which only a release has: remove it")
    vendored: dict[str, bytes] = {}
    described = []
    for name, versions in sorted(packages.items()):
        files = wheels.merged(versions)
        described.append(_licence(name, files))
        for path, data in files.items():
            if vendored.setdefault(f"{VENDOR}/{path}", data) != data:
                raise ReleaseError(f"two packages hold {path}")
    vendored[NOTES] = _notes(described).encode()
    about = {
        "version": version_of(source["src/fire_routine/version.py"][0].decode()),
        "commit": git(root, "rev-parse", f"{commit}^{{commit}}").decode().strip(),
    }
    return Made(source, vendored, about)


def version_of(text: str) -> str:
    """The version that `version.py` states."""
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if not found:
        raise ReleaseError("src/fire_routine/version.py states no version")
    return found[1]


def _licence(name: str, files: Files) -> tuple[str, str, str, str]:
    """A package's name, version, licence and the paths of its text."""
    (path,) = (path for path in files if re.fullmatch(r"[^/]+\.dist-info/METADATA", path))
    about = BytesParser().parsebytes(files[path], headersonly=True)
    texts = sorted(path for path in files if ".dist-info/licenses/" in path)
    if not texts:
        raise ReleaseError(f"the wheel of {name} holds no licence: it may not be passed on")
    classified = [
        value.rpartition(" :: ")[2] for value in about.get_all("Classifier", []) if "License ::" in value
    ]
    stated = str(about.get("License-Expression") or about.get("License") or ", ".join(classified))
    return name, str(about["Version"]), stated, ", ".join(f"[{Path(text).name}]({text})" for text in texts)


def _notes(described: Sequence[tuple[str, str, str, str]]) -> str:
    rows = "".join(f"| {' | '.join(each)} |\n" for each in described)
    return (
        "# Packages of other projects\n\n"
        "Each is here as in its wheel on the Python Package Index, unmodified, with its licence.\n"
        "`tools/release.py verify` compares them with the locks' hashes.\n\n"
        "PyGithub is under the LGPL: you may replace its folder here by another version of it.\n\n"
        f"| package | version | licence | text |\n|---|---|---|---|\n{rows}"
    )


def distributions(root: Path, commit: str, out: Path) -> list[Path]:
    """Make the wheel and the source distribution of a commit in the folder `out`.

    The same commit gives the same bytes.

    Raises:
        ReleaseError: they cannot be made.
    """
    date = git(root, "log", "-1", "--format=%ct", commit).decode().strip()
    with tempfile.TemporaryDirectory(prefix="fire-routine-dist-") as temporary:
        _write_files(source_files(root, commit), Path(temporary))
        command = [sys.executable, "-m", "hatchling", "build", "--directory", str(out.resolve())]
        environ = os.environ | {"SOURCE_DATE_EPOCH": date}
        done = subprocess.run(
            command, cwd=temporary, env=environ, check=False, capture_output=True, text=True
        )
    if done.returncode:
        raise ReleaseError(f"hatchling: {done.stderr.strip()[-500:]}")
    return sorted(out.iterdir())


def _write_files(contents: Mapping[str, tuple[bytes, bool]], out: Path) -> None:
    for path, (data, executable) in contents.items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o755 if executable else 0o644)


def write(parts: Made, out: Path, pythons: Sequence[Path]) -> None:
    """Make the tree in the empty folder `out`, with the code compiled by each of `pythons`.

    Raises:
        ReleaseError: it cannot be made.
    """
    if out.exists() and any(out.iterdir()):
        raise ReleaseError(f"{out} is not empty: name a new folder")
    _write_files({**parts.source, **{path: (data, False) for path, data in parts.vendored.items()}}, out)
    made_with = {}
    for python in pythons:
        tag, version = bytecode_maker.make(python, out)
        made_with[tag] = version
    about = {**parts.about, "pythons": dict(sorted(made_with.items()))}
    (out / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8", newline="\n")
