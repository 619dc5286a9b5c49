"""A sweep as an actor of a schedule: it plays a part for each red run that has no session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from tests.support.fake_clock import NOON
from tests.unit.ledger.simulator.boards import sample_brief
from tests.unit.ledger.simulator.parts import Part
from tests.unit.ledger.simulator.world import Cancelled, Client, family

from fire_routine.github.account import BranchRun
from fire_routine.github.client import GitHub
from fire_routine.ledger.entry import Stage, claims, label
from fire_routine.ledger.log import Log, recorded
from fire_routine.ledger.rule import Asker
from fire_routine.model.outcome import GitHubError
from fire_routine.sweep.plan import Red, State, judged, latest, was_told
from fire_routine.sweep.run import TIMING


@dataclass
class Branches:
    """Failed attempts, each with its end and with what a sweep would fire for it."""

    ended: list[tuple[float, Part]] = field(default_factory=list)

    def add(self, end: float, part: Part) -> None:
        terms = replace(part.terms, matrix_size=1, timing=TIMING)
        self.ended.append((end, replace(part, terms=terms, rerun_first=False)))

    def red(self, client: Client) -> list[tuple[float, Part]]:
        """The latest attempt of the newest run of each workflow and branch, unless that is green by now."""
        world = client.world
        newest: dict[int, tuple[float, Part]] = {}
        for end, part in sorted(self.ended, key=lambda one: (one[1].run.id, one[1].run.attempt)):
            if end <= world.baton.time:
                newest[family(part.run.id)] = end, part
        greens = {family(run): run for run, _, at in sorted(world.greens) if at <= world.baton.time}
        return [(end, part) for one, (end, part) in newest.items() if part.run.id > greens.get(one, 0)]

    def sweep(self, client: Client) -> None:
        with suppress(Cancelled):
            self._sweep(client)

    def _sweep(self, client: Client) -> None:
        github = cast(GitHub, client)
        for end, part in self.red(client):
            run, now = part.run, client.clock.now()
            ended = NOON + timedelta(seconds=end)
            known = (label(run), run.event, 1, "completed", "failure", ended, run.head_sha, run.url)
            red = Red(run.repository, BranchRun(run.id, *known), ended, State.DUE)
            try:
                found = list(recorded(github, client.first_commit(client.creator), now - timedelta(days=30)))
            except GitHubError:
                continue
            own = claims(entry for entry in found if entry.writer == client.creator)
            if judged(latest(own, red.run), now)[0] is not State.DUE:
                continue
            report = part.play(client)
            client.world.reports.append(report)
            final = bool(report.verdict.session_url)
            if not report.verdict.fire and not report.verdict.failed and (final or not was_told(own, red)):
                self._remember(client, part, final=final)

    def _remember(self, client: Client, part: Part, *, final: bool) -> None:
        log = Log(
            cast(GitHub, client), part.terms, client.clock, lambda: f"{client.random.randrange(10**8):08d}"
        )
        log.look_up()
        if log.ledger_commit:
            asker = Asker.of(part.run, sample_brief(*sorted(part.failures)), part.terms)
            record = asker.record(Stage.SEEN if final else Stage.WITHDRAWN, log.new_claim_id())
            log.write_last(record, part.run.url, patient=False)
