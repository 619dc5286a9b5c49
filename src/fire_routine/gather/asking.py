"""Asking GitHub for things the run can do without: a note takes the place of what can't be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..model import GitHubError
from .github import GitHub
from .notes import Notes
from .threads import Threads

ACTIONS, CHECKS, CONTENTS, PULLS = "actions: read", "checks: read", "contents: read", "pull-requests: read"

T = TypeVar("T")


class Asking:
    """GitHub, the notes on what it did not give, and the threads that several questions share."""

    def __init__(self, github: GitHub, notes: Notes, threads: Threads) -> None:
        self.github = github
        self.notes = notes
        self.threads = threads

    def now(self, what: str, permission: str, ask: Callable[[], T], otherwise: T) -> T:
        try:
            return ask()
        except GitHubError as error:
            self.notes.add(what, error, permission)
            return otherwise
