"""A sweep as its recipe has it, run by act: two repositories and others that are left out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.act import ACTION, ROOT, Result
from tests.e2e.stage import Stage
from tests.support.emulated.ids import sha_of
from tests.support.emulated.repository import Repository, timestamp

from fire_routine.emulator import limit
from fire_routine.ledger.entry import LEDGER, Record
from fire_routine.ledger.entry import Stage as Step
from fire_routine.ledger.names import read_names

RECIPE = (ROOT / "examples/sweep.yml").read_text("utf-8")
APP = "ci-sweep[bot]"
# Stands for the one that asks GitHub for an App's token: hands out what it was given as its key.
TOKEN_ACTION = """\
name: An App's token
inputs: {client-id: {required: true}, private-key: {required: true}, owner: {required: true}}
outputs: {token: {value: "${{ inputs.private-key }}"}}
runs:
  using: composite
  steps: [{run: "true", shell: bash}]
"""
KNOWN = """\
[[known-failure]]
pattern = "'pay' undeclared"
action = "skip"
note = "It is being looked at."
"""
LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run make
2026-11-24T10:00:00.1000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z main.c:3:5: error: '{what}' undeclared (first use in this function)
2026-11-24T10:00:01.1000000Z ##[error]Process completed with exit code 2.
"""


class Organisation:
    """What the App may read; `sweep` runs the recipe."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.count = stage, 0
        stage.github.creator, stage.github.installed = APP, False
        stage.secrets["APP_PRIVATE_KEY"] = stage.github.token
        self.token_action = stage.folder / "token-action"
        self.token_action.mkdir()
        (self.token_action / "action.yml").write_text(TOKEN_ACTION, "utf-8")

    def red(self, name: str, run: int, hours: int = 1, **about: object) -> Repository:
        """A repository whose main branch is red since then."""
        found = self.stage.github.add_repository(f"octo/{name}", **about)
        found.set_branch("main", sha_of(name))
        self.fail(found, run, hours)
        return found

    def own_entry(self, name: str) -> None:
        """What a job of the repository's own has left in its ledger."""
        repository = next(one for one in self.stage.github.repositories if one.full_name == f"octo/{name}")
        repository.creator = "github-actions[bot]"
        record = Record(Step.FIRED, "ci.yml", 9, 1, "0000", "0" * 7, "00000001", read_names("0" * 8))
        entry = {"context": f"{LEDGER} {datetime.now(UTC):%Y-%m-%d}", "description": str(record)}
        repository.add_status(repository.commits[-1], entry | {"state": "success"})

    def fail(self, repository: Repository, run: int, hours: float = 0.6, attempt: int = 1) -> None:
        ended = {"conclusion": "failure", "status": "completed", "run_attempt": attempt, "run_number": run}
        whole = {"id": run, "head_sha": sha_of(repository.full_name.partition("/")[2]), **ended}
        began, done = (
            timestamp(datetime.now(UTC) - timedelta(minutes=ago)) for ago in (hours * 60 + 10, hours * 60)
        )
        repository.add_run(whole | {"created_at": began, "run_started_at": began, "updated_at": done})
        job = {"id": run * 10 + attempt, "name": "build", "conclusion": "failure"}
        repository.add_job(run, job, LOG.format(what=repository.full_name.partition("/")[2]))

    def let_pass(self, time: timedelta) -> None:
        """Date back all that the ledgers have."""
        for repository in self.stage.github.repositories:
            for status in (status for listed in repository.statuses.values() for status in listed):
                status["created_at"] = timestamp(datetime.now(UTC) - time)

    def sweep(self, *, dry_run: bool = False, repositories: str = "octo/*") -> Result:
        self.count += 1
        folder = self.stage.folder / str(self.count)
        folder.mkdir()
        own = Stage(folder, self.stage.home, self.stage.action, self.stage.github, self.stage.endpoint)
        own.secrets = self.stage.secrets
        text = RECIPE.replace("octo-org/pay-* octo-org/ledger", repositories)
        text = re.sub(r"OWNER/fire-routine/sweep@.*", ACTION.replace("@", "/sweep@"), text)
        text = text.replace("      deployment: false\n", "")  # GitHub knows it since 2026, act does not yet
        used = re.search(r"actions/create-github-app-token@[0-9a-f]{40}", text)
        assert used
        return own.run(
            text,
            event="workflow_dispatch",
            payload={"inputs": {"dry-run": str(dry_run).lower()}},
            arguments=[
                "--local-repository",
                f"{used[0]}={self.token_action}",
                "--var",
                "SWEEP_CLIENT_ID=Iv1",
            ],
        )

    def lines(self, result: Result) -> list[str]:
        """What it says of each run and repository, and in all, without links."""
        states = r"fired|would fire|waiting|skipped|not chosen|unknown|left out|repositories"
        found = re.findall(rf"^(?:\s*\|\s*)?((?:{states}) .*)$", result.log, re.MULTILINE)
        return [re.sub(r" http\S+", "", line) for line in found]


