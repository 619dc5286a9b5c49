"""Reports of every outcome, as people could see them: each is what the action writes in a run of its own.

GitHub and the endpoint are emulated on loopback. Their addresses become those of github.com and claude.ai.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.emulated.faults import Fault
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.ids import sha_of
from tests.support.emulated.job import LOG, SHA, Job

from fire_routine.emulator import REPLIES, Endpoint, gateway, limit
from fire_routine.settings import KNOWN_FAILURES, PREFIX

RECORDINGS = Path(__file__).resolve().parents[2] / "src/fire_routine/recordings"
SERVER = "https://github.com"
LONG = "a-very-long-reusable-workflow-name / build-and-test-the-whole-monorepo (ubuntu-24.04-arm, 3.14t)"
KNOWN = f"""\
[[known-failure]]
pattern = 'mismatched types'
action = 'skip'
note = 'The compiler of the night is stricter.'
issue = '{SERVER}/octo/widgets/issues/7'
"""


class Report(NamedTuple):
    summary: str
    comment: str  # empty: none was left
    outcome: str
    exit_code: int
    printed: str


def shown(job: Job, exit_code: int = 0) -> Report:
    """What a run has left, with addresses as they are in public."""

    def public(text: str) -> str:
        text = text.replace(job.github.url, SERVER).replace(job.endpoint.home, "https://claude.ai")
        return re.sub(r"127\.0\.0\.1(?!:)", "claude.ai", text)

    comments = [one["body"] for each in job.github.comments.values() for one in each]
    return Report(
        public(job.summary), public("".join(comments[-1:])), job.outputs["outcome"], exit_code, job.log
    )


@contextmanager
def of_recording(folder: Path) -> Iterator[Job]:
    """A job of a `workflow_run` workflow, about a recorded failure."""
    with (
        tempfile.TemporaryDirectory() as temp,
        GitHubEmulator.of(folder) as github,
        Endpoint() as endpoint,
    ):
        run = json.loads((folder / "recording.json").read_text("utf-8"))["run"]
        event = Path(temp) / "event.json"
        event.write_text(json.dumps({"action": "completed", "workflow_run": run}), "utf-8")
        job = Job(github, endpoint, Path(temp))
        job.environ |= {
            "GITHUB_SERVER_URL": SERVER,
            "GITHUB_RUN_ID": str(run["id"] + 1),
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_EVENT_PATH": str(event),
            f"{PREFIX}COMMENT": "true",
        }
        yield job


@contextmanager
def of_run_7(jobs: int = 1) -> Iterator[Job]:
    """A final job of run 7, in which these many jobs failed alike; a pull request has its commit."""
    with (
        tempfile.TemporaryDirectory() as temp,
        GitHubEmulator("octo/widgets") as github,
        Endpoint() as endpoint,
    ):
        github.set_branch("main", SHA)
        github.set_branch("topic", SHA)
        github.add_pull_request({"number": 5, "title": "Rework it", "head": {"ref": "topic", "sha": SHA}})
        github.add_run({"id": 7, "head_sha": SHA, "head_branch": "topic", "status": "in_progress"})
        for number in range(jobs):
            name = f"test ({'ubuntu' if number % 2 else 'windows'}-latest, 3.{number})"
            github.add_job(7, {"id": 1000 + number, "name": name, "conclusion": "failure"}, LOG)
        for sha in (SHA, sha_of("newer")):
            github.add_comparison("main", sha, {})
        job = Job(github, endpoint, Path(temp))
        job.environ |= {"GITHUB_SERVER_URL": SERVER, "GITHUB_REF_NAME": "topic", f"{PREFIX}COMMENT": "true"}
        yield job


def run(job: Job) -> int:
    for name in ("output", "summary"):
        (job.temp / name).unlink(missing_ok=True)
    return job.run()


# --- what is different in each scene --------------------------------------------------------------------


def fail_again(job: Job, **pull: Any) -> None:
    """A session is started, and the next run fails alike; `pull`: the session's pull request."""
    run(job)
    branch, tip, newer = "claude/fix-run-7", sha_of("tip"), sha_of("newer")
    if pull:
        job.github.set_branch(branch, tip)
        job.github.add_check_run(tip, {"conclusion": "failure"})
    if "state" in pull:
        job.github.add_pull_request(
            {"number": 14, "title": "Fix it", "head": {"ref": branch, "sha": tip}, **pull}
        )
    job.github.change_run(7, status="completed", conclusion="failure")
    job.github.set_branch("topic", newer)
    job.github.add_pull_request({"number": 5, "title": "Rework it", "head": {"ref": "topic", "sha": newer}})
    job.github.add_run({"id": 8, "head_sha": newer, "head_branch": "topic", "status": "in_progress"})
    job.github.add_job(8, {"id": 80, "name": "test (windows-latest, 3.0)", "conclusion": "failure"}, LOG)
    job.environ |= {"GITHUB_RUN_ID": "8", "GITHUB_SHA": newer}


