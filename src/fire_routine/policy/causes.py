"""Which events may start a session: by who caused them, and by whose code is in them. Pure.

Two questions, never mixed: who caused the event decides whether it fires, and who wrote its words is said in
the text. `docs/security.md` has the table for users.
"""

from __future__ import annotations

from ..model.event import COMMENT_MARK, Event, Role, Words
from ..model.outcome import Skip
from ..model.reason import Reason
from ..model.run import Run
from ..patterns import pattern
from ..sanitize import code
from ..settings import Settings
from .branch_filter import matches
from .guards import untrusted

# Whoever causes these can write, or has the repository's own schedule cause them.
_BY_WRITERS = ("push", "schedule", "workflow_dispatch", "repository_dispatch", "release", "merge_group")
_BY_SENDER = (
    *("issues", "issue_comment", "discussion", "discussion_comment"),
    *("pull_request_review", "pull_request_review_comment"),
)
# They are about code: whose that is, counts as for a failure.
_BY_CODE = (
    *("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"),
    *("workflow_run", "deployment", "deployment_status"),
)
_BY_TRIAGE = ("labeled", "assigned")
_SESSION = pattern(r"https?://[^\s/]{1,260}/code/session_")  # on whatever host: a gateway has its own


def is_untrusted(settings: Settings, run: Run) -> bool:
    """Whether nothing of it may leave, not even in a dry run."""
    if run.fired_for:
        return may_cause(run.fired_for, run, settings) is not None
    return not settings.allow_forks and untrusted(run) is not None


def by_others(run: Run) -> bool:
    """Whether neither trusted people nor trusted code cause the session: an alert, an app, a fork."""
    event = run.fired_for
    if event is None or untrusted(run):
        return untrusted(run) is not None
    by_people = event.name in _BY_SENDER or event.name not in (*_BY_WRITERS, *_BY_CODE)
    no_one = event.by_bot or event.role is Role.NONE
    return event.name == "repository_dispatch" or (by_people and no_one)


def may_cause(event: Event, run: Run, settings: Settings) -> Skip | None:
    """Skip an event that a session caused, that is opted out of, or whose cause is not trusted."""
    return _by_session(event, settings) or _opted_out(event, settings) or _untrusted(event, run, settings)


def _by_session(event: Event, settings: Settings) -> Skip | None:
    """What a session does is done in its owner's name, who can write: only its traces show it.

    So what people wrote who can't, and did not cause the event, is none: not even with a session's link.
    """
    texts = [words.text for words in event.words if _may_be_a_sessions(words, event)]
    if not event.words or _may_be_a_sessions(event.words[-1], event):
        texts += event.title  # by whom the last words are
    texts.append(event.message)
    if any(text.lstrip().startswith(COMMENT_MARK) or _SESSION.search(text) for text in texts):
        return Skip(
            Reason.UNTRUSTED_RUN,
            "The event has a session's link, or a comment of fire-routine's: what a session does starts no"
            " other. To ask for one, do it in words of your own.",
        )
    if not event.branches_known and (settings.skip_branches or event.sha):
        return Skip(
            Reason.UNTRUSTED_RUN,
            "GitHub does not say which branch the event is about, so it may be a session's. Give the job"
            " `contents: read` and `pull-requests: read`, or run it again later.",
        )
    branch = next((branch for branch in event.branches if matches(branch, settings.skip_branches)), "")
    if branch:
        return Skip(
            Reason.SKIP_BRANCHES,
            f"The event is about branch {code(branch)}, which matches `skip-branches`"
            f" ({code(', '.join(settings.skip_branches))}).",
        )
    return None


def _may_be_a_sessions(words: Words, event: Event) -> bool:
    own = words.author.casefold() in ("", event.sender.casefold()) or event.action == "edited"
    return own or words.by_writer


def _opted_out(event: Event, settings: Settings) -> Skip | None:
    unwanted = {label.casefold() for label in settings.skip_labels}
    label = next((label for label in event.labels if label.casefold() in unwanted), "")
    if not label:
        return None
    what = f"#{event.number}" if event.number else "The discussion"
    return Skip(Reason.SKIP_LABELS, f"{what} has the label {code(label)}, which `skip-labels` names.")


def _untrusted(event: Event, run: Run, settings: Settings) -> Skip | None:
    if event.name in _BY_CODE and not settings.allow_forks and (verdict := untrusted(run)):
        return verdict
    named = event.name in (*_BY_SENDER, *_BY_CODE)
    by_triage = named and event.action in _BY_TRIAGE
    if by_triage or event.name in _BY_SENDER:
        if event.by_bot:
            return None if settings.allow_forks else _distrust(event, f"{code(event.sender)} is an app")
        if event.role < (Role.TRIAGE if by_triage else Role.PUSH):
            what = "label and assign" if by_triage else "write to the repository"
            return _distrust(event, f"{code(event.sender)} is not known to have the right to {what}", "")
        return None
    if named or event.name in _BY_WRITERS or settings.allow_forks:
        return None
    return _distrust(event, "Anyone may have caused it")


def _distrust(event: Event, why: str, remedy: str = " `allow-forks: true` fires all the same.") -> Skip:
    what = code(f"{event.name} {event.action}".strip())
    return Skip(Reason.UNTRUSTED_RUN, f"The event {what} starts no session: {why}.{remedy}")
