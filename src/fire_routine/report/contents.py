"""What the report shows, in the summary as in the comment."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Brief, EarlierSession, Failure, Highlight, Note, Outcome, Past, Run
from .markdown import Clean


@dataclass(frozen=True, slots=True)
class Contents:
    """The outcome, and as much of the run as is known.

    Names and messages pass `clean` before they are shown. The text and the highlights of `brief` have passed
    redaction already.
    """

    outcome: Outcome
    clean: Clean
    brief: Brief | None = None
    run: Run | None = None
    failures: tuple[Failure, ...] = ()
    notes: tuple[Note, ...] = ()
    max_sessions: int = 0  # of one incident; 0: not known
    past: Past = field(default_factory=Past)

    def highlight(self, number: int) -> Highlight:
        """That of the failure at this place; empty where none was made."""
        known = self.brief.highlights if self.brief else ()
        return known[number] if number < len(known) else Highlight()

    @property
    def session(self) -> EarlierSession | None:
        """The earlier session that kept this failure from being fired, or may have."""
        url, sessions = self.outcome.session_url, self.past.sessions
        if self.outcome.reason in ("earlier-unknown", "leader-lost"):
            return next((one for one in reversed(sessions) if not one.certain), None)
        return next((one for one in sessions if url and one.url == url), None)

    @property
    def dry_run(self) -> bool:
        return self.outcome.reason == "dry-run"

    @property
    def total_jobs(self) -> int:
        """How many jobs of the run have ended, the running one of the action included if it failed."""
        run = self.run
        return len(run.failed_jobs) + len(run.passed_jobs) + len(run.cancelled_jobs) if run else 0
