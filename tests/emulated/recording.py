"""A recorded run (format: recordings/README.md) → a repository that answers requests about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.emulated.repository import Repository

API, HTML = "https://api.github.com", "https://github.com"


def replay(folder: Path, repository: Repository) -> None:
    """Fill a repository with a recording; its addresses become those of the repository's site."""
    text = (folder / "recording.json").read_text("utf-8")
    recorded = json.loads(text.replace(API, repository.site.api).replace(HTML, repository.site.html))
    _fill(repository, recorded)
    for log in (folder / "logs").glob("*.log"):
        repository.set_log(int(log.stem), log.read_bytes())


def _fill(repository: Repository, recorded: dict[str, Any]) -> None:
    run, about = recorded["run"], recorded["repository"]
    repository.full_name = about["full_name"]
    repository.describe(about)
    for item in [*recorded.get("runs", []), run]:
        repository.add_run(item)
    for job in recorded["jobs"]:
        repository.add_job(job["run_id"], job)
    for job_id, found in recorded.get("annotations", {}).items():
        for annotation in found:
            repository.add_annotation(int(job_id), annotation)
    for pull in recorded.get("pulls", []):
        repository.add_pull_request(pull)
    comparison = recorded.get("compare")
    if comparison:
        repository.add_comparison(comparison["base_commit"]["sha"], run["head_sha"], comparison)
    if run.get("head_branch"):
        repository.set_branch(run["head_branch"], run["head_sha"])
