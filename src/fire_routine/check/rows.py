"""One row of the check's answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..model.outcome import GitHubError


class State(StrEnum):
    OK = "ok"
    DO = "do"
    UNSEEN = "can't see"


@dataclass(frozen=True, slots=True)
class Row:
    """`about`: what was looked at; `found`: in a sentence."""

    state: State
    about: str
    found: str
    todo: str = ""  # boxes to tick, or YAML to paste; of `can't see`: the permission
    page: str = ""  # the address where that is done


def do(about: str, found: str, todo: str, page: str = "") -> Row:
    return Row(State.DO, about, found, todo, page)


def ok(about: str, found: str) -> Row:
    return Row(State.OK, about, found)


def unseen(about: str, why: str | GitHubError, permission: str = "", page: str = "") -> Row:
    """What the token can't tell; `permission`: what it would take."""
    return Row(State.UNSEEN, about, str(why).rstrip("."), permission, page)
