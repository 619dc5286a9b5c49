"""docs/what-is-sent.md names what the sections of a text are made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.compose.material import digest, history, job, pull_request, run

from fire_routine import distill
from fire_routine.compose import compose, group
from fire_routine.model.run import Commit

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "what-is-sent.md").read_text("utf-8")
# What stands in a text, by a value that stands for it, and the words of the page that name it.
NAMED = {
    "octo/widgets": "repository",
    "topic-branch": "branch",
    "mona-starts": "who\n   started the run",
    "hubot-writes": "commit and author",
    "Round up the totals": "pull request",
    "make test": "the step's command",
    "self-hosted-label": "runner and labels",
    "jobs/4711": "the job's id",
}


@pytest.mark.parametrize("value", NAMED)
def test_the_page_names_what_a_text_holds(value: str) -> None:
    one = job(1, id=4711, labels=("self-hosted-label",))
    material = run(
        [one],
        repository="octo/widgets",
        actor="mona-starts",
        head_branch="topic-branch",
        commit=Commit("a" * 40, "Add totals", "hubot-writes"),
        pull_request=pull_request(title="Round up the totals"),
        history=history(),
    )
    failures = group(material.failed_jobs, {one.id: digest("ab", "error: it broke")})
    text = compose(material, failures, max_characters=60_000, excerpt=distill.excerpt).text
    assert value in text
    assert NAMED[value] in PAGE