def known(job: Job) -> None:
    job.github.set_file(KNOWN_FAILURES, KNOWN)


def known_of_two(job: Job) -> None:
    known(job)
    log = LOG.replace("mismatched types", "cannot move out of `self`")
    job.github.add_job(7, {"id": 72, "name": "lint", "conclusion": "failure"}, log)


def failures(job: Job) -> None:
    for number in range(60):
        name = LONG if number % 7 == 0 else f"package-{number}"
        log = LOG.replace(
            "mismatched types", f"package_{'abcdefghij'[number % 10] * (number // 10 + 1)} broke"
        )
        job.github.add_job(7, {"id": 100 + number, "name": name, "conclusion": "failure"}, log)


def labelled(job: Job) -> None:
    pull = {"number": 5, "title": "Rework it", "head": {"ref": "topic", "sha": SHA}}
    job.github.add_pull_request({**pull, "labels": [{"name": "no-claude"}]})


def denied(job: Job) -> None:
    job.github.fail("/annotations", Fault.forbidden())


def unauthorized(job: Job) -> None:
    denied(job)
    job.environ[f"{PREFIX}ROUTINE_TOKEN"] = "sk-ant-oat01-of-another"


def no_connection(job: Job) -> None:
    with Endpoint() as gone:
        job.environ[f"{PREFIX}ROUTINE_URL"] = gone.url


def answers(*replies: Any) -> Callable[[Job], None]:
    def scene(job: Job) -> None:
        job.endpoint.script = [REPLIES[one] if isinstance(one, str) else one for one in replies]

    return scene


def given(**inputs: str) -> Callable[[Job], None]:
    def scene(job: Job) -> None:
        job.environ |= {f"{PREFIX}{name.upper()}": value for name, value in inputs.items()}

    return scene


def no_failed_job(job: Job) -> None:
    ended = {"status": "completed", "conclusion": "failure"}
    job.github.add_run({"id": 9, "head_sha": SHA, "head_branch": "topic", **ended})
    job.environ[f"{PREFIX}RUN_ID"] = "9"


MERGED = {"state": "closed", "merged_at": "2026-11-24T11:00:00Z"}
SCENES: dict[str, tuple[Callable[..., Any], Callable[[Job], None]]] = {
    "fired-1-job": (of_run_7, given()),
    "fired-node": (lambda: of_recording(RECORDINGS / "node-lint-and-test"), given()),
    "fired-matrix": (lambda: of_recording(RECORDINGS / "pytest-matrix"), given()),
    "fired-60-legs": (lambda: of_run_7(60), given()),
    "fired-60-failures": (of_run_7, failures),
    "fired-1-known-of-2": (of_run_7, known_of_two),
    "fired-after-retries": (of_run_7, answers("overloaded", None)),
    "fired-permission-missing": (of_run_7, denied),
    "fired-no-failed-job": (of_run_7, no_failed_job),
    "skipped-duplicate": (of_run_7, fail_again),
    "skipped-duplicate-branch": (of_run_7, lambda job: fail_again(job, pushed=True)),
    "skipped-duplicate-open": (of_run_7, lambda job: fail_again(job, state="open")),
    "skipped-duplicate-merged": (of_run_7, lambda job: fail_again(job, **MERGED)),
    "skipped-duplicate-closed": (of_run_7, lambda job: fail_again(job, state="closed")),
    "skipped-known-failure": (of_run_7, known),
    "skipped-label": (of_run_7, labelled),
    "failed-unauthorized": (of_run_7, unauthorized),
    "failed-rate-limited": (of_run_7, answers(limit(4 * 3600))),
    "failed-no-connection": (of_run_7, no_connection),
    "failed-invalid-input": (of_run_7, given(max_characters="12", cool_down="never")),
    "unknown": (of_run_7, answers(gateway())),
    "dry-run": (lambda: of_recording(RECORDINGS / "pytest-matrix"), given(dry_run="true")),
}
# Of a push there is no pull request; a label asks for silence; and nothing is known of what failed.
COMMENTED = [name for name in SCENES if name not in ("fired-node", "skipped-label", "failed-invalid-input")]


@cache
def report(name: str) -> Report:
    stage, scene = SCENES[name]
    with stage() as job:
        scene(job)
        return shown(job, run(job))
