"""Who may cause a session: every row of the table in docs/security.md, with real payloads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.emulated.events import BOT, MAINTAINER, STRANGER, Json, of_repository, payload

from fire_routine.gather.event import find_target, run_as_reported
from fire_routine.github.events import read_event
from fire_routine.model.event import Event, EventError, Role
from fire_routine.model.run import Origin, Run
from fire_routine.policy.causes import by_others, may_cause
from fire_routine.settings import Context, Settings

ROLES = {"mona": Role.PUSH, "tria": Role.TRIAGE}
TRIAGER = {**STRANGER, "login": "tria"}
REPOSITORY = "octo/widgets"
LINK = "https://claude.ai/code/session_01Abc"


def caused(
    name: str, whole: Json, own: bool = True, deployed: Origin | None = Origin.WRITERS, **inputs: Any
) -> str:
    """The reason against the event; empty: it fires.

    `own`: the code in it is the repository's. `deployed`: whose code a deployment is of; None: not known.
    """
    run = read(name, of_repository(whole, REPOSITORY) if own else whole, deployed)
    assert run.fired_for is not None
    verdict = may_cause(run.fired_for, run, Settings(key="k", **inputs))
    assert verdict is None or verdict.message
    return str(verdict.reason) if verdict else ""


def read(name: str, whole: Json, deployed: Origin | None = Origin.WRITERS) -> Run:
    """The run of the event."""
    ref = str(whole.get("ref") or "main").removeprefix("refs/heads/")
    context = Context(repository=REPOSITORY, run_id=7, event_name=name, event=whole, ref_name=ref)
    run = run_as_reported(find_target(Settings(key="k"), context), context)
    assert run is not None
    if name in ("deployment", "deployment_status"):
        run = replace(run, origin_in_payload=deployed)
    return replace(run, fired_for=with_role(read_event(name, whole, "k")))


def with_role(event: Event) -> Event:
    words = tuple(replace(one, by_writer=ROLES.get(one.author) is Role.PUSH) for one in event.words)
    role = Role.NONE if event.by_bot else ROLES.get(event.sender, Role.NONE)
    return replace(event, role=role, words=words)


@pytest.mark.parametrize("sender", [MAINTAINER, STRANGER, BOT])
@pytest.mark.parametrize(
    "name",
    ["push", "schedule", "workflow_dispatch", "repository_dispatch", "release", "merge_group", "deployment",
     "deployment_status"],
)  # fmt: skip
def test_what_writers_and_the_repository_itself_cause_fires(name: str, sender: Json) -> None:
    whole = {"schedule": "0 3 * * *", "sender": sender} if name == "schedule" else payload(name, sender)
    assert caused(name, {"repository": {"owner": {}}, **whole}) == ""


@pytest.mark.parametrize("name", ["deployment", "deployment_status"])
def test_a_deployment_of_code_that_may_be_a_forks_fires_only_if_forks_are_allowed(name: str) -> None:
    assert caused(name, payload(name, BOT), deployed=None) == "untrusted-run"
    assert caused(name, payload(name, MAINTAINER), deployed=None) == "untrusted-run"
    assert caused(name, payload(name, BOT), deployed=None, allow_forks=True) == ""
    assert caused(name, payload(name, BOT), deployed=Origin.DISPATCHED) == ""  # on a branch


@pytest.mark.parametrize("name", ["issues", "discussion", "pull_request", "pull_request_target"])
@pytest.mark.parametrize("action", ["labeled", "assigned"])
def test_a_label_or_an_assignment_needs_triage(name: str, action: str) -> None:
    assert caused(name, payload(name, MAINTAINER, action=action)) == ""
    assert caused(name, payload(name, TRIAGER, action=action)) == ""
    assert caused(name, payload(name, STRANGER, action=action)) == "untrusted-run"
    assert caused(name, payload(name, STRANGER, action=action), allow_forks=True) == "untrusted-run"


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("issues", "opened"),
        ("issues", "unlabeled"),
        ("issue_comment", "created"),
        ("issue_comment", "edited"),
        ("discussion", "created"),
        ("discussion_comment", "created"),
        ("pull_request_review", "submitted"),
        ("pull_request_review_comment", "created"),
    ],
)
def test_any_other_action_on_issues_comments_discussions_and_reviews_needs_push(
    name: str, action: str
) -> None:
    assert caused(name, payload(name, MAINTAINER, action=action)) == ""
    assert caused(name, payload(name, TRIAGER, action=action)) == "untrusted-run"
    assert caused(name, payload(name, STRANGER, action=action)) == "untrusted-run"
    assert caused(name, payload(name, STRANGER, action=action), allow_forks=True) == "untrusted-run"


@pytest.mark.parametrize(("name", "action"), [("issues", "labeled"), ("issue_comment", "created")])
def test_an_app_in_place_of_the_sender_fires_only_if_forks_are_allowed(name: str, action: str) -> None:
    assert caused(name, payload(name, BOT, action=action)) == "untrusted-run"
    assert caused(name, payload(name, BOT, action=action), allow_forks=True) == ""


@pytest.mark.parametrize("change", [{"action": "labeled"}, {"action": "assigned", "assignee": MAINTAINER}])
def test_a_template_labels_and_assigns_in_the_name_of_the_stranger_who_opened_the_issue(
    change: Json,
) -> None:
    """`labels:` and `assignees:` of an issue template send these events with that sender."""
    issue = {"user": STRANGER, "labels": [{"name": "claude"}], "assignees": [MAINTAINER]}
    whole = payload("issues", STRANGER, issue=issue, label={"name": "claude"}, **change)
    assert caused("issues", whole) == "untrusted-run"


@pytest.mark.parametrize(
    "name", ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]
)
def test_of_a_forks_pull_request_nothing_fires_whoever_caused_it(name: str) -> None:
    fork = {"head": {"repo": {"full_name": "stranger/widgets"}}}
    whole = of_repository(payload(name), REPOSITORY)
    whole["pull_request"] = {
        **whole["pull_request"],
        "head": {**whole["pull_request"]["head"], **fork["head"]},
    }
    assert caused(name, whole, own=False) == "untrusted-run"
    assert caused(name, whole, own=False, allow_forks=True) == ""
    assert caused(name, {**whole, "sender": STRANGER}, own=False) == "untrusted-run"


def test_a_pull_request_of_the_repository_fires_unless_a_label_is_a_strangers() -> None:
    for action in ("opened", "synchronize", "closed", "review_requested"):
        assert caused("pull_request", payload("pull_request", STRANGER, action=action)) == ""


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"event": "push"}, ""),
        ({"event": "schedule"}, ""),
        ({"event": "issue_comment"}, "untrusted-run"),
        ({"event": "issues"}, "untrusted-run"),
    ],
)
def test_after_another_run_its_origin_decides(before: Json, expected: str) -> None:
    whole = payload("workflow_run", STRANGER, workflow_run=before)
    assert caused("workflow_run", whole) == expected
    assert caused("workflow_run", whole, allow_forks=True) == ""


def test_after_a_forks_run_nothing_fires() -> None:
    whole = payload("workflow_run", workflow_run={"event": "pull_request"})
    assert caused("workflow_run", whole, own=False) == "untrusted-run"


@pytest.mark.parametrize(
    "name", ["fork", "watch", "gollum", "check_run", "status", "label", "create", "of_next_year"]
)
def test_every_other_event_fires_only_if_forks_are_allowed(name: str) -> None:
    whole = {"sender": MAINTAINER, "repository": {"owner": {}}, "action": "created"}
    assert caused(name, whole) == "untrusted-run"
    assert caused(name, {**whole, "action": "labeled"}) == "untrusted-run"
    assert caused(name, whole, allow_forks=True) == ""


# --- who has how much of a day ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "whole", "others"),
    [
        ("issues", payload("issues", MAINTAINER), False),
        ("issues", payload("issues", TRIAGER, action="labeled"), False),
        ("issue_comment", payload("issue_comment", BOT), True),
        ("push", payload("push", BOT), False),
        ("pull_request", payload("pull_request", MAINTAINER), False),
        ("release", payload("release"), False),
        ("workflow_dispatch", payload("workflow_dispatch"), False),
        ("schedule", {"schedule": "0 3 * * *", "repository": {"owner": {}}}, False),
        ("repository_dispatch", payload("repository_dispatch", MAINTAINER), True),
        ("deployment_status", payload("deployment_status", BOT), False),
        ("workflow_run", payload("workflow_run", workflow_run={"event": "push"}), False),
        ("workflow_run", payload("workflow_run", workflow_run={"event": "issues"}), True),
        ("watch", {"sender": STRANGER, "repository": {"owner": {}}}, True),
        ("watch", {"sender": MAINTAINER, "repository": {"owner": {}}}, False),
    ],
)
def test_alerts_apps_and_strangers_are_others(name: str, whole: Json, others: bool) -> None:
    assert by_others(read(name, of_repository(whole, REPOSITORY))) == others


def test_a_deployment_of_a_forks_code_is_by_others() -> None:
    whole = of_repository(payload("deployment_status"), REPOSITORY)
    assert by_others(read("deployment_status", whole, deployed=None))


# --- no guard without its fact ----------------------------------------------------------------------

WHO = ("action", "sender", "sender.login", "sender.type")
ISSUE = ("issue", "issue.number", "issue.title", "issue.body", "issue.labels")
TALK = ("discussion", "discussion.title", "discussion.body")
PULL = tuple(f"pull_request.{part}" for part in ("number", "title", "body", "labels", "head.ref", "head.sha"))
DEPLOYMENT = (
    "repository.default_branch",
    "deployment",
    "deployment.ref",
    "deployment.sha",
    "deployment.environment",
    "deployment.description",
)
NEEDED = {
    "issues": (*WHO, *ISSUE),
    "issue_comment": (*WHO, *ISSUE, "comment", "comment.body"),
    "discussion": (*WHO, *TALK),
    "discussion_comment": (*WHO, *TALK, "comment", "comment.body"),
    "pull_request": (*WHO, *PULL, "pull_request.head.repo"),
    "pull_request_target": (*WHO, *PULL, "pull_request.head.repo"),
    "pull_request_review": (*WHO, *PULL, "pull_request.head.repo", "review", "review.body"),
    "pull_request_review_comment": (*WHO, *PULL, "pull_request.head.repo", "comment", "comment.body"),
    "release": ("release", "release.tag_name", "release.body"),
    "deployment": DEPLOYMENT,
    "deployment_status": (*DEPLOYMENT, "deployment_status", "deployment_status.description"),
    "repository_dispatch": ("action", "client_payload"),
    "workflow_dispatch": ("ref", "inputs"),
    "push": ("ref", "head_commit", "head_commit.message"),
    "merge_group": ("merge_group", "merge_group.head_ref", "merge_group.head_commit.message"),
    "workflow_run": tuple(
        f"workflow_run.{part}" for part in ("event", "head_branch", "head_repository", "display_title")
    ),
}  # fmt: skip
_GONE = object()


def with_fact(whole: Json, path: str, value: object) -> Json:
    """The same with another value at the path; `_GONE`: without one."""
    first, _, rest = path.partition(".")
    if rest:
        return {**whole, first: with_fact(whole[first], rest, value)}
    return {**{name: part for name, part in whole.items() if name != first}} | (
        {} if value is _GONE else {first: value}
    )


def of_writers(name: str) -> Json:
    run = {"workflow_run": {"event": "push", "head_branch": "main"}} if name == "workflow_run" else {}
    return of_repository(payload(name, **run), REPOSITORY)


@pytest.mark.parametrize(("name", "fact"), [(name, fact) for name in NEEDED for fact in NEEDED[name]])
def test_without_a_fact_of_the_policy_nothing_fires(name: str, fact: str) -> None:
    whole = of_writers(name)
    assert caused(name, whole, own=False) == ""
    for value in (_GONE, 7 if not fact.endswith("number") else "7", [["x"]], True):
        try:
            reason = caused(name, with_fact(whole, fact, value), own=False)
        except EventError as error:
            reason = error.message
        assert reason, value


# --- sessions are no cause ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("push", payload("push", ref="refs/heads/claude/fix-run-7")),
        ("pull_request", payload("pull_request", pull_request={"head": {"ref": "claude/run-7"}})),
        ("pull_request_review", payload("pull_request_review", pull_request={"head": {"ref": "claude/x"}})),
        ("workflow_run", payload("workflow_run", workflow_run={"head_branch": "claude/x", "event": "push"})),
        ("deployment_status", payload("deployment_status", deployment={"ref": "claude/fix-run-7"})),
        ("deployment", payload("deployment", deployment={"ref": "claude/fix-run-7"})),
        ("workflow_dispatch", payload("workflow_dispatch", ref="refs/heads/claude/fix-run-7")),
    ],
)
def test_a_sessions_branch_causes_nothing(name: str, whole: Json) -> None:
    assert caused(name, whole) == "skip-branches"
    assert caused(name, whole, allow_forks=True) == "skip-branches"
    assert caused(name, whole, skip_branches=()) == ""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("issue_comment", {"comment": {"body": f"Done: {LINK}", "user": MAINTAINER}}),
        (
            "issue_comment",
            {"comment": {"body": "<!-- fire-routine k3f9ad07 -->\nClaude is on it", "user": MAINTAINER}},
        ),
        ("issues", {"issue": {"body": f"Found by {LINK}", "user": MAINTAINER}}),
        ("issues", {"issue": {"title": f"Look at {LINK}", "user": MAINTAINER}}),
        ("discussion_comment", {"comment": {"body": LINK, "user": MAINTAINER}}),
        ("pull_request_review", {"review": {"body": LINK, "user": MAINTAINER}}),
        (
            "push",
            {"head_commit": {"message": f"Fix it\n\nClaude-Session: {LINK}", "author": {"username": "mona"}}},
        ),
        ("repository_dispatch", {"client_payload": {"log": LINK}}),
    ],
)
def test_a_sessions_words_cause_nothing(name: str, changes: Json) -> None:
    assert caused(name, payload(name, **changes)) == "untrusted-run"
    assert caused(name, payload(name, **changes), allow_forks=True) == "untrusted-run"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("issues", {"issue": {"body": f"As {LINK} found"}}),
        ("issues", {"issue": {"title": f"See {LINK}"}}),
        ("issue_comment", {"issue": {"body": "<!-- fire-routine k3f9ad07 -->"}}),
        ("discussion", {"discussion": {"body": LINK}}),
        ("pull_request_review", {"pull_request": {"body": LINK}}),
    ],
)
def test_a_strangers_words_with_a_sessions_link_do_not_keep_a_maintainer_from_asking(
    name: str, changes: Json
) -> None:
    item = next(iter(changes))
    whole = payload(name, **{item: {**changes[item], "user": STRANGER}})
    assert caused(name, whole) == ""
    assert caused(name, {**whole, "sender": STRANGER}) == "untrusted-run"
    assert caused(name, {**whole, "action": "edited"}) == "untrusted-run"  # perhaps by a session
    assert caused(name, payload(name, **{item: {**changes[item], "user": MAINTAINER}})) == "untrusted-run"


def test_where_github_does_not_name_the_branch_it_may_be_a_sessions() -> None:
    context = Context(repository=REPOSITORY, run_id=7, event_name="issue_comment")
    run = run_as_reported(find_target(Settings(key="k"), context), context)
    assert run is not None
    event = Event("k", "issue_comment", "created", role=Role.PUSH, branches_known=False)
    verdict = may_cause(event, run, Settings(key="k"))
    assert verdict is not None
    assert (verdict.reason, "pull-requests: read" in verdict.message) == ("untrusted-run", True)
    assert may_cause(event, run, Settings(key="k", skip_branches=())) is None


def test_a_label_of_skip_labels_holds_for_issues_discussions_and_pull_requests() -> None:
    labels = {"labels": [{"name": "No-Claude"}]}
    assert caused("issues", payload("issues", issue=labels)) == "skip-labels"
    assert caused("issue_comment", payload("issue_comment", issue=labels)) == "skip-labels"
    assert caused("pull_request", payload("pull_request", pull_request=labels)) == "skip-labels"
    assert caused("discussion", payload("discussion", discussion=labels)) == "skip-labels"
    assert caused("discussion_comment", payload("discussion_comment", discussion=labels)) == "skip-labels"
    assert caused("issues", payload("issues", issue=labels), skip_labels=()) == ""
