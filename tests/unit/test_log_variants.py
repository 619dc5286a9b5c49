"""Each recorded run reads the same with debug logging on, from a narrower console, and with nulls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.emulated.github import GitHubEmulator
from tests.log_variants import in_columns, with_debug_logging

from fire_routine import gather
from fire_routine.evidence import gather_evidence
from fire_routine.github.client import GitHub
from fire_routine.model import Brief
from fire_routine.settings import Context, Settings

RECORDINGS = sorted(
    path.parent for path in Path(gather.__file__).parents[1].glob("recordings/*/recording.json")
)


def brief_of(emulator: GitHubEmulator) -> Brief:
    failed = next(run for run in emulator.runs.values() if run["conclusion"] == "failure")
    settings = Settings(run_id=failed["id"])
    context = Context(
        repository=emulator.full_name, run_id=900, api_url=emulator.url, server_url=emulator.url
    )
    with GitHub(emulator.url, emulator.token, emulator.full_name, environ={}) as github:
        trigger = gather.find_trigger(settings, context)
        return gather_evidence(github, trigger, settings, context, lambda _line: None).brief


VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "debug logging": partial(with_debug_logging, seed=3),
    "79 columns": partial(in_columns, columns=79),
    "132 columns": partial(in_columns, columns=132),
    "nulls": bytes,
}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda folder: folder.name)
def test_the_same_failure_has_the_same_fingerprint(recording: Path) -> None:
    with GitHubEmulator.of(recording) as emulator:
        logs = {job_id: emulator.log(job_id) for job_id in emulator.jobs}
        expected = brief_of(emulator)
        assert expected.fingerprints
        for name, change in VARIANTS.items():
            emulator.nulls = name == "nulls"
            for job_id, log in logs.items():
                emulator.set_log(job_id, change(log))
            found = brief_of(emulator)
            assert found.fingerprints == expected.fingerprints, name
            assert "##[debug]" not in found.text


def test_debug_lines_change_nothing_else_in_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fire_routine.compose.document.new_word", lambda: "samewords")
    with GitHubEmulator.of(RECORDINGS[0]) as emulator:
        expected = brief_of(emulator).text
        for job_id in emulator.jobs:
            emulator.set_log(job_id, with_debug_logging(emulator.log(job_id), 5))
        assert brief_of(emulator).text == expected
