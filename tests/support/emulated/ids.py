"""What GitHub makes up for its objects: ids and SHAs."""

from __future__ import annotations

import hashlib

EPOCH = "2026-01-01T00:00:00Z"


def number_of(text: str) -> int:
    """A stable id for a name."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def sha_of(text: str) -> str:
    """A stable commit SHA for a name."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
