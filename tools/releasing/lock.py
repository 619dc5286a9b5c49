"""What the action's lock names: distributions, and the SHA-256 of their wheels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LOCK = "requirements.txt"
_ENTRY = re.compile(
    r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)[^\n]*\n((?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A distribution in a lock."""

    name: str  # as PEP 503 normalizes it
    version: str
    hashes: frozenset[str]  # SHA-256 of its wheels and its source distribution


def pinned(lock: Path) -> list[Pinned]:
    """The distributions of a lock, for all platforms."""
    return [
        Pinned(normalized(name), version, frozenset(re.findall(r"sha256:([0-9a-f]{64})", hashes)))
        for name, version, hashes in _ENTRY.findall(lock.read_text("utf-8"))
    ]


def normalized(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
