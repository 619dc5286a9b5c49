"""Requests for evidence that the run can do without: a note replaces what is unavailable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..model import GitHubError
from ..github.client import GitHub
from ..github.missing import Missing
from .worker_pool import WorkerPool

ACTIONS, CHECKS, CONTENTS, PULLS = "actions: read", "checks: read", "contents: read", "pull-requests: read"

T = TypeVar("T")


class BestEffort:
    """GitHub, the notes on what is missing, and the worker pool that several requests share."""

    def __init__(self, github: GitHub, missing: Missing, pool: WorkerPool) -> None:
        self.github = github
        self.missing = missing
        self.pool = pool

    def ask(self, what: str, permission: str, question: Callable[[], T], otherwise: T) -> T:
        """The answer; after a `GitHubError` `otherwise`, with a note that `what` is missing."""
        try:
            return question()
        except GitHubError as error:
            self.missing.add(what, error, permission)
            return otherwise
