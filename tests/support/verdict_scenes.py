"""Runs of which it is known whose failure they are, and such that look alike but show nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import SHA, Job
from tests.support.emulated.repository import timestamp

from fire_routine.emulator import Endpoint

KNOWN = "[[known-failure]]\njob = '{job}'\naction = 'note'\nnote = 'The port is taken.'\n"
BEFORE = sha_of("before")  # the commit of the branch before run 7's
UNRELATED = "docs/unrelated_page.rst"


class Scene(Job):
    """Run 7, of pull request 3 from `topic` into `main`, failed in the job `build`.

    `log`: what the job printed. `other`: the log of another failure. `file`: that `log` names.
    """

    def __init__(
        self, github: GitHubEmulator, endpoint: Endpoint, temp: Path, log: bytes, other: bytes, file: str
    ) -> None:
        super().__init__(github, endpoint, temp)
        self.log_of_job, self.other, self.file = log, other, file
        github.set_branch("main", sha_of("main"))
        github.set_branch("topic", SHA)
        head = {"ref": "topic", "sha": SHA}
        github.add_pull_request({"number": 3, "title": "Rework it", "head": head, "base": {"ref": "main"}})
        self.add(7, "topic", SHA, log)
        self.changes(UNRELATED)

    def add(self, run: int, branch: str, sha: str, log: bytes, conclusion: str = "failure") -> None:
        """A finished run; the higher its number, the later it began."""
        began = timestamp(datetime.now(UTC) - timedelta(minutes=20 - run))
        known = {"id": run, "head_branch": branch, "head_sha": sha, "event": "push", "created_at": began}
        self.github.add_run({**known, "status": "completed", "conclusion": conclusion})
        self.github.add_job(run, {"id": 10 * run, "name": "build", "conclusion": conclusion}, log)

    def changes(self, *files: str) -> None:
        changed = {
            "commits": [{"sha": SHA, "message": "Rework it"}],
            "files": [{"filename": one} for one in files],
        }
        for base in ("main", BEFORE):
            self.github.add_comparison(base, SHA, changed)

    def report(self, run: int, **inputs: str) -> str:
        """The action on a finished run, as a watcher has it; outcome and reason."""
        event = self.temp / "event.json"
        payload = {"action": "completed", "workflow_run": self.github.runs[run]}
        event.write_text(json.dumps(payload), "utf-8")
        given = {f"FIRE_ROUTINE_{name.upper()}": value for name, value in inputs.items()}
        return self.ended_in(
            {"GITHUB_RUN_ID": "99", "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_EVENT_PATH": str(event)}
            | given
        )

    def red_main(self, log: bytes) -> None:
        """The last run of main failed, and was reported."""
        self.add(5, "main", sha_of("main"), log)
        assert self.report(5) == "fired"

    def flaked(self, log: bytes) -> None:
        """Another run of the branch failed so, and passed when it was re-run."""
        self.github.set_branch("topic", BEFORE)
        self.add(5, "topic", BEFORE, log)
        assert self.report(5, rerun_first="true") == "skipped rerun"
        self.end_again(5, "success", b"2026-11-24T10:00:00.0000000Z all is well\n")
        assert self.report(5, rerun_first="true") == "skipped flake"
        self.github.set_branch("topic", SHA)
        assert self.report(7, rerun_first="true") == "skipped rerun"
        self.end_again(7, "failure", self.log_of_job)

    def end_again(self, run: int, conclusion: str, log: bytes) -> None:
        self.github.change_run(run, status="completed", conclusion=conclusion)
        for job in list(self.github.jobs.values()):
            if job["run_id"] == run and not job["conclusion"]:
                self.github.finish_job(job["id"], conclusion)
                self.github.set_log(job["id"], log)


def known(scene: Scene) -> None:
    scene.github.set_file(".github/known-failures.toml", KNOWN.format(job="build"))


def another_job_is_known(scene: Scene) -> None:
    scene.github.set_file(".github/known-failures.toml", KNOWN.format(job="deploy"))


def one_of_two_failures_is_known(scene: Scene) -> None:
    known(scene)
    scene.github.add_job(7, {"id": 72, "name": "deploy", "conclusion": "failure"}, scene.other)


def flaky(scene: Scene) -> None:
    scene.flaked(scene.log_of_job)


def another_failure_flaked(scene: Scene) -> None:
    scene.flaked(scene.other)


def flaky_and_changed(scene: Scene) -> None:
    """It may be flaky and broken: neither is said of the flake alone."""
    scene.flaked(scene.log_of_job)
    scene.changes(scene.file)


def red_before(scene: Scene) -> None:
    scene.red_main(scene.log_of_job)


def main_failed_of_something_else(scene: Scene) -> None:
    scene.red_main(scene.other)


def main_is_green_again(scene: Scene) -> None:
    scene.red_main(scene.log_of_job)
    scene.add(6, "main", sha_of("main"), b"", "success")


def mains_log_is_gone(scene: Scene) -> None:
    scene.github.fail("/jobs/50/logs", Fault.gone())
    scene.red_main(scene.log_of_job)


def in_what_changed(scene: Scene) -> None:
    scene.changes(UNRELATED, scene.file)


def nothing_that_it_names_changed(scene: Scene) -> None:
    scene.changes(UNRELATED)


SCENES: dict[Callable[[Scene], None], str] = {
    known: "known",
    another_job_is_known: "",
    one_of_two_failures_is_known: "",
    flaky: "flaky",
    another_failure_flaked: "",
    flaky_and_changed: "in what changed",
    red_before: "red before",
    main_failed_of_something_else: "",
    main_is_green_again: "",
    mains_log_is_gone: "",
    in_what_changed: "in what changed",
    nothing_that_it_names_changed: "",
}


def verdict_of(scene: Scene) -> str:
    """What the action says of run 7."""
    rerun = scene.github.runs[7]["run_attempt"] > 1
    assert scene.report(7, rerun_first=str(rerun).lower(), comment="true") == "fired", scene.outputs
    return scene.outputs["verdict"]
