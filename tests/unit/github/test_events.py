"""The table of events: every field that it reads is GitHub's, and what it makes of real payloads."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.github.extract_events import fields_of
from tests.support.emulated.events import described, payload

from fire_routine.github.events import EVENTS, LONGEST, read_event
from fire_routine.model.event import Event, EventError


def shown(event: Event) -> str:
    return "".join(f"`{text}`" if at % 2 else text for at, text in enumerate(event.title))


def read(name: str, **changes: Any) -> Event:
    return read_event(name, payload(name, **changes), "a key")


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_github_describes_every_field_that_is_read(name: str) -> None:
    known = described()["fields"][name]
    assert {field for field in fields_of(name) if not known.get(field)} == set()


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("issues", "Issue #1 `Spelling error in the README file`, labelled `bug`", ["the issue"]),
        (
            "issue_comment",
            "Comment on #1 `Spelling error in the README file`, created",
            ["the comment", "the issue"],
        ),
        ("discussion", "Discussion #4 `TEST edit`, labelled `bug`", ["the discussion"]),
        (
            "discussion_comment",
            "Comment on discussion #90 `Welcome to discussions!`, created",
            ["the comment", "the discussion"],
        ),
        (
            "pull_request",
            "Pull request #2 `Update the README with new information.`, labelled `bug`",
            ["the pull request"],
        ),
        (
            "pull_request_review",
            "Review of pull request #2 `Update the README with new information.`, commented",
            ["the review", "the pull request"],
        ),
        (
            "pull_request_review_comment",
            "Comment on lines of pull request #2 `Update the README with new information.`, created",
            ["the comment", "the lines", "the pull request"],
        ),
        ("release", "Release `0.0.1`, published", []),
        ("deployment", "Deployment to `github-pages`", ["the deployment"]),
        (
            "deployment_status",
            "Deployment to `github-pages` in progress",
            ["the deployment's status", "the deployment"],
        ),
        ("repository_dispatch", "Dispatch `on-demand-test`", []),
        ("workflow_dispatch", "Run of `.github/workflows/hello-world-workflow.yml` by hand", []),
        ("push", "Push to `master`", ["the commit message"]),
        ("merge_group", "Merge queue of `main`", ["the commit message"]),
        ("workflow_run", "Run of `Build` failed", ["the run"]),
    ],
)
def test_what_happened_and_whose_words_it_brings(name: str, title: str, words: list[str]) -> None:
    changes = {"workflow_run": {"name": "Build", "conclusion": "failure"}} if name == "workflow_run" else {}
    event = read(name, **changes)
    assert shown(event) == title
    assert [one.name for one in event.words] == words
    assert (event.key, event.name, event.sender) == ("a key", name, "mona")


def test_an_unknown_event_has_its_name_its_action_and_its_sender() -> None:
    event = read_event("watch", {"action": "started", "sender": {"login": "mona"}}, "stars")
    assert (event.name, event.action, event.sender) == ("watch", "started", "mona")
    assert (event.title, event.words) == ((), ())


def test_a_failed_deployment_says_where_and_how() -> None:
    status = {"state": "failure", "environment": "production", "description": "502"}
    status |= {"target_url": "https://example.com/7", "log_url": "", "environment_url": ""}
    run = {"head_branch": "preview"}
    deployment = {
        "environment": "production",
        "ref": "main",
        "creator": {"login": "vercel[bot]", "type": "Bot"},
    }
    event = read("deployment_status", deployment_status=status, deployment=deployment, workflow_run=run)
    assert shown(event) == "Deployment to `production` failed"
    assert event.words[0].text.splitlines() == [
        "state: failure",
        "environment: production",
        "description: 502",
        "target_url: https://example.com/7",
    ]
    assert (event.branches, event.url) == (("preview", "main"), "https://example.com/7")
    assert (event.words[1].author, event.words[1].by_bot) == ("vercel[bot]", True)


def test_a_payload_and_inputs_are_flat_lines_and_anyones() -> None:
    alert = {"service": {"name": "shop", "down": True, "since": None}, "hosts": ["a", "b"]}
    (words,) = read("repository_dispatch", client_payload=alert).words
    assert words.text.splitlines() == [
        "service.name: shop", "service.down: true", "service.since: ", "hosts.0: a", "hosts.1: b",
    ]  # fmt: skip
    assert words.author == ""
    (words,) = read("workflow_dispatch", inputs={"url": "https://example.com"}).words
    assert (words.text, words.author) == ("url: https://example.com", "")


def test_an_author_is_named_although_the_text_is_empty_for_the_title_is_theirs_too() -> None:
    (words,) = read("issues", issue={"body": None, "user": {"login": "stranger"}}).words
    assert (words.author, words.text) == ("stranger", "")


def test_labels_numbers_and_addresses_are_those_of_the_issue_or_the_pull_request() -> None:
    event = read("issue_comment", issue={"labels": [{"name": "no-claude"}]})
    assert (event.labels, event.number, event.on_pull_request) == (("no-claude",), 1, False)
    assert event.url.endswith("/issues/1#issuecomment-492700400")
    event = read("issue_comment", issue={"pull_request": {"url": "https://api.github.com/…/pulls/1"}})
    assert (event.number, event.on_pull_request) == (1, True)
    event = read("pull_request")
    assert (event.number, event.on_pull_request, event.branches) == (2, True, ("changes",))
    event = read("discussion", discussion={"labels": [{"name": "no-claude"}]})
    assert (event.labels, event.number) == (("no-claude",), 0)  # no comment is written there


def test_an_apps_account_is_known_by_its_type_or_its_name() -> None:
    assert read("issues", sender={"login": "octo-helper[bot]", "type": "User"}).by_bot
    assert read("issues", sender={"login": "x", "type": "Bot"}).by_bot
    assert not read("issues").by_bot


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_odd_payloads_are_refused_and_raise_nothing_else(name: str) -> None:
    deep: object = "x"
    for _ in range(50):
        deep = {"a": [deep]}
    whole = payload(name)
    for odd in (None, 7, "text", [whole], {}, deep, True):
        with pytest.raises(EventError, match="event's payload"):
            read_event(name, dict.fromkeys(whole, odd), "k")
    with pytest.raises(EventError, match="lacks"):
        read_event(name, {}, "k")


def test_a_deep_payload_of_an_alert_is_cut() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = {"a": [deep]}
    (words,) = read("repository_dispatch", client_payload={"n": deep, "long": "x" * 2 * LONGEST}).words
    assert len(words.text) <= LONGEST
    assert "…" in words.text


@pytest.mark.parametrize("labels", ["no-claude", {"name": "no-claude"}, [{"name": None}], ["no-claude"]])
@pytest.mark.parametrize(
    ("name", "item"),
    [("issues", "issue"), ("discussion", "discussion"), ("pull_request", "pull_request")],
)
def test_labels_of_an_odd_form_are_not_taken_for_none(name: str, item: str, labels: object) -> None:
    with pytest.raises(EventError):
        read(name, **{item: {"labels": labels}})


def test_a_branch_of_an_odd_form_is_refused_in_an_unknown_event_too() -> None:
    for odd in (7, ["refs/heads/claude/x"], {"name": "claude/x"}):
        with pytest.raises(EventError, match="`ref`"):
            read_event("create", {"ref": odd}, "k")
    with pytest.raises(EventError):
        read("deployment_status", workflow_run="claude/x")
