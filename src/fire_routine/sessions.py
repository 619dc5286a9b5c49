"""What the sessions of a repository came to, from GitHub alone: `fire-routine sessions`.

The ledger's entries name the sessions. Branches, pull requests and later runs show what became of them.
Nothing is stored, and nothing is written. What is newest is read first, so that the oldest is left out where
there is too much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .github.client import GitHub
from .github.traces import session_traces
from .ledger.entry import Claim, Entry, Stage, claims
from .ledger.log import recorded
from .ledger.names import Kind
from .model.diagnosis import Diagnosis
from .model.event import Event, Failures
from .model.outcome import GitHubError, Say, SessionState, SessionTrace, quiet
from .model.run import Run, counted, in_words
from .model.session_link import session_id
from .sanitize import flat

VERSION = 1  # of the report's shape; fields may be added to it
SECONDS = 300.0  # for all requests
PATIENCE = 60.0  # seconds in which a transient fault or a short rate limit is waited for
RUN_PAGES = 150  # of 100 runs each
COMMITS = 300
PULL_PAGES = 30  # of 100 pull requests each
COMMENT_PAGES = 10  # of 100 comments each
RESULT_BY = timedelta(minutes=10)  # after its claim, a job has reported its result, or never will
UNKNOWN = "unknown"  # branches or pull requests could not be read
# Each state in words, in the order of the totals.
STATES = {
    SessionState.MERGED: "merged",
    SessionState.OPEN: "open",
    SessionState.CLOSED: "closed unmerged",
    SessionState.BRANCH: "branch only",
    SessionState.NONE: "no trace",
    UNKNOWN: "unknown",
}
_NARROW = 24  # characters shown of a name
_CAUSE = 100  # and of a cause
_SAYS = ("RUN", "BECAME", "CONFIDENCE", "RAN IT", "FILES AT FAULT", "FIXED THERE", "CAUSE")
_HEAD = ("STARTED", "FAILURE", "BRANCH", "RUN", "BECAME", "PR", "TO PR", "TO MERGE", "TO GREEN", "SESSION")

Json = dict[str, Any]


def report(
    github: GitHub, creator: str, since: datetime, until: datetime, show: Say = quiet, author: str = ""
) -> Json:
    """The report as one JSON object, whose fields the command's help describes; the newest come first.

    Args:
        creator: the login whose entries count.
        until: now.
        show: gets the state of the work.
        author: the login, besides those of sessions' pull requests, whose comments may be sessions'.

    Raises:
        GitHubError: the runs, or the first commit's statuses, can't be read.
    """
    now = github.clock.monotonic()
    github = github.within(now + SECONDS).insisting(now + PATIENCE)
    left_out: list[str] = []
    others = Counter[str]()  # entries of other creators, by login
    runs = _read_runs(github, since, left_out, show)
    entries = _read_entries(github, creator, since, runs, others, left_out, show)
    found = claims(entries, github.api_url)[::-1]
    started = [claim for claim in found if claim.has_session or _was_lost(claim, until)]
    show("Reading branches and pull requests")
    started_by = {claim.run for claim in started}
    prefixes = (Failures.branch, Event.branch)
    traces, notes = session_traces(
        github,
        started_by,
        since=since,
        pages=PULL_PAGES,
        checks=False,
        prefixes=prefixes,
    )
    left_out += [f"{note.what}: {note.why}" for note in notes]

    by_id = {run.id: run for run in runs}
    show("Reading what sessions say")
    said = _diagnoses(github, traces, since, author, left_out)
    sessions = []
    for claim in started:
        failed, trace = by_id.get(claim.run), _own_trace(claim, started, traces)
        green = _green_after(claim, failed, runs, trace)
        told = said.pop(claim.run, None)  # of several sessions for a run, the last one's
        about = {"diagnosis": told and _diagnosis(github, told, trace, green, left_out)}
        sessions.append(_session(claim, green, trace) | _attempt(claim, failed) | about)
    flakes = [
        {"recorded_at": _iso(_known(claim.at))} | _attempt(claim, by_id.get(claim.run))
        for claim in found
        if claim.stage is Stage.FLAKE
    ]
    states = Counter(row["state"] for row in sessions)
    return {
        "version": VERSION,
        "repository": github.repository,
        "creator": creator,
        "since": _iso(since),
        "until": _iso(until),
        "totals": {"sessions": len(sessions)}
        | {str(state): states[state] for state in STATES}
        | {"flakes_avoided": len(flakes)},
        "sessions": sessions,
        "flakes": flakes,
        "left_out": left_out,
        "not_counted": dict(others),
    }


# --- what is read -----------------------------------------------------------------------------------


def _read_runs(github: GitHub, since: datetime, left_out: list[str], show: Say) -> list[Run]:
    """All runs since then, the newest first: later green ones count too, and those that were re-run.

    Each page is a search of its own, up to the oldest run of the page before, as a search ends after 1,000:
    https://docs.github.com/rest/actions/workflow-runs
    """
    found: dict[int, Run] = {}
    until, why = None, f"a report lists at most {RUN_PAGES * 100:,} runs"
    for _ in range(RUN_PAGES):
        show(f"Listing runs: {len(found):,}")
        created = f"{_iso(since)}..{_iso(until)}" if until else f">={_iso(since)}"
        try:
            listing = github.runs({"created": created})
        except GitHubError as error:
            if not found:
                raise
            why = str(error)
            break
        found |= {run.id: run for run in listing.items}
        if not listing.items or listing.total <= 100:
            why = ""
            break
        oldest = min(_known(run.created_at) for run in listing.items)
        until = oldest - timedelta(seconds=1) if oldest == until else oldest
    runs = sorted(found.values(), key=lambda run: (_known(run.created_at), run.id), reverse=True)
    if why:
        left_out.append(f"runs before {_known(runs[-1].created_at):%Y-%m-%d %H:%M} UTC: {why}")
    return runs


def _read_entries(
    github: GitHub,
    creator: str,
    since: datetime,
    runs: Sequence[Run],
    others: Counter[str],
    left_out: list[str],
    show: Say,
) -> list[Entry]:
    """The creator's entries since then: the ledger's, and the flakes on commits that were run again."""
    show("Reading the ledger")
    found = list(recorded(github, github.first_commit(creator), since))
    shas = list(dict.fromkeys(run.head_sha for run in runs if run.attempt > 1))
    problems = Counter({f"a report reads at most {COMMITS:,}": max(0, len(shas) - COMMITS)})
    for number, sha in enumerate(shas[:COMMITS]):
        show(f"Reading commits that were run again: {number + 1} of {len(shas)}")
        try:
            found += recorded(github, sha, since, flakes=True)
        except GitHubError as error:
            problems[str(error)] += 1
            if error.rate_limited:  # nothing more is asked
                problems[str(error)] += len(shas[:COMMITS]) - number - 1
                break
    left_out += [f"flakes on {counted(most, 'commit')}: {why}" for why, most in problems.items() if most]
    others.update(one.writer for one in found if one.writer.casefold() != creator.casefold())
    return [one for one in found if one.writer.casefold() == creator.casefold()]


# --- what became of each ----------------------------------------------------------------------------


def _green_after(claim: Claim, failed: Run | None, runs: Iterable[Run], trace: SessionTrace) -> Run | None:
    """The first one."""
    greens = (run for run in runs if failed and _is_green_after(run, failed, claim, trace))
    return min(greens, key=_begun, default=None)


def _session(claim: Claim, green: Run | None, trace: SessionTrace) -> Json:
    pull, at = trace.pull_request, _known(claim.at)
    merged_at = pull.merged_at if pull else None
    url = claim.url if claim.stage is Stage.FIRED else ""
    return {
        "started_at": _iso(at),
        "session_id": session_id(url) or None,
        "session_url": url or None,
        "certain": claim.stage is Stage.FIRED or trace.state not in (SessionState.NONE, None),
        "state": str(trace.state or UNKNOWN),
        "session_branch": trace.branch or None,
        "pull_request": pull and {"number": pull.number, "title": pull.title, "url": pull.url},
        "seconds_to_pull_request": _seconds(at, pull.created_at if pull else None),
        "seconds_to_merge": _seconds(at, merged_at),
        "seconds_to_green": _seconds(at, _begun(green) if green else None),
    }


def _diagnoses(
    github: GitHub,
    traces: Mapping[int, SessionTrace],
    since: datetime,
    author: str,
    left_out: list[str],
) -> dict[int, Diagnosis]:
    """What sessions say they found, by the run: in their pull request, else in a comment.

    A comment counts if its author has opened a session's pull request, or is `author`.
    Nobody has checked what a line says.
    """
    pulls = [one.pull_request for one in traces.values() if one.pull_request]
    authors = {name.casefold() for name in (author, *(pull.author for pull in pulls)) if name}
    found: list[Diagnosis] = []
    try:
        found += github.diagnoses(since, COMMENT_PAGES)[::-1] if authors else []
    except GitHubError as error:
        left_out.append(f"what sessions say in comments: {error}")
    said = {one.run: one for one in found if one.author.casefold() in authors and one.run in traces}
    own = ((run, trace.pull_request.diagnosis) for run, trace in traces.items() if trace.pull_request)
    return said | {run: told for run, told in own if told and told.run == run}


def _diagnosis(
    github: GitHub, said: Diagnosis, trace: SessionTrace, green: Run | None, left_out: list[str]
) -> Json:
    """With whether the commit that turned the run green touched what a merged session says is at fault."""
    touched = None
    if trace.state is SessionState.MERGED and green and said.files:
        try:
            touched = bool(set(said.files).intersection(github.files_of(green.head_sha)))
        except GitHubError as error:
            left_out.append(f"what turned run {said.run} green: {error}")
    return {
        "cause": said.cause,
        "confidence": said.confidence,
        "ran": said.ran,
        "files": list(said.files),
        "url": said.url or None,
        "files_touched_by_fix": touched,
    }


def _attempt(claim: Claim, run: Run | None) -> Json:
    """The failed attempt, or that of the event; without a run, it is not listed."""
    return {
        "kind": "key" if claim.for_key else "failure",
        "title": run.title if run else None,
        "workflow": run.workflow if run else None,
        "workflow_file": claim.workflow,
        "failures": sorted(str(name) for name in claim.names if name.kind is not Kind.LOG_AND_STEP),
        "run_id": claim.run,
        "run_attempt": claim.attempt,
        "run_url": run.url if run else None,
        "branch": (run.head_branch or "") if run else None,
        "commit": run.head_sha if run else claim.commit,
    }


def _own_trace(claim: Claim, started: Iterable[Claim], traces: Mapping[int, SessionTrace]) -> SessionTrace:
    """What the run's sessions left, if it is this one's: of several, the last before the pull request's."""
    trace = traces.get(claim.run) or SessionTrace(claim.run, None)
    created = trace.pull_request.created_at if trace.pull_request else None
    siblings = [one for one in started if one.run == claim.run]
    before = [one for one in siblings if created is None or _known(one.at) <= created]
    is_own = trace.state is None or claim is (before or siblings)[0]
    return trace if is_own else SessionTrace(claim.run, SessionState.NONE)


