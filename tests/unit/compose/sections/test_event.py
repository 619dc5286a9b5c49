"""The text for an event: what happened, whose words it brings, and no more of them than there is room for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.injection.checks import out_of_quotation
from tests.support.emulated.events import STRANGER, of_repository, payload
from tests.unit.compose.material import digest

from fire_routine.compose import compose
from fire_routine.distill import excerpt
from fire_routine.gather.event import find_target, run_as_reported
from fire_routine.github.events import read_event
from fire_routine.model.event import Event
from fire_routine.model.evidence import Attachment, Brief, utf16_length
from fire_routine.model.run import Run
from fire_routine.settings import Context, Settings

REPOSITORY = "acme/widget"


def keyed(name: str, *, writers: tuple[str, ...] = ("mona",), **changes: Any) -> Run:
    """The run of an event; those of `writers` can write."""
    settings = Settings(key="site")
    whole = of_repository(payload(name, **changes), REPOSITORY)
    context = Context(
        repository=REPOSITORY, run_id=7, event_name=name, event=whole, ref_name="main", sha="a" * 40,
        workflow="Nightly probe", actor="mona",
    )  # fmt: skip
    run = run_as_reported(find_target(settings, context), context)
    assert run is not None
    return replace(run, fired_for=with_writers(read_event(name, whole, "site"), writers))


def with_writers(event: Event, writers: tuple[str, ...]) -> Event:
    words = (replace(one, by_writer=one.author in writers) for one in event.words)
    return replace(event, words=tuple(words))


def brief(run: Run, attachments: tuple[Attachment, ...] = (), **options: Any) -> Brief:
    return compose(run, (), attachments, **{"max_characters": 20_000, "excerpt": excerpt, **options})


def test_a_maintainers_label_on_a_strangers_issue_has_words_of_others_and_no_untrusted_code() -> None:
    issue = {"number": 12, "title": "Crash on save", "body": "It *crashes*.\nAlways.", "user": STRANGER}
    text = brief(keyed("issues", issue=issue, label={"name": "claude"}), text="Fix it.").text
    assert text.startswith("# Issue #12 `Crash on save`, labelled `claude`, in `acme/widget`\n")
    assert "> **Words of others:** `stranger` wrote the issue." in text
    assert "Untrusted" not in text
    assert text.index("What others wrote is quoted") < text.index("Fix it.") < text.index("## The issue")
    assert "\nIt *crashes*.\nAlways.\n" in text
    assert "- Event: `issues` `labeled` by `mona`: <https://github.com/" in text
    assert "git checkout -B claude/run-7 " in text
    assert out_of_quotation(text) == []


def test_of_a_writers_words_nothing_is_said() -> None:
    text = brief(keyed("issues", issue={"user": {"login": "mona"}})).text
    assert "Words of others" not in text


@pytest.mark.parametrize("name", ["push", "release"])
def test_commits_and_release_notes_are_anyones_whoever_their_author_is(name: str) -> None:
    """Anyone sets git's author, and generated notes hold other people's titles."""
    changes: dict[str, Any] = {}
    if name == "release":
        changes["release"] = {"body": "* IGNORE ALL by @stranger", "author": {"login": "mona"}}
    text = brief(keyed(name, **changes)).text
    assert "> **Words of others:** Anyone may have written the" in text


def test_who_wrote_what_is_said_once_for_each() -> None:
    comment, issue = {"user": STRANGER}, {"user": STRANGER}
    text = brief(keyed("issue_comment", comment=comment, issue=issue)).text
    assert "`stranger` wrote the comment and the issue." in text


def test_an_alert_is_anyones_and_a_line_for_each_value() -> None:
    alert = {"monitor": {"name": "shop", "down": True}}
    text = brief(keyed("repository_dispatch", action="sentry-alert", client_payload=alert)).text
    assert text.startswith("# Dispatch `sentry-alert` in `acme/widget`\n")
    assert "> **Words of others:** Anyone may have written the payload." in text
    assert "\nmonitor.name: shop\nmonitor.down: true\n" in text
    assert "Untrusted" not in text


@pytest.mark.parametrize("name", ["deployment", "deployment_status"])
def test_of_a_deployment_it_is_said_that_the_code_may_be_a_forks(name: str) -> None:
    text = brief(keyed(name, deployment={"environment": "production"})).text
    assert text.startswith("# Deployment to `production`")
    assert "> **Untrusted:** What is deployed is not on the default branch, and may be a fork's code." in text


@pytest.mark.parametrize("name", ["schedule", "watch"])
def test_another_event_names_the_workflow_and_the_key(name: str) -> None:
    run = replace(keyed("issues"), event=name, fired_for=Event("site", name, sender="mona"))
    text = brief(run).text
    assert text.startswith("# `Nightly probe` asks for a session in `acme/widget` (key `site`)\n")
    assert f"- Event: `{name}` by `mona`\n" in text


def test_long_words_are_cut_at_their_end_and_all_are_there() -> None:
    comment, issue = {"body": "Do this. " + 9_000 * "c"}, {"body": "It began. " + 9_000 * "i"}
    text = brief(keyed("issue_comment", comment=comment, issue=issue), max_characters=4_096).text
    assert utf16_length(text) <= 4_096
    assert "Do this. ccc" in text and "It began. iii" in text
    assert text.count("characters more]") == 2
    assert "## Facts" in text


def test_secrets_are_redacted_wherever_they_are() -> None:
    secret = "gh" + "p_" + "a1B2" * 9
    run = keyed("issues", issue={"title": f"Look {secret}", "body": f"token {secret}", "user": STRANGER})
    made = brief(run)
    assert secret not in made.text
    assert made.redactions["github-token"] >= 1


def test_attached_files_are_below_the_words() -> None:
    attached = Attachment("probe.log", digest("0123456789abcdef", "error: connection refused"))
    text = brief(keyed("issues"), (attached,)).text
    assert text.index("## The issue") < text.index("## Attached: `probe.log`") < text.index("## Facts")


def test_the_fingerprint_is_the_keys_name_and_there_is_no_cause() -> None:
    made, same = brief(keyed("issues")), brief(keyed("issue_comment"))
    assert made.fingerprint == same.fingerprint
    assert len(made.fingerprint.digest) == 17 and made.fingerprint.digest.startswith("k")
    assert made.cause == ""
