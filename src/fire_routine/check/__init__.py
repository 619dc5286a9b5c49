"""What is missing before a repository's first fire. It is read from GitHub; nothing is sent."""

from __future__ import annotations

from ..github.client import GitHub
from . import jobs, reach, rules, session
from .repository import Row, read

__all__ = ["Row", "check"]


def check(github: GitHub, *, owner: str = "", file: str = "", fire_url: str = "") -> list[Row]:
    """The rows in the order in which people go through them.

    Args:
        owner: the login that owns the routine; empty: whose token it is.
        file: that of the workflow that fires; empty: those on the default branch that use the action.
        fire_url: the routine's URL, whose form is looked at; empty: it is not known.

    Raises:
        GitHubError: the repository can't be read at all.
    """
    repository = read(github, owner)
    return [
        *rules.rows(repository),
        *reach.rows(repository),
        *session.rows(repository, fire_url),
        *jobs.rows(repository, file),
    ]
