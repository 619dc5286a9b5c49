"""The log's one pass and what is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from ..model import Digest, Step
from .captures import files_named
from .collect.scanner import scan
from .context.spans import span_of, store_of
from .fingerprint import identity
from .lines.clean import shown
from .lines.numbering import Numbering
from .match import MatchCache
from .score.combine import scored_lines
from .score.position import finding_scores, inside
from .score.scorer import Material
from .score.step_tail import looked_at
from .select.digest import selected_blocks
from .select.repeats import repeats
from .steps.environment import Environment
from .steps.failed import failed_steps
from .steps.outcome import outcome
from .types import MOST, Finding, Green, Scan

AROUND = 100  # bytes, about, of what is kept around each finding


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log: context → score → select → fingerprint."""
    failed = failed_steps(scan, steps)
    within = inside(scan, failed)

    strongest = _strongest(scan, finding_scores(scan, failed), green)
    tails = chain.from_iterable(map(looked_at, scan.tails))
    store = store_of([finding for finding, _ in strongest], scan.raw, tails)
    spans = [span_of(finding, store) for finding, _ in strongest]

    lines = scored_lines(Material(scan, failed, store, spans, [score for _, score in strongest], green))

    numbering = Numbering(scan.states)
    blocks = selected_blocks(lines, store, numbering)
    end = outcome(scan, failed, within)
    name, explained = identity(scan, store, within)
    return Digest(
        blocks,
        numbering.of(scan.total),
        name,
        explained=explained,
        step=end.step,
        command=end.command,
        shell=end.shell,
        exit_code=end.exit_code,
        ended=end.ended,
        repeats=repeats(scan, spans, blocks),
        files=files_named(within),
        ends=tuple(numbering.of(number) + 1 for number in end.ends),
    )


def _strongest(scan: Scan, scores: Sequence[float], green: Green | None) -> list[tuple[Finding, float]]:
    """The findings, in the log's order, that may be among the highest-scoring lines, and their scores."""
    scored = sorted(zip(scan.findings, scores, strict=True), key=lambda pair: -pair[0].rule.weight * pair[1])
    room = MOST
    chosen: list[tuple[Finding, float]] = []
    for finding, score in scored:
        chosen.append((finding, score))
        if green is None or finding.raw not in green:
            room -= len(shown(finding.raw)) + AROUND
        if room < 0:
            break
    return sorted(chosen, key=lambda pair: pair[0].number)


class Reader:
    """Reads the logs of one run, several at a time: what a line is, is learnt once for all of them."""

    def __init__(self) -> None:
        self._known = MatchCache()

    def read(
        self, chunks: Iterable[bytes], *, steps: Sequence[Step] = (), green: Green | None = None
    ) -> Digest:
        """Read a raw log once, in memory that does not grow with it.

        `steps` are the job's as the API lists them: their times show where in the log a step failed.
        `green` is what a green run of the same job printed: such lines weigh little.
        """
        environment = Environment()
        found = scan(environment.watch(chunks), self._known)
        with self._known.turn:
            return environment.complete(digest(found, steps, green))
