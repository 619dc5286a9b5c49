"""The tree of a release: of the source what a start uses, and in `src/` what makes it install nothing.

- `src/vendor`: the packages of the action's lock, as in their wheels; LICENSES.md lists their licences
- `release.json`: version and commit

Nothing is compiled, so that all but the search library can be read. The same commit and wheels give the same
bytes.
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

from . import ReleaseError, wheels
from .wheels import Files

VENDOR = "src/vendor"
# Of the source: what a start uses, and what people look for in an action.
KEPT = (
    *("action.yml", "sweep/action.yml", "src/", "requirements.txt"),
    *("README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md"),
)
NOTES = f"{VENDOR}/LICENSES.md"
ABOUT = "release.json"


@dataclass(frozen=True, slots=True)
class Made:
    """A release, by the parts that it is made of: each file's content by its path."""

    source: Files
    vendored: Files
    about: Mapping[str, object]


def source_files(root: Path, commit: str) -> dict[str, bytes]:
    """The files of a commit.

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
                found[member.name] = file.read()
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
    """The parts of the release of a commit.

    Raises:
        ReleaseError: a part is missing or wrong.
    """
    source = {name: data for name, data in source_files(root, commit).items() if name.startswith(KEPT)}
    unwanted = [name for name in source if name.startswith(f"{VENDOR}/")]
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
        "version": version_of(source["src/fire_routine/version.py"].decode()),
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
        "`tools/release.py verify` compares them with the lock's hashes.\n\n"
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


def _write_files(contents: Files, out: Path) -> None:
    for path, data in contents.items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def write(parts: Made, out: Path) -> None:
    """Make the tree in the empty folder `out`.

    Raises:
        ReleaseError: it holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise ReleaseError(f"{out} is not empty: name a new folder")
    _write_files(content(parts), out)


def content(parts: Made) -> Files:
    """All files of the tree, by their paths."""
    about = json.dumps(parts.about, indent=2) + "\n"
    return {**parts.source, **parts.vendored, ABOUT: about.encode()}
