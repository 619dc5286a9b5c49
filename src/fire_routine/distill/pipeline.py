"""A log's one pass and what is made of it: the whole algorithm, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from ..model import Digest, Step
from .blocks import blocks_of
from .context import context_of, store_of
from .facts import Environment, files_named, outcome
from .fingerprint import identity
from .match import MatchCache
from .noise import Green
from .scanner import scan
from .score import finding_scores, inside, line_weights, positions, with_fatal_warnings
from .select import end_of_step, select
from .steps import failed_steps
from .types import Scan

FINDINGS = 800  # of the highest scores that are looked at: more would not fit into a digest


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log that was scanned."""
    # Where the job failed, and which findings are in the steps that did.
    failed = failed_steps(scan, steps)
    within = inside(scan, failed)

    # The findings that may explain it: by their rules, their places and how often similar ones came before.
    scored = zip(scan.findings, with_fatal_warnings(scan, finding_scores(scan, failed), within), strict=True)
    strongest = nlargest(FINDINGS, scored, key=lambda pair: pair[0].rule.weight * pair[1])
    strongest.sort(key=lambda pair: pair[0].number)
    findings, scores = [finding for finding, _ in strongest], [score for _, score in strongest]

    # The lines around them, and before the ends of steps, each with a weight.
    tails = (number for tail in scan.tails for number in range(tail.first, tail.first + len(tail.raw)))
    store = store_of(scan.raw, findings, tails)
    contexts = [context_of(finding, store) for finding in findings]
    weights = line_weights(scan, store, contexts, scores, green)

    # The failures as blocks, each as far as its report reaches.
    numbers = {finding.number for finding in within}
    own = [finding for finding in findings if finding.number in numbers]
    places = dict(zip((finding.number for finding in scan.findings), positions(scan, failed), strict=True))
    floors = [finding.rule.weight * places[finding.number] for finding in own]
    blocks = blocks_of(own, [weights[finding.number][0] for finding in own], floors, store)
    end = end_of_step(scan.tails, own, store)
    totals = {finding.number for finding in within if finding.rule.summary}
    totals.update(
        mark.line for mark in failed.marks[-2:] if not mark.text.startswith("##[") and mark.line in store.text
    )
    lines, told = select(blocks, weights, store, totals, end)

    # What names the failure, how it ended, and the strongest lines.
    name, explained = identity(scan, within)
    step = outcome(scan, failed, within)
    return Digest(
        lines,
        scan.total,
        told,
        name,
        explained=explained,
        step=step.step,
        command=step.command,
        shell=step.shell,
        exit_code=step.exit_code,
        ended=step.ended,
        files=files_named(within),
    )


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
