"""Whether a tree is the release that it claims to be."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import ReleaseError, tree
from .tree import ABOUT, VENDOR
from .wheels import Files

MOST = 5_000_000  # bytes of the packed tree, which each job downloads before the step


def problems(root: Path, out: Path, packages: Mapping[str, Sequence[Files]]) -> Iterator[str]:
    """What is wrong with the release in `out`, in lines: it is made again and compared.

    root: the repository that holds the commit

    Raises:
        ReleaseError: it is no release, or its commit or packages are unavailable.
    """
    expected = tree.content(tree.made(root, str(read_about(out).get("commit")), packages))
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if not path.is_dir()}
    for path in sorted({*expected, *found}):
        if path not in found:
            yield f"{path} is missing"
        elif path not in expected:
            yield f"{path} is unexpected"
        elif found[path].is_symlink() or found[path].read_bytes() != expected[path]:
            yield f"{path} is not as in {'its wheel' if path.startswith(f'{VENDOR}/') else 'git'}"
    packed = sum(len(zlib.compress(path.read_bytes())) for path in found.values())
    if packed > MOST:
        yield f"the release takes {packed:,} bytes packed, more than {MOST:,}"


def read_about(out: Path) -> dict[str, Any]:
    """What a release states about itself.

    Raises:
        ReleaseError: it is no release.
    """
    try:
        about = json.loads((out / ABOUT).read_text("utf-8"))
    except (OSError, ValueError):
        raise ReleaseError(f"{out} is no release: it has no {ABOUT}") from None
    if not isinstance(about, dict):
        raise ReleaseError(f"{out / ABOUT} has another shape")
    return about