@pytest.fixture
def octo(stage: Stage) -> Organisation:
    return Organisation(stage)


def test_a_dry_run_shows_what_it_would_do_and_what_is_left_out(octo: Organisation) -> None:
    octo.red("own-jobs", 1, hours=9)
    octo.own_entry("own-jobs")
    octo.red("pay", 100, hours=4)
    octo.red("ledger", 200)
    octo.red("archived", 3, archived=True)
    octo.red("copy", 4, fork=True)
    result = octo.sweep(dry_run=True)
    assert result.job_result("sweep") == "success", result.log
    assert octo.lines(result) == [
        "would fire octo/pay ci.yml",
        "not chosen octo/ledger ci.yml --limit 1 is reached",
        "left out octo/own-jobs it has jobs of its own (entries by github-actions[bot])",
        "repositories 3, would fire 1, not chosen 1",
    ]
    assert octo.stage.endpoint.requests == []
    assert not octo.stage.github.asked("POST .*/statuses")


def test_a_limit_of_the_endpoint_loses_nothing_and_each_failure_gets_one_session(octo: Organisation) -> None:
    pay = octo.red("pay", 100, hours=4)
    octo.red("ledger", 200)
    octo.stage.endpoint.script = [limit(3600)]
    refused = octo.sweep()
    assert refused.job_result("sweep") == "success"
    assert re.fullmatch(r"waiting octo/pay ci.yml waiting until \d\d:\d\d UTC", octo.lines(refused)[0])
    assert octo.stage.endpoint.sessions == []

    assert octo.lines(octo.sweep())[0].endswith("octo/ledger ci.yml")  # never tried comes before tried
    assert octo.lines(octo.sweep())[1] == "fired octo/pay ci.yml"
    sessions = octo.stage.endpoint.sessions
    assert ["octo/ledger" in sessions[0].text, "octo/pay" in sessions[1].text] == [True, True]

    octo.let_pass(timedelta(minutes=50))  # since the sessions; both runs had ended an hour ago or earlier
    octo.fail(pay, 100, attempt=2)  # the same once more, later than its session
    assert "skipped octo/pay ci.yml duplicate" in octo.lines(octo.sweep())
    asked = len(octo.stage.github.asked("/repos/octo/pay/"))
    last = octo.sweep()
    assert "repositories 2, skipped 2" in octo.lines(last)
    assert len(octo.stage.github.asked("/repos/octo/pay/")) - asked <= 3
    assert len(octo.stage.endpoint.sessions) == 2


def test_what_is_known_starts_nothing_and_the_next_sweep_reads_the_ledger_alone(octo: Organisation) -> None:
    pay = octo.red("pay", 100)
    pay.set_file(".github/known-failures.toml", KNOWN)
    assert octo.lines(octo.sweep())[0] == "skipped octo/pay ci.yml known-failure"
    before = len(octo.stage.github.asked("/repos/"))
    assert (
        octo.lines(octo.sweep())[0] == "skipped octo/pay ci.yml an earlier sweep found that no session is due"
    )
    assert len(octo.stage.github.asked("/repos/")) - before == 3
    assert octo.stage.endpoint.requests == []


def test_another_owners_repositories_are_refused(octo: Organisation) -> None:
    octo.red("pay", 100)
    result = octo.sweep(repositories="eve/*")
    assert result.job_result("sweep") == "failure"
    assert "OWNER/GLOB eve/*: GITHUB_TOKEN names no such repository" in result.log
    assert "Traceback" not in result.log
    assert octo.stage.endpoint.requests == []
