"""What is missing before a repository's first fire. It is read from GitHub; nothing is sent."""

from __future__ import annotations

from ..github.client import GitHub
from . import jobs, rules, secrets, session
from .facts import Facts, read
from .rows import Row, State

__all__ = ["Facts", "Row", "State", "check"]


def check(github: GitHub, *, owner: str = "", named: str = "", fire_url: str = "") -> tuple[Facts, list[Row]]:
    """What was read, and the rows in the order in which people go through them.

    Args:
        owner: the login that owns the routine; empty: whose token it is.
        named: the file of the workflow that fires; empty: those on the default branch that use the action.
        fire_url: the routine's URL, whose form is looked at; empty: it is not known.

    Raises:
        GitHubError: the repository can't be read at all.
    """
    facts = read(github, owner)
    return facts, [
        *rules.rows(facts),
        *secrets.rows(facts),
        *session.rows(facts),
        *jobs.rows(facts, named),
        *jobs.endpoint_rows(facts, fire_url),
    ]
