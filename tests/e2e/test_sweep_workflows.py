"""A sweep as its recipe has it, run by act."""

from __future__ import annotations

import re

from tests.e2e.act import ACTION, ROOT, Result
from tests.e2e.stage import Stage
from tests.unit.sweep.conftest import BOT, Organisation

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
    """Run the recipe in an organisation of two red repositories."""
    stage.github.creator, stage.github.installed = BOT, False
    organisation = Organisation(stage.github, stage.endpoint)
    for ago, name in enumerate(("ledger", "pay"), start=1):
        organisation.run(organisation.repository(f"octo/{name}"), ago=ago)
    text = RECIPE.replace("octo-org/pay-* octo-org/ledger", "octo/pay octo/led*")
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


def test_a_dry_run_shows_what_it_would_do(stage: Stage) -> None:
    result = sweep(stage, dry_run=True)
    assert result.job_result("sweep") == "success", result.log
    assert "would fire octo/pay ci.yml" in result.log
    assert stage.endpoint.requests == []
    assert not stage.github.asked("POST .*/statuses")


def test_it_fires(stage: Stage) -> None:
    assert "fired octo/pay ci.yml" in sweep(stage, dry_run=False).log
    assert "octo/pay" in stage.text()
