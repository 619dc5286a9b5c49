"""Make the recordings of src/fire_routine/recordings: really run the projects next to this file.

    python -m tests.recordings.record [NAME ...]

Needs git, bash, PyYAML, and what the projects build with: Python 3.11 to 3.13 (as python3.11, …), Node.js
with npm, and cargo. The registries of Python and npm are asked as their clients ask them.

The jobs run under /home/runner/work, which is made for the purpose and removed again: so a log holds the
paths that it would hold on a hosted runner, and none of the machine it was recorded on.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from . import api
from .runner import JobResult, run_jobs

HERE = Path(__file__).resolve().parent
PROJECTS = HERE / "projects"
RECORDINGS = HERE.parents[1] / "src/fire_routine/recordings"
HOME = Path("/home/runner")
# How the machine's tools are found and reach their registries; nothing of it is recorded.
PASSED_ON = (
    "PATH",
    "RUSTUP_HOME",
    "CARGO_HOME",
    "HTTPS_PROXY",
    "NO_PROXY",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
)


def main(names: list[str]) -> int:
    if HOME.exists():
        print(
            f"{HOME} exists: it would be overwritten and removed. Record where it does not.", file=sys.stderr
        )
        return 1
    try:
        for name in names or sorted(path.name for path in PROJECTS.iterdir()):
            record(name)
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
    return 0


def record(name: str) -> None:
    """Run the workflow at each commit that asks for it, and write the last run's recording."""
    project = yaml.safe_load((PROJECTS / name / "recording.yml").read_text("utf-8"))
    repo = api.Repository(HOME / "remotes" / project["repository"], project["repository"])
    runs: list[api.Json] = []
    results: list[tuple[api.Json, JobResult]] = []
    _initialise(repo)
    for commit in project["commits"]:
        sha = _commit(repo, PROJECTS / name / commit["folder"], commit, len(runs))
        if not commit.get("run"):
            continue
        workflow = yaml.safe_load((repo.folder / api.WORKFLOW).read_text("utf-8"))
        jobs = list(run_jobs(workflow, HOME, _workspace(repo), _environ(repo, project, sha)))
        run = api.workflow_run(project, repo, workflow["name"], sha, len(runs) + 1, jobs)
        print(f"{name}: {run['conclusion']}: {', '.join(f'{job.name} {job.conclusion}' for job in jobs)}")
        last = commit is project["commits"][-1]
        if last is not (run["conclusion"] == "failure"):
            logs = b"\n".join(job.log[-4_000:] for job in jobs).decode("utf-8", "replace")
            raise SystemExit(f"{name}: the last commit alone has to fail\n{logs}")
        runs.insert(0, run)
        results += [(api.job(run, job), job) for job in jobs]
    _write(RECORDINGS / name, _recording(project, repo, runs, results), results)


def _initialise(repo: api.Repository) -> None:
    repo.folder.mkdir(parents=True)
    (HOME / "work/_temp").mkdir(parents=True, exist_ok=True)
    # The projects' remote is on github.com by name, and this folder in fact.
    (HOME / ".gitconfig").write_text(
        f'[url "{HOME}/remotes/"]\n\tinsteadOf = https://github.com/\n[init]\n\tdefaultBranch = main\n'
        "[advice]\n\tdetachedHead = false\n",
        "utf-8",
    )
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("config", "user.name", "Octo Cat")
    repo.git("config", "user.email", "octocat@example.com")


def _commit(repo: api.Repository, files: Path, commit: Mapping[str, Any], age: int) -> str:
    if repo.git("branch", "--show-current").strip() != commit["branch"]:
        repo.git("switch", "--quiet", "--create", commit["branch"])
    shutil.copytree(files, repo.folder, dirs_exist_ok=True)
    repo.git("add", "--all")
    # The same date at every recording, so that a project that has not changed keeps its SHAs.
    date = f"2026-03-0{age + 1}T09:00:00Z"
    os.environ.update(GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
    repo.git("commit", "--quiet", "--message", commit["message"])
    return repo.git("rev-parse", "HEAD").strip()


def _workspace(repo: api.Repository) -> Path:
    name = repo.full_name.partition("/")[2]
    return HOME / "work" / name / name


def _environ(repo: api.Repository, project: Mapping[str, Any], sha: str) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed | {
        "HOME": str(HOME),
        "LANG": "C.UTF-8",
        "CI": "true",
        "PIP_CONFIG_FILE": os.devnull,
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": project["event"],
        "GITHUB_REPOSITORY": repo.full_name,
        "GITHUB_SERVER_URL": api.WEB,
        "GITHUB_SHA": sha,
        "GITHUB_WORKSPACE": str(_workspace(repo)),
        "RUNNER_TEMP": str(HOME / "work/_temp"),
    }


def _recording(
    project: Mapping[str, Any],
    repo: api.Repository,
    runs: list[api.Json],
    results: list[tuple[api.Json, JobResult]],
) -> api.Json:
    head = runs[0]["head_sha"]
    green = next(run["head_sha"] for run in runs if run["conclusion"] == "success")
    return {
        "repository": {"full_name": repo.full_name, "default_branch": "main"},
        "run": runs[0],
        "runs": runs,
        "jobs": [job for job, _ in results],
        "annotations": {str(job["id"]): result.annotations for job, result in results},
        "pulls": api.pulls(project, repo, head),
        "compare": repo.compare(green, head),
    }


def _write(folder: Path, recording: api.Json, results: list[tuple[api.Json, JobResult]]) -> None:
    files = {"recording.json": (json.dumps(recording, indent=1, ensure_ascii=False) + "\n").encode()}
    files |= {f"logs/{job['id']}.log": result.log for job, result in results}
    for name, content in files.items():
        for machine in (str(Path.home()), str(HERE.parents[1]), socket.gethostname()):
            if len(machine) > 1 and machine.encode() in content:
                raise SystemExit(f"{folder.name}/{name} names this machine: {machine}")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "logs").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