def _is_green_after(run: Run, failed: Run, claim: Claim, trace: SessionTrace) -> bool:
    """Whether it is a later green run of the workflow, on its branch or where its fix was merged."""
    if run.conclusion != "success" or run.workflow_id != failed.workflow_id or claim.for_key:
        return False
    pull, branch = trace.pull_request, (run.head_branch, run.head_repository)
    if branch == (failed.head_branch, failed.head_repository) and run.event == failed.event:
        return _begun(run) > _known(claim.at)
    merged_at = pull.merged_at if pull and branch == (pull.base_branch, pull.head_repository) else None
    return merged_at is not None and _known(run.created_at) >= merged_at


def _was_lost(claim: Claim, until: datetime) -> bool:
    """Whether its job announced the request, and never reported a result."""
    return claim.stage is Stage.ANNOUNCED and until - _known(claim.at) >= RESULT_BY


def _known(moment: datetime | None) -> datetime:
    """A time that GitHub states: runs and entries without one are not listed."""
    if moment is None:
        raise ValueError("a run or an entry without a time")
    return moment


def _begun(run: Run) -> datetime:
    """When the run's latest attempt began."""
    return run.started_at or _known(run.created_at)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _seconds(since: datetime, moment: datetime | None) -> int | None:
    return max(int((moment - since).total_seconds()), 0) if moment else None


