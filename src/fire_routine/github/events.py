"""An event's payload → what happened, and whose words it brings: one table. Pure.

Source: https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..model import Event, Words
from . import fields
from .fields import Json

LONGEST = 100_000  # characters of one text: more than GitHub takes for any
DEEPEST = 8  # levels of a payload

_ADDRESSES = (
    *("comment.html_url", "review.html_url", "{about}.html_url"),
    *("deployment_status.target_url", "compare"),
)
_ANYONE = ""  # in the place of an author: what an alert or a form passes on is anyone's
_PLACE = re.compile(r"\{([\w.]+)(!?)\}")
# GitHub's words for what happened, where they are no part of a sentence
_WORDS = {
    "labeled": "labelled {label.name}",
    "unlabeled": "not labelled {label.name} any more",
    "assigned": "assigned to {assignee.login}",
    "unassigned": "not assigned to {assignee.login} any more",
    "success": "succeeded",
    "failure": "failed",
    "error": "failed with an error",
}


class _Quoted(NamedTuple):
    """A text of the event. One field is quoted alone, several as `name: value` lines."""

    name: str
    author: str  # where the payload names its author
    fields: tuple[str, ...]


class Row(NamedTuple):
    """What an event's payload has for a session."""

    title: str  # `{field}`: a value of others; `{field!}`: a word of GitHub's
    quoted: tuple[_Quoted, ...] = ()
    about: str = ""  # the part with the number, the labels and the address
    branch: str = ""  # the field that names the branch
    about_code: bool = False


_ISSUE = _Quoted("the issue", "issue.user", ("issue.body",))
_DISCUSSION = _Quoted("the discussion", "discussion.user", ("discussion.body",))
_PULL = _Quoted("the pull request", "pull_request.user", ("pull_request.body",))
_COMMENT = _Quoted("the comment", "comment.user", ("comment.body",))
_ON_PULL: dict[str, Any] = {
    "about": "pull_request",
    "branch": "pull_request.head.ref",
    "about_code": True,
}
_PULL_ROW = Row("Pull request #{pull_request.number} {pull_request.title}, {action!}", (_PULL,), **_ON_PULL)
_DEPLOYMENT = _Quoted(
    "the deployment", "deployment.creator", ("deployment.ref", "deployment.task", "deployment.description")
)
_STATUS = ("state", "environment", "description", "environment_url", "target_url", "log_url")

EVENTS = {
    "issues": Row("Issue #{issue.number} {issue.title}, {action!}", (_ISSUE,), "issue"),
    "issue_comment": Row("Comment on #{issue.number} {issue.title}, {action!}", (_COMMENT, _ISSUE), "issue"),
    "discussion": Row(
        "Discussion #{discussion.number} {discussion.title}, {action!}", (_DISCUSSION,), "discussion"
    ),
    "discussion_comment": Row(
        "Comment on discussion #{discussion.number} {discussion.title}, {action!}",
        (_COMMENT, _DISCUSSION),
        "discussion",
    ),
    "pull_request": _PULL_ROW,
    "pull_request_target": _PULL_ROW,
    "pull_request_review": Row(
        "Review of pull request #{pull_request.number} {pull_request.title}, {review.state!}",
        (_Quoted("the review", "review.user", ("review.body",)), _PULL),
        **_ON_PULL,
    ),
    "pull_request_review_comment": Row(
        "Comment in a review of pull request #{pull_request.number} {pull_request.title}, {action!}",
        (
            _COMMENT,
            _Quoted("the lines", "pull_request.user", ("comment.path", "comment.line", "comment.diff_hunk")),
            _PULL,
        ),
        **_ON_PULL,
    ),
    "release": Row(
        "Release {release.tag_name}, {action!}",
        (_Quoted("the release", "release.author", ("release.name", "release.body")),),
        "release",
    ),
    "deployment": Row(
        "Deployment to {deployment.environment}", (_DEPLOYMENT,), branch="deployment.ref", about_code=True
    ),
    "deployment_status": Row(
        "Deployment to {deployment.environment} {deployment_status.state!}",
        (
            _Quoted(
                "the deployment's status",
                "deployment_status.creator",
                tuple(f"deployment_status.{name}" for name in _STATUS),
            ),
            _DEPLOYMENT,
        ),
        branch="deployment.ref",
        about_code=True,
    ),
    "repository_dispatch": Row("Dispatch {action}", (_Quoted("the payload", _ANYONE, ("client_payload",)),)),
    "workflow_dispatch": Row(
        "Run of {workflow} by hand", (_Quoted("the inputs", _ANYONE, ("inputs",)),), branch="ref"
    ),
    "push": Row(
        "Push to {ref}",
        (_Quoted("the commit message", "head_commit.author", ("head_commit.message",)),),
        branch="ref",
        about_code=True,
    ),
    "merge_group": Row(
        "Merge queue of {merge_group.base_ref}",
        (_Quoted("the commit message", _ANYONE, ("merge_group.head_commit.message",)),),
        branch="merge_group.head_ref",
        about_code=True,
    ),
    "workflow_run": Row(
        "Run of {workflow_run.name} {workflow_run.conclusion!}",
        (
            _Quoted(
                "the run",
                "workflow_run.actor",
                ("workflow_run.display_title", "workflow_run.head_branch", "workflow_run.event"),
            ),
        ),
        "workflow_run",
        "workflow_run.head_branch",
        about_code=True,
    ),
}


