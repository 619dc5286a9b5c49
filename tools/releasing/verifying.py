"""Whether a tree is the release that it claims to be."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import ReleaseError, tree, wheels
from .tree import ABOUT, BYTECODE, CACHED, VENDOR, Made
from .wheels import Files

MOST = 48_000_000  # bytes of the whole tree


def problems(
    root: Path, out: Path, packages: Mapping[str, Sequence[Files]], pythons: Mapping[str, Path]
) -> Iterator[str]:
    """What is wrong with the release in `out`, in lines.

    root: the repository that holds the commit
    pythons: those at hand, by the tag of their bytecode

    Raises:
        ReleaseError: it is no release, or its commit or packages are unavailable.
    """
    about = read_about(out)
    made_with: Mapping[str, str] = about["pythons"]
    parts = tree.made(root, str(about.get("commit")), packages)
    if about.get("version") != parts.about["version"]:
        yield f"{ABOUT} has the version {about.get('version')}, the source {parts.about['version']}"
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if not path.is_dir()}
    yield from _compared(parts, found)
    yield from _code(parts, found, made_with, pythons)
    yield from _sizes(parts, found)


def _compared(parts: Made, found: Mapping[str, Path]) -> Iterator[str]:
    expected = {path: data for path, (data, _) in parts.source.items()} | dict(parts.vendored)
    for path, data in sorted(expected.items()):
        if path not in found:
            yield f"{path} is missing"
        elif found[path].is_symlink() or found[path].read_bytes() != data:
            origin = "its wheel" if path.startswith(f"{VENDOR}/") else "git"
            yield f"{path} is not as in {origin}"
    for path, (_, executable) in parts.source.items():
        if path in found and bool(found[path].stat().st_mode & 0o100) != executable:
            yield f"{path} is {'not ' if executable else ''}executable"
    for path in sorted(found.keys() - expected.keys()):
        if path != ABOUT and not path.startswith((f"{BYTECODE}/", f"{CACHED}/")):
            yield f"{path} is unexpected"


def _code(
    parts: Made,
    found: Mapping[str, Path],
    made_with: Mapping[str, str],
    pythons: Mapping[str, Path],
) -> Iterator[str]:
    """Compile again with the Pythons at hand, and compare."""
    expected = {f"{BYTECODE}/{tag}.bin" for tag in made_with}
    names = [Path(path).stem for path in parts.source if Path(path).match("src/bootstrap/*.py")]
    expected |= {f"{CACHED}/{name}.{tag}.pyc" for tag in made_with for name in names}
    held = {path for path in found if path.startswith((f"{BYTECODE}/", f"{CACHED}/"))}
    yield from (f"{path} is missing" for path in sorted(expected - held))
    yield from (f"{path} is unexpected" for path in sorted(held - expected))
    at_hand = [pythons[tag] for tag in made_with if tag in pythons]
    if not at_hand:
        return
    with tempfile.TemporaryDirectory(prefix="fire-routine-verify-") as temporary:
        again = Path(temporary, "tree")
        tree.write(parts, again, at_hand)
        same = json.loads((again / ABOUT).read_text("utf-8"))["pythons"]
        for path in sorted(expected & held):
            tag = path.removesuffix(".pyc").removesuffix(".bin").rpartition("/")[2].rpartition(".")[2]
            if same.get(tag) == made_with[tag] and (again / path).read_bytes() != found[path].read_bytes():
                yield f"{path} is not what Python {made_with[tag]} makes of the source"


def _sizes(parts: Made, found: Mapping[str, Path]) -> Iterator[str]:
    compiled = wheels.compiled_size(parts.vendored)
    if compiled > wheels.MOST_COMPILED:
        yield f"the compiled package takes {compiled:,} bytes, more than {wheels.MOST_COMPILED:,}"
    whole = sum(path.lstat().st_size for path in found.values())
    if whole > MOST:
        yield f"the release takes {whole:,} bytes, more than {MOST:,}"


def read_about(out: Path) -> dict[str, Any]:
    """What a release states about itself.

    Raises:
        ReleaseError: it is no release.
    """
    try:
        about = json.loads((out / ABOUT).read_text("utf-8"))
    except (OSError, ValueError):
        raise ReleaseError(f"{out} is no release: it has no {ABOUT}") from None
    if not isinstance(about, dict) or not isinstance(about.get("pythons"), dict):
        raise ReleaseError(f"{out / ABOUT} has another shape")
    return about
