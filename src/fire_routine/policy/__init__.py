"""May this run be reported at all? Each policy forbids it for its own reason."""

from __future__ import annotations

from .causes import by_others, is_untrusted, may_cause
from .fresh import labelled, stale
from .guards import before_gathering, guards, not_failed, unfinished, untrusted
from .known_failures import can_be_rerun, known_as, known_entries, known_failures
from .trailers import sessions_behind

__all__ = [
    "before_gathering",
    "by_others",
    "can_be_rerun",
    "guards",
    "is_untrusted",
    "known_as",
    "known_entries",
    "known_failures",
    "labelled",
    "may_cause",
    "not_failed",
    "sessions_behind",
    "stale",
    "unfinished",
    "untrusted",
]
