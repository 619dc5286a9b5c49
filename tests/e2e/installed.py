"""The action's locked packages, taken from the test environment: an install without a package index.

The test lock has all of the action's lock at the same versions, from wheels with the same hashes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tools.releasing import ReleaseError, tree, wheels

from bootstrap import install

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.txt"


def locked_name() -> str:
    """The name of the ready folder."""
    return install.folder_name(LOCK.read_bytes())


def locked() -> list[str]:
    """The distributions of the action's lock."""
    return re.findall(r"^([\w.-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)


def with_requirements(requirements: Iterable[str]) -> set[str]:
    """The distributions that an installer would install here for these requirements."""
    found: set[str] = set()
    pending = [Requirement(requirement) for requirement in requirements]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        extras = ["", *requirement.extras]
        for text in distribution(name).requires or ():
            needed = Requirement(text)
            if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                needed.marker = None
                pending.append(needed)
    return found


def copy_packages(names: Iterable[str], target: Path) -> None:
    """Copy packages of the test environment into the folder `target`, as an installer lays them out."""
    for name in names:
        for file in distribution(name).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target / file)


def make_ready(cache: Path) -> None:
    """Make the folder that the action's next start finds, in a user's cache."""
    copy_packages(locked(), cache / install.NAME / locked_name() / install.PACKAGES)


@cache
def packages() -> dict[str, list[wheels.Files]]:
    """The action's packages: of this environment, or of the index where someone has changed one here.

    Some machines add their own authority to certifi's.
    """
    try:
        return wheels.installed(ROOT)
    except ReleaseError:
        return wheels.downloaded(ROOT, install.roots(os.environ)[0] / "wheels")


@cache
def release_commit(temporary: Path) -> str:
    """A commit of the work tree, without new files. It has an index of its own: tests build side by side."""
    environ = os.environ | {"GIT_INDEX_FILE": str(temporary / "index")}

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=Octo", "-c", "user.email=octo@example.com"]
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("read-tree", "HEAD")
    git("add", "--update")
    return git("commit-tree", git("write-tree"), "-p", "HEAD", "-m", "The work tree")


def build_release(folder: Path) -> Path:
    """A release's tree, made from the packages of this environment."""
    with tempfile.TemporaryDirectory() as temporary:
        commit = release_commit(Path(temporary))
    tree.write(tree.made(ROOT, commit, packages()), folder)
    return folder
