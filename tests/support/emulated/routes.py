"""The REST API for one repository: method, path and query → status and object. No HTTP here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from tests.support.emulated.described import Json, completed
from tests.support.emulated.ids import EPOCH, number_of, sha_of
from tests.support.emulated.repository import Repository

_SEARCHES = ("actor", "branch", "created", "event", "head_sha", "status")
SEARCH = 1_000  # runs that one search finds: https://docs.github.com/rest/actions/workflow-runs
PER_CONTEXT = 1_000  # statuses: https://docs.github.com/rest/commits/statuses#create-a-commit-status
DOCUMENTATION = "https://docs.github.com/rest"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the API; `body`: JSON, raw bytes, or None for no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
    return Answer(status, body, headers or {})


NOT_FOUND = refusal(404, "Not Found")


@dataclass(frozen=True, slots=True)
class Call:
    """A request, below `/repos/{owner}/{repo}`."""

    repository: Repository
    path: str  # as it came
    names: tuple[str, ...]  # what the path names, unquoted
    query: Mapping[str, str]
    body: Json

    @property
    def number(self) -> int:
        return int(self.names[0])

    def shown(self, kind: str, item: Json) -> Json:
        return self.repository.shown(kind, item)


def answer(repository: Repository, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
    """The answer; `path` is what follows `/repos/{owner}/{repo}`, still quoted."""
    for wanted, pattern, serve in ROUTES:
        found = pattern.fullmatch(path)
        if wanted == method and found:
            return serve(Call(repository, path, tuple(map(unquote, found.groups(""))), query, body))
    return NOT_FOUND


def _found(call: Call, kind: str, item: Json | None) -> Answer:
    return Answer(200, call.shown(kind, item)) if item else NOT_FOUND


def _listing(call: Call, key: str, kind: str, items: list[Json]) -> Answer:
    """One page of several. Its links name the repository by its number."""
    path = f"/repositories/{number_of(call.repository.full_name)}{call.path}"
    return listing(call.repository, path, call.query, key, items, lambda item: call.shown(kind, item))


def listing(
    repository: Repository,
    path: str,
    query: Mapping[str, str],
    key: str,
    items: Sequence[T],
    show: Callable[[T], Json],
) -> Answer:
    """One page of several, with links to the others where there are some."""
    size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
    shown = [show(item) for item in items[(page - 1) * size : page * size]]
    body: Any = {"total_count": len(items), key: shown} if key else shown
    last = -(-len(items) // size)
    linked = last > 1 and repository.links
    return Answer(
        200, body, {"Link": _links(repository.site.api + path, query, page, last)} if linked else {}
    )


def _links(address: str, query: Mapping[str, str], page: int, last: int) -> str:
    """https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api"""
    near = {"prev": page - 1} if page > 1 else {}
    near |= {"next": page + 1, "last": last} if page < last else {}
    near |= {"first": 1} if page > 1 else {}
    queries = {rel: urlencode({**query, "page": number}) for rel, number in near.items()}
    return ", ".join(f'<{address}?{query}>; rel="{rel}"' for rel, query in queries.items())


def _about(call: Call) -> Answer:
    return Answer(200, call.repository.described("repository"))


def _named_run(call: Call) -> Json | None:
    """The attempt that the path names, else the latest."""
    attempt = call.names[1]
    if attempt:
        run = call.repository.attempts.get((call.number, int(attempt)))
        if run and int(attempt) > 1 and run["created_at"]:  # by this path, when the attempt was created
            run = {**run, "created_at": max(run["created_at"], run["run_started_at"] or "")}
        return run
    return call.repository.runs.get(call.number)


def _run(call: Call) -> Answer:
    return _found(call, "run", _named_run(call))


def _jobs(call: Call) -> Answer:
    run = _named_run(call)
    if run is None:
        return NOT_FOUND
    key = (run["id"], run["run_attempt"])
    jobs = [job for job in call.repository.jobs.values() if (job["run_id"], job["run_attempt"]) == key]
    return _listing(call, "jobs", "job", sorted(jobs, key=lambda job: int(job["id"])))


def _rerun_failed_jobs(call: Call) -> Answer:
    if call.number not in call.repository.runs:
        return NOT_FOUND
    if call.repository.rerun_failed_jobs(call.number) is None:
        return refusal(403, "This workflow is already running")
    return Answer(201, {})


def _job(call: Call) -> Answer:
    return _found(call, "job", call.repository.jobs.get(call.number))


def _log(call: Call) -> Answer:
    """A redirect to where the log is; 404 while the job runs."""
    job = call.repository.jobs.get(call.number)
    if job is None or job["status"] != "completed" or not call.repository.has_log(call.number):
        return NOT_FOUND
    return Answer(302, headers={"Location": f"/{call.number}"})


def _artifacts(call: Call) -> Answer:
    if call.number not in call.repository.runs:
        return NOT_FOUND
    all_ = [artifact for artifact, _ in call.repository.artifacts.values()]
    found = [one for one in all_ if one["workflow_run"]["id"] == call.number]
    return _listing(call, "artifacts", "artifact", found)  # the oldest first, unlike those of a repository


def _artifact_zip(call: Call) -> Answer:
    artifact, _ = call.repository.artifacts.get(call.number, (None, b""))
    if artifact is None:
        return NOT_FOUND
    if artifact["expired"]:
        return refusal(410, "Artifact has expired")
    return Answer(302, headers={"Location": f"/artifacts/{call.number}"})


def _annotations(call: Call) -> Answer:
    if call.number not in call.repository.jobs:
        return NOT_FOUND
    return _listing(call, "", "annotation", call.repository.annotations.get(call.number, []))


def _workflow_runs(call: Call) -> Answer:
    named = call.names[0]  # by its number, or by its file's name
    runs = [
        run
        for run in call.repository.runs.values()
        if named in (str(run["workflow_id"]), run["path"].partition("@")[0].rpartition("/")[2])
    ]
    return _runs(call, runs) if runs else NOT_FOUND  # here no workflow is known that has none


def _runs(call: Call, runs: list[Json]) -> Answer:
    """The newest first. A search finds at most 1,000, and so does not count more."""
    most = SEARCH if any(name in _SEARCHES for name in call.query) else len(runs)
    runs = [run for run in runs if _matches(run, call.query)]
    runs.sort(key=lambda run: (run["created_at"] or "", run["id"]), reverse=True)
    if call.query.get("exclude_pull_requests") == "true":
        runs = [{**run, "pull_requests": []} for run in runs]
    return _listing(call, "workflow_runs", "run", runs[:most])


def _matches(run: Json, query: Mapping[str, str]) -> bool:
    """https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow"""
    for key, name in (("head_branch", "branch"), ("head_sha", "head_sha"), ("event", "event")):
        if query.get(name, run[key]) != run[key]:
            return False
    if query.get("status", run["status"]) not in (run["status"], run["conclusion"]):
        return False
    created, when = query.get("created", ""), run["created_at"] or ""
    first, between, last = created.removeprefix(">=").partition("..")
    if created.startswith("<="):
        return bool(when <= created[2:])
    return bool((when or first) >= first and (not between or when <= last))


def _compare(call: Call) -> Answer:
    """Of two commits that a test has added; the default branch lacks nothing of its own commits."""
    (base, head), repository = call.names, call.repository
    known = repository.comparisons.get((base, head))
    if known is None and base == repository.default_branch and head in repository.commits:
        own = repository.commit(head)
        known = repository.site.comparison(repository.full_name, base, {"merge_base_commit": own})
    return _found(call, "comparison", known)


def _pull_requests(call: Call) -> Answer:
    """https://docs.github.com/rest/pulls/pulls#list-pull-requests"""
    query = call.query
    state, head, base = query.get("state", "open"), query.get("head", ""), query.get("base", "")
    sort = query.get("sort", "created")
    field = "updated_at" if sort == "updated" else "created_at"
    newest_first = query.get("direction", "desc" if sort == "created" else "asc") == "desc"
    found = [
        {key: value for key, value in pull.items() if key not in ONLY_SINGLE}
        for pull in call.repository.pulls.values()
        if state in ("all", pull["state"])
        and head in ("", pull["head"]["label"])
        and base in ("", pull["base"]["ref"])
    ]
    found.sort(key=lambda pull: (pull[field] or "", pull["number"]), reverse=newest_first)
    return _listing(call, "", "listed pull request", found)