# --- a table ----------------------------------------------------------------------------------------


def table(report: Json) -> str:
    """Plain text, one line per session; the widest column comes last."""
    totals = report["totals"]
    parts = [f"{totals[state]} {words}" for state, words in STATES.items() if totals[state]]
    lines = [
        f"{report['repository']}: Claude sessions since {_when(report['since'])} UTC",
        "",
        "  " + counted(totals["sessions"], "session") + (f": {', '.join(parts)}" if parts else ""),
        f"  {counted(totals['flakes_avoided'], 'flake')} avoided a session: the re-run passed",
    ]
    if report["sessions"]:
        lines += ["", *_aligned([_HEAD, *map(_session_cells, report["sessions"])])]
    if told := [row for row in report["sessions"] if row["diagnosis"]]:
        lines += ["", "What the sessions say of themselves", *_aligned([_SAYS, *map(_said_cells, told)])]
    if report["flakes"]:
        lines += ["", "Flakes", *_aligned(list(map(_flake_cells, report["flakes"])))]
    notes = [f"Left out: {line}" for line in report["left_out"]] + [
        f"Not counted: {number:,} of the entries are by {login}. Count that account's by --creator '{login}'"
        for login, number in sorted(report["not_counted"].items())
    ]
    return "\n".join([*lines, *([""] if notes else []), *map(flat, notes)])


