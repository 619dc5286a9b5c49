"""The event that a keyed fire is for, with the roles of who caused it and of who wrote what it brings."""

from __future__ import annotations

from dataclasses import replace

from ..github.client import GitHub
from ..github.events import read_event
from ..model.event import Event, Role
from ..model.outcome import GitHubError
from ..model.run import Origin
from ..settings import Context
from .event import default_branch


def read_cause(github: GitHub, key: str, context: Context) -> tuple[Event, Origin | None]:
    """The event of this run, and whose code it deploys: a request an account, and up to two for branches.

    An account of which GitHub does not state the role can't write.

    Raises:
        EventError: the payload lacks a fact.
    """
    event = read_event(context.event_name, context.event, key)
    roles: dict[str, Role] = {}

    def role(login: str, by_bot: bool) -> Role:
        if not login or by_bot or not github.token:
            return Role.NONE
        if login not in roles:
            try:
                roles[login] = github.role(login)
            except GitHubError:
                roles[login] = Role.NONE
        return roles[login]

    sent_by = role(event.sender, event.by_bot)
    words = tuple(replace(one, by_writer=role(one.author, one.by_bot) is Role.PUSH) for one in event.words)
    event = replace(event, role=sent_by, words=words)
    try:
        if event.on_pull_request and not event.branches:
            pull = github.pull_request(event.number)
            return replace(
                event, branches=(pull.head_branch,) if pull else (), branches_known=bool(pull)
            ), None
        if event.sha:
            return _deployed(github, event, default_branch(context))
    except GitHubError:
        return replace(event, branches_known=False), None
    return event, None


def _deployed(github: GitHub, event: Event, default: str) -> tuple[Event, Origin | None]:
    """With the deployed commit's message and branches, and whose code it is; None: perhaps a fork's.

    GitHub shows a fork's commits in the repository, too, and a name may be that of a fork's branch. So a
    commit is the repository's own if the default branch has it, or if it is at the head of a branch.
    """
    compared = github.compare(default, event.sha)
    merged = not compared.total_commits
    known = (compared.base,) if merged else compared.commits
    commit = next((one for one in known if one and one.sha == event.sha), None)
    branches = () if merged else github.branches_at(event.sha)
    event = replace(
        event,
        message=commit.message if commit else "",
        branches=(*event.branches, *branches),
        branches_known=commit is not None,
    )
    return event, Origin.WRITERS if merged else Origin.DISPATCHED if branches else None
