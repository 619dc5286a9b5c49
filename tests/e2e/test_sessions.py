"""A duplicate shows what became of the session before it, in a workflow run by the real act runner."""

from __future__ import annotations

from tests.e2e.stage import RUN_ID, Stage, outputs
from tests.e2e.test_workflows import FINAL_JOB
from tests.emulated.ids import sha_of

BEFORE = 4242
TIP = sha_of("tip")


def make_it_an_earlier_run(stage: Stage) -> None:
    """The run that fired is another one now, of the commit before."""
    earlier, head = sha_of("the commit before"), stage.github.branches["main"]
    for status in (each for entries in stage.github.statuses.values() for each in entries):
        entry = status["description"].replace(f"{RUN_ID}.", f"{BEFORE}.")
        status["description"] = entry.replace(head[:7], earlier[:7])
    stage.github.statuses[earlier] = stage.github.statuses.pop(head)
    stage.github.add_run({"id": BEFORE, "head_sha": earlier, "conclusion": "failure"})


def test_a_duplicate_shows_the_open_pull_request_of_its_session(stage: Stage) -> None:
    fired = outputs(stage.run(FINAL_JOB))
    assert (fired["outcome"], fired["session-state"]) == ("fired", "")
    make_it_an_earlier_run(stage)
    branch = f"claude/fix-run-{BEFORE}"
    stage.github.set_branch(branch, TIP)
    pull = stage.github.add_pull_request(
        {"number": 14, "title": "Widgets cost 21", "head": {"ref": branch, "sha": TIP}}
    )
    stage.github.add_check_run(TIP, {"name": "test", "conclusion": "success"})
    second = Stage(stage.folder / "second", stage.home, stage.action, stage.github, stage.endpoint)
    result = second.run(FINAL_JOB)
    got = outputs(result)
    assert (got["outcome"], got["reason"]) == ("skipped", "duplicate")
    assert got["session-url"] == fired["session-url"]
    assert (got["session-state"], got["pull-request-url"]) == ("open", pull["html_url"])
    summary = result.summary("on-failure")
    assert (
        f"**What became of it:** [#14]({pull['html_url']}) `Widgets cost 21` is open, checks passed"
        in summary
    )
    assert len(stage.endpoint.sessions) == 1
