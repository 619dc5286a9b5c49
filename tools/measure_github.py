"""Measures what only the real GitHub can tell, as a table: `python3 tools/measure_github.py PART …`.

The workflow `measure.yml` runs it. The table goes to its summary, for docs/at-most-once.md to take over.
Each row says what was asked. What can't be measured has a row, too, with the reason.

    commits      the last page of the commit list, by which the ledger's commit is found (reads)
    annotations  what GitHub keeps of those that the run's job `annotates` writes (reads)
    rerun        why a re-run is refused: the run is going on, or the token may not (asks for a re-run)
    statuses     how late the list shows a status (writes 20, for good)
    many         a commit with 3,000 statuses (writes them, for good; GitHub's limits make that take hours)

Standard library alone: the answers are measured as they come, without the client's own repairs. Exit code 1:
something was not measured; 2: it can't begin.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

PATIENCE = 20.0  # seconds for an answer
REQUESTS = 600  # reads of one start, at most; GitHub allows a workflow's token 1,000 requests an hour
CONTEXT = "fire-routine measures GitHub"
SAMPLES, PAUSE, LATE = 20, 0.2, 30.0  # statuses; seconds between two reads; seconds until one is given up
PER_CONTEXT = 1_000  # https://docs.github.com/rest/commits/statuses#create-a-commit-status
# 80 requests a minute that create content, and 500 an hour:
# https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
FAST, SLOW = 0.8, 7.5  # seconds between two writes, before and after the first refusal
UNSTATED = 60.0  # seconds to wait after a limit that states none
WAITS = 12  # for GitHub's limits, at most


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    measured: str
    asked: str  # the requests


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # by lower-case name
    data: Any
    seconds: float  # from the request's start to the answer's end

    @property
    def words(self) -> str:
        said = self.data.get("message") if isinstance(self.data, dict) else None
        return f"{self.status}: {said}" if said else str(self.status)

    @property
    def last_page(self) -> int | None:
        """Of the listing, by its `Link` header."""
        found = re.search(r"[?&]page=([0-9]{1,9})[^>]*>; rel=\"last\"", self.headers.get("link", ""))
        return int(found[1]) if found else None


class NotMeasuredError(Exception):
    """Why something can't be measured, in one line."""


