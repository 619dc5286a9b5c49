"""`fire-routine distill` shows what is sent: the evidence in the text of a run with the same log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench.labelled import OWN_SET, cases_of
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.job import SHA, Job

from fire_routine.cli import main
from fire_routine.emulator import Endpoint

LOGS = [case["log"] for case in cases_of(OWN_SET)][::6]
QUOTATION = re.compile(r"^(`{3,})(\S+)\n(.*?)\n\2\n\1$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("log", LOGS)
def test_distill_prints_the_evidence_that_is_sent(
    log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = OWN_SET / log
    with GitHubEmulator("octo/widgets") as github, Endpoint() as endpoint:
        github.set_branch("main", SHA)
        github.add_run({"id": 7, "head_sha": SHA, "status": "in_progress"})
        github.add_job(7, {"id": 71, "name": "build", "conclusion": "failure"}, path.read_text("utf-8"))
        github.add_job(7, {"id": 72, "name": "on-failure"})
        assert Job(github, endpoint, tmp_path).ended() == "fired"
        sent = endpoint.sessions[0].text
    assert main(["distill", str(path), "--max-characters", "60000"]) == 0
    printed = capsys.readouterr().out.rstrip("\n")
    quoted = [found[3] for found in QUOTATION.finditer(sent)]
    # The failure, and further lines that may explain it. What else a text quotes is no evidence.
    assert printed in (quoted[0], "\n\n".join(quoted[:2]))
