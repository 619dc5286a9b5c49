"""Whether version, CHANGELOG, README, examples and docs agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from . import ReleaseError
from .owner import PLACEHOLDER, mentions, others, owner
from .tree import version_of

TAG = "release-"  # begins the tag that starts a release
NOT_RELEASED = "Not released yet"  # how README.md begins its note on that
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?[^\n]*\n", re.MULTILINE)
# As an action, or as a checkout (`ref:`)
_USED = re.compile(r"(?:[\w-]+/fire-routine(?:/sweep)?@|\bref: +)([\w.-]+)(?: *# *(\S+))?")


def version(root: Path) -> str:
    """The version of the working tree."""
    return version_of((root / "src/fire_routine/version.py").read_text("utf-8"))


def notes(root: Path, wanted: str) -> str:
    """What CHANGELOG.md has on a version, without its heading.

    Raises:
        ReleaseError: nothing.
    """
    found = dict(_sections(root))
    if not found.get(wanted):
        raise ReleaseError(f"CHANGELOG.md has no entries for {wanted}: add a section `## [{wanted}] - DATE`")
    return found[wanted]


def _sections(root: Path) -> Iterator[tuple[str, str]]:
    text = (root / "CHANGELOG.md").read_text("utf-8")
    headings = list(_HEADING.finditer(text))
    for heading, end in zip(headings, [*(h.start() for h in headings[1:]), len(text)], strict=True):
        if heading[1] != "Unreleased" and not heading[2]:
            raise ReleaseError(f"CHANGELOG.md: the section of {heading[1]} has no date")
        yield heading[1], text[heading.end() : end].strip()


def problems(root: Path, tag: str = "") -> Iterator[str]:
    """What keeps the working tree from being released, in lines; `tag`: the one that starts it.

    Raises:
        ReleaseError: something cannot be read.
    """
    stated = version(root)
    if not _VERSION.fullmatch(stated):
        yield f"src/fire_routine/version.py: {stated} is not a version like 1.2.3"
    sections = dict(_sections(root))
    newest = next((name for name in sections if name != "Unreleased"), "")
    if newest and newest != stated:
        yield f"CHANGELOG.md: the newest version is {newest}, but src/fire_routine/version.py has {stated}"
    yield from _mentions(root, stated)
    yield from others(root)
    if tag:
        yield from placeholders(root)
        yield from _ready(tag, stated, sections.get("Unreleased", ""))


def placeholders(root: Path) -> Iterator[str]:
    """What is still a placeholder, in lines: none of it may be left when a release is made."""
    if owner(root) == PLACEHOLDER:
        yield (
            f"{PLACEHOLDER} stands for the account that hosts the project, {mentions(root)} times: "
            "run `tools/release.py stamp --owner NAME`"
        )
    sections = dict(_sections(root))
    if version(root) not in sections:
        yield f"CHANGELOG.md: {version(root)} has no section with a date: nothing is released yet"
    if NOT_RELEASED in (root / "README.md").read_text("utf-8"):
        yield f"README.md: it states {NOT_RELEASED!r}: remove that, add the badges (.github/RELEASING.md)"


def _ready(tag: str, stated: str, unreleased: str) -> Iterator[str]:
    if tag != TAG + stated:
        yield f"the tag is {tag}, but the version is {stated}: tag it {TAG}{stated}"
    if unreleased:
        yield "CHANGELOG.md: there are unreleased entries: move them to the version's section"


def _mentions(root: Path, stated: str) -> Iterator[str]:
    """Where users are shown another version of the action."""
    major = f"v{stated.partition('.')[0]}"
    paths = [root / "README.md", root / "SECURITY.md", *root.glob("docs/**/*.md"), *root.glob("examples/*")]
    for path in sorted(path for path in paths if path.is_file()):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for ref, comment in _USED.findall(line):
                pinned = re.fullmatch(r"[0-9a-f]{40}", ref) and comment in ("", f"v{stated}")
                if ref not in (major, f"v{stated}", "COMMIT", "SHA", "main") and not pinned:
                    where = f"{path.relative_to(root).as_posix()}:{number}"
                    yield f"{where}: the action is used at {ref} {comment}".rstrip() + f": write @{major}"
