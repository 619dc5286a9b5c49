"""An event's payload → what happened, and whose words it brings: one table. Pure.

Source: https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..model.event import Event, EventError, Words
from ..patterns import pattern
from ..sanitize import code
from . import fields
from .fields import Json

LONGEST = 100_000  # characters of one text: more than GitHub takes for any
DEEPEST = 8  # levels of a payload


class Quoted(NamedTuple):
    """A text of the event."""

    name: str
    author: str  # the field that names its author; empty: what an alert or a form passes on is anyone's
    fields: tuple[str, ...]  # one is quoted alone, several as `name: value` lines


_ISSUE = Quoted("the issue", "issue.user", ("issue.body",))
_DISCUSSION = Quoted("the discussion", "discussion.user", ("discussion.body",))
_PULL = Quoted("the pull request", "pull_request.user", ("pull_request.body",))
_COMMENT = Quoted("the comment", "comment.user", ("comment.body",))
_REVIEW = Quoted("the review", "review.user", ("review.body",))
_LINES = Quoted("the lines", "pull_request.user", ("comment.path", "comment.line", "comment.diff_hunk"))
# Generated notes hold other people's titles; a commit has whatever author and message git was told.
_RELEASE = Quoted("the release", "", ("release.name", "release.body"))
_PLAN = ("deployment.ref", "deployment.task", "deployment.description")
_DEPLOYMENT = Quoted("the deployment", "deployment.creator", _PLAN)
_STATES = ("state", "environment", "description", "environment_url", "target_url", "log_url")
_STATUS = Quoted(
    "the deployment's status",
    "deployment_status.creator",
    tuple(f"deployment_status.{one}" for one in _STATES),
)
_COMMIT = Quoted("the commit message", "", ("head_commit.message",))
_MERGE = Quoted("the commit message", "", ("merge_group.head_commit.message",))
_OF_RUN = ("workflow_run.display_title", "workflow_run.head_branch", "workflow_run.event")
_RUN = Quoted("the run", "workflow_run.actor", _OF_RUN)
_ON_PULL = "ull request #{pull_request.number} {pull_request.title}, "

# By event: what happened, and the texts, of which the last one's author wrote the title.
# `{field}` is a value of others, `{field!}` a word of GitHub's.
EVENTS: dict[str, tuple[str, tuple[Quoted, ...]]] = {
    "issues": ("Issue #{issue.number} {issue.title}, {action!}", (_ISSUE,)),
    "issue_comment": ("Comment on #{issue.number} {issue.title}, {action!}", (_COMMENT, _ISSUE)),
    "discussion": ("Discussion #{discussion.number} {discussion.title}, {action!}", (_DISCUSSION,)),
    "discussion_comment": (
        "Comment on discussion #{discussion.number} {discussion.title}, {action!}",
        (_COMMENT, _DISCUSSION),
    ),
    "pull_request": (f"P{_ON_PULL}{{action!}}", (_PULL,)),
    "pull_request_target": (f"P{_ON_PULL}{{action!}}", (_PULL,)),
    "pull_request_review": (f"Review of p{_ON_PULL}{{review.state!}}", (_REVIEW, _PULL)),
    "pull_request_review_comment": (f"Comment on lines of p{_ON_PULL}{{action!}}", (_COMMENT, _LINES, _PULL)),
    "release": ("Release {release.tag_name}, {action!}", (_RELEASE,)),
    "deployment": ("Deployment to {deployment.environment}", (_DEPLOYMENT,)),
    "deployment_status": (
        "Deployment to {deployment.environment} {deployment_status.state!}",
        (_STATUS, _DEPLOYMENT),
    ),
    "repository_dispatch": ("Dispatch {action}", (Quoted("the payload", "", ("client_payload",)),)),
    "workflow_dispatch": ("Run of {workflow} by hand", (Quoted("the inputs", "", ("inputs",)),)),
    "push": ("Push to {ref}", (_COMMIT,)),
    "merge_group": ("Merge queue of {merge_group.base_ref}", (_MERGE,)),
    "workflow_run": ("Run of {workflow_run.name} {workflow_run.conclusion!}", (_RUN,)),
}
# By event: the facts that its policy asks for. Without one of them nothing is decided. `?`: it may be empty.
_BY = ("action", "sender.login", "sender.type")
_OF_ISSUE = ("issue.number", "issue.title?", "issue.body?", "issue.labels")
_OF_DISCUSSION = ("discussion.number", "discussion.title?", "discussion.body?")
_OF_PULL = (
    *("pull_request.number", "pull_request.title?", "pull_request.body?", "pull_request.labels"),
    *("pull_request.head.ref", "pull_request.head.sha"),
)
_OF_DEPLOYMENT = ("repository.default_branch", "deployment.ref", "deployment.sha", "deployment.environment?")
FACTS: dict[str, tuple[str, ...]] = {
    "issues": (*_BY, *_OF_ISSUE),
    "issue_comment": (*_BY, *_OF_ISSUE, "comment.body?"),
    "discussion": (*_BY, *_OF_DISCUSSION),
    "discussion_comment": (*_BY, *_OF_DISCUSSION, "comment.body?"),
    "pull_request": (*_BY, *_OF_PULL),
    "pull_request_target": (*_BY, *_OF_PULL),
    "pull_request_review": (*_BY, *_OF_PULL, "review.body?"),
    "pull_request_review_comment": (*_BY, *_OF_PULL, "comment.body?"),
    "release": ("release.tag_name?", "release.name?", "release.body?"),
    "deployment": (*_OF_DEPLOYMENT, "deployment.description?"),
    "deployment_status": (*_OF_DEPLOYMENT, "deployment.description?", "deployment_status.description?"),
    "repository_dispatch": ("action", "client_payload?"),
    "workflow_dispatch": ("ref", "inputs?"),
    "push": ("ref", "head_commit.message?"),
    "merge_group": ("merge_group.head_ref", "merge_group.head_commit.message?"),
    "workflow_run": (
        *("workflow_run.event", "workflow_run.head_branch", "workflow_run.display_title?"),
        "workflow_run.head_repository.full_name",
    ),
}
# What is no text, by its name
_KINDS: dict[str, type] = {
    **dict.fromkeys(("number", "line"), int),
    **dict.fromkeys(("client_payload", "inputs", "user", "author", "creator", "actor"), dict),
    "labels": list,
}
# GitHub's words that are no part of a sentence
_WORDS = {
    "labeled": "labelled {label.name}",
    "unlabeled": "not labelled {label.name} any more",
    "assigned": "assigned to {assignee.login}",
    "unassigned": "not assigned to {assignee.login} any more",
    "success": "succeeded",
    "failure": "failed",
    "error": "failed with an error",
}
# Where payloads name branches; and pages, of which the first that a payload has is shown
_BRANCHES = (
    "pull_request.head.ref",
    "workflow_run.head_branch",
    "deployment.ref",
    "merge_group.head_ref",
    "ref",
)
_PAGES = (
    *(f"{part}.html_url" for part in ("comment", "review", "issue", "pull_request", "discussion", "release")),
    *("deployment_status.target_url", "workflow_run.html_url", "compare"),
)
_ITEMS = ("pull_request", "issue", "discussion")  # what has labels
_PLACE = pattern(r"\{([\w.]+)(!?)\}")


def read_event(name: str, payload: Json, key: str) -> Event:
    """The event that a run is for; of one that the table lacks: its name, action, sender and address.

    Raises:
        EventError: a fact is missing, or of another kind than GitHub's.
    """
    for fact in FACTS.get(name, ()):
        _demand(payload, fact)
    title, quoted = EVENTS.get(name, ("", ()))
    sender = fields.part(payload, "sender")
    item = next((part for one in _ITEMS if (part := fields.part(payload, one))), {})
    sha = _text(payload, "deployment.sha")
    branches = (_text(payload, path).removeprefix("refs/heads/") for path in _BRANCHES)
    return Event(
        key=key,
        name=name,
        action=_text(payload, "action"),
        title=tuple(_title(title, payload)),
        sender=_text(payload, "sender.login"),
        by_bot=_is_bot(sender),
        words=tuple(_words(quoted, payload)),
        labels=tuple(_labels(item)),
        branches=tuple(branch for branch in branches if branch not in ("", sha)),
        sha=sha,
        number=0 if item is payload.get("discussion") else fields.whole(item, "number"),
        on_pull_request="pull_request" in payload or "pull_request" in item,
        url=next(filter(None, (_text(payload, path) for path in _PAGES)), ""),
    )


def _is_bot(user: Json) -> bool:
    """Whether it is an app's account, which has no role."""
    return fields.text(user, "type") == "Bot" or fields.text(user, "login").endswith("[bot]")


