"""What must never be, no matter what goes wrong: a second session, a second re-run, a failure left alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tests.unit.ledger.simulator.boards import PLACE
from tests.unit.ledger.simulator.troubles import Faults
from tests.unit.ledger.simulator.world import Report, Session, World, family, leaves_trace

from fire_routine.ledger.entry import Stage
from fire_routine.ledger.terms import Terms
from fire_routine.model.outcome import Result

READ = 900  # statuses of a commit, at least
FITS = 100  # statuses of one context: all that a schedule's jobs show on a commit
LATE = 30.0  # seconds: the longest that reads lag in any profile


def _covered(earlier: Session, later: Session) -> frozenset[str]:
    """The later one's failures that the earlier one's entry certainly covers."""
    if earlier.form == "none":
        blind = earlier.run == later.run or earlier.sha == later.sha or later.form == "none"
        return (later.failures if earlier.run == later.run else earlier.failures) if blind else frozenset()
    return later.failures if later.form == "none" else earlier.failures


@dataclass(frozen=True)
class Violations:
    """Of one schedule that has been played. Each identity has a ledger of its own."""

    world: World
    terms: Terms
    faults: Faults
    event: str
    replaced_after: timedelta | None = None  # sessions that left no trace in this time may be replaced
    rerun_first: bool = False

    def all(self) -> list[str]:
        return [
            *self._doubles(),
            *self._returns(),
            *self._reruns(),
            *self._unreported(),
            *self._false_pointers(),
            *self._losses(),
        ]

    def _returns(self) -> list[str]:
        """Sessions for a failure that came back within the cool-down, though all of it could be read."""
        if not self.terms.cool_down or self.replaced_after:
            return []
        found, known = [], dict[tuple[int, str], frozenset[str]]()
        unread = {(report.run, report.attempt) for report in self.world.reports if report.notes}
        certain = (session for session in self.world.sessions if session.form != "none")
        for session in sorted(certain, key=lambda session: session.place):
            ledger = (family(session.run), session.creator)
            before = known.get(ledger, frozenset())
            read = (session.run, session.attempt) not in unread and session.asked is None
            if session.failures <= before and read:
                found.append(f"{session} is the second for its failures within the cool-down")
            known[ledger] = before | session.failures
        return found

    def _reruns(self) -> list[str]:
        """Re-runs: at most one that the jobs ask for; where nothing goes wrong, it comes before a session.

        Where GitHub shows an attempt 30 s late, one that has ended by then may be asked for once more.
        """
        world, asked = self.world, Counter(self.world.board.rerun)
        most = 2 if self.faults.lag >= LATE else 1
        found = [f"run {run}: {times} requests to re-run it" for run, times in asked.items() if times > most]
        if self.faults.none and self.rerun_first:
            shown = world.entries(shown=True)
            flaky = {entry.record.run for entry in shown if entry.record.stage is Stage.FLAKE}
            found += [
                f"{one} had no re-run" for one in world.sessions if (one.attempt, one.asked) == (1, None)
            ]
            # Else a job may not see who asked for the re-run, or that had no room on the commit.
            if len(world.setting.identities) == 1 and world.setting.room >= FITS:
                found += [f"run {run} is no flake" for run in (world.passed & asked.keys()) - flaky]
        return found

    def _doubles(self) -> list[str]:
        found: list[str] = []
        # The endpoint may be slow with one, so what counts is the order in which they were claimed.
        sessions = sorted(self.world.sessions, key=lambda session: session.place)
        for place, session in enumerate(sessions):
            same = (other for other in sessions[:place] if other.creator == session.creator)
            read = (other for other in same if not self._is_unread(other, session))
            earlier = [other for other in read if not self.world.separated_by_green(other, session)]
            counted = (other for other in earlier if not self._is_replaced(other, session))
            if session.asked is not None:
                counted = (other for other in counted if other.claimed_at >= session.asked)
            known = frozenset[str]().union(*(_covered(other, session) for other in counted))
            if session.failures <= known:
                found.append(f"{session} is the second for its failures")
            if session.asked is not None:
                continue  # a person asked for more than the limits allow
            if any((other.run, other.attempt) == (session.run, session.attempt) for other in earlier):
                found.append(f"{session} is the second of its attempt")
            if len(earlier) >= self.terms.max_sessions:
                found.append(f"{session} exceeds max-sessions")
        return found

    def _is_unread(self, earlier: Session, later: Session) -> bool:
        """Whether more statuses lie between them than the later one's job read, and it said so."""
        between = range(earlier.place, later.place)
        if sum(status.id in between for status in self.world.board.commits.get(PLACE, [])) < READ:
            return False
        return any(
            note.what == "the older entries of the ledger"
            for report in self.world.reports
            if (report.run, report.attempt) == (later.run, later.attempt) and report.verdict.fire
            for note in report.notes
        )

    def _is_replaced(self, earlier: Session, later: Session) -> bool:
        if self.replaced_after is None or leaves_trace(earlier.run) or later.began is None:
            return False
        return later.began - earlier.claimed_at >= self.replaced_after

    def _unreported(self) -> list[str]:
        """Sessions that neither a job's outcome nor the ledger reports."""
        fired, reported = set[str](), set[tuple[int, int]]()
        for report in self.world.reports:
            if report.outcome and report.outcome.result is Result.FIRED:
                fired.add(report.outcome.session_url)
            elif report.outcome and report.outcome.result is Result.UNKNOWN:
                reported.add((report.run, report.attempt))
        for entry in self.world.entries():
            if entry.record.stage in (Stage.ANNOUNCED, Stage.UNKNOWN, Stage.FIRED):
                reported.add((entry.record.run, entry.record.attempt))
        return [
            f"{session} is reported nowhere"
            for session in self.world.sessions
            if session.url not in fired and (session.run, session.attempt) not in reported
        ]

    def _false_pointers(self) -> list[str]:
        urls = {session.url for session in (*self.world.sessions, *self.world.of_keys)}
        pointed = {report.verdict.session_url for report in self.world.reports if report.verdict.session_url}
        return [f"{url} is pointed to and was never started" for url in pointed - urls]

    def _losses(self) -> list[str]:
        """Where nothing goes wrong, whoever does not fire has a session to leave it to, or is stale."""
        if not self.faults.none:
            return []
        return [
            f"run {report.run}, attempt {report.attempt} was left alone: {report.verdict}"
            for report in self.world.reports
            if not report.verdict.fire and not self._is_cared_for(report)
        ]

    def _is_cared_for(self, report: Report) -> bool:
        own = [one for one in self.world.sessions if one.creator == report.creator]
        sessions = [one for one in own if family(one.run) == family(report.run)]
        if report.verdict.reason in ("rerun", "flake", "not-failed"):
            return report.run in self.world.board.began
        if report.verdict.reason == "max-sessions" and "A session wrote" in report.verdict.message:
            return True  # and that session was started, as for each that is pointed to
        if report.verdict.reason == "max-sessions":
            workflow = [one for one in own if family(one.run) // 2 == family(report.run) // 2]
            return len(workflow) >= self.terms.max_sessions  # a commit may name those of another branch
        if any((session.run, session.attempt) == (report.run, report.attempt) for session in sessions):
            return True
        if len(self.world.setting.forms) > 1 and sessions:
            return True  # without its log, a failure may be any other
        return report.failures <= frozenset[str]().union(*(session.failures for session in sessions))
