"""What a command ends in when it can't do what it was asked."""

from __future__ import annotations


class CommandError(Exception):
    """What went wrong and what to do about it, in one line."""
