"""GitHub's REST API in the project's own types (`model`).

Each call makes one HTTP request. A read is repeated at most once, or a few times if the caller insists.
It ends by a wall-clock limit, regardless of what the server does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

from ..clock import REAL, Clock
from ..model.diagnosis import Diagnosis
from ..model.event import Role
from ..model.outcome import SHOWN, GitHubError, Say, SessionTrace, Status, quiet
from ..model.run import Annotation, GreenRuns, Job, Note, PullRequest, Run
from ..retrying import http_date
from ..settings import own_authorities
from . import fields, parse, past_runs
from .api import MAX_PAGES, Api, Listing, parsed
from .fields import Json
from .parse import Artifact, Comparison, Post
from .traces import open_fixes, session_traces
from .transport import Transport

PATIENCE = 10.0  # seconds for one request as a whole
INSISTENCE = 25.0  # seconds; by then, most short faults of GitHub are over
GREEN_PAGES = 4  # of 100 runs of a workflow, to find green ones
RERUN = 3  # of them that are being re-run, at most: each costs a request
TRACES = 15.0  # seconds for what became of earlier sessions
FLAKY = 10  # commits that were green in a re-run, at most

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Some statuses of a commit."""

    statuses: tuple[Status, ...]
    more: bool  # older ones follow
    date: datetime | None  # when GitHub answered, by its clock


