"""What the report shows, in the summary as in the comment, and the sentence that it begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..model.evidence import Brief, Failure, Highlight, Verdict
from ..model.outcome import EarlierSession, Outcome, Past, Result, SessionState
from ..model.reason import Reason
from ..model.run import Note, Run
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
    skip_label: str = ""  # with which a pull request starts no session; empty: there is none
    past: Past = field(default_factory=Past)
    verdict: Verdict | None = None  # whose failure it is; None: nothing shows it

    def highlight(self, number: int) -> Highlight:
        """That of the failure at this place; empty where none was made."""
        known = self.brief.highlights if self.brief else ()
        return known[number] if number < len(known) else Highlight()

    @property
    def session(self) -> EarlierSession | None:
        """The earlier session that kept this failure from being fired, or may have."""
        url, sessions = self.outcome.session_url, self.past.sessions
        if self.outcome.reason == Reason.EARLIER_UNKNOWN:
            return next((one for one in reversed(sessions) if not one.certain), None)
        if self.outcome.reason == Reason.DUPLICATE and not url:  # its open pull request alone is known
            return next((one for one in sessions if one.state is SessionState.OPEN), None)
        return next((one for one in sessions if url and one.url == url), None)

    @property
    def missing(self) -> str:
        """What a job without a permission lacks, in a sentence; empty where none is missing."""
        names = sorted({f"`{note.permission}`" for note in self.notes if note.permission})
        wanted = f"add {' and '.join(names)} to the job's `permissions`."
        return f"Something could not be read or recorded: {wanted}" if names else ""

    @property
    def dry_run(self) -> bool:
        return self.outcome.reason == Reason.DRY_RUN

    @property
    def total_jobs(self) -> int:
        """How many jobs of the run have ended, the running one of the action included if it failed."""
        run = self.run
        return len(run.failed_jobs) + len(run.passed_jobs) + len(run.cancelled_jobs) if run else 0


class Heading(NamedTuple):
    icon: str
    sentence: str
    alert: str  # GitHub's kind: TIP, NOTE, WARNING or CAUTION

    @property
    def line(self) -> str:
        return f"{self.icon} {self.sentence}"


def heading(contents: Contents) -> Heading:
    """How the report begins, in every place where it is read."""
    outcome = contents.outcome
    if outcome.reason == Reason.DRY_RUN:
        return Heading("🧪", "Dry run: this is what the session would get", "NOTE")
    if outcome.result is Result.FIRED:
        return Heading("🛠️", "Claude is on it", "WARNING" if contents.missing else "TIP")
    if outcome.result is Result.UNKNOWN:
        return Heading("⚠️", "Unknown: check before you send it again", "WARNING")
    headings = contents.run.subject.headings if contents.run else {}
    why = f": {headings.get(outcome.reason, outcome.reason.heading)}" if outcome.reason else ""
    if outcome.result is Result.SKIPPED:
        kind = "WARNING" if outcome.reason == Reason.EARLIER_UNKNOWN else "NOTE"
        return Heading("⏭️", f"Skipped{why}", kind)
    return Heading("❌", f"Not fired{why}", "CAUTION")
