"""A sweep as its recipe has it, run by act: two repositories and one that is left out."""

from __future__ import annotations

import re

from tests.e2e.act import ACTION, ROOT, Result
from tests.e2e.stage import Stage
from tests.support.emulated.repository import FIRST
from tests.unit.sweep.conftest import BOT, Organisation

from fire_routine.ledger.entry import LEDGER

RECIPE = (ROOT / "examples/sweep.yml").read_text("utf-8")
# Stands for the one that asks GitHub for an App's token: hands out what it was given as its key.
TOKEN_ACTION = """\
name: An App's token
inputs: {client-id: {required: true}, private-key: {required: true}, owner: {required: true}}
outputs: {token: {value: "${{ inputs.private-key }}"}}
runs:
  using: composite
  steps: [{run: "true", shell: bash}]
"""


def sweep(stage: Stage, *, dry_run: bool) -> Result:
    """Run the recipe in an organisation of two repositories, and of one that has jobs of its own."""
    stage.github.creator, stage.github.installed = BOT, False
    organisation = Organisation(stage.github, stage.endpoint)
    for ago, name in enumerate(("ledger", "pay", "own-jobs"), start=1):
        organisation.run(organisation.repository(f"octo/{name}"), ago=ago)
    *_, own_jobs = stage.github.repositories
    entry = "f ci.yml 9.1 000000 0000000 00000001 00000000"
    own_jobs.creator = "github-actions[bot]"
    own_jobs.add_status(FIRST, {"context": f"{LEDGER} {own_jobs.stamp()[:10]}", "description": entry})
    text = RECIPE.replace("octo-org/pay-* octo-org/ledger", "octo/pay octo/ledger octo/own-*")
    text = re.sub(r"OWNER/fire-routine/sweep@.*", ACTION.replace("@", "/sweep@"), text)
    text = text.replace("      deployment: false\n", "")  # GitHub knows it since 2026, act does not yet
    used = re.search(r"actions/create-github-app-token@[0-9a-f]{40}", text)
    assert used
    served = stage.folder / "token-action"
    served.mkdir()
    (served / "action.yml").write_text(TOKEN_ACTION, "utf-8")
    stage.secrets["APP_PRIVATE_KEY"] = stage.github.token
    arguments = ["--local-repository", f"{used[0]}={served}", "--var", "SWEEP_CLIENT_ID=Iv1"]
    payload = {"inputs": {"dry-run": str(dry_run).lower()}}
    return stage.run(text, event="workflow_dispatch", payload=payload, arguments=arguments)


def lines(result: Result) -> list[str]:
    """What it says of each run and repository, and in all, without links."""
    states = r"fired|would fire|not chosen|left out|repositories"
    found = re.findall(rf"^(?:\s*\|\s*)?((?:{states}) .*)$", result.log, re.MULTILINE)
    return [re.sub(r" http\S+", "", line) for line in found]


def test_a_dry_run_shows_what_it_would_do_and_what_is_left_out(stage: Stage) -> None:
    result = sweep(stage, dry_run=True)
    assert result.job_result("sweep") == "success", result.log
    assert lines(result) == [
        "would fire octo/pay ci.yml",
        "not chosen octo/ledger ci.yml --limit 1 is reached",
        "left out octo/own-jobs it has jobs of its own (entries by github-actions[bot])",
        "repositories 3, would fire 1, not chosen 1",
    ]
    assert stage.endpoint.requests == []
    assert not stage.github.asked("POST .*/statuses")


def test_it_fires(stage: Stage) -> None:
    assert lines(sweep(stage, dry_run=False))[0] == "fired octo/pay ci.yml"
    assert "octo/pay" in stage.text()
