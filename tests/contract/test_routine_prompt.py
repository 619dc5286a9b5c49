"""The skill, which is the saved prompt, speaks of the text by names that the text really has."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import yaml
from tests.support.emulated.events import STRANGER
from tests.unit.compose.material import digest, history, job, pull_request, run
from tests.unit.compose.sections.test_event import keyed

from fire_routine.compose import compose, group
from fire_routine.distill import excerpt
from fire_routine.model.event import Failures
from fire_routine.model.evidence import Action, KnownFailure
from fire_routine.model.outcome import EarlierSession, Past
from fire_routine.model.run import Note, Rerun

EXAMPLES = Path(__file__).parents[2] / "examples"
SKILL = EXAMPLES / "skills/ci-failure/SKILL.md"
PROMPT = SKILL.read_text("utf-8")
MOST_WORDS = 1_100  # each session has all of them in its context


def text(head_repository: str) -> str:
    material = run(
        [job(0)],
        head_repository=head_repository,
        pull_request=pull_request(),
        history=history(same_commit_was_green=True, base_red=5),
        notes=(Note("a log", "it has expired"),),
        rerun=Rerun(attempt=2, same=1, flakes=3, days=14),
    )
    known = KnownFailure(".github/known-failures.toml", 3, "boom", Action.NOTE, "The port is taken.")
    failures = group(material.failed_jobs, {1000: digest("a", "src/app/widget.py:3: boom")})
    failures = tuple(replace(one, known=known) for one in failures)
    past = Past((EarlierSession("https://claude.ai/code/session_1", 69),))
    return compose(material, failures, past=past, max_characters=60_000, excerpt=excerpt).text


NAMES = (
    "Untrusted",
    "What others wrote is quoted",
    "## Facts",
    "How to go on",
    "What ran",
    "named in the log",
    "The same commit was green before",
    "Verdict",
    "An earlier session",
    "Known failure",
    "Already red on the base branch",
    "claude/fix-run-",
)

EVENT_PROMPT = (Path(__file__).parents[2] / "examples" / "event-prompt.md").read_text("utf-8")
OF_EVENTS = (
    "What others wrote is quoted",
    "Words of others",
    "## Facts",
    "How to go on",
    "claude/run-",
)


def test_what_the_prompt_for_events_names_is_in_their_text() -> None:
    sent = compose(keyed("issues", issue={"user": STRANGER}), (), max_characters=60_000, excerpt=excerpt).text
    assert [name for name in OF_EVENTS if name not in EVENT_PROMPT or name not in sent] == []
    deployed = compose(keyed("deployment"), (), max_characters=60_000, excerpt=excerpt).text
    assert '"Untrusted"' in EVENT_PROMPT and "Untrusted" in deployed


def test_what_the_prompt_names_is_in_the_text() -> None:
    sent = text("stranger/widgets") + text("octo/widgets")
    assert [name for name in NAMES if name not in PROMPT or name not in sent] == []


def test_the_prompt_says_how_the_report_finds_a_session_s_pull_request() -> None:
    assert f"begins with `<!-- {Failures.branch}NUMBER -->`" in " ".join(PROMPT.split())


def test_the_skill_can_be_found_by_its_name_and_is_short() -> None:
    """Claude Code finds a skill by its folder and its front matter: https://code.claude.com/docs/en/skills."""
    _, front, text = PROMPT.split("---\n", 2)
    about = yaml.safe_load(front)
    assert about["name"] == SKILL.parent.name
    assert len(about["description"]) <= 1024
    assert len(re.findall(r"\S*\w\S*", PROMPT)) <= MOST_WORDS
    assert text.startswith("\nA CI run has failed.")


def test_the_saved_prompt_names_the_skill_and_holds_no_copy_of_it() -> None:
    """What is pasted for several repositories is the skill's own text, so there is one source."""
    page = (EXAMPLES / "routine-prompt.md").read_text("utf-8")
    (saved,) = re.findall(r"```text\n(Follow [^`]*)```", page)
    assert saved.count("\n") == 1
    assert f"the skill {SKILL.parent.name} " in saved and "stop and say so" in saved
    assert f"`.claude/{SKILL.relative_to(EXAMPLES).as_posix()}`" in page
    copied = [line for line in PROMPT.splitlines() if len(line) > 40 and line in page]
    assert copied == []
