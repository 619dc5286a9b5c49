"""An organisation for `bench/organisation.py`: repositories, their runs and what breaks, in virtual time.

Each repository is one of the emulated GitHub's (tests/support/emulated), so both APIs answer as there.
Two things are quicker here: a run is made from its repository's first one, and a commit's answer is kept
until it changes.
"""

from __future__ import annotations

import random
import re
import string
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from graphql import (  # noqa: E402
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    parse,
    value_from_ast_untyped,
)
from tests.support.emulated import graph  # noqa: E402
from tests.support.emulated.ids import sha_of  # noqa: E402
from tests.support.emulated.repository import Repository, timestamp  # noqa: E402
from tests.support.emulated.site import Site  # noqa: E402

from fire_routine.ledger.entry import LEDGER, Record, Stage  # noqa: E402
from fire_routine.ledger.names import read_names  # noqa: E402

Json = dict[str, Any]
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
KEPT = 6 * DAY  # how long a run is remembered
COMMITS = 80  # of a branch that are remembered
UNREADABLE = 15  # repositories whose red runs can't be read: more than one sweep tries
FAILED = 0.1  # of all runs: 2,000 of 20,000
SWEEPER = "ci-sweep[bot]"
JOB = "github-actions[bot]"  # of repositories with jobs of their own
_LOG = """\
2026-03-01T12:00:00.0000000Z ##[group]Run make test
2026-03-01T12:00:00.1000000Z shell: bash -e {{0}}
2026-03-01T12:00:00.2000000Z ##[endgroup]
2026-03-01T12:00:01.0000000Z src/{cause}.c:4:5: error: '{cause}' undeclared (first use in this function)
2026-03-01T12:00:01.2000000Z ##[error]Process completed with exit code 2.
"""


@dataclass(slots=True, eq=False)
class Incident:
    """A workflow that is broken until it is mended."""

    cause: str
    mended_at: float  # a push that mends it comes then
    sessions: int = 0
    listed_at: float | None = None  # when a sweep first had it in its order, and where
    rank: int = 0
    fired_at: float | None = None
    traced: bool = False  # whether its session left something
    pulls: list[int] = field(default_factory=list)  # that its sessions opened


@dataclass(slots=True, eq=False)
class Flow:
    """A workflow of a repository."""

    repository: Repo
    file: str
    id: int
    share: float = 1.0  # of the pushes that run it: the others touch other paths
    every: float = 0.0  # seconds between its scheduled runs; 0: it runs on pushes
    stays_red: bool = False  # each run fails, of another cause than the one before
    returns: Incident | None = None  # the one failure that comes and goes, whatever is mended
    incident: Incident | None = None
    number: int = 0
    newest: Json | None = None  # its newest run that has ended
    newest_incident: Incident | None = None


