"""The ledger: entries on commits, as they are written, stored and read."""

from __future__ import annotations

import secrets


def new_mark() -> str:
    """Eight random characters of 0-9 and a-z, which tie the entries of one claim together."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(8))
