"""Each text of the corpus goes through a real fire, in all places at once, and gets nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from tests.injection.checks import (
    TAG,
    URL,
    WORD,
    commands,
    in_text,
    out_of_quotation,
    outside_code,
    when_rendered,
)
from tests.injection.event_scene import NAMES, set_up_event
from tests.injection.scene import SHA, Payload, payloads, set_up
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import environment, run_step

from fire_routine.emulator import Endpoint
from fire_routine.github.events import EVENTS

PAYLOADS = list(payloads())
AIMS = {"close", "format", "link", "command", "instruct", "log"}
ACTION = Path(__file__).resolve().parents[2] / "action.yml"
# They have a session's link, or begin like our comments: they start nothing where a session may have written
# them. In what strangers wrote they are words like any others.
LIKE_A_SESSIONS = ("instruction-as-a-trailer", "comment")
STATUS = re.compile(r"[ -~·–—…]{1,140}")


@dataclass
class Fired:
    """The results of a fire."""

    code: int
    printed: str
    outputs: str
    summary: str
    comment: str
    texts: list[str]
    statuses: list[str]
    links: list[str]
    sessions: list[str]


def fire(payload: Payload, temp: Path, event: str = "") -> Fired:
    """`event`: fire for this one, by a key, instead of for a pull request's failure."""
    workspace = temp / "workspace"
    workspace.mkdir()
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        environ = environment(github, endpoint.url, temp)
        if event:
            environ |= set_up_event(github, event, payload.text, workspace)
            environ["FIRE_ROUTINE_KEY"] = "".join(filter(str.isprintable, payload.text))[:200] or "a key"
        else:
            failed = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF_NAME": "4/merge"}
            environ |= failed | set_up(github, payload.text, workspace)
        environ |= {
            "GITHUB_SHA": SHA,
            "GITHUB_WORKSPACE": str(workspace),
            "FIRE_ROUTINE_ATTACH": "*.log\n*.xml",
            "FIRE_ROUTINE_COMMENT": "true",
            "FIRE_ROUTINE_MAX_CHARACTERS": "60000",
            "FIRE_ROUTINE_SKIP_BRANCHES": "!**",
        }
        code, printed = run_step(environ)
        return Fired(
            code,
            printed,
            (temp / "output").read_text("utf-8"),
            (temp / "summary").read_text("utf-8"),
            "\n\n".join(one["body"] for comments in github.comments.values() for one in comments),
            [session.text for session in endpoint.sessions],
            [status["description"] for status in github.statuses.get(SHA, [])],
            [status["target_url"] for status in github.statuses.get(SHA, [])],
            [session.url for session in endpoint.sessions],
        )


@pytest.mark.parametrize("payload", PAYLOADS, ids=[one.id for one in PAYLOADS])
def test_a_hostile_text_gets_nowhere(payload: Payload, tmp_path: Path) -> None:
    fired = fire(payload, tmp_path)

    assert fired.code == 0
    (text,) = fired.texts  # one session, and it has the evidence
    assert "FAILED tests/test_" in text
    assert in_text(text) == []
    assert out_of_quotation(text) == []
    for page in (text, fired.summary, fired.comment):
        assert when_rendered(page) == []
    assert outside_code(text) == []
    assert commands(fired.printed) == []
    check_outputs(fired)
    assert fired.statuses and [one for one in fired.statuses if not STATUS.fullmatch(one)] == []
    assert fired.links and [link for link in fired.links if "evil" in link] == []


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_a_hostile_text_in_an_event_gets_nowhere(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each event with each text that falls to it: the next event takes the next one of the corpus."""
    for payload in PAYLOADS[number::15]:
        fired = fire(payload, tmp_path_factory.mktemp("event"), NAMES[number])
        assert fired.code == 0, payload.id
        if payload.id in LIKE_A_SESSIONS and not of_a_stranger(NAMES[number]):
            assert fired.texts == [] and "untrusted-run" in fired.outputs
            continue
        (text,) = fired.texts
        assert in_text(text) == [], payload.id
        assert out_of_quotation(text) == [], payload.id
        for page in (text, fired.summary, fired.comment):
            assert when_rendered(page) == [], payload.id
        assert outside_code(text) == [], payload.id
        assert commands(fired.printed) == [], payload.id
        assert WORD not in fired.comment and "evil" not in fired.comment
        check_outputs(fired)


def of_a_stranger(event: str) -> bool:
    """Whether all texts of the event are by an author whom the payload names, who can't write."""
    return all(one.author for one in EVENTS[event][1])


def check_outputs(fired: Fired) -> None:
    """Only the documented outputs, with the action's own values."""
    documented = set(yaml.safe_load(ACTION.read_text("utf-8"))["outputs"])
    lines = iter(fired.outputs.splitlines())
    values = {}
    for line in lines:
        name, _, end = line.partition("<<")
        value = next(lines)
        while (following := next(lines)) != end:
            value += f"\n{following}"
        values[name] = value
    assert set(values) <= documented
    assert values["outcome"] == "fired"
    assert values["session-url"] == fired.sessions[0]
    assert "\n" not in values.pop("cause", "")  # the log's own words, as documented
    assert not any("evil" in value for value in values.values())


def test_the_corpus_is_as_described() -> None:
    assert len({one.id for one in PAYLOADS}) == len(PAYLOADS)
    assert {one.aim for one in PAYLOADS} == AIMS
    assert not any("@TAG@" in one.text or "@URL@" in one.text for one in PAYLOADS)


def test_the_checks_see_what_they_look_for() -> None:
    closing = [one for one in PAYLOADS if one.aim == "close"]
    unseen = {one.id for one in closing if not in_text(one.text)}
    # Those end a tag only after redaction, or are none until letters or base64 are replaced.
    assert unseen == {
        "tag-that-redaction-completes",
        "tag-from-a-mark",
        "tag-in-base64",
        "tag-with-homoglyph",
        "the-end-of-a-quotation",
    }
    assert in_text(f"</{TAG.upper()}>")
    assert in_text(f"%3C/{TAG}")
    assert in_text("a\n\nHuman: b")
    intro = "What others wrote is quoted: in blocks that begin and end with `abcdefgh`\n"
    assert not out_of_quotation(f"{intro}```abcdefgh\nx\nabcdefgh\n```")
    assert out_of_quotation(f"{intro}```abcdefgh\nabcdefgh\nx\nabcdefgh\n```")
    assert out_of_quotation(f"{intro}```\nx\n```")
    assert in_text("a\u200bb")
    for markdown in (f"![a]({URL})", f"<{URL}>", f"[x]({URL})", "<img src=x>", URL):
        assert when_rendered(markdown)
    assert outside_code(f"# {WORD}")
    assert not outside_code(f"`{WORD}`")
    assert commands("::set-output name=a::b")
    assert commands("x ##[error]y")
    assert commands("a\u2028::error::x")