class Repo(Repository):
    """A repository of the organisation."""

    def __init__(self, name: str, now: Callable[[], datetime], site: Site) -> None:
        super().__init__(name, now)
        self.site, self.creator = site, SWEEPER
        self.flows: list[Flow] = []
        self.own_jobs = False
        self.unreadable = False  # whether GitHub has nothing of its runs, but their numbers
        self.about = {"node_id": f"R_{name}"}
        self._described: dict[str, Json] = {}
        self._first = site.run(name, {"id": 1, "head_sha": "0" * 40})
        self._by_sha: dict[str, list[Json]] = defaultdict(list)
        self.known: dict[str, dict[str, Any]] = defaultdict(dict)  # answers about a commit, by its SHA

    def described(self, kind: str) -> Json:
        if kind not in self._described:
            self._described[kind] = super().described(kind)
        return self._described[kind]

    def begin(self, flow: Flow, number: int, event: str, branch: str = "main") -> Json:
        sha, now = self.branches["main"], self.stamp()
        own = {
            "id": number,
            "run_number": flow.number,
            "name": flow.file,
            "path": f".github/workflows/{flow.file}",
            "workflow_id": flow.id,
            "event": event,
            "head_sha": sha,
            "head_branch": branch,
            "head_commit": {**self._first["head_commit"], "id": sha},
            "html_url": f"{self.site.html}/{self.full_name}/actions/runs/{number}",
            **dict.fromkeys(("created_at", "updated_at", "run_started_at"), now),
        }
        run = {**self._first, **own}
        self.runs[number] = self.attempts[number, 1] = run
        self._by_sha[sha].append(run)
        self.known.pop(sha, None)
        return run

    def end(self, run: Json, conclusion: str, cause: str = "") -> None:
        run.update(status="completed", conclusion=conclusion, updated_at=self.stamp())
        self.known.pop(run["head_sha"], None)
        if conclusion == "failure":
            job = run["id"] * 10 + run["run_attempt"]
            steps = [{"name": "Run make test", "conclusion": "failure"}]
            self.add_job(run["id"], {"id": job, "name": "test", "conclusion": "failure", "steps": steps})
            self.set_log(job, _LOG.format(cause=cause))

    def again(self, run: Json) -> None:
        """A further attempt of a run."""
        run = {**run, "run_attempt": run["run_attempt"] + 1, "status": "in_progress", "conclusion": None}
        self.attempts[run["id"], run["run_attempt"]] = run
        self._by_sha[run["head_sha"]] = [
            run if one["id"] == run["id"] else one for one in self._by_sha[run["head_sha"]]
        ]
        self.runs[run["id"]] = run
        self.known.pop(run["head_sha"], None)

    def forget(self, number: int) -> None:
        run = self.runs.pop(number, None)
        for attempt in range(1, (run or {"run_attempt": 0})["run_attempt"] + 1):
            self.attempts.pop((number, attempt), None)
            self.jobs.pop(number * 10 + attempt, None)
            self._logs.pop(number * 10 + attempt, None)
        if run:
            self._by_sha[run["head_sha"]] = [one for one in self._by_sha[run["head_sha"]] if one is not run]

    def runs_of(self, sha: str) -> list[Json]:
        return self._by_sha[sha]

    def push(self, sha: str) -> None:
        self.set_branch("main", sha)
        for old in self.commits[COMMITS:-1]:
            self.known.pop(old, None)
        del self.commits[COMMITS:-1]


