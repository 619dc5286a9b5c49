"""What is unavailable → notes: each has the reason, and what would make it available."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from ..model.outcome import GitHubError
from ..model.run import Note

ACTIONS, CHECKS, CONTENTS, PULLS = "actions: read", "checks: read", "contents: read", "pull-requests: read"
NAMED = 3  # of the things that are missing for the same reason

T = TypeVar("T")


def remedy(error: GitHubError, *, token: bool) -> str:
    """What the user can do about it, in one sentence; empty: nothing, or a permission helps."""
    if error.rate_limited:
        return "Give `github-token` a token with its own rate limit, or run the job again later."
    if error.status == 401:
        return "Give `github-token` a valid token, such as `${{ github.token }}`."
    if error.denied and not token:
        return "Set `github-token`, for example to `${{ github.token }}`."
    if error.status == 410:
        return "GitHub no longer keeps it: run the failed job again."
    return ""


class Missing:
    """Collects, from several threads, what is missing. Things with the same reason make one note."""

    def __init__(self, *, token: bool) -> None:
        self._token = token
        self._lock = threading.Lock()
        self._missing: dict[tuple[str, str, str], dict[str, list[str]]] = {}

    def ask(self, what: str, permission: str, question: Callable[[], T], otherwise: T, name: str = "") -> T:
        """The answer to a question; after a `GitHubError` `otherwise`, with a note that `what` is missing."""
        try:
            return question()
        except GitHubError as error:
            self.add(what, error, permission, name)
            return otherwise

    def add(self, what: str, error: GitHubError, permission: str, name: str = "") -> None:
        """`what` is unavailable, such as "the pull request"; with `name`, such as "the log of"."""
        denied = error.denied and self._token
        self.say(what, str(error), remedy(error, token=self._token), name, permission if denied else "")

    def say(self, what: str, why: str, remedy: str = "", name: str = "", permission: str = "") -> None:
        """The same, with the reason and the remedy in words."""
        with self._lock:
            names = self._missing.setdefault((why, remedy, permission), {}).setdefault(what, [])
            if name:
                names.append(name)

    def collected(self) -> tuple[Note, ...]:
        """Sorted, so that their order does not depend on the threads."""
        return tuple(
            Note(", ".join(_named(what, names) for what, names in sorted(missing.items())), *reason)
            for reason, missing in sorted(self._missing.items())
        )


def _named(what: str, names: list[str]) -> str:
    if not names:
        return what
    shown = sorted(names) if len(names) <= NAMED + 1 else sorted(names)[:NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{what} {', '.join(shown)}{more}"
