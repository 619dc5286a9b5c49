"""GitHub's complete JSON objects for Actions: runs, jobs, steps and annotations."""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulated.ids import EPOCH, node_id, sha_of
from tests.emulated.json_repository import Json, Partial, RepositoryShapes


@dataclass(frozen=True, slots=True)
class Site(RepositoryShapes):
    """All objects that the emulator returns."""

    def run(self, full_name: str, partial: Partial) -> Json:
        """A workflow run. Needs nothing; `id`, `head_sha`, `head_branch` and `event` say most."""
        number = int(partial.get("id", 1))
        url = f"{self.api}/repos/{full_name}/actions/runs/{number}"
        sha = partial.get("head_sha") or sha_of(f"run {number}")
        created = partial.get("created_at", EPOCH)
        workflow = int(partial.get("workflow_id", 1))
        actor = partial.get("actor") or self.user("octocat")
        head = partial.get("head_repository", full_name)
        if isinstance(head, str):
            head = self.repository(head, fork=head != full_name)
        return {
            "id": number,
            "name": "CI",
            "node_id": node_id("WorkflowRun", number),
            "head_branch": "main",
            "head_sha": sha,
            "path": ".github/workflows/ci.yml",
            "display_title": "Change things",
            "run_number": 1,
            "event": "push",
            "status": "completed" if partial.get("conclusion") else "in_progress",
            "conclusion": None,
            "workflow_id": workflow,
            "check_suite_id": number,
            "check_suite_node_id": node_id("CheckSuite", number),
            "url": url,
            "html_url": f"{self.html}/{full_name}/actions/runs/{number}",
            "pull_requests": [],
            "created_at": created,
            "updated_at": created,
            "run_started_at": created,
            "actor": actor,
            "triggering_actor": actor,
            "run_attempt": 1,
            "referenced_workflows": [],
            "jobs_url": f"{url}/jobs",
            "logs_url": f"{url}/logs",
            "check_suite_url": f"{self.api}/repos/{full_name}/check-suites/{number}",
            "artifacts_url": f"{url}/artifacts",
            "cancel_url": f"{url}/cancel",
            "rerun_url": f"{url}/rerun",
            "previous_attempt_url": None,
            "workflow_url": f"{self.api}/repos/{full_name}/actions/workflows/{workflow}",
            "repository": self.repository(full_name),
            **{key: value for key, value in partial.items() if key not in ("head_repository", "head_commit")},
            "head_commit": self.simple_commit(sha, partial.get("head_commit") or {}, created),
            "head_repository": head,
        }

    def job(self, run: Json, partial: Partial) -> Json:
        """A job of a run. Needs `id` and `name`."""
        full_name = run["repository"]["full_name"]
        number = int(partial["id"])
        url = f"{self.api}/repos/{full_name}/actions/jobs/{number}"
        started = partial.get("started_at", run["created_at"])
        done = partial.get("conclusion") is not None
        return {
            "id": number,
            "run_id": run["id"],
            "workflow_name": run["name"],
            "head_branch": run["head_branch"],
            "run_url": run["url"],
            "run_attempt": run["run_attempt"],
            "node_id": node_id("CheckRun", number),
            "head_sha": run["head_sha"],
            "url": url,
            "html_url": f"{run['html_url']}/job/{number}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "created_at": started,
            "started_at": started,
            "completed_at": started if done else None,
            "check_run_url": f"{self.api}/repos/{full_name}/check-runs/{number}",
            "labels": ["ubuntu-latest"],
            "runner_id": 1,
            "runner_name": f"GitHub Actions {number}",
            "runner_group_id": 2,
            "runner_group_name": "GitHub Actions",
            **partial,
            "steps": [
                self.step(index, step, started)
                for index, step in enumerate(partial.get("steps") or [], start=1)
            ],
        }

    def artifact(self, run: Json, number: int, name: str, partial: Partial, when: str) -> Json:
        url = f"{self.api}/repos/{run['repository']['full_name']}/actions/artifacts/{number}"
        return {
            "id": number,
            "node_id": f"MDg6QXJ0aWZhY3Q{number}",
            "name": name,
            "url": url,
            "archive_download_url": f"{url}/zip",
            "expired": False,
            "created_at": when,
            "expires_at": when,
            "updated_at": when,
            "digest": None,
            "workflow_run": {
                "id": run["id"],
                "repository_id": run["repository"]["id"],
                "head_repository_id": run["repository"]["id"],
                "head_branch": run["head_branch"],
                "head_sha": run["head_sha"],
            },
            **partial,
        }

    def step(self, number: int, partial: Partial, when: str) -> Json:
        done = partial.get("conclusion") is not None
        return {
            "name": f"Step {number}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "number": number,
            "started_at": when,
            "completed_at": when if done else None,
            **partial,
        }

    def check_run(self, full_name: str, sha: str, number: int, partial: Partial) -> Json:
        """A check of a commit; `name`, `status` and `conclusion` say most."""
        url = f"{self.api}/repos/{full_name}/check-runs/{number}"
        done = partial.get("conclusion") is not None
        return {
            "id": number,
            "node_id": node_id("CheckRun", number),
            "head_sha": sha,
            "external_id": str(number),
            "url": url,
            "html_url": f"{self.html}/{full_name}/runs/{number}",
            "details_url": f"{self.html}/{full_name}/runs/{number}",
            "status": "completed" if done else "in_progress",
            "conclusion": None,
            "started_at": EPOCH,
            "completed_at": EPOCH if done else None,
            "output": {
                "title": None,
                "summary": None,
                "text": None,
                "annotations_count": 0,
                "annotations_url": f"{url}/annotations",
            },
            "name": f"check {number}",
            "check_suite": {"id": number},
            "app": None,
            "pull_requests": [],
            **partial,
        }

    def annotation(self, full_name: str, partial: Partial) -> Json:
        path = partial.get("path", ".github")
        return {
            "path": path,
            "blob_href": f"{self.html}/{full_name}/blob/main/{path}",
            "start_line": 1,
            "start_column": None,
            "end_line": partial.get("start_line", 1),
            "end_column": None,
            "annotation_level": "failure",
            "title": "",
            "message": "Process completed with exit code 1.",
            "raw_details": "",
            **partial,
        }
