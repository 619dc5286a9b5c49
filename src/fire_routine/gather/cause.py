"""The event that a keyed fire is for, with the roles of who caused it and of who wrote what it brings."""

from __future__ import annotations

from dataclasses import replace

from ..github.client import GitHub
from ..github.events import read_event
from ..model.event import Event, Role
from ..model.outcome import GitHubError
from ..settings import Context


def read_cause(github: GitHub, key: str, context: Context) -> Event:
    """The event of this run: a request for each account, and one where the payload lacks the branch.

    An account of which GitHub does not state the role can't write.
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
    return _with_branches(github, replace(event, role=sent_by, words=words))


def _with_branches(github: GitHub, event: Event) -> Event:
    """The same with the branch of the pull request that is commented on, or of the deployed commit."""
    try:
        if event.on_pull_request and not event.branches:
            pull = github.pull_request(event.number)
            return replace(event, branches=(pull.head_branch,) if pull else ())
        if event.sha and not event.branches:
            return replace(event, branches=github.branches_at(event.sha))
    except GitHubError:
        return replace(event, branches_known=False)
    return event
