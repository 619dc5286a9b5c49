"""Where people read of a failure: one comment on its pull request, one issue for a red default branch.

Both are edited in place. A post counts only if the login that the token writes with made it. Two jobs may
create one at the same time, so the posts are listed again: the one with the lowest number stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..github.client import GitHub
from ..github.parse import Post
from ..model.outcome import GitHubError
from ..model.run import Note, Run, TargetKind
from .notice import OF_ISSUE, Notice, Section, mark

ISSUE_TITLE = "CI is red on the default branch"
_REPLACED = "Two jobs opened an issue at the same time. The older one is kept up to date."
_OWN_RUN = (TargetKind.STEP, TargetKind.FINAL_JOB)


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of a pull request or an issue. The one to keep comes first; the others are removed."""

    github: GitHub
    number: int
    login: str
    mark: str

    def posts(self) -> Sequence[Post]:
        found = self.github.comments(self.number, self.login)
        return [post for post in found if post.body.startswith(self.mark)]

    def create(self, notice: Notice) -> None:
        self.github.create_comment(self.number, str(notice))

    def edit(self, post: Post, notice: Notice) -> None:
        self.github.edit_comment(post.id, str(notice))

    def remove(self, post: Post) -> None:
        self.github.delete_comment(post.id)


@dataclass(frozen=True, slots=True)
class Issues:
    """The issues of a repository. No token can delete one: what is too much is closed, without its mark."""

    github: GitHub
    login: str
    now: datetime
    mark: str = OF_ISSUE

    def posts(self) -> Sequence[Post]:
        """Those that are open, the oldest first; where none is, the newest."""
        found = [post for post in self.github.issues(self.login) if post.body.startswith(self.mark)]
        found.sort(key=lambda post: post.id)
        return [post for post in found if post.is_open] or found[-1:]

    def create(self, notice: Notice) -> None:
        self.github.create_issue(ISSUE_TITLE, str(notice))

    def edit(self, post: Post, notice: Notice) -> None:
        """A closed one is reopened once in 24 hours. In between, its text alone is changed."""
        state = post.is_open
        if not notice.is_red:
            state = False
        elif not post.is_open and notice.may_reopen(self.now):
            state, notice = True, replace(notice, reopened=self.now)
        self.github.edit_issue(post.id, str(notice), is_open=state if state != post.is_open else None)

    def remove(self, post: Post) -> None:
        self.github.edit_issue(post.id, _REPLACED, is_open=False)


def keep(place: Comments | Issues, section: Section) -> None:
    """Bring a place up to date: nothing is written where that changes nothing.

    Raises:
        GitHubError: it can't be read or written.
    """
    posts = place.posts()
    if not posts:
        notice = Notice(place.mark).with_section(section)
        if not notice.sections:
            return
        place.create(notice)
        posts = place.posts()
    for post in posts[:1]:
        notice = was = Notice.read(place.mark, post.body)
        for other in posts[1:]:
            for one in Notice.read(place.mark, other.body).sections:
                notice = notice.with_section(one)
        notice = notice.with_section(section)
        if notice != was:
            place.edit(post, notice)
    for post in posts[1:]:  # what they say is in the first one by now
        place.remove(post)


# --- which of them a run has ---------------------------------------------------------------------------


def post(
    github: GitHub, run: Run, section: Section, login: str | None, *, comment: bool, issue: bool
) -> Sequence[Note]:
    """Bring the run's comment and issue up to date; a note on each that was impossible.

    Args:
        login: that the token writes with; None: GitHub is asked.
        comment, issue: which of them are wanted.
    """
    event, on_default = run.fired_for, run.of_default_branch and not run.from_fork and not run.on_tag
    on_issue = on_default and event is None
    if not (issue if on_issue else comment):
        return []
    on_pull = not on_issue and (event is None or event.on_pull_request)
    what, permission = ("pull request", "pull-requests: write") if on_pull else ("issue", "issues: write")
    try:
        if on_issue:
            keep(Issues(github, login or github.login(), github.clock.now()), section)
            return []
        number = _number(github, run)
        if isinstance(number, Note):
            return [number]
        if number:
            keep(Comments(github, number, login or github.login(), mark(run.subject.key_name)), section)
    except GitHubError as error:
        where = "the issue of the default branch" if on_issue else f"the comment on the {what}"
        return [Note(where, str(error), permission=permission if error.denied else "")]
    return []


def _number(github: GitHub, run: Run) -> int | Note:
    """Of the event's issue, or of the open pull request that the run is about; 0: there is none.

    A run names no pull request of a fork. So there it is the one whose head has the run's commit.
    """
    if event := run.fired_for:
        return event.number or Note("the comment", "the event has no issue and no pull request")
    pull = run.pull_request
    if run.from_fork and run.target_kind not in _OWN_RUN:
        owner = (run.head_repository or "").partition("/")[0]
        found = github.pull_requests_from(owner, run.head_branch or "") if owner and run.head_branch else ()
        heads = [one.number for one in found if one.state == "open" and one.head_sha == run.head_sha]
        if len(heads) != 1:
            what = f"{len(heads)} open pull requests have" if heads else "no open pull request has"
            return Note("the comment on the fork's pull request", f"{what} this commit at the head")
        return heads[0]
    if pull:
        return pull.number if pull.state == "open" else 0
    return next(iter(run.named_pull_requests), 0)