def read_event(name: str, payload: Json, key: str) -> Event:
    """The event that a run is for; of one that the table lacks: its name, action, sender and address."""
    row = EVENTS.get(name, Row(""))
    sender = fields.part(payload, "sender")
    item = fields.part(payload, row.about) if row.about in ("issue", "pull_request") else {}
    branch = _flat(_at(payload, row.branch)).removeprefix("refs/heads/")
    addresses = (_flat(_at(payload, field.format(about=row.about))) for field in _ADDRESSES)
    return Event(
        key=key,
        name=name,
        action=fields.text(payload, "action"),
        title=tuple(_title(row.title, payload)),
        sender=fields.text(sender, "login"),
        by_bot=_is_bot(sender),
        words=tuple(_words(row, payload)),
        labels=tuple(fields.each(lambda label: fields.needed(label, "name"), item.get("labels"))),
        branches=(branch,) if branch else (),
        sha=_flat(_at(payload, "deployment.sha")),
        number=fields.whole(item, "number"),
        on_pull_request=row.about == "pull_request" or "pull_request" in item,
        url=next(filter(None, addresses), ""),
        about_code=row.about_code,
    )


def _is_bot(user: Json) -> bool:
    """Whether it is an app's account, which has no role."""
    return fields.text(user, "type") == "Bot" or fields.text(user, "login").endswith("[bot]")


def _words(row: Row, payload: Json) -> Iterator[Words]:
    """The texts with their authors; one may be empty, but its author's title is not."""
    for one in row.quoted:
        found = {field: _flat(_at(payload, field)) for field in one.fields}
        lines = [f"{field.rpartition('.')[2]}: {text}" for field, text in found.items() if text]
        text = "\n".join(lines if len(one.fields) > 1 else found.values())
        user = _at(payload, one.author)
        author = user if isinstance(user, dict) else {}
        login = fields.text(author, "login") or fields.text(author, "username")
        if text or login:
            yield Words(one.name, text[:LONGEST], login, _is_bot({**author, "login": login}))


def _title(template: str, payload: Json) -> Iterator[str]:
    """The template as words of ours and values of others in turn."""
    before, words = "", template
    while found := _PLACE.search(words):
        value = _at(payload, found[1])
        words, before = words[found.end() :], before + words[: found.start()]
        if isinstance(value, int):
            before += str(value)
        elif found[2] and re.fullmatch("[a-z_]{1,40}", str(value)):
            words = _WORDS.get(str(value), str(value).replace("_", " ")) + words
        else:
            yield before
            yield _flat(value).removeprefix("refs/heads/")
            before = ""
    if before or words:
        yield before + words


def _at(payload: Any, path: str) -> Any:
    for name in path.split("."):
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _flat(value: Any) -> str:
    """A value as text: of an object or a list a line for each value, with its name."""
    if isinstance(value, dict | list):
        return "\n".join(f"{name}: {text}" for name, text in _leaves(value, "", DEEPEST))[:LONGEST]
    return _plain(value)


def _leaves(value: Any, name: str, deep: int) -> Iterator[tuple[str, str]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner if deep else ():
        yield from _leaves(item, f"{name}.{key}" if name else str(key), deep - 1)
    if not isinstance(value, dict | list):
        yield name, _plain(value)


def _plain(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
