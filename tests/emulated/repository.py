"""A repository's runs, jobs, logs, pull requests, statuses and comments.

Everything can be added and changed, from any thread, while it is being asked about.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from tests.emulated.described import Json
from tests.emulated.ids import sha_of
from tests.emulated.site import Partial, Site

FIRST = sha_of("first commit")
BOM = b"\xef\xbb\xbf"


def timestamp(moment: datetime | None = None) -> str:
    return f"{moment or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Repository:
    """One repository. Objects may be given in part, by GitHub's own field names; hold `lock` to read."""

    def __init__(self, full_name: str) -> None:
        self.full_name = full_name
        self.default_branch = "main"
        self.links = True  # whether pages have `Link` headers, which some proxies leave out
        self.creator = "github-actions[bot]"  # of the statuses and comments that are written
        self.site = Site("", "")
        self.statuses: dict[str, list[Json]] = {}  # by SHA, oldest first
        self.comments: dict[int, list[Json]] = {}  # by issue, oldest first
        self.commit_comments: dict[str, list[Json]] = {}  # by SHA
        self.lock = threading.RLock()
        self.about: Partial = {}
        self.runs: dict[int, Json] = {}
        self.attempts: dict[tuple[int, int], Json] = {}
        self.jobs: dict[int, Json] = {}
        self.annotations: dict[int, list[Json]] = {}
        self._logs: dict[int, bytearray | bytes] = {}
        self.pulls: dict[int, Json] = {}
        self.comparisons: dict[tuple[str, str], Json] = {}
        self.branches: dict[str, str] = {}
        self.roles: dict[str, str] = {}  # by login: admin, maintain, write or triage; others can read
        self.artifacts: dict[int, tuple[Json, bytes]] = {}
        self.commits = [FIRST]  # of the default branch, the newest first
        self.other_commits: dict[str, Json] = {}  # by SHA
        self.check_runs: dict[str, list[Json]] = {}  # by SHA
        self.files: dict[str, bytes] = {}  # of the default branch, by path
        self._written = 0

    def shown(self, _kind: str, item: Json) -> Json:
        """An object as it is answered; `_kind` is `run`, `job`, `pull request` or similar."""
        return item

    # --- what there is --------------------------------------------------------------------------

    def describe(self, partial: Partial) -> None:
        """The repository's own JSON object."""
        with self.lock:
            self.about = partial
            self.default_branch = partial.get("default_branch", self.default_branch)

    def add_run(self, partial: Partial) -> Json:
        """Add a run, or a further attempt of one."""
        with self.lock:
            run = self.site.run(self.full_name, partial)
            key = (run["id"], run["run_attempt"])
            self.attempts[key] = run
            if run["run_attempt"] >= self.runs.get(run["id"], run)["run_attempt"]:
                self.runs[run["id"]] = run
            return run

    def rerun_failed_jobs(self, run_id: int) -> Json | None:
        """Begin another attempt of a finished run; None: it is going on.

        The jobs that failed are queued again, each under a new id. Those that passed are carried over.
        https://docs.github.com/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
        """
        with self.lock:
            last, now = self.runs[run_id], timestamp()
            if last["status"] != "completed":
                return None
            before = last["run_attempt"]
            again = {"run_attempt": before + 1, "status": "queued", "conclusion": None, "run_started_at": now}
            run = self.add_run({**last, **again, "updated_at": now})
            for job in list(self.jobs.values()):
                if (job["run_id"], job["run_attempt"]) == (run_id, before):
                    passed = job["conclusion"] == "success"
                    kept = ("name", "labels", *(("conclusion", "steps", "started_at") if passed else ()))
                    new = {"id": max(self.jobs) + 1, **{key: job[key] for key in kept}}
                    self.add_job(run_id, new if passed else {**new, "status": "queued", "started_at": now})
            return run

    def add_job(self, run_id: int, partial: Partial, log: bytes | str | None = None) -> Json:
        """Add a job to a run's attempt (`run_attempt`, else the latest), with its raw log."""
        with self.lock:
            attempt = partial.get("run_attempt", self.runs[run_id]["run_attempt"])
            job = self.site.job(self.attempts[run_id, attempt], partial)
            self.jobs[job["id"]] = job
            if log is not None:
                self.set_log(job["id"], log)
            return job

    def add_artifact(self, run_id: int, name: str, data: bytes, partial: Partial | None = None) -> Json:
        """A ZIP file that a job of the run has uploaded."""
        with self.lock:
            self._written += 1
            stated = {"size_in_bytes": len(data), **(partial or {})}
            artifact = self.site.artifact(self.runs[run_id], self._written, name, stated, timestamp())
            self.artifacts[artifact["id"]] = (artifact, data)
            return artifact

    def add_annotation(self, job_id: int, partial: Partial) -> None:
        with self.lock:
            annotation = self.site.annotation(partial)
            self.annotations.setdefault(job_id, []).append(annotation)

    def set_log(self, job_id: int, log: bytes | str) -> None:
        """The whole raw log of a job. Not copied where it is bytes, however large."""
        with self.lock:
            self._logs[job_id] = BOM + log.encode() if isinstance(log, str) else log

    def add_pull_request(self, partial: Partial) -> Json:
        with self.lock:
            pull = self.site.pull_request(self.full_name, partial)
            self.pulls[pull["number"]] = pull
            return pull

    def add_comparison(self, base: str, head: str, partial: Partial) -> None:
        """What the comparison of two commits answers."""
        with self.lock:
            comparison = self.site.comparison(self.full_name, base, partial)
            self.comparisons[base, head] = comparison

    def set_branch(self, name: str, sha: str | None) -> None:
        """Move a branch; None: delete it. The default branch keeps the commits that it had."""
        with self.lock:
            if sha is None:
                self.branches.pop(name, None)
            else:
                self.branches[name] = sha
                if name == self.default_branch and sha not in self.commits:
                    self.commits.insert(0, sha)

    def commit(self, sha: str) -> Json:
        """A commit of the default branch, whose parent is the one before it; the first has none."""
        parents = self.commits[self.commits.index(sha) + 1 :][:1]
        links = [self.site.commit(self.full_name, parent) for parent in parents]
        keys = ("sha", "url", "html_url")
        parents_shown = [{key: link[key] for key in keys} for link in links]
        return self.site.commit(self.full_name, sha, {"parents": parents_shown})

    def add_commit(self, sha: str, partial: Partial) -> None:
        """A commit that is not on the default branch."""
        with self.lock:
            self.other_commits[sha] = self.site.commit(self.full_name, sha, partial)

    def add_check_run(self, sha: str, partial: Partial) -> Json:
        """A check of a commit. Jobs are checks of their own, but are not listed as such here."""
        with self.lock:
            self._written += 1
            check = self.site.check_run(sha, self._written, partial)
            self.check_runs.setdefault(sha, []).append(check)
            return check

    def set_file(self, path: str, content: str | bytes) -> None:
        """A file on the default branch; other branches have none here."""
        with self.lock:
            self.files[path] = content.encode() if isinstance(content, str) else content

    def add_status(self, sha: str, partial: Partial) -> Json:
        with self.lock:
            self._written += 1
            status = self.site.status(self._written, partial, self.creator, timestamp())
            self.statuses.setdefault(sha, []).append(status)
            return status

    def add_comment(self, issue: int, body: str, author: str = "") -> Json:
        with self.lock:
            self._written += 1
            author = author or self.creator
            comment = self.site.comment(self.full_name, issue, self._written, body, author, timestamp())
            self.comments.setdefault(issue, []).append(comment)
            return comment

    def add_commit_comment(self, sha: str, body: str) -> None:
        with self.lock:
            self._written += 1
            comment = self.site.commit_comment(self.full_name, sha, self._written, body, timestamp())
            self.commit_comments.setdefault(sha, []).append(comment)

    def has_log(self, job_id: int) -> bool:
        return job_id in self._logs

    def log(self, job_id: int) -> bytes:
        """A job's raw log."""
        with self.lock:
            log = self._logs.get(job_id, b"")
            return log if isinstance(log, bytes) else bytes(log)