class _NoRedirect(HTTPRedirectHandler):
    """The token goes to no other address."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Api:
    """The repository of this workflow's run."""

    def __init__(
        self, environ: Mapping[str, str], ends: float, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """`ends`: by `time.monotonic`, when nothing more is asked. Raises KeyError: a variable is missing."""
        self._root = f"{environ['GITHUB_API_URL']}/repos/{environ['GITHUB_REPOSITORY']}"
        self._token = environ["GITHUB_TOKEN"]
        self.sha, self.run = environ["GITHUB_SHA"], environ["GITHUB_RUN_ID"]
        self.attempt = environ["GITHUB_RUN_ATTEMPT"]
        self.ends, self.sleep = ends, sleep
        self._left = REQUESTS
        self._opener = build_opener(_NoRedirect)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Any answer, refusals included."""
        if method == "GET":
            self._left -= 1
        if self._left < 0 or time.monotonic() > self.ends:
            raise NotMeasuredError(f"{REQUESTS} requests were made, or the time is up")
        headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {self._token}"}
        headers |= {"X-GitHub-Api-Version": "2022-11-28", "User-Agent": "fire-routine"}
        sent = None if body is None else json.dumps(body).encode()
        request = Request(self._root + path, sent, headers, method=method)
        started = time.monotonic()
        try:
            try:
                response = self._opener.open(request, timeout=PATIENCE)
            except HTTPError as refused:
                response = refused
            with response:
                text = response.read()
            data = json.loads(text) if text else None
        except (OSError, ValueError, HTTPException) as error:
            raise NotMeasuredError(f"no answer that can be used ({type(error).__name__})") from None
        seconds = time.monotonic() - started
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, data, seconds)

    def get(self, path: str) -> Answer:
        """An answer of 200."""
        answer = self.ask("GET", path)
        if answer.status != 200:
            raise NotMeasuredError(f"GitHub answered {answer.words}")
        return answer


def commits(api: Api) -> Iterator[Row]:
    first = api.get("/commits?per_page=1")
    pages = first.last_page or 1
    asked = "`GET /commits?per_page=1`"
    link = f'`rel="last"` names page {pages:,}' if first.last_page else 'no `rel="last"`'
    yield Row("first page of the commit list", f"{first.seconds:.2f} s; {link}", asked)
    path = f"/commits?sha={first.data[0]['sha']}&per_page=1&page={pages}"
    found = [api.get(path) for _ in range(5)]
    shas = {commit["sha"] for answer in found for commit in answer.data}
    parents = {len(commit["parents"]) for answer in found for commit in answer.data}
    times = [answer.seconds for answer in found]
    same = "the same commit each time" if len(shas) == 1 else f"{len(shas)} different commits"
    rooted = "without a parent" if parents == {0} else f"with {sorted(parents)} parents"
    asked = "`GET /commits?sha=TIP&per_page=1&page=LAST`, 5 times"
    yield Row("last page", f"median {median(times):.2f} s, worst {max(times):.2f} s; {same}, {rooted}", asked)


def kept_annotations(api: Api) -> Iterator[Row]:
    """The job `annotates` writes 12 of each level in three steps, and two long ones in another."""
    jobs = api.get(f"/actions/runs/{api.run}/attempts/{api.attempt}/jobs?per_page=100").data["jobs"]
    ids = [job["id"] for job in jobs if job["name"] == "annotates"]
    if not ids:
        raise NotMeasuredError("the run has no job named annotates")
    kept = api.get(f"/check-runs/{ids[0]}/annotations?per_page=100").data
    asked = "`GET /check-runs/JOB/annotations?per_page=100`"
    levels = ("failure", "warning", "notice")

    def counted(step: str) -> str:
        of_step = [one for one in kept if re.fullmatch(f"{step} [0-9]+", one["message"] or "")]
        counts = [sum(one["annotation_level"] == level for one in of_step) for level in levels]
        return f"kept {', '.join(map(str, counts))}"

    yield Row("12 errors, warnings, notices of a step", counted("step 1"), asked)
    yield Row("the same of two further steps", counted("step [23]"), asked)
    yield Row("a job's annotations, of 110 written", f"kept {len(kept)}", asked)
    for written in (5_000, 70_000):
        first = str(written)
        lengths = [len(one["message"]) for one in kept if (one["message"] or "").startswith(first)]
        measured = f"kept {lengths[0]:,} characters" if lengths else "not kept"
        yield Row(f"a message of {written:,} characters", measured, asked)


def rerun(api: Api) -> Iterator[Row]:
    """Refused in either case: this run is going on. Should GitHub begin one, its attempt 2 asks for none."""
    if api.attempt != "1":
        raise NotMeasuredError("this is a re-run itself")
    answer = api.ask("POST", f"/actions/runs/{api.run}/rerun-failed-jobs")
    after = answer.headers.get("retry-after")
    more = f" (Retry-After: {after})" if after else ""
    yield Row(
        "re-run of a run that goes on", answer.words + more, "`POST /actions/runs/RUN/rerun-failed-jobs`"
    )
    why = "not measured: it needs a run that is 30 days old, which would start again if it were not refused"
    yield Row("re-run of an old run", why, "none")


def statuses(api: Api) -> Iterator[Row]:
    path = f"/commits/{api.sha}/statuses?per_page=100"
    lags, lacked, back, never = [], [], 0, 0
    for number in range(1, SAMPLES + 1):
        written = _write(api, f"{CONTEXT}: lag", f"{number} of {SAMPLES}")
        if written.status != 201:
            raise NotMeasuredError(f"GitHub answered {written.words} to status {number}")
        known, since, reads = written.data["id"], time.monotonic(), 0
        while not (shown := _shows(api, path, known)) and time.monotonic() - since < LATE:
            reads += 1
            api.sleep(PAUSE)
        if shown:
            lags.append(time.monotonic() - since)
            lacked.append(reads)
            back += not _shows(api, path, known)
        else:
            never += 1
    if not lags:
        raise NotMeasuredError(f"none of {SAMPLES} statuses was shown within {LATE:g} s")
    lost = f"; {never} not within {LATE:g} s" if never else ""
    asked = f"`POST /statuses/SHA`, then `GET /commits/SHA/statuses` until it is there, {SAMPLES} times"
    yield Row(
        "a status is shown after its answer",
        f"median {median(lags):.2f} s, worst {max(lags):.2f} s, the reading included{lost}",
        asked,
    )
    yield Row("reads that lacked it", f"{sum(lacked)}, at most {max(lacked)} of one status", asked)
    yield Row("shown, and lacking in the next read", f"{back} of {len(lags)}", asked)


def _write(api: Api, context: str, description: str) -> Answer:
    body = {"state": "success", "context": context, "description": description}
    return api.ask("POST", f"/statuses/{api.sha}", body)


def _shows(api: Api, path: str, known: int) -> bool:
    return any(status["id"] == known for status in api.get(path).data)


def many(api: Api, wanted: int) -> Iterator[Row]:
    """Goes on where an earlier start on the same commit ended: full contexts are refused, and passed over."""
    listed = f"/commits/{api.sha}/statuses"
    before, started, waits = _count(api), time.monotonic(), 0
    written, context = 0, 1
    while before + written < wanted:
        try:
            answer = _write(api, f"{CONTEXT}: many {context}", f"{before + written + 1} of {wanted}")
        except NotMeasuredError as error:
            yield Row("writing ended early", str(error), "`POST /statuses/SHA`")
            break
        if answer.status == 201:
            written += 1
            api.sleep(SLOW if waits else FAST)
        elif answer.status == 422 and context * PER_CONTEXT <= wanted:
            yield Row(f"one more status of a full context ({context})", answer.words, "`POST /statuses/SHA`")
            context += 1
        else:
            wait, stated = _wait(answer)
            minutes = (time.monotonic() - started) / 60
            measured = f"{answer.words} ({stated}), after {written:,} in {minutes:.0f} min"
            yield Row("a write is refused", measured, "`POST /statuses/SHA`")
            waits += 1
            wait = max(wait, UNSTATED * waits)
            if answer.status not in (403, 429) or waits > WAITS or time.monotonic() + wait > api.ends - 60:
                break
            api.sleep(wait)
    total = _count(api)
    yield Row(
        "statuses on the commit",
        f"{total:,} listed; {written:,} written now",
        "`GET /commits/SHA/statuses?per_page=1`",
    )
    for page in sorted({1, 10, 24, -(-total // 100)}):
        answer = api.get(f"{listed}?per_page=100&page={page}")
        last = f"; the last is page {answer.last_page}" if answer.last_page else ""
        measured = f"{answer.seconds:.2f} s, {len(answer.data)} statuses{last}"
        yield Row(f"page {page} of them", measured, f"`GET /commits/SHA/statuses?per_page=100&page={page}`")


def _count(api: Api) -> int:
    answer = api.get(f"/commits/{api.sha}/statuses?per_page=1")
    return answer.last_page or len(answer.data)


def _wait(refused: Answer) -> tuple[float, str]:
    """Seconds, and what the answer states of them."""
    after, reset = (refused.headers.get(name, "") for name in ("retry-after", "x-ratelimit-reset"))
    if after.isdecimal():
        return float(after), f"Retry-After: {after}"
    if refused.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time()), "until the hour's limit resets"
    return UNSTATED, "no time stated"


def table(rows: list[Row]) -> str:
    def cell(text: str) -> str:
        return re.sub(r"\s+", " ", text).replace("|", r"\|")

    lines = ["| what | on GitHub | asked |", "|---|---|---|"]
    lines += [f"| {cell(row.what)} | {cell(row.measured)} | {cell(row.asked)} |" for row in rows]
    return "\n".join(lines) + "\n"


def measure(part: str, rows: Callable[[], Iterator[Row]]) -> tuple[list[Row], bool]:
    """A part's rows, and whether all of it was measured."""
    found: list[Row] = []
    try:
        for row in rows():
            found.append(row)
            print(f"{row.what}: {row.measured}", flush=True)
    except NotMeasuredError as error:
        why = str(error)
    except (LookupError, TypeError, AttributeError) as error:
        why = f"GitHub's answer is not of the documented shape ({type(error).__name__})"
    else:
        return found, True
    return [*found, Row(part, f"not measured: {why}", "see above" if found else "the first request")], False


def main(
    arguments: list[str], environ: Mapping[str, str], sleep: Callable[[float], object] = time.sleep
) -> int:
    parser = argparse.ArgumentParser(description="Measures what only the real GitHub can tell.")
    parser.add_argument("parts", nargs="+", choices=["commits", "annotations", "rerun", "statuses", "many"])
    parser.add_argument("--statuses", type=int, default=3_000, help="how many `many` wants on the commit")
    parser.add_argument("--minutes", type=float, default=10, help="after which nothing more is asked")
    options = parser.parse_args(arguments)
    if not 0 < options.statuses <= 5_000:
        parser.error(f"--statuses {options.statuses}: give a number from 1 to 5000")
    try:
        api = Api(environ, time.monotonic() + options.minutes * 60, sleep)
    except KeyError as missing:
        print(f"The environment lacks {missing.args[0]}: run it in the workflow measure.yml", file=sys.stderr)
        return 2
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "commits": lambda: commits(api),
        "annotations": lambda: kept_annotations(api),
        "rerun": lambda: rerun(api),
        "statuses": lambda: statuses(api),
        "many": lambda: many(api, options.statuses),
    }
    rows, whole = [], True
    for part in parts:  # what only reads comes first
        if part in options.parts:
            found, measured = measure(part, parts[part])
            rows += found
            whole = whole and measured
    print(f"\n{table(rows)}")
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"### Measured on GitHub\n\n{table(rows)}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
