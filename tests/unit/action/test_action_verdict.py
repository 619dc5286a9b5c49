"""Whose failure it is: one word, and only where what is known already shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import LOG
from tests.support.verdict_scenes import SCENES, Scene, known, red_before, verdict_of

from fire_routine.emulator import Endpoint

OTHER = LOG.replace("error[E0308]: mismatched types", "error[E0425]: cannot find value `x` in this scope")
FORK = {"full_name": "stranger/widgets", "id": 9}
LOST = "The self-hosted runner: build-7 lost communication with the server. Verify the machine is running."


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        yield Scene(github, endpoint, tmp_path, LOG.encode(), OTHER.encode(), "src/lib.rs")


@pytest.mark.parametrize(
    ("happens", "verdict"), SCENES.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_it_is_said_where_it_is_shown_and_nowhere_else(
    scene: Scene, happens: Callable[[Scene], None], verdict: str
) -> None:
    happens(scene)
    assert verdict_of(scene) == verdict
    assert (f"**Verdict:** `{verdict}`: " in scene.summary) == bool(verdict)
    assert ("**Verdict:**" in scene.summary) == bool(verdict)
    assert (f"- Verdict: {verdict}: " in scene.endpoint.sessions[-1].text) == bool(verdict)
    (comment,) = [one["body"] for one in scene.github.comments.get(3, ())] or [""]
    assert (f"**Verdict:** `{verdict}`: " in comment) == bool(verdict)


def test_it_rests_on_a_page(scene: Scene) -> None:
    red_before(scene)
    verdict_of(scene)
    page = scene.github.runs[5]["html_url"]
    assert f"the last run of `main` failed alike ([see]({page}))" in scene.summary
    assert f"failed alike: <{page}>" in scene.endpoint.sessions[-1].text


def test_a_lost_runner_is_infrastructure_by_its_annotation_alone(scene: Scene) -> None:
    scene.github.set_log(70, "")
    scene.github.add_annotation(70, {"message": LOST, "annotation_level": "failure"})
    assert verdict_of(scene) == "infrastructure"
    assert "`infrastructure`: the runner was lost" in scene.summary


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["npm error code ECONNRESET", "npm error network request to the registry failed"], "infrastructure"),
        (["npm error code E404", "npm error 404 Not Found - GET https://registry.npmjs.org/nope"], ""),
        (["##[error]The action 'Run cargo test' has timed out after 10 minutes."], ""),
        (["npm error code ECONNRESET", *["more work is done"] * 400, "error: the tally is wrong"], ""),
    ],
)
def test_an_outage_has_to_be_the_end_of_it(scene: Scene, lines: list[str], verdict: str) -> None:
    stamped = "\n".join(f"2026-11-24T10:00:01.0000000Z {line}" for line in lines)
    scene.github.set_log(
        70, f"{stamped}\n2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 1.\n"
    )
    assert verdict_of(scene) == verdict


def test_of_strangers_code_the_word_alone_is_told(scene: Scene) -> None:
    known(scene)
    scene.github.change_run(
        7, event="pull_request", head_repository={"full_name": "stranger/widgets", "id": 9}
    )
    assert scene.report(7, dry_run="true", comment="true").startswith("skipped")
    assert scene.outputs["verdict"] == "known"
    assert "known-failures.toml, line" not in scene.summary.partition("**Verdict:**")[2].partition("\n")[0]
