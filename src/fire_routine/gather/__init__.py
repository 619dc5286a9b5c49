"""What GitHub knows: which run failed, its jobs, steps, annotations, logs, pull request, last green run."""

from __future__ import annotations

from .context import with_context
from .event import run_as_reported
from .event_source import GatherError, find_target
from .files import read_attachments
from .known_failures import KnownFailures
from .logs import read_green_logs, read_logs
from .run import gather_run, with_annotations

__all__ = [
    "GatherError",
    "KnownFailures",
    "find_target",
    "gather_run",
    "read_attachments",
    "read_green_logs",
    "read_logs",
    "run_as_reported",
    "with_annotations",
    "with_context",
]
