"""Whether a tree is the release that it claims to be."""

from __future__ import annotations

import json
import re
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import ReleaseError, tree
from .tree import ABOUT, VENDOR
from .wheels import Files

MOST = 14_000_000  # bytes of the packed tree, which each job downloads before the step
_CODE = re.compile(r"(.*)__pycache__/([^/]+)\.([^./]+)\.pyc")


def problems(
    root: Path, out: Path, packages: Mapping[str, Sequence[Files]], pythons: Mapping[str, Path]
) -> Iterator[str]:
    """What is wrong with the release in `out`, in lines: it is made again and compared.

    root: the repository that holds the commit
    pythons: those at hand, by the tag of their code

    Raises:
        ReleaseError: it is no release, or its commit or packages are unavailable.
    """
    about = read_about(out)
    made_with: Mapping[str, str] = about["pythons"]
    parts = tree.made(root, str(about.get("commit")), packages)
    if about.get("version") != parts.about["version"]:
        yield f"{ABOUT} has the version {about.get('version')}, the source {parts.about['version']}"
    compared = [
        tag for tag in made_with if tag in pythons and tree.identity(pythons[tag])[1] == made_with[tag]
    ]
    with tempfile.TemporaryDirectory(prefix="fire-routine-verify-") as temporary:
        again = Path(temporary, "tree")
        tree.write(parts, again, [pythons[tag] for tag in compared])
        expected, found = _files(again), _files(out)
        for tag in made_with:
            if tag not in compared:  # only whether its files are there is compared
                modules = [Path(path) for path in expected if path.endswith(".py")]
                names = [str(each.parent / "__pycache__" / f"{each.stem}.{tag}.pyc") for each in modules]
                expected |= {name: found[name] for name in names if name in found}
        yield from _differences(expected, found, made_with)
    packed = sum(len(zlib.compress(path.read_bytes())) for path in found.values())
    if packed > MOST:
        yield f"the release takes {packed:,} bytes packed, more than {MOST:,}"


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}


def _differences(
    expected: Mapping[str, Path], found: Mapping[str, Path], made_with: Mapping[str, str]
) -> Iterator[str]:
    for path in sorted({*expected, *found} - {ABOUT}):
        if path not in found:
            yield f"{path} is missing"
        elif path not in expected:
            yield f"{path} is unexpected"
        elif found[path].is_symlink() or found[path].read_bytes() != expected[path].read_bytes():
            code = _CODE.fullmatch(path)
            if code:
                yield f"{path} is not what Python {made_with[code[3]]} makes of the source"
            else:
                yield f"{path} is not as in {'its wheel' if path.startswith(f'{VENDOR}/') else 'git'}"


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