class GitHub(Api):
    """One repository, as far as the token may read it. Safe to use from several threads.

    Every method raises `GitHubError`, and nothing else: with the HTTP status where GitHub answered, without
    where there was no answer, so that a write may have arrived all the same. None repeats a write, as the
    ledger depends on it.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        repository: str,
        *,
        patience: float = PATIENCE,
        environ: Mapping[str, str] = os.environ,
        clock: Clock = REAL,
        say: Say = quiet,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        own = own_authorities(environ)
        # requests takes one folder: the first of several that exists.
        folders = own[1].split(os.pathsep) if own and own[0] == "SSL_CERT_DIR" else []
        self.certificates = next(filter(os.path.isdir, folders), own[1]) if own else None
        transport = Transport(self.api_url, token, self.certificates, timeout=patience)
        super().__init__(transport, token, repository, patience=patience, clock=clock, say=say)

    def __repr__(self) -> str:
        return f"GitHub({self.api_url!r}, {self.repository!r})"

    def __enter__(self) -> GitHub:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections; another request opens a new one."""
        self._transport.close()

    # --- runs and jobs --------------------------------------------------------------------------

    def run(self, run_id: int, attempt: int | None) -> tuple[Run, tuple[int, ...]]:
        """A run's attempt (None: the latest), and the numbers of the pull requests that it names."""

        def read(data: Json) -> tuple[Run, tuple[int, ...]]:
            return self._run(data), parse.pull_request_numbers(data)

        path = f"/actions/runs/{run_id}"
        return self.get(f"{path}/attempts/{attempt}" if attempt else path, read)

    def jobs(self, run_id: int, attempt: int | None, pages: int = MAX_PAGES) -> Listing[Job]:
        """The jobs of an attempt (None: the latest), of at most this many pages of 100."""
        path = f"/actions/runs/{run_id}" + (f"/attempts/{attempt}" if attempt else "")
        return self.list_all(f"{path}/jobs", "jobs", parse.job, pages)

    def latest_attempt(self, run_id: int) -> int:
        """The number of a run's latest attempt, from 1."""
        return self.get(f"/actions/runs/{run_id}", self._run).attempt

    def rerun_failed_jobs(self, run_id: int) -> None:
        """Begin another attempt, of the failed jobs and those that depend on them; never repeated.

        https://docs.github.com/rest/actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run
        """
        self.send("POST", f"/actions/runs/{run_id}/rerun-failed-jobs", None)

    def job(self, job_id: int) -> Job:
        return self.get(f"/actions/jobs/{job_id}", parse.job)

    def annotations(self, job_id: int) -> tuple[Annotation, ...]:
        """A job's annotations. Its check run has the job's id; Actions keeps far fewer than 100."""
        path = f"/check-runs/{job_id}/annotations"
        return tuple(self.list_page(path, None, parse.annotation, per_page=100).items)

    def log_address(self, job_id: int) -> str:
        """The address of a finished job's log; GitHub answers with a redirect to another host."""
        return f"{self.api_url}/repos/{self.quoted_repository}/actions/jobs/{job_id}/logs"

    def artifacts(self, run_id: int) -> Listing[Artifact]:
        """The artifacts of all attempts of a run, at most 1,000: the oldest first, so all pages are read."""
        path = f"/actions/runs/{run_id}/artifacts"
        return self.list_all(path, "artifacts", parse.artifact)

    def artifact_address(self, artifact_id: int) -> str:
        """The address of an artifact's ZIP file; GitHub answers with a redirect to another host."""
        return f"{self.api_url}/repos/{self.quoted_repository}/actions/artifacts/{artifact_id}/zip"

    def runs(
        self, filters: Mapping[str, str], per_page: int = 100, page: int = 1, *, workflow: str = ""
    ) -> Listing[Run]:
        """One page of the repository's runs, newest first, each with its latest attempt.

        Args:
            filters: https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
            workflow: the number or the file's name of the one whose runs are listed; empty: all are.
        """
        path = f"/actions/workflows/{quote(workflow, safe='')}/runs" if workflow else "/actions/runs"
        asked = {**filters, "per_page": per_page, "page": page, "exclude_pull_requests": "true"}
        return self.list_page(path, "workflow_runs", self._run, **asked)

    def past_runs(
        self, run: Run, filters: Mapping[str, str], per_page: int = 100, page: int = 1
    ) -> Listing[Run]:
        """One page of the runs of the run's workflow."""
        # Without the run's record, the runner's environment names the workflow's file.
        workflow = str(run.workflow_id or run.workflow_path.rpartition("/")[2] or 0)
        return self.runs(filters, per_page, page, workflow=workflow)

    def greens(self, run: Run, back_to: int) -> GreenRuns:
        """The green runs of the run's workflow and branch, between it and the run of this id.

        The unfiltered list is right but may be long, so 400 runs are searched. GitHub serves filtered ones
        from a search index, which may be hours old. What either list names counts.

        No list says that a run was green which is being re-run just now, so its last attempt is asked for.
        """
        first, last = sorted((run.id, back_to))
        listed: list[Run] = []
        reaches = False
        for page in range(1, GREEN_PAGES + 1):
            listing = self.past_runs(run, {}, page=page)
            listed += listing.items
            reaches = page * 100 >= listing.total or any(past.id <= first for past in listed)
            if reaches or not listing.items:
                break
        if any(first <= green <= last for green in past_runs.green_runs(listed, run).runs):
            return past_runs.green_runs(listed, run)
        for rerun in past_runs.rerun_between(listed, run, first, last)[:RERUN]:
            with suppress(GitHubError):  # a green run that is missing means no fire, never a second session
                before, _ = self.run(rerun.id, rerun.attempt - 1)
                listed.append(replace(rerun, conclusion=before.conclusion))
        if not reaches:
            filters = {**past_runs.branch_filters(run), "status": "success"}
            listed += self.past_runs(run, filters).items
        return past_runs.green_runs(listed, run)

    def traces(
        self, runs: Collection[int], since: datetime | None, prefix: str
    ) -> tuple[Mapping[int, SessionTrace], tuple[Note, ...]]:
        """What became of the sessions that were started for these runs since then; see `traces.py`.

        `prefix`: how the names of their branches begin.
        """
        timely = self.within(self.clock.monotonic() + TRACES).sparing()
        return session_traces(timely, runs, since=since, prefixes=(prefix,))

    def open_fixes(self) -> tuple[list[SessionTrace], bool]:
        """The open pull requests of sessions; see `traces.py`."""
        return open_fixes(self.within(self.clock.monotonic() + TRACES).sparing())

    def passed_in_rerun(self, run: Run, since: datetime) -> tuple[str, ...]:
        """Commits that were green in a re-run since then, of the newest 100 green runs; at most 10."""
        filters = {"status": "success", "created": f">={since:%Y-%m-%dT%H:%M:%SZ}"}
        listing = self.past_runs(run, filters)
        shas = (past.head_sha for past in listing.items if past.attempt > 1 and past.head_sha)
        return tuple(dict.fromkeys(shas))[:FLAKY]

    def _run(self, data: Json) -> Run:
        return parse.run(data, self.repository)

    # --- commits, branches, pull requests -------------------------------------------------------

    def default_branch(self) -> str:
        return self.get("", lambda data: str(data["default_branch"]))

    def branch_head(self, branch: str) -> str | None:
        """The SHA that a branch of this repository points to now; None: there is no such branch."""
        path = f"/git/ref/{quote(f'heads/{branch}', safe='')}"
        return self.get_unless_missing(path, lambda data: str(data["object"]["sha"]))

    def branches_at(self, sha: str) -> tuple[str, ...]:
        """The branches whose newest commit it is."""
        path = f"/commits/{quote(sha, safe='')}/branches-where-head"
        names = self.list_page(path, None, lambda data: fields.needed(data, "name"))
        return tuple(names.items)

    def compare(self, base: str, head: str) -> Comparison:
        return self.get(
            f"/compare/{quote(base, safe='', errors='replace')}...{quote(head, safe='')}", parse.comparison
        )

    def pull_request(self, number: int) -> PullRequest | None:
        """A pull request as it is now; None: there is none of this number."""
        return self.get_unless_missing(f"/pulls/{number}", parse.pull_request)

    def pull_requests_from(self, owner: str, branch: str) -> tuple[PullRequest, ...]:
        """Pull requests whose head is this branch, newest first; `owner`: of the head repository.

        A request for the pull requests of a commit finds none if the commit is in a fork.
        """
        filters = {"head": f"{owner}:{branch}", "state": "all", "sort": "created"}
        return tuple(self.pull_requests(filters).items)

    def pull_requests(self, filters: Mapping[str, str], per_page: int = 100) -> Listing[PullRequest]:
        """The first pull requests; `filters`: https://docs.github.com/rest/pulls/pulls#list-pull-requests"""
        return self.list_page("/pulls", None, parse.pull_request, **filters, per_page=per_page)

    # --- accounts -------------------------------------------------------------------------------

    def role(self, login: str) -> Role:
        """What an account may do in the repository. An older server states no more than `permission`.

        https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """

        def read(data: Json) -> Role:
            stated = {"push": fields.needed(data, "permission") in ("admin", "write")}
            may = fields.part(fields.part(data, "user"), "permissions") or stated
            return Role.PUSH if may.get("push") else Role.TRIAGE if may.get("triage") else Role.NONE

        return self.get(f"/collaborators/{quote(login, safe='')}/permission", read)

    # --- statuses and comments ------------------------------------------------------------------

    def statuses(self, sha: str, page: int = 1) -> StatusPage:
        """A page of statuses that a commit ever got, of any tool, the newest first.

        The first page has 100, each further one is shorter by one. So each page begins with the end of the
        page before, unless it shows an older list.

        https://docs.github.com/rest/commits/statuses#list-commit-statuses-for-a-reference
        """
        path = f"/commits/{quote(sha, safe='')}/statuses"
        headers, data = self._read(path, {"per_page": 101 - page, "page": page})
        # An odd one may be the claim of another job, so it raises.
        found = parsed(lambda data: tuple(map(parse.status, fields.sequence(data))), data)
        # Some proxies leave out `Link`. Then a full page may have another after it.
        more = 'rel="next"' in headers["link"] if "link" in headers else len(found) == 101 - page
        return StatusPage(found, more, http_date(headers.get("date", "")))

    def create_status(self, sha: str, state: str, description: str, target_url: str, context: str) -> Status:
        """Add a status; never repeated. `description`: at most 140 characters."""
        body = {"state": state, "description": description, "target_url": target_url, "context": context}
        data = self.send("POST", f"/statuses/{quote(sha, safe='')}", body)
        return parsed(parse.status, data)

    def login(self) -> str:
        """Who the token writes as: a person or an app, whom `GET /user` would refuse.

        https://docs.github.com/graphql/reference/queries#viewer
        """
        return self.query("{viewer{login}}", lambda answer: fields.needed(answer["data"]["viewer"], "login"))

    def first_commit(self, login: str = "") -> str:
        """The SHA of the default branch's first commit, which alone has no parents.

        GitHub lists commits by date, and anyone may choose the date of a commit that is merged. So the last
        one of the list is the first commit only if it has no parents, and no other of the last 100 to 200
        is without. Else it is the one of the last two without parents that has the account's entries.

        With the tip's SHA the list is fixed: no push comes between its length and its last pages.
        https://docs.github.com/rest/commits/commits#list-commits

        Args:
            login: whose entries count; empty: nobody's.

        Raises:
            GitHubError: it is not shown, or can't be told.
        """
        command = "to a commit that `git rev-list --max-parents=0 HEAD` names, in all workflows alike"
        unsure = (
            "GitHub does not show the first commit of the default branch. If that stays so, as behind a proxy"
            f" without `Link` headers or in a huge repository, set `ledger-commit` {command}"
        )
        headers, data = self._read("/commits", {"per_page": 1})
        commits = parsed(fields.sequence, data)
        last = re.search(r"[?&]page=([0-9]{1,9})[^>]*>; rel=\"last\"", headers.get("link", ""))
        if not commits:
            raise GitHubError(unsure)
        tip = parsed(lambda commit: str(commit["sha"]), commits[0])
        if "link" not in headers and not parsed(lambda commit: commit["parents"], commits[0]):
            return tip
        if last is None:
            raise GitHubError(unsure)
        before, left = divmod(int(last[1]) - 1, 100)  # full pages before the last one, and what that has
        listed: list[Json] = []
        for page in range(max(1, before), before + 2):
            headers, data = self._read("/commits", {"sha": tip, "per_page": 100, "page": page})
            commits = parsed(fields.sequence, data)
            listed += commits
        if len(commits) != left + 1 or 'rel="next"' in headers.get("link", ""):
            raise GitHubError(unsure)
        roots = parsed(lambda _: [str(one["sha"]) for one in listed if not one["parents"]], listed)
        if len(roots) == 1 and not listed[-1]["parents"]:
            return roots[0]
        own = [sha for sha in roots[-2:] if self._has_entries(sha, login)]
        if len(own) == 1:
            return own[0]
        raise GitHubError(
            "The default branch's oldest commits don't show which is the first: dates are wrong, or another"
            f" history was merged. Set `ledger-commit` {command}",
            permanent=True,
        )

    def _has_entries(self, sha: str, login: str) -> bool:
        """Whether the account has written to a ledger there, as far as the newest statuses show."""
        ours = (one for one in self.statuses(sha).statuses if one.context.startswith(f"{SHOWN} "))
        return any(one.creator and one.creator.casefold() == login.casefold() for one in ours)

    def comments(self, number: int, login: str) -> list[Post]:
        """Those of an issue or a pull request that this login wrote, the oldest first."""
        found = self.list_all(f"/issues/{number}/comments", None, parse.comment).items
        return [one for one in found if one.author.casefold() == login.casefold()]

    def diagnoses(self, since: datetime, pages: int) -> list[Diagnosis]:
        """What the comments on issues and pull requests say in the form of sessions, the newest first.

        https://docs.github.com/rest/issues/comments#list-issue-comments-for-a-repository
        """
        found: list[Diagnosis] = []
        asked = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}", "sort": "created", "direction": "desc"}
        for page in range(1, pages + 1):
            asked["page"] = str(page)
            listed = self.list_page("/issues/comments", None, parse.diagnosis, **asked, per_page=100)
            found += filter(None, listed.items)
            if listed.total < 100:
                break
        return found

    def files_of(self, sha: str) -> tuple[str, ...]:
        """The paths that a commit changed, at most 300.

        https://docs.github.com/rest/commits/commits#get-a-commit
        """
        return self.get(f"/commits/{quote(sha, safe='')}", parse.paths)

    def create_comment(self, number: int, body: str) -> None:
        self.send("POST", f"/issues/{number}/comments", {"body": body})

    def edit_comment(self, comment_id: int, body: str) -> None:
        self.send("PATCH", f"/issues/comments/{comment_id}", {"body": body})

    def delete_comment(self, comment_id: int) -> None:
        """Delete it, unless another job has."""
        try:
            self.send("DELETE", f"/issues/comments/{comment_id}", None)
        except GitHubError as error:
            if error.status != 404:
                raise

    def issues(self, login: str) -> list[Post]:
        """The newest 100 issues that this login opened, open or closed.

        https://docs.github.com/rest/issues/issues#list-repository-issues
        """
        asked = {"creator": login, "state": "all", "per_page": 100}
        found = self.list_page("/issues", None, parse.issue, **asked).items
        return [one for one in found if one and one.author.casefold() == login.casefold()]

    def create_issue(self, title: str, body: str) -> None:
        self.send("POST", "/issues", {"title": title, "body": body})

    def edit_issue(self, number: int, body: str, *, is_open: bool | None = None) -> None:
        """Change an issue's text; `is_open`: and open or close it."""
        states = {True: {"state": "open"}, False: {"state": "closed"}, None: {}}
        self.send("PATCH", f"/issues/{number}", {"body": body, **states[is_open]})