def _session_cells(row: Json) -> Sequence[str]:
    pull = row["pull_request"]
    spans = (row["seconds_to_pull_request"], row["seconds_to_merge"], row["seconds_to_green"])
    link = row["session_url"] or ("–" if row["certain"] else "may have started")
    became = (STATES[row["state"]], f"#{pull['number']}" if pull else "–")
    return _when(row["started_at"]), *_cells(row), *became, *map(_span, spans), link


def _said_cells(row: Json) -> Sequence[str]:
    said = row["diagnosis"]
    ran = "yes" if said["ran"] else "no"
    touched = {True: "yes", False: "no", None: "–"}[said["files_touched_by_fix"]]
    files = flat(" ".join(said["files"]), _NARROW) or "–"
    attempt = f"{row['run_id']}.{row['run_attempt']}"
    return attempt, STATES[row["state"]], said["confidence"], ran, files, touched, flat(said["cause"], _CAUSE)


def _flake_cells(row: Json) -> Sequence[str]:
    return _when(row["recorded_at"]), *_cells(row), row["run_url"] or "–"


def _cells(row: Json) -> Sequence[str]:
    failed = " ".join((row["workflow_file"], *row["failures"]))
    where = flat((row["title"] if row["kind"] == "key" else row["branch"]) or "", _NARROW)
    return flat(failed, _NARROW), where or "–", f"{row['run_id']}.{row['run_attempt']}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return [f"  {'  '.join(cells)}".rstrip() for cells in lines]


def _span(seconds: int | None) -> str:
    return "–" if seconds is None else in_words(timedelta(seconds=seconds), rough=True)


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ")