def _pull_request(call: Call) -> Answer:
    return _found(call, "pull request", call.repository.pulls.get(call.number))


def _ref_object(repository: Repository, branch: str, sha: str) -> Json:
    url, ref = f"{repository.site.api}/repos/{repository.full_name}/git", f"refs/heads/{branch}"
    target = {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"}
    return {"ref": ref, "node_id": sha_of(ref), "url": f"{url}/{quote(ref)}", "object": target}


def _contents(call: Call) -> Answer:
    repository, path = call.repository, call.names[0]
    branch = call.query.get("ref", repository.default_branch)
    files = repository.files if branch == repository.default_branch else {}
    found = repository.site.content(repository.full_name, path, files)
    if isinstance(found, list):
        return Answer(200, [call.shown("content", item) for item in found])
    return _found(call, "content", found)


def _ref(call: Call) -> Answer:
    repository, branch = call.repository, call.names[0]
    sha = repository.branches.get(branch)
    return NOT_FOUND if sha is None else Answer(200, _ref_object(repository, branch, sha))


def _matching_refs(call: Call) -> Answer:
    """Every ref whose name begins so; an empty list where there is none."""
    repository, prefix = call.repository, call.names[0]
    names = sorted(name for name in repository.branches if name.startswith(prefix))
    return Answer(200, [_ref_object(repository, name, repository.branches[name]) for name in names])


def _commits(call: Call) -> Answer:
    """Of the default branch, or from one of its commits on.

    https://docs.github.com/rest/commits/commits#list-commits
    """
    repository = call.repository
    start = call.query.get("sha", repository.default_branch)
    shas = repository.commits
    if start != repository.default_branch:
        shas = shas[shas.index(start) :] if start in shas else []
    path = f"/repositories/{number_of(repository.full_name)}{call.path}"

    def show(sha: str) -> Json:
        return call.shown("commit", repository.commit(sha))

    return listing(repository, path, call.query, "", shas, show) if shas else NOT_FOUND


def _branches_where_head(call: Call) -> Answer:
    sha, branches = call.names[0], call.repository.branches
    found = [{"name": name, "commit": {"sha": tip}} for name, tip in branches.items() if tip == sha]
    return _listing(call, "", "branch", [completed("branch", one) for one in found])


def _unsold(call: Call) -> Answer | None:
    if call.repository.rules_sold:
        return None
    return refusal(403, "Upgrade to GitHub Pro or make this repository public to enable this feature.")


def _covers(repository: Repository, ruleset: Json, branch: str) -> bool:
    """Whether an active ruleset is of this branch: https://docs.github.com/rest/repos/rules"""
    if ruleset.get("target", "branch") != "branch" or ruleset.get("enforcement", "active") != "active":
        return False
    names = ruleset["conditions"]["ref_name"]

    def named(patterns: list[str]) -> bool:
        default = f"refs/heads/{repository.default_branch}"
        plain = [default if one == "~DEFAULT_BRANCH" else one for one in patterns]
        return any(one == "~ALL" or fnmatchcase(f"refs/heads/{branch}", one) for one in plain)

    return named(names["include"]) and not named(names["exclude"])


_OF_A_SINGLE_RULESET = ("rules", "conditions", "bypass_actors", "current_user_can_bypass")


def _rulesets(call: Call) -> Answer:
    def show(of: tuple[int, Json]) -> Json:
        whole = call.repository.site.ruleset(call.repository.full_name, *of)
        return {key: value for key, value in whole.items() if key not in _OF_A_SINGLE_RULESET}

    found = list(call.repository.rulesets.items())
    return _unsold(call) or listing(call.repository, call.path, call.query, "", found, show)


def _ruleset(call: Call) -> Answer:
    """Who may bypass it is shown to those who may change it."""
    repository, number = call.repository, call.number
    if number not in repository.rulesets:
        return NOT_FOUND
    whole = repository.site.ruleset(repository.full_name, number, repository.rulesets[number])
    if not repository.administered:
        whole.pop("bypass_actors", None)
    return _unsold(call) or Answer(200, whole)


def _branches(call: Call) -> Answer:
    """Here only those that are protected, by a classic protection or by rules."""
    repository = call.repository
    names = {*repository.branches, *repository.protections, repository.default_branch}
    found = [
        completed("protected branch", {"name": name, "commit": {"sha": sha_of(name)}, "protected": True})
        for name in sorted(names)
        if name in repository.protections
        or any(_covers(repository, one, name) for one in repository.rulesets.values())
    ]
    return _listing(call, "", "protected branch", found if call.query.get("protected") == "true" else [])


def _protection(call: Call) -> Answer:
    found = call.repository.protections.get(call.names[0])
    if not call.repository.administered:
        return NOT_FOUND
    return Answer(200, completed("protection", found)) if found else refusal(404, "Branch not protected")


def _environments(call: Call) -> Answer:
    repository = call.repository
    found = [
        repository.site.environment(repository.full_name, name, one)
        for name, one in repository.environments.items()
    ]
    return _listing(call, "environments", "environment", found)


def _branch_policies(call: Call) -> Answer:
    name = call.names[0]
    if name not in call.repository.environments:
        return NOT_FOUND
    found = call.repository.branch_policies.get(name, [])

    def show(pattern: str) -> Json:
        return {"id": number_of(pattern), "node_id": pattern, "name": pattern, "type": "branch"}

    return listing(call.repository, call.path, call.query, "branch_policies", found, show)


def _secrets(call: Call) -> Answer:
    """Names alone: of the repository, of its organisation as far as it may use them, or of an environment."""
    if not call.repository.administered:
        return refusal(403, "Resource not accessible by personal access token")
    place = call.names[0] if call.names else "*" if "organization" in call.path else ""
    names = call.repository.secrets.get(place, [])
    found = [completed("secret", {"name": name, "created_at": EPOCH, "updated_at": EPOCH}) for name in names]
    return _listing(call, "secrets", "secret", found)


def _workflows(call: Call) -> Answer:
    """Of the default branch. A workflow without a name has that of its path."""
    repository, found = call.repository, []
    for path, content in repository.files.items():
        if path.startswith(".github/workflows/"):
            stated = re.search(r"^name: *(.+?) *(?:#.*)?$", content.decode(), re.MULTILINE)
            name = stated[1] if stated else path
            found.append(repository.site.workflow(repository.full_name, path, name))
    return _listing(call, "workflows", "workflow", found)


def _role(call: Call) -> Answer:
    """Anyone can read a public repository. Roles that are newer than `permission` have an older name there.

    https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    login = call.names[0]
    role = call.repository.roles.get(login, "read")
    known = ("read", "triage", "write", "maintain", "admin")
    names = ("pull", "triage", "push", "maintain", "admin")
    may = {name: known.index(role) >= at for at, name in enumerate(names)}
    permission = {"triage": "read", "maintain": "write"}.get(role, role)
    user = {**call.repository.site.user(login), "type": "User", "permissions": may, "role_name": role}
    whole = completed("role", {"permission": permission, "role_name": role, "user": user})
    return Answer(200, call.shown("role", whole))


def _commit(call: Call) -> Answer:
    commit = call.repository.other_commits.get(call.names[0])
    if commit is None and call.names[0] in call.repository.commits:
        commit = call.repository.commit(call.names[0])
    return _found(call, "commit", commit)


def _check_runs(call: Call) -> Answer:
    return _listing(call, "check_runs", "check run", call.repository.check_runs.get(call.names[0], []))


def _statuses(call: Call) -> Answer:
    return _listing(call, "", "status", call.repository.statuses.get(call.names[0], [])[::-1])


def _create_status(call: Call) -> Answer:
    if call.body.get("state") not in ("error", "failure", "pending", "success"):
        return refusal(422, "Validation Failed: state is not included in the list")
    if len(call.body.get("description") or "") > 140:
        return refusal(422, "Validation Failed: description is too long (maximum is 140 characters)")
    known = call.repository.statuses.get(call.names[0], [])
    if sum(status["context"] == call.body.get("context", "default") for status in known) >= PER_CONTEXT:
        return refusal(
            422, "Validation Failed: this SHA and context has reached the maximum of 1000 statuses"
        )
    return Answer(201, call.shown("status", call.repository.add_status(call.names[0], call.body)))


def _comments(call: Call) -> Answer:
    return _listing(call, "", "comment", call.repository.comments.get(call.number, []))


def _all_comments(call: Call) -> Answer:
    """https://docs.github.com/rest/issues/comments#list-issue-comments-for-a-repository"""
    since = call.query.get("since", "")
    found = [
        one for issue in call.repository.comments.values() for one in issue if one["updated_at"] >= since
    ]
    newest = call.query.get("direction") == "desc"
    found.sort(key=lambda one: (one["created_at"], one["id"]), reverse=newest)
    return _listing(call, "", "comment", found)


def _create_comment(call: Call) -> Answer:
    return Answer(201, call.shown("comment", call.repository.add_comment(call.number, call.body["body"])))


def _change_comment(call: Call) -> Answer:
    comments = [comment for issue in call.repository.comments.values() for comment in issue]
    comment = next((one for one in comments if one["id"] == call.number), None)
    if comment:
        comment.update(body=call.body["body"], updated_at=call.repository.stamp())
    return _found(call, "comment", comment)


def _delete_comment(call: Call) -> Answer:
    for comments in call.repository.comments.values():
        for comment in comments:
            if comment["id"] == call.number:
                comments.remove(comment)
                return Answer(204)
    return NOT_FOUND


def _issues(call: Call) -> Answer:
    """Pull requests are issues, too: https://docs.github.com/rest/issues/issues#list-repository-issues"""
    state, creator = call.query.get("state", "open"), call.query.get("creator")
    found = [
        issue
        for issue in reversed(call.repository.issues.values())
        if state in ("all", issue["state"]) and creator in (None, issue["user"]["login"])
    ]
    return _listing(call, "", "issue", found)


def _create_issue(call: Call) -> Answer:
    if not call.body.get("title"):
        return refusal(422, "Validation Failed: title is missing")
    return Answer(201, call.shown("issue", call.repository.add_issue(call.body)))


def _change_issue(call: Call) -> Answer:
    issue = call.repository.issues.get(call.number)
    if issue:
        issue.update(**call.body, updated_at=call.repository.stamp())
    return _found(call, "issue", issue)


# Fields of a pull request that only a request for that very pull request returns.
_COUNTS = ("additions", "changed_files", "comments", "commits", "deletions", "review_comments")
ONLY_SINGLE = (*_COUNTS, "maintainer_can_modify", "mergeable", "mergeable_state", "merged", "merged_by")
ROUTES: tuple[tuple[str, re.Pattern[str], Callable[[Call], Answer]], ...] = tuple(
    (method, re.compile(pattern), serve)
    for method, pattern, serve in (
        ("GET", r"", _about),
        ("GET", r"/actions/runs", lambda call: _runs(call, list(call.repository.runs.values()))),
        ("GET", r"/actions/runs/(\d+)(?:/attempts/(\d+))?", _run),
        ("GET", r"/actions/runs/(\d+)(?:/attempts/(\d+))?/jobs", _jobs),
        ("POST", r"/actions/runs/(\d+)/rerun-failed-jobs", _rerun_failed_jobs),
        ("GET", r"/actions/runs/(\d+)/artifacts", _artifacts),
        ("GET", r"/actions/artifacts/(\d+)/zip", _artifact_zip),
        ("GET", r"/actions/jobs/(\d+)", _job),
        ("GET", r"/actions/jobs/(\d+)/logs", _log),
        ("GET", r"/actions/workflows/([^/]+)/runs", _workflow_runs),
        ("GET", r"/actions/workflows", _workflows),
        ("GET", r"/actions/(?:organization-)?secrets", _secrets),
        ("GET", r"/environments", _environments),
        ("GET", r"/environments/([^/]+)/deployment-branch-policies", _branch_policies),
        ("GET", r"/environments/([^/]+)/secrets", _secrets),
        ("GET", r"/rulesets", _rulesets),
        ("GET", r"/rulesets/(\d+)", _ruleset),
        ("GET", r"/branches", _branches),
        ("GET", r"/branches/(.+)/protection", _protection),
        ("GET", r"/check-runs/(\d+)/annotations", _annotations),
        ("GET", r"/compare/([^/]+)\.\.\.([^/]+)", _compare),
        ("GET", r"/contents/(.*)", _contents),
        ("GET", r"/pulls", _pull_requests),
        ("GET", r"/pulls/(\d+)", _pull_request),
        ("GET", r"/git/ref/heads(?:/|%2F)(.+)", _ref),
        ("GET", r"/git/matching-refs/heads(?:/|%2F)(.*)", _matching_refs),
        ("GET", r"/commits", _commits),
        ("GET", r"/commits/([^/]+)/branches-where-head", _branches_where_head),
        ("GET", r"/commits/([^/]+)", _commit),
        ("GET", r"/commits/([^/]+)/check-runs", _check_runs),
        ("GET", r"/commits/([^/]+)/statuses", _statuses),
        ("POST", r"/statuses/([^/]+)", _create_status),
        ("GET", r"/collaborators/([^/]+)/permission", _role),
        ("GET", r"/issues/(\d+)/comments", _comments),
        ("POST", r"/issues/(\d+)/comments", _create_comment),
        ("GET", r"/issues/comments", _all_comments),
        ("PATCH", r"/issues/comments/(\d+)", _change_comment),
        ("DELETE", r"/issues/comments/(\d+)", _delete_comment),
        ("GET", r"/issues", _issues),
        ("POST", r"/issues", _create_issue),
        ("PATCH", r"/issues/(\d+)", _change_issue),
    )
)
