"""Make the labelled logs: really run the failing builds that the files in `cases/` describe.

    python3 -m tests.labelled.make [NAME ...]

Run it as root on a throw-away Debian 13 (a container, or a folder made by debootstrap) that has the
packages that README.md lists: the jobs run under /home/runner/work and use /opt/hostedtoolcache, as on
a hosted runner, and both are removed again. PyPI and the npm registry are asked as their clients ask them.

A case is one YAML file. `project` names its repository, `job` is a workflow's job, and `files` has its
sources by path. `repeated` has sources of which there are many alike: `path` and `text`, with each number
from 1 to `count` in place of `@N@`. `prepare` is a script that writes further sources. `python: true` puts a
fresh virtual environment on PATH. `memory` limits the job to that many MiB. `leg` names the job of a matrix
whose log is kept.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.labelled.runner import BASH, Hosted, JobResult, Log, run_jobs

HERE = Path(__file__).resolve().parent
HOME = Path("/home/runner")
PYTHON = Path("/opt/hostedtoolcache/Python/3.13.5/x64")
GROUPS = Path("/sys/fs/cgroup/memory")  # control groups, version 1 or 2, by what is in it
PASSED_ON = ("HTTPS_PROXY", "NO_PROXY", "PIP_CERT", "NODE_EXTRA_CA_CERTS")
BEFORE = (HERE / "runner-before.txt").read_text("utf-8").rstrip("\n")
AFTER = (HERE / "runner-after.txt").read_text("utf-8").rstrip("\n")
RUNNER = "runnervm"  # how a hosted runner's own name begins

Case = Mapping[str, Any]


def main(names: list[str]) -> int:
    if HOME.exists() or PYTHON.exists():
        print(f"{HOME} or {PYTHON} exists: it would be removed. Use a throw-away machine.", file=sys.stderr)
        return 1
    wanted = names or sorted(path.stem for path in (HERE / "cases").glob("*.yml"))
    failed = []
    for name in wanted:
        try:
            make(name)
        except RuntimeError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
        finally:
            shutil.rmtree(HOME, ignore_errors=True)
            shutil.rmtree(PYTHON, ignore_errors=True)
    return len(failed) > 0


def make(name: str) -> None:
    """Run the case's job and write the log of its failing leg."""
    case: Case = yaml.safe_load((HERE / "cases" / f"{name}.yml").read_text("utf-8"))
    project = str(case["project"])
    repository = HOME / "remotes" / project
    write_sources(case, repository)
    if case.get("python"):
        subprocess.run(["python3", "-m", "venv", PYTHON], check=True)
    workspace = HOME / "work" / project / project
    hosted = Hosted({"actions/checkout@v6": checkout_from(repository)}, BEFORE, AFTER)
    workflow = {"env": case.get("env", {}), "jobs": {"job": {"runs-on": "ubuntu-latest", **case["job"]}}}
    with_memory(case.get("memory"))
    jobs = list(run_jobs(workflow, HOME, workspace, environ(case, workspace), hosted))
    with_memory(None)
    write(name, failing(jobs, case.get("leg")))


def write_sources(case: Case, repository: Path) -> None:
    files = dict(case.get("files", {}))
    for each in case.get("repeated", ()):
        for number in range(1, each["count"] + 1):
            path, text = (each[key].replace("@N@", str(number)) for key in ("path", "text"))
            files[path] = text
    for path, text in files.items():
        file = repository / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        file.chmod(0o755 if text.startswith("#!") else 0o644)
    (HOME / "work/_temp").mkdir(parents=True)
    if "prepare" in case:
        subprocess.run([BASH, "-e", "-c", case["prepare"]], cwd=repository, check=True)


def environ(case: Case, workspace: Path) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    path = os.environ["PATH"]
    return passed | {
        "PATH": f"{PYTHON / 'bin'}:{path}" if case.get("python") else path,
        "HOME": str(HOME),
        "USER": "runner",
        "LANG": "C.UTF-8",
        "CI": "true",
        "DEBIAN_FRONTEND": "noninteractive",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "PIP_ROOT_USER_ACTION": "ignore",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": f"octo-org/{workspace.name}",
        "GITHUB_SHA": "0" * 40,
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_TEMP": str(HOME / "work/_temp"),
    }


def checkout_from(repository: Path) -> Any:
    """The checkout action: a copy of the sources, and the lines that it prints."""

    def checkout(workspace: Path, log: Log) -> None:
        shutil.copytree(repository, workspace, dirs_exist_ok=True, symlinks=True)
        text = (HERE / "runner-checkout.txt").read_text("utf-8").rstrip("\n")
        log.write(text.replace("@NAME@", workspace.name))

    return checkout


def with_memory(limit: int | None) -> None:
    """Put this process and what it will start into a control group of `limit` MiB, or back."""
    group = GROUPS / "labelled" if limit else GROUPS
    if limit:
        group.mkdir(exist_ok=True)
        for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):
            if (group / name).exists():
                (group / name).write_text(str(limit * 2**20))
    if (GROUPS / "labelled").exists():
        (group / "cgroup.procs").write_text(str(os.getpid()))


def failing(jobs: list[JobResult], leg: str | None) -> bytes:
    """The log of the job that failed."""
    (log,) = [job.log for job in jobs if job.failed and leg in (None, job.name)] or [b""]
    if not log:
        ends = b"\n".join(job.log[-3_000:] for job in jobs).decode("utf-8", "replace")
        raise RuntimeError(f"no job failed\n{ends}")
    return log


def write(name: str, log: bytes) -> None:
    text = re.sub(rf"\b{re.escape(socket.gethostname())}\b", RUNNER, log.decode("utf-8"))
    for machine in (str(HERE.parents[1]), str(Path.home()) + "/"):
        if re.search(rf"(?<![\w/-]){re.escape(machine)}(?![\w.-])", text):
            raise RuntimeError(f"the log names this machine: {machine}")
    (HERE / "logs" / f"{name}.log").write_text(text, "utf-8", newline="")
    print(f"{name}: {text.count(chr(10))} lines, {len(text)} characters", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