def _words(quoted: tuple[Quoted, ...], payload: Json) -> Iterator[Words]:
    """The texts with their authors; one may be empty, but its author's title is not."""
    for one in quoted:
        found = {field: _flat(_at(payload, field)) for field in one.fields}
        lines = [f"{field.rpartition('.')[2]}: {text}" for field, text in found.items() if text]
        text = "\n".join(lines if len(one.fields) > 1 else found.values())
        author = (_at(payload, one.author) if one.author else None) or {}
        login = _whole(fields.text(author, "login"))
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


def _labels(item: Json) -> Iterator[str]:
    for label in item.get("labels") or ():
        name = label.get("name") if isinstance(label, dict) else None
        if not isinstance(name, str) or not name:
            raise EventError("The event's payload has a label without a name")
        yield name


def _text(payload: Json, path: str) -> str:
    value = _at(payload, path)
    return _whole(value) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """With U+FFFD for lone surrogates, which JSON may carry and no address may: then it names nothing."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _demand(payload: Json, fact: str) -> None:
    """Raises `EventError` where the fact is missing."""
    path = fact.removesuffix("?")
    found, (*outer, last) = _at(payload, path), path.split(".")
    holder = payload
    for name in outer:
        holder = holder.get(name) or {}
    if last not in holder or (not fact.endswith("?") and found in (None, "")):
        raise EventError(f"The event's payload lacks {code(path)}")


def _at(payload: Json, path: str) -> Any:
    """The value at the path; None: there is none.

    Raises:
        EventError: it is of another kind than GitHub's.
    """
    value: Any = payload
    *outer, last = path.split(".")
    for name, kind in (*((name, dict) for name in outer), (last, _KINDS.get(last, str))):
        value = (value or {}).get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise EventError(f"In the event's payload, {code(path)} is not of GitHub's kind")
    return value


def _flat(value: Any, name: str = "", deep: int = DEEPEST) -> str:
    """A value as text: of an object or a list a line for each value, with its name."""
    if isinstance(value, dict | list) and deep:
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        lines = (_flat(item, f"{name}.{key}" if name else str(key), deep - 1) for key, item in inner)
        return "\n".join(filter(None, lines))[:LONGEST]
    text = "…" if isinstance(value, dict | list) else "" if value is None else str(value)
    text = text.lower() if isinstance(value, bool) else text
    return f"{name}: {text}" if name else str(text)