@dataclass
class Estate:
    """The organisation, as a scheduler lets it happen."""

    later: Callable[[float, Callable[[], None]], None]  # lets something happen at a time, in seconds
    until: float  # after which nothing happens
    now: Callable[[], datetime]
    site: Site
    rng: random.Random
    repositories: int = 500
    runs: int = 20_000  # a day
    bursts: bool = True
    quiet: bool = False  # nothing breaks, and few push
    repos: dict[str, Repo] = field(default_factory=dict)
    began: Counter[str] = field(default_factory=Counter)  # runs and failures
    of_run: dict[tuple[str, int], Incident] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._runs, self._claim_ids = (
            count(4_000_000_000),
            count(1),
        )  # of runs: more than 32 bits, as GitHub's
        weights = [min(self.rng.paretovariate(1.1), 60.0) for _ in range(self.repositories)]
        for number, weight in enumerate(weights):
            self._add(number, 0.0 if number == 0 else weight / sum(weights))
        for number, about in enumerate(({"archived": True}, {"fork": True}, {"disabled": True})):
            left_out = self._repo(f"acme/left-out-{number}")
            left_out.describe({**left_out.about, **about})
        if self.bursts:
            self.break_for_good(UNREADABLE, 0.1 * DAY, unreadable=True)
            self.at(self.rng.uniform(0.2, 1.0) * DAY, self._burst)

    def at(self, when: float, action: Callable[[float], None]) -> None:
        if when <= self.until:
            self.later(when, partial(action, when))

    # --- what there is ----------------------------------------------------------------------------

    def _repo(self, name: str) -> Repo:
        repo = self.repos[name] = Repo(name, self.now, self.site)
        return repo

    def _add(self, number: int, share: float) -> None:
        rng, repo = self.rng, self._repo(f"acme/r{number:03}")
        repo.push(sha_of(f"{number} first"))
        repo.own_jobs = number % 10 == 9
        if repo.own_jobs:
            self._own_entry(repo, 0.0)
        for place in range(rng.randint(1, 5)):
            filtered = rng.uniform(0.1, 0.5) if place > 1 else 1.0
            self._flow(repo, f"w{place}.yml", share=filtered)
        pushes = share * self.runs * (0.02 if self.quiet else 1.0) / sum(flow.share for flow in repo.flows)
        if pushes:
            self._later(1 / pushes, lambda when: self._push(repo, when, 1 / pushes))
        if number == 0:  # 700 scheduled suites on one tip
            self._schedule(self._flow(repo, "often.yml", every=5 * MINUTE))
        elif rng.random() < 0.6:
            self._schedule(self._flow(repo, "nightly.yml", every=DAY))

    def _flow(self, repo: Repo, file: str, **more: Any) -> Flow:
        flow = Flow(repo, file, len(self.flows) + 1, **more)
        repo.flows.append(flow)
        self.flows.append(flow)
        return flow

    def _later(self, days: float, action: Callable[[float], None], start: float = 0.0) -> None:
        """After a time that is drawn, with this mean."""
        self.at(start + self.rng.expovariate(1 / days) * DAY, action)

    def _own_entry(self, repo: Repo, _when: float) -> None:
        """A repository's own job has fired."""
        run = next(self._runs)
        for stage in (Stage.CLAIMED, Stage.ANNOUNCED, Stage.FIRED):
            claim_id = f"{next(self._claim_ids):08}"
            record = Record(
                stage, "w0.yml", run, 1, "0000", "0" * 7, claim_id, read_names(f"{run % 2**32:08x}")
            )
            by = {"creator": self.site.user(JOB), "state": "success"}
            context = f"{LEDGER} {self.now():%Y-%m-%d}"
            repo.add_status(repo.commits[-1], {"context": context, "description": str(record), **by})

    # --- what happens -----------------------------------------------------------------------------

    def _push(self, repo: Repo, when: float, mean: float) -> None:
        self.push(repo, when)
        self._later(mean, lambda at: self._push(repo, at, mean), when)

    def push(self, repo: Repo, when: float) -> None:
        repo.push(sha_of(f"{repo.full_name} {when}"))
        if self.rng.random() < 0.2:  # suites of another app
            repo.add_check_suite(repo.branches["main"], 99, "FAILURE")
        for flow in repo.flows:
            if not flow.every and self.rng.random() < flow.share:
                self._run(flow, "push", when)

    def _schedule(self, flow: Flow) -> None:
        def tick(when: float) -> None:
            self._run(flow, "schedule", when)
            self.at(when + flow.every, tick)

        self.at(self.rng.uniform(0, flow.every), tick)

    def _run(self, flow: Flow, event: str, when: float) -> None:
        flow.number += 1
        run = flow.repository.begin(flow, next(self._runs), event)
        self.began["runs"] += 1
        if flow.stays_red or (flow.incident and flow.incident.mended_at <= when):
            flow.incident = None
        wanted = FAILED * self.began["runs"] - self.began["failures"]
        chance = 1.0 if flow.stays_red else 0.015 if wanted > 0 and not self.quiet else 0.0
        if not flow.incident and self.rng.random() < chance:
            self._break(flow, when)
        if flow.returns:
            flow.incident = flow.returns if self.rng.random() < 0.4 else None
        incident, lasts = flow.incident, self.rng.uniform(2, 25) * MINUTE
        if flow.every and flow.every < HOUR:
            lasts = MINUTE
        self.at(when + lasts, lambda at: self._end(flow, run, incident, at))
        self.at(when + KEPT, lambda _: flow.repository.forget(run["id"]))

    def _break(self, flow: Flow, when: float, cause: str = "") -> None:
        cause = cause or "".join(self.rng.choices(string.ascii_lowercase, k=9))
        days = self.rng.choices((0.12, 1.5, 5.0), (0.75, 0.2, 0.05))[0]
        flow.incident = incident = Incident(cause, when + self.rng.expovariate(1 / days) * DAY)
        self.at(incident.mended_at, lambda at: self._mend(flow, incident, at))

    def break_for_good(self, number: int, when: float, *, unreadable: bool = False) -> None:
        """The first workflow of so many repositories."""
        for repo in [repo for repo in self.repos.values() if repo.flows and not repo.own_jobs][:number]:
            flow, repo.unreadable = repo.flows[0], unreadable
            flow.incident = Incident("".join(self.rng.choices(string.ascii_lowercase, k=9)), float("inf"))
            self.at(when, partial(self._run, flow, "push"))

    def stay_red(self, number: int, *, unreadable: bool = False) -> Repo:
        """A repository of so many nightly workflows that never turn green, whatever sessions do."""
        repo = self._repo("acme/red")
        repo.push(sha_of("red"))
        repo.unreadable = unreadable
        for place in range(number):
            self._schedule(self._flow(repo, f"w{place}.yml", every=DAY, stays_red=True))
        return repo

    def come_and_go(self, number: int) -> Repo:
        """A repository of so many nightly workflows, each with one failure that comes and goes."""
        repo = self._repo("acme/returns")
        repo.push(sha_of("returns"))
        for place in range(number):
            cause = "".join(self.rng.choices(string.ascii_lowercase, k=9))
            self._schedule(
                self._flow(repo, f"w{place}.yml", every=DAY, returns=Incident(cause, float("inf")))
            )
        return repo

    def _mend(self, flow: Flow, incident: Incident, when: float) -> None:
        """A commit mends it; one of a nightly shows only at night. Its pull requests are merged or closed."""
        for number in incident.pulls:
            flow.repository.pulls[number]["state"] = "closed"
        if flow.incident is incident and not flow.every:
            flow.repository.push(sha_of(f"{flow.repository.full_name} {flow.file} {when}"))
            self._run(flow, "push", when)

    def _end(self, flow: Flow, run: Json, incident: Incident | None, when: float) -> None:
        repo = flow.repository
        repo.end(run, "failure" if incident else "success", incident.cause if incident else "")
        if incident:
            self.began["failures"] += 1
            self.of_run[repo.full_name, run["id"]] = incident
            if not flow.stays_red and self.rng.random() < 0.05:  # a person runs it again, in vain
                self.at(
                    when + self.rng.uniform(5, 90) * MINUTE, partial(self._again, flow, run["id"], incident)
                )
            if repo.own_jobs and self.rng.random() < 0.1:
                self._own_entry(repo, when)
        if flow.newest is None or run["run_number"] >= flow.newest["run_number"]:
            flow.newest, flow.newest_incident = run, incident

    def leave(self, repo: Repo, run: int, branch: str, incident: Incident, when: float) -> None:
        """What a session leaves: mostly a pull request, which mostly mends it; some nothing at all.

        One in five leaves the failures out of its branch's name.
        """
        comes_back = any(one.returns is incident for one in repo.flows)
        if not comes_back and self.rng.random() < 0.1:
            return
        incident.traced = True
        if self.rng.random() < 0.2:
            branch = f"claude/fix-run-{run}"
        repo.set_branch(branch, sha_of(branch))
        now = timestamp(self.now() + timedelta(minutes=20))
        head = {"ref": branch, "sha": sha_of(branch)}
        incident.pulls.append(next(self._claim_ids))
        repo.add_pull_request({"number": incident.pulls[-1], "created_at": now, "head": head})
        if comes_back:
            return
        flow = next(one for one in repo.flows if one.stays_red or one.incident is incident)
        if not flow.stays_red and self.rng.random() < 0.6:
            incident.mended_at = min(incident.mended_at, when + self.rng.uniform(1, 6) * HOUR)
            self.at(incident.mended_at, partial(self._mend, flow, incident))

    def _again(self, flow: Flow, number: int, incident: Incident, when: float) -> None:
        repo = flow.repository
        if number in repo.runs:
            repo.again(repo.runs[number])
            if flow.newest and flow.newest["id"] == number:
                flow.newest = None
            self.at(when + 5 * MINUTE, lambda at: self._end(flow, repo.runs[number], incident, at))

    def _burst(self, when: float) -> None:
        """300 repositories fail of one cause within 5 minutes."""
        flows = [repo.flows[0] for repo in self.repos.values() if repo.flows]
        for flow in self.rng.sample(flows, min(300, len(flows) // 2)):
            if not flow.incident:
                self._break(flow, when, "registry")
            self.at(when + self.rng.uniform(0, 5) * MINUTE, partial(self._run, flow, "workflow_dispatch"))
        self.at(when + DAY, self._burst)

    # --- what is true -----------------------------------------------------------------------------

    def red(self, since: timedelta, after: timedelta) -> dict[tuple[str, int], Flow]:
        """What a sweep has to list now: by repository and run."""
        first, last = timestamp(self.now() - since), timestamp(self.now() - after)
        return {
            (flow.repository.full_name, flow.newest["id"]): flow
            for flow in self.flows
            if flow.newest
            and flow.newest_incident
            and flow.newest["status"] == "completed"
            and not flow.repository.own_jobs
            and first <= flow.newest["updated_at"] <= last
        }

    # --- GraphQL ----------------------------------------------------------------------------------

    def query(self, text: str, variables: Json) -> Json:
        root = graph.root(self.repos.values(), SWEEPER)
        return {"data": _Answer(text, variables, self.repos).shown(root, _parsed(text)[""], None)}


@cache
def _parsed(text: str) -> dict[str, tuple[Any, ...]]:
    """What the fragments ask for, by their names; the query itself has none."""
    return {
        one.name.value if one.name else "": one.selection_set.selections
        for one in parse(text).definitions
        if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode)
    }


@dataclass(slots=True)
class _Answer:
    """To one query. An object's fields are callables where they take arguments."""

    text: str
    variables: Json
    repos: dict[str, Repo]

    def shown(self, node: Any, selections: Iterable[Any], repo: Repo | None) -> Any:
        if isinstance(node, list):
            return [one and self.shown(one, selections, repo) for one in node]
        kind = node.get("__typename")
        repo = self.repos[node["nameWithOwner"]] if kind == "Repository" else repo
        found: Json = {}
        for selection in selections:
            if not all(self._value(one.arguments[0]) for one in selection.directives or ()):  # @include
                continue
            if isinstance(selection, FieldNode):
                found[(selection.alias or selection.name).value] = self._field(node, selection, repo)
            elif isinstance(selection, FragmentSpreadNode):
                found |= self.shown(node, _parsed(self.text)[selection.name.value], repo)
            elif selection.type_condition.name.value == kind:
                found |= self.shown(node, selection.selection_set.selections, repo)
        return found

    def _field(self, node: Json, asked: FieldNode, repo: Repo | None) -> Any:
        name, known, key = asked.name.value, None, ""
        if repo and asked.loc and name == "checkSuites":
            known, key = repo.known[node["oid"]], self.text[asked.loc.start : asked.loc.end]
            if key in known:
                return known[key]
        value = node[name]
        if callable(value):
            value = value(None, **{one.name.value: self._value(one) for one in asked.arguments or ()})
        if asked.selection_set and value is not None:
            value = self.shown(value, asked.selection_set.selections, repo)
        if known is not None:
            known[key] = value
        return value

    def _value(self, argument: ArgumentNode) -> Any:
        return value_from_ast_untyped(argument.value, self.variables)


NAMED = re.compile(r"in `(?P<repository>[^`]+)` on `[^`]*` \(run (?P<run>\d+), attempt (?P<attempt>\d+)\)")
