"""What the client is asked to make it send a recorded request, and what it makes of the answer, in one line.

A line has what the action uses of the answer: of a listing how many items, the first and the last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from fire_routine.gather.known_failures import read_known_failures
from fire_routine.github import fields, parse
from fire_routine.github.api import Listing
from fire_routine.github.client import GitHub
from fire_routine.model.outcome import Status
from fire_routine.model.run import PullRequest

Ask = Callable[[GitHub], str]


def ends(items: Sequence[Any], show: Callable[[Any], str], total: int | None = None) -> str:
    count = str(len(items)) if total in (None, len(items)) else f"{len(items)} of {total}"
    return " | ".join([count, *map(show, [*items[:1], *items[1:][-1:]])])


def about() -> Ask:
    return lambda github: github.default_branch()


def run(number: int, attempt: int | None = None) -> Ask:
    def ask(github: GitHub) -> str:
        found, pulls = github.run(number, attempt)
        commit = found.commit.message.partition("\n")[0] if found.commit else ""
        return (
            f"{found.id}.{found.attempt} {found.workflow} {found.workflow_id} {found.workflow_path}"
            f" {found.event} {found.status}/{found.conclusion} {found.head_repository}:{found.head_branch}"
            f" {found.head_sha[:7]} ‘{commit}’ by {found.actor} at {found.created_at:%F %T}"
            f" pulls {list(pulls)}"
        )

    return ask


def past(found: parse.PastRun) -> str:
    return (
        f"{found.id}.{found.attempt} {found.event} {found.conclusion}"
        f" {found.head_repository}:{found.head_branch} {found.head_sha[:7]}"
    )


def past_runs(workflow: int, per_page: int = 30, **filters: str) -> Ask:
    def ask(github: GitHub) -> str:
        listing = github.runs(parse.past_run, filters, per_page, workflow=str(workflow))
        return ends(listing.items, past, listing.total)

    return ask


def runs(**filters: str) -> Ask:
    """As `fire-routine sessions` lists them."""

    def ask(github: GitHub) -> str:
        listing = github.list_page("/actions/runs", "workflow_runs", parse.past_run, **filters)
        return ends(listing.items, past, listing.total)

    return ask


def job_line(job: parse.Job) -> str:
    last = job.steps[-1]
    return (
        f"{job.id} {job.name} {job.status}/{job.conclusion} attempt {job.attempt} {job.seconds:.0f} s"
        f" {','.join(job.labels)} {len(job.steps)} steps, {last.number} {last.name}"
        f" {last.conclusion} {last.completed_at:%T}"
    )


def jobs(number: int) -> Ask:
    return lambda github: ends(github.jobs(number, None).items, job_line)


def job(number: int) -> Ask:
    return lambda github: job_line(github.job(number))


def artifacts(number: int) -> Ask:
    return lambda github: artifacts_line(github.artifacts(number))


def artifacts_of_all_runs() -> Ask:
    """No request of the action's; but the client goes through the ten pages of a real listing."""
    path = "/actions/artifacts"
    return lambda github: artifacts_line(github.list_all(path, "artifacts", parse.artifact))


def artifacts_line(listing: Listing[parse.Artifact]) -> str:
    def show(one: parse.Artifact) -> str:
        return f"{one.id} {one.name} {one.size} {'expired' if one.expired else 'kept'} {one.created_at:%F %T}"

    return ends(listing.items, show, listing.total)


def annotations_of(number: int) -> Ask:
    return lambda github: ends(
        github.annotations(number),
        lambda one: f"{one.level} {one.path}:{one.line} {one.title}: {one.message}",
    )


def compare(base: str, head: str) -> Ask:
    def ask(github: GitHub) -> str:
        found = github.compare(base, head)
        commits = ends(
            found.commits,
            lambda one: f"{one.sha[:7]} {one.author}: {one.message[:20]!r}",
            found.total_commits,
        )
        files = ends(found.files, lambda one: f"{one.path} {one.status} +{one.additions} -{one.deletions}")
        patched = sum(bool(file.patch) for file in found.files)
        return f"{found.base and found.base.sha[:7]}: {commits}; {files}; {patched} patches"

    return ask


def contents(path: str) -> Ask:
    def ask(github: GitHub) -> str:
        text, notes = read_known_failures(github, path, float("inf"))
        return f"{len(text)} {text[:20]!r}" + "".join(f" {note.why}" for note in notes)

    return ask


def pull_line(pull: PullRequest | None) -> str:
    if pull is None:
        return "none"
    return (
        f"#{pull.number} {pull.state} {pull.title[:20]!r} {pull.author}"
        f" {pull.head_repository}:{pull.head_branch}"
        f" {pull.head_sha[:7]} → {pull.base_branch} {pull.created_at:%F} merged"
        f" {pull.merged_at and f'{pull.merged_at:%F}'} {pull.merge_sha[:7]} {','.join(pull.labels)}"
    )


def pull(number: int) -> Ask:
    return lambda github: pull_line(github.pull_request(number))


def pulls(**filters: str) -> Ask:
    return lambda github: ends(github.pull_requests(filters).items, pull_line)


def pulls_from(owner: str, branch: str) -> Ask:
    return lambda github: ends(github.pull_requests_from(owner, branch), pull_line)


def branch(name: str) -> Ask:
    return lambda github: str(github.branch_head(name))


def branches() -> Ask:
    return lambda github: ends(list(github.branches("").items()), lambda one: f"{one[0]} {one[1][:7]}")


def first_commit() -> Ask:
    return lambda github: github.first_commit()


def check_runs(sha: str) -> Ask:
    return lambda github: ends(github.check_runs(sha), lambda one: f"{one[0]}/{one[1]}")


def status_line(one: Status) -> str:
    return (
        f"{one.id} {one.state} {one.context} {one.description!r} {one.target_url!r} {one.creator}"
        f" {one.created_at:%F %T}"
    )


def statuses(sha: str) -> Ask:
    def ask(github: GitHub) -> str:
        page = github.statuses(sha)
        assert page.date
        return f"{ends(page.statuses, status_line)} more {page.more}"

    return ask


def create_status(sha: str, state: str, description: str, target: str) -> Ask:
    return lambda github: status_line(github.create_status(sha, state, description, target))


def comment(issue: int, marker: str, author: str) -> Ask:
    return lambda github: github.comment(issue, marker, f"{marker}, again", author)


def comments(issue: int) -> Ask:
    path = f"/issues/{issue}/comments"
    return lambda github: comments_line(github.list_all(path, None, fields.mapping))


def comments_of_all(path: str, **filters: str) -> Ask:
    """As `fire-routine sessions` looks for what sessions have written."""
    return lambda github: comments_line(github.list_page(path, None, fields.mapping, **filters))


def comments_line(listing: Listing[fields.Json]) -> str:
    def show(one: fields.Json) -> str:
        who, body = fields.text(fields.part(one, "user"), "login"), fields.text(one, "body")
        return f"{one['id']} {who} {body[:20]!r} {fields.text(one, 'html_url')}"

    return ends(listing.items, show)


def rerun(number: int) -> Ask:
    def ask(github: GitHub) -> str:
        github.rerun_failed_jobs(number)
        return "asked"

    return ask


def role(login: str) -> Ask:
    return lambda github: github.role(login).name


def branches_at(sha: str) -> Ask:
    return lambda github: ", ".join(github.branches_at(sha))


def patiently() -> Ask:
    """As for what nothing can replace, so that it is asked again after a fault."""
    return lambda github: github.insisting(math.inf).default_branch()
