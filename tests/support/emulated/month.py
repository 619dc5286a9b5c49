"""A month of one repository on the emulated GitHub: sessions in every state, flakes, and other entries.

Each story is a method. It adds runs, the ledger's entries and what a session left, at times of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.support.emulated.ids import sha_of
from tests.support.emulated.repository import Repository, timestamp

from fire_routine.ledger.entry import LEDGER, Record, Stage
from fire_routine.ledger.names import read_names
from fire_routine.model.outcome import SHOWN

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOT = "github-actions[bot]"
HOSTILE = "fix|</td>`**x**`@team"  # a name that anyone may give a branch or a pull request


class Month:
    """`now`: when the report is made; every story happens before."""

    def __init__(self, github: Repository, now: datetime) -> None:
        self.github = github
        self.now = now.replace(microsecond=0)
        self._numbers = count(1)
        self._runs = count(40_001)

    @classmethod
    def of(cls, github: Repository, now: datetime) -> Month:
        """The whole month."""
        month = cls(github, now)
        month.older()
        month.fixed()
        month.merged()
        month.pull_requests()
        month.without_pull_request()
        month.duplicates()
        month.flakes()
        month.reruns()
        month.not_counted()
        month.early()
        month.starting()
        return month

    # --- the stories, from the oldest on -------------------------------------------------------------

    def older(self) -> None:
        """Before the report begins."""
        self.session(self.run(self.now - 31 * DAY))

    def fixed(self) -> None:
        """Merged after an hour, and green after it; one into the branch of a merge queue's target."""
        start = self.now - 28 * DAY
        run = self.run(start)
        self.session(run)
        self.fix(run, start + 15 * MINUTE, merged=start + 65 * MINUTE)
        self.run(start + 70 * MINUTE, "success")
        start = self.now - 27 * DAY
        run = self.run(start, branch="gh-readonly-queue/main/pr-7-" + "a" * 40, event="merge_group")
        self.session(run)
        self.fix(run, start + 20 * MINUTE, merged=start + 3 * HOUR)
        self.run(start + 4 * HOUR, "success")

    def merged(self) -> None:
        """Merged; the workflow fails still, and another one is green."""
        start = self.now - 25 * DAY
        run = self.run(start, branch="topic", event="pull_request")
        self.session(run)
        self.fix(run, start + 10 * MINUTE, merged=start + 2 * DAY, base="topic")
        self.run(start + 2 * DAY + HOUR, branch="topic", event="pull_request")
        self.run(start + 2 * DAY + HOUR, "success", branch="topic", event="pull_request", workflow_id=2)

    def pull_requests(self) -> None:
        """Open, with hostile names, and closed."""
        start = self.now - 20 * DAY
        run = self.run(start, branch=HOSTILE)
        self.session(run)
        self.fix(run, start + 30 * MINUTE, title=HOSTILE)
        start = self.now - 19 * DAY
        run = self.run(start)
        self.session(run)
        self.fix(run, start + 30 * MINUTE, closed=start + 5 * HOUR)
        self.run(start + 6 * HOUR, "success")  # somebody else fixed it

    def without_pull_request(self) -> None:
        """A branch only; no trace; two requests without an answer, of which one did start a session."""
        start = self.now - 17 * DAY
        self.github.set_branch(f"claude/fix-run-{self.session(self.run(start))}", sha_of("fix"))
        self.session(self.run(start + DAY))
        self.entries(self.run(start + 2 * DAY), Stage.CLAIMED, Stage.ANNOUNCED)
        run = self.run(start + 3 * DAY)
        self.entries(run, Stage.CLAIMED, Stage.ANNOUNCED, Stage.UNKNOWN)
        self.fix(run, start + 3 * DAY + HOUR)

    def duplicates(self) -> None:
        """One session, and three failures that it covers: a later commit's, and two re-runs."""
        start = self.now - 12 * DAY
        run = self.session(self.run(start, attempt=3))
        self.entries(self.run(start + HOUR), Stage.COVERED, url=self.link(run))
        self.entries(self.run(start + 2 * HOUR), Stage.LIMITED)  # for another reason

    def flakes(self) -> None:
        for days in (10, 9):
            run = self.run(self.now - days * DAY, "success", attempt=2)
            self.entries(run, Stage.RERUN, Stage.FLAKE)

    def reruns(self) -> None:
        """One that failed again and has its session, one that goes on, and one that GitHub refused."""
        start = self.now - 8 * DAY
        run = self.run(start + 3 * HOUR, attempt=2)
        self.entries(run, Stage.RERUN)
        self.session(run, attempt=2)
        self.entries(self.run(start + 4 * HOUR, None, attempt=2), Stage.RERUN)
        self.session(self.run(start + 5 * HOUR))

    def not_counted(self) -> None:
        """Another account's entries, statuses of other tools, and a fork's branch with a session's name."""
        start = self.now - 5 * DAY
        run = self.run(start)
        self.session(run, creator="octocat")
        self.github.add_status(
            self.sha(run), {"context": "coverage", "description": "81 %", "state": "success"}
        )
        run = self.session(self.run(start + HOUR))  # no trace
        self.fix(run, start + 2 * HOUR, merged=start + 3 * HOUR, repo="someone/widget")
        self.run(start + 4 * HOUR, "failure", branch="quiet")  # nothing was fired

    def early(self) -> None:
        self.session(self.run(self.now - 20 * MINUTE))

    def starting(self) -> None:
        """A request is being sent right now."""
        self.entries(self.run(self.now - 3 * MINUTE), Stage.CLAIMED, Stage.ANNOUNCED)

    # --- their pieces -----------------------------------------------------------------------------

    def run(
        self,
        at: datetime,
        conclusion: str | None = "failure",
        branch: str = "main",
        event: str = "push",
        attempt: int = 1,
        workflow_id: int = 1,
    ) -> int:
        """Add a run that took five minutes, on a commit of its own."""
        number = next(self._runs)
        self.github.add_run(
            {
                "id": number,
                "head_sha": self.sha(number),
                "head_branch": branch,
                "event": event,
                "conclusion": conclusion,
                "run_attempt": attempt,
                "workflow_id": workflow_id,
                "created_at": timestamp(at),
                "updated_at": timestamp(at + 5 * MINUTE),
            }
        )
        return number

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """The ledger's statuses, oldest first."""
        return self.github.statuses[self.github.commits[-1]]

    @staticmethod
    def sha(run: int) -> str:
        return sha_of(f"commit of {run}")

    @staticmethod
    def link(run: int) -> str:
        return f"https://claude.ai/code/session_of_{run}"

    def session(self, run: int, *, attempt: int = 1, creator: str = BOT) -> int:
        """A session, started five minutes after the run; the run's number."""
        self.entries(run, Stage.CLAIMED, Stage.ANNOUNCED, Stage.FIRED, attempt=attempt, creator=creator)
        return run

    def entries(self, run: int, *stages: Stage, url: str = "", attempt: int = 1, creator: str = BOT) -> None:
        """The ledger's entries of one claim, five minutes after the run began, a second apart."""
        claim_id = f"{next(self._numbers):08}"
        created = datetime.fromisoformat(self.github.runs[run]["created_at"]) + 5 * MINUTE
        for seconds, stage in enumerate(stages):
            record = Record(
                stage, "ci.yml", run, attempt, "000000", self.sha(run)[:7], claim_id, read_names(f"{run:08x}")
            )
            shown = stage in (Stage.RERUN, Stage.COVERED, Stage.LIMITED, Stage.FLAKE)
            self.github.add_status(
                self.sha(run) if shown else self.github.commits[-1],
                {
                    "context": SHOWN if shown else f"{LEDGER} {created:%Y-%m-%d}",
                    "state": "success",
                    "description": record.shown() if shown else str(record),
                    "target_url": self.link(run)
                    if stage is Stage.FIRED
                    else url or self.github.runs[run]["html_url"],
                    "created_at": timestamp(created + timedelta(seconds=seconds)),
                    "creator": self.github.site.user(creator),
                },
            )

    def fix(
        self,
        run: int,
        at: datetime,
        merged: datetime | None = None,
        closed: datetime | None = None,
        base: str = "main",
        title: str = "Fix the price",
        repo: str = "",
    ) -> None:
        """The pull request of the run's session."""
        ended = merged or closed
        branch = {"ref": f"claude/fix-run-{run}", "sha": sha_of(f"fix of {run}")}
        self.github.add_pull_request(
            {
                "number": next(self._numbers),
                "title": title,
                "state": "closed" if ended else "open",
                "created_at": timestamp(at),
                "closed_at": timestamp(ended) if ended else None,
                "merged_at": timestamp(merged) if merged else None,
                "head": branch | {"repo": repo or self.github.full_name},
                "base": {"ref": base},
            }
        )
