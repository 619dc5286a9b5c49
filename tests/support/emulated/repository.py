"""A repository's runs, jobs, logs, pull requests, statuses and comments.

Everything can be added and changed, from any thread, while it is being asked about.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from tests.support.emulated.described import Json, with_nulls
from tests.support.emulated.ids import EPOCH, number_of, sha_of
from tests.support.emulated.site import Partial, Site

FIRST = sha_of("first commit")
BOM = b"\xef\xbb\xbf"


def timestamp(moment: datetime | None = None) -> str:
    return f"{moment or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _now() -> datetime:
    return datetime.now(UTC)


class Repository:
    """One repository. Objects may be given in part, by GitHub's own field names; hold `lock` to read."""

    def __init__(self, full_name: str, now: Callable[[], datetime] = _now) -> None:
        """`now`: GitHub's clock, for what is written."""
        self.full_name = full_name
        self.now = now
        self.nulls = False  # answer null wherever GitHub's description allows it
        self.installed = True  # whether an App's token was given this repository
        self.default_branch = "main"
        self.links = True  # whether pages have `Link` headers, which some proxies leave out
        self.creator = "github-actions[bot]"  # of the statuses and comments that are written
        self.site = Site("", "")
        self.statuses: dict[str, list[Json]] = {}  # by SHA, oldest first
        self.comments: dict[int, list[Json]] = {}  # by issue, oldest first
        self.issues: dict[int, Json] = {}  # by number, from 1,000 on
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
        self.commits = [FIRST]  # of the default branch, in the order of their dates, the newest first
        self.roots = {FIRST}  # those without parents
        self._committed: dict[str, str] = {}  # when, by SHA
        self.other_commits: dict[str, Json] = {}  # by SHA
        self.check_runs: dict[str, list[Json]] = {}  # by SHA
        self.other_suites: dict[str, list[tuple[int, Json]]] = {}  # by SHA: an app's number, and its suite
        self.files: dict[str, bytes] = {}  # of the default branch, by path
        # Settings. What is a `Json` here is GitHub's own object in part.
        self.administered = True  # whether the token is an administrator's
        self.rules_sold = True  # whether the plan has rules for it
        self.rulesets: dict[int, Json] = {}
        self.protections: dict[str, Json] = {}  # classic ones, by branch
        self.environments: dict[str, Json] = {}
        self.branch_policies: dict[str, list[str]] = {}  # by environment
        self.secrets: dict[str, list[str]] = {}  # names by environment; "": the repository's, "*": shared
        self._written = 0

    def shown(self, kind: str, item: Json) -> Json:
        """An object as it is answered; `kind` is `run`, `job`, `pull request` or similar."""
        return with_nulls(kind, item) if self.nulls else item

    def stamp(self) -> str:
        return timestamp(self.now())

    # --- what there is --------------------------------------------------------------------------

    def describe(self, partial: Partial) -> None:
        """The repository's own JSON object."""
        with self.lock:
            self.about = partial
            self.default_branch = partial.get("default_branch", self.default_branch)

    @property
    def owner(self) -> str:
        return self.full_name.partition("/")[0]

    @property
    def node_id(self) -> str:
        """What GraphQL knows it by."""
        return str(self.about.get("node_id") or f"R_{number_of(self.full_name)}")

    def described(self, kind: str) -> Json:
        """The repository's own object, as it is answered alone or in a listing."""
        partial = {"node_id": self.node_id, **self.about, "full_name": self.full_name}
        return self.shown(kind, self.site.described(kind, self.full_name, self.default_branch, partial))

    def add_run(self, partial: Partial) -> Json:
        """Add a run, or a further attempt of one."""
        with self.lock:
            run = self.site.run(self.full_name, partial)
            key = (run["id"], run["run_attempt"])
            self.attempts[key] = run
            if run["run_attempt"] >= self.runs.get(run["id"], run)["run_attempt"]:
                self.runs[run["id"]] = run
            return run

    def runs_of(self, sha: str) -> Iterable[Json]:
        """The runs on a commit, of any branch."""
        return [run for run in self.runs.values() if run["head_sha"] == sha]

    def rerun_failed_jobs(self, run_id: int) -> Json | None:
        """Begin another attempt of a finished run; None: it is going on.

        The jobs that failed are queued again, each under a new id. Those that passed are carried over.
        https://docs.github.com/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
        """
        with self.lock:
            last, now = self.runs[run_id], self.stamp()
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
            artifact = self.site.artifact(self.runs[run_id], self._written, name, stated, self.stamp())
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
                    self._committed[sha] = self.stamp()

    def committed(self, sha: str) -> str:
        """When a commit of the default branch was made: as it was pushed."""
        return self._committed.get(sha, EPOCH)

    def commit(self, sha: str) -> Json:
        """A commit of the default branch. Its parent is the one listed after it, or else the first commit."""
        after = self.commits[self.commits.index(sha) + 1 :] or [FIRST]
        parents = [] if sha in self.roots else after[:1]
        links = [self.site.commit(self.full_name, parent) for parent in parents]
        keys = ("sha", "url", "html_url")
        parents_shown = [{key: link[key] for key in keys} for link in links]
        return self.site.commit(self.full_name, sha, {"parents": parents_shown}, self.committed(sha))

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

    def add_check_suite(self, sha: str, app: int, conclusion: str | None) -> None:
        """One without a run of ours: of another app, or of GitHub Actions where the run was deleted."""
        with self.lock:
            self._written += 1
            now, status = self.stamp(), "COMPLETED" if conclusion else "QUEUED"
            fields = {"status": status, "conclusion": conclusion, "createdAt": now, "updatedAt": now}
            self.other_suites.setdefault(sha, []).append((app, {"databaseId": self._written, **fields}))

    def set_file(self, path: str, content: str | bytes) -> None:
        """A file on the default branch; other branches have none here."""
        with self.lock:
            self.files[path] = content.encode() if isinstance(content, str) else content

    def add_status(self, sha: str, partial: Partial) -> Json:
        with self.lock:
            self._written += 1
            status = self.site.status(self._written, partial, self.creator, self.stamp())
            self.statuses.setdefault(sha, []).append(status)
            return status

    def add_comment(self, issue: int, body: str, author: str = "") -> Json:
        with self.lock:
            self._written += 1
            author = author or self.creator
            comment = self.site.comment(self.full_name, issue, self._written, body, author, self.stamp())
            self.comments.setdefault(issue, []).append(comment)
            return comment

    def add_issue(self, partial: Partial, author: str = "") -> Json:
        with self.lock:
            number = 1000 + len(self.issues)
            issue = self.site.issue(self.full_name, number, partial, author or self.creator, self.stamp())
            self.issues[number] = issue
            return issue

    def has_log(self, job_id: int) -> bool:
        return job_id in self._logs

    def log(self, job_id: int) -> bytes:
        """A job's raw log."""
        with self.lock:
            log = self._logs.get(job_id, b"")
            return log if isinstance(log, bytes) else bytes(log)

    # --- what changes while it is asked ---------------------------------------------------------

    def change_run(self, run_id: int, **fields: Any) -> None:
        with self.lock:
            self.runs[run_id].update(updated_at=self.stamp(), **fields)

    def add_step(self, job_id: int, partial: Partial) -> None:
        """Add a step to a job, or change the one with that `number`."""
        with self.lock:
            steps = self.jobs[job_id]["steps"]
            number = partial.get("number", len(steps) + 1)
            known = next((step for step in steps if step["number"] == number), None)
            if known is None:
                steps.append(self.site.step(number, partial, self.stamp()))
            else:
                known.update(self.site.step(number, {**known, **partial}, self.stamp()))

    def finish_job(self, job_id: int, conclusion: str) -> None:
        """A job comes to its end: from now on it has a log."""
        with self.lock:
            self.jobs[job_id].update(status="completed", conclusion=conclusion, completed_at=self.stamp())

    def append_log(self, job_id: int, text: str) -> None:
        """Add lines to a job's log, each stamped as a runner does."""
        stamp = f"{self.now():%Y-%m-%dT%H:%M:%S.%f}0Z "
        with self.lock:
            log = self._logs.setdefault(job_id, bytearray(BOM))
            if not isinstance(log, bytearray):
                self._logs[job_id] = log = bytearray(log)
            log += "".join(f"{stamp}{line}\n" for line in text.splitlines()).encode()
