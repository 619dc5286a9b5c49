"""GitHub's REST API in the project's nouns.

Each request is one HTTP request (plus the repetitions of a read: at most one, and a few where the
caller insists), is over by a wall-clock limit whatever the server does, and fails with
`GitHubError` alone.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

from ..model import Annotation, GitHubError, Incident, PullRequest, Run, Status
from ..settings import own_authorities
from . import answers, fields, history
from .answers import Comparison, Job, PastRun
from .connections import Connections
from .fields import Json

STATUS_CONTEXT = "fire-routine"
PATIENCE = 10.0  # seconds for one request, all told
PAUSES = (0.3, 1.0, 2.0, 4.0, 8.0, 8.0)  # seconds before a read is asked again; all but the first: insisting
INSISTENCE = 25.0  # seconds; a stumble of GitHub's is mostly over by then
MAX_PAGES = 10  # of 100 items
PAST_RUNS = 100  # on a page
PAST_PAGES = 4  # in which an incident's runs are looked for

T = TypeVar("T")


class GitHub:
    """One repository, as the token may see it. Safe to use from several threads.

    Every method raises `GitHubError` for whatever goes wrong.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        repository: str,
        *,
        patience: float = PATIENCE,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.repository = repository
        self.token = token
        own = own_authorities(environ)
        # Of several folders the first that is there: requests takes one.
        folders = own[1].split(os.pathsep) if own and own[0] == "SSL_CERT_DIR" else []
        self.certificates = next(filter(os.path.isdir, folders), own[1]) if own else None
        self.clock = clock
        self._patience = patience
        self._sleep = sleep
        self._deadline = math.inf
        self._insisting_until = -math.inf
        self._connections = Connections(self.api_url, token, self.certificates, timeout=patience)

    def __repr__(self) -> str:
        return f"GitHub({self.api_url!r}, {self.repository!r})"

    def __enter__(self) -> GitHub:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections; one that is asked again opens them anew."""
        self._connections.close()

    def within(self, deadline: float) -> GitHub:
        """The same, with every request over by `deadline`, a reading of `clock` in seconds."""
        other = copy.copy(self)
        other._deadline = deadline
        return other

    def insisting(self, until: float) -> GitHub:
        """The same, for what nothing can take the place of: a read that meets a passing fault is asked for
        again until `until`, a reading of `clock` in seconds."""
        other = copy.copy(self)
        other._insisting_until = until
        return other

    # --- runs and jobs --------------------------------------------------------------------------

    def run(self, run_id: int, attempt: int | None) -> tuple[Run, tuple[int, ...]]:
        """A run's attempt (None: the latest), and the pull requests it names itself."""
        path = f"/actions/runs/{run_id}" + (f"/attempts/{attempt}" if attempt else "")
        return self._get(
            path,
            lambda data: (answers.run(data, self.repository), answers.pull_request_numbers(data)),
        )

    def jobs(self, run_id: int, attempt: int | None, pages: int = MAX_PAGES) -> tuple[list[Job], int]:
        """The jobs of an attempt (None: the latest), of so many pages, and how many there are in all."""
        path = f"/actions/runs/{run_id}" + (f"/attempts/{attempt}" if attempt else "") + "/jobs"
        return self._pages(path, "jobs", answers.job, pages)

    def job(self, job_id: int) -> Job:
        return self._get(f"/actions/jobs/{job_id}", answers.job)

    def annotations(self, job_id: int) -> tuple[Annotation, ...]:
        """A job's annotations: its check run has the job's id. Actions keeps far less than 100."""
        path = f"/check-runs/{job_id}/annotations"
        return self._get(path, answers.annotation_list, per_page=100)

    def log_address(self, job_id: int) -> str:
        """Where a finished job's log is asked for; GitHub answers with a redirect to another host."""
        return f"{self.api_url}/repos/{self._quoted}/actions/jobs/{job_id}/logs"

    def past_runs(
        self, workflow: int | str, filters: Mapping[str, str], per_page: int, page: int = 1
    ) -> tuple[list[PastRun], int]:
        """One page of a workflow's runs, newest first, and how many match in all.

        `workflow`: its number, or its file's name.
        Filters: https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
        """

        def parse(data: object) -> tuple[list[PastRun], int]:
            items, total = answers.page(data, "workflow_runs")
            return [answers.past_run(item) for item in items], total

        path = f"/actions/workflows/{quote(str(workflow), safe='')}/runs"
        return self._get(path, parse, per_page=per_page, page=page, exclude_pull_requests="true", **filters)

    def incident(self, run: Run) -> Incident:
        """The other runs of the run's incident: its workflow failing on its branch, from one green run to the
        next.

        It is looked for among the newest 400 runs that GitHub lists for a branch of that name, forks' and,
        in a merge queue, other pull requests' too.
        """
        return history.incident(self._past_runs_of(run), run)

    def _past_runs_of(self, run: Run) -> Iterator[list[PastRun]]:
        """Page after page, as far as they are asked for."""
        # Where GitHub does not tell the run's record, the runner has told the file.
        workflow = run.workflow_id or run.workflow_path.rpartition("/")[2] or 0
        filters = history.branch_filters(run)
        for page in range(1, PAST_PAGES + 1):
            runs, total = self.past_runs(workflow, filters, PAST_RUNS, page)
            if runs:
                yield runs
            if page * PAST_RUNS >= total:
                return

    # --- commits, branches, pull requests -------------------------------------------------------

    def default_branch(self) -> str:
        return self._get("", lambda data: str(data["default_branch"]))

    def branch_head(self, branch: str) -> str | None:
        """The SHA a branch of this repository points to now; None: there is no such branch."""
        path = f"/git/ref/{quote(f'heads/{branch}', safe='')}"
        return self._unless_missing(path, lambda data: str(data["object"]["sha"]))

    def compare(self, base: str, head: str) -> Comparison:
        return self._get(f"/compare/{quote(base, safe='')}...{quote(head, safe='')}", answers.comparison)

    def pull_request(self, number: int) -> PullRequest | None:
        """A pull request as it is now; None: there is none of this number."""
        return self._unless_missing(f"/pulls/{number}", answers.pull_request)

    def pull_requests_from(self, owner: str, branch: str) -> tuple[PullRequest, ...]:
        """Those whose head is this branch, newest first; `owner` is the head repository's.

        Asking for the pull requests of a commit instead finds none where the commit lies in a fork.
        """
        return self._get(
            "/pulls", answers.pull_requests, head=f"{owner}:{branch}", state="all", sort="created"
        )

    # --- statuses and comments ------------------------------------------------------------------

    def statuses(self, sha: str, context: str = STATUS_CONTEXT) -> list[Status]:
        """All statuses a commit ever got in this context, oldest first.

        GitHub lists the newest first, of all contexts together: those left unread would be the oldest
        claims, so too many of them raise as well.
        """
        found, total = self._pages(f"/commits/{quote(sha, safe='')}/statuses", None, dict)
        if total > len(found):
            raise GitHubError(f"the commit has more than the {len(found):,} statuses that are read of one")
        own = [_parsed(answers.status, item) for item in found if item.get("context") == context]
        return sorted(own, key=lambda status: status.id)

    def create_status(
        self, sha: str, state: str, description: str, target_url: str = "", context: str = STATUS_CONTEXT
    ) -> Status:
        """Add a status; asked once, never repeated. `description`: at most 140 characters."""
        body = {"state": state, "description": description, "context": context}
        if target_url:
            body["target_url"] = target_url
        _, data = self._ask("POST", self._path(f"/statuses/{quote(sha, safe='')}"), body=body)
        return _parsed(answers.status, data)

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment that begins with `marker` on a pull request, or replace it; its URL.

        A comment of someone who has no say in the repository is left alone, marker or not.
        """
        path = f"/issues/{number}/comments"
        found, _ = self._pages(path, None, dict)
        own = next(
            (item for item in found if str(item.get("body")).startswith(marker) and answers.has_a_say(item)),
            None,
        )
        verb, where = "POST", path
        if own is not None:
            verb, where = "PATCH", f"/issues/comments/{_parsed(fields.identity, own)}"
        _, data = self._ask(verb, self._path(where), body={"body": body})
        return _parsed(lambda comment: str(comment["html_url"]), data)

    # --- requests -------------------------------------------------------------------------------

    @property
    def _quoted(self) -> str:
        return quote(self.repository)

    def _path(self, path: str) -> str:
        return f"/repos/{self._quoted}{path}"

    def _get(self, path: str, parse: Callable[[Any], T], **parameters: Any) -> T:
        _, data = self._read(path, parameters)
        return _parsed(parse, data)

    def _unless_missing(self, path: str, parse: Callable[[Any], T]) -> T | None:
        try:
            return self._get(path, parse)
        except GitHubError as error:
            if error.status == 404:
                return None
            raise

    def _pages(
        self,
        path: str,
        key: str | None,
        parse: Callable[[Json], T],
        pages: int = MAX_PAGES,
        **parameters: Any,
    ) -> tuple[list[T], int]:
        """The items of all pages, of so many at most, and how many there are in all, as far as GitHub says;
        more than the items in any case where pages are left."""
        found: list[T] = []
        total = 0
        for page in range(1, pages + 1):
            headers, data = self._read(path, {**parameters, "per_page": 100, "page": page})
            items, stated = _parsed(lambda data: answers.page(data, key), data)
            found += [_parsed(parse, item) for item in items]
            total = max(total, stated, len(found))
            if 'rel="next"' not in headers.get("link", ""):
                return found, total
        return found, max(total, len(found) + 1)

    def _read(self, path: str, parameters: Mapping[str, Any]) -> tuple[Mapping[str, str], Any]:
        """Ask, and again where the answer may have been a passing fault."""
        for pause in PAUSES:
            try:
                return self._ask("GET", self._path(path), parameters)
            except GitHubError as error:
                wait = max(pause, error.retry_after or 0.0)
                if not self._worth_waiting(error, wait):
                    raise
            self._sleep(wait)
        return self._ask("GET", self._path(path), parameters)

    def _worth_waiting(self, error: GitHubError, wait: float) -> bool:
        after = self.clock() + wait
        if after + PAUSES[0] > self._deadline:
            return False
        if wait <= PAUSES[0]:  # costs so little that what looks lasting is asked once more, too
            return error.passing or error.status is None
        return error.passing and after <= self._insisting_until

    def _left(self) -> float:
        """Seconds that the next request may take."""
        return min(self._patience, self._deadline - self.clock())

    def _ask(
        self, verb: str, path: str, parameters: Mapping[str, Any] | None = None, body: object = None
    ) -> tuple[Mapping[str, str], Any]:
        return self._connections.ask(verb, path, parameters or {}, body, self._left())


def _parsed(parse: Callable[[Any], T], data: object) -> T:
    try:
        return parse(data)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise GitHubError("GitHub's answer is not of the documented shape") from None
