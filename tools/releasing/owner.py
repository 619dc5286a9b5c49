"""The account that hosts the project: stated in pyproject.toml, written wherever the project is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from . import ReleaseError

FOLDERS = (".ci", ".github", "bench", "docs", "examples", "src", "sweep", "tests", "tools")
NO_SOURCE = frozenset(("__pycache__", "node_modules", "target", "vendor"))
PLACEHOLDER = "OWNER"  # until the project has a home
READER = "YOUR-ORG"  # stands for an account of the reader
_ACCOUNT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}")  # what GitHub takes as a name
_NAMED = re.compile(
    r"(?:github\.com/|(?:uses|repository): *|/release/|scorecard\.dev/\S*/)([A-Za-z0-9-]+)/fire-routine\b"
)


def owner(root: Path) -> str:
    """The owner as pyproject.toml states it."""
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["fire-routine"]["owner"])


def _texts(root: Path) -> Iterator[tuple[Path, str]]:
    """The project's text files, and what they hold."""
    paths = [*root.glob("*"), *(path for folder in FOLDERS for path in (root / folder).rglob("*"))]
    for path in sorted(paths):
        if path.is_file() and not path.is_symlink() and not NO_SOURCE.intersection(path.parts):
            try:
                yield path, path.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                continue


def others(root: Path) -> Iterator[str]:
    """Where the project is named with another owner, in lines."""
    stated = owner(root)
    for path, text in _texts(root):
        for number, line in enumerate(text.splitlines(), 1):
            for found in _NAMED.findall(line):
                if found not in (stated, READER):
                    yield (
                        f"{path.relative_to(root).as_posix()}:{number}: the owner is {found}, but {stated} in"
                        f" pyproject.toml: run `tools/release.py stamp --owner {stated}`"
                    )


def mentions(root: Path) -> int:
    """How often the project is named."""
    return sum(len(_NAMED.findall(text)) for _, text in _texts(root))


def stamp(root: Path, name: str) -> list[Path]:
    """Write the owner's name wherever it has to be; the files that changed.

    Raises:
        ReleaseError: no account can have that name.
    """
    if not _ACCOUNT.fullmatch(name):
        raise ReleaseError(f"--owner {name!r} is not a name that a GitHub account can have")
    before = owner(root)
    named = re.compile(
        rf"(?<![\w/-]){re.escape(before)}(?=/fire-routine\b)|(?<=/){re.escape(before)}(?=/fire-routine\b)"
    )
    changed = []
    for path, text in _texts(root):
        new = named.sub(name, text)
        relative = path.relative_to(root).as_posix()
        if relative == ".github/CODEOWNERS":
            new = re.sub(rf"@{re.escape(before)}\b", f"@{name}", new)
        if relative == "pyproject.toml":
            new = re.sub(r'(?m)^owner = ".*"$', f'owner = "{name}"', new)
        if new != text:
            path.write_bytes(new.encode())
            changed.append(path)
    return changed


def pin(root: Path, commit: str, release: str = "") -> list[Path]:
    """Write a commit wherever users are shown the action; the files that changed.

    release: its tag, such as `v1.0.0`, for the comment that update tools keep; empty: it is no release

    Raises:
        ReleaseError: it is not a commit's SHA.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise ReleaseError(f"--ref {commit!r} is not a commit's SHA of 40 characters")
    changed = []
    for path in (root / "README.md", *sorted((root / "examples").glob("*.yml"))):
        text = path.read_text("utf-8")
        new = re.sub(
            r"(/fire-routine(?:/sweep)?@|/fire-routine\n +ref: +)[\w.-]+(?: # v\S+)?",
            rf"\g<1>{commit}" + (f" # {release}" if release else ""),
            text,
        )
        if new != text:
            path.write_text(new, "utf-8", newline="\n")
            changed.append(path)
    return changed
