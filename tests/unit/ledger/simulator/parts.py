"""What an actor of a schedule does with one run: it decides, fires, and settles."""

from __future__ import annotations

from dataclasses import dataclass, fields

from tests.unit.ledger.simulator.jobs import Job, Verdict
from tests.unit.ledger.simulator.world import Cancelled, Client, Report

from fire_routine.ledger.names import digest_of
from fire_routine.ledger.terms import Terms
from fire_routine.model.evidence import Fingerprint
from fire_routine.model.outcome import Outcome, Result
from fire_routine.model.reason import Reason
from fire_routine.model.run import Run


@dataclass(frozen=True)
class Part:
    """One job: the run that it is about, what failed, how it names that, and what it was told.

    An actor that is no job, as a sweep over many runs, plays one of these for each, with its own terms.
    """

    run: Run
    failures: frozenset[str]
    terms: Terms
    form: str = "log"
    rerun_first: bool = False

    def play(self, client: Client) -> Report:
        """What it reports. A job that is killed reports nothing."""
        run, claim_ids, asked = self.run, list[str](), self.terms.again_since

        def new_claim_id() -> str:
            claim_ids.append(f"{client.random.randrange(10**8):08d}")
            return claim_ids[-1]

        terms = {one.name: getattr(self.terms, one.name) for one in fields(self.terms)}
        first = self.rerun_first and asked is None
        job = Job(client, run, clock=client.clock, claim_id=new_claim_id, rerun_first=first, **terms)
        outcome = None
        try:
            verdict = self._decide(job, client)
        except Cancelled:
            verdict = Verdict(False, Reason.CANCELLED, "cancelled")
        if verdict.fire:
            if client.random.random() < client.world.faults.labelled:
                outcome = Outcome(Result.SKIPPED, Reason.SKIP_LABELS)
            else:
                outcome = client.fire(run, self.failures, claim_ids[-1], self.form, asked)
            try:
                job.settle(outcome)
            except Cancelled:
                job.settle(outcome)
        return Report(
            run.id,
            run.attempt,
            self.failures,
            verdict,
            outcome,
            job.notes,
            self.form,
            asked,
            client.creator,
        )

    def _decide(self, job: Job, client: Client) -> Verdict:
        if job.run.conclusion == "success":
            skip = job.record_flake()
            return Verdict.of(skip) if skip else Verdict(False, Reason.NOT_FAILED, "green")
        if self.terms.matrix_size > 1 and (skip := job.look_first()):
            return Verdict.of(skip)
        # Every ninth commit was written by the sessions so far.
        by_session = int(self.run.head_sha[:7], 16) % 9 == 4
        authors = frozenset(session.id for session in client.world.sessions if by_session)
        return job.claim(*map(self._named, sorted(self.failures)), written_by=authors)

    def _named(self, failure: str) -> str | Fingerprint:
        step = digest_of(f"step {failure}")[:16]
        if self.form == "step":
            return Fingerprint(step, running=True, by_step=(step,))
        if self.form == "none":
            return Fingerprint(digest_of(f"none {failure}")[:16], no_log=True)
        if self.form == "several" and "+" in failure:
            return Fingerprint(digest_of(failure)[:16], count=2)
        return failure if self.terms.key else Fingerprint(failure, by_step=(step,))
