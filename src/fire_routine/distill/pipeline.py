"""A log's one pass and what is made of it: the whole algorithm, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from ..model import Digest, Step
from .context import context_of, store_of
from .excerpts import blocks_of
from .facts import Environment, files_named, outcome
from .fingerprint import identity
from .match import MatchCache
from .noise import Green
from .scanner import scan
from .score import finding_scores, inside, line_weights, with_fatal_warnings
from .steps import failed_steps
from .types import Scan
from .units import units_of

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

    # Of each failure the lines with its name, its reason and its place.
    numbers = {finding.number for finding in within}
    units = units_of([finding for finding in findings if finding.number in numbers], weights, store)

    # What names the failure, how it ended, and the strongest lines.
    name, explained = identity(scan, within)
    end = outcome(scan, failed, within)
    return Digest(
        blocks_of(weights, store),
        scan.total,
        name,
        explained=explained,
        step=end.step,
        command=end.command,
        shell=end.shell,
        exit_code=end.exit_code,
        ended=end.ended,
        files=files_named(within),
        ends=tuple(number + 1 for number in end.ends),
        units=tuple(tuple(number + 1 for number in unit) for unit in units),
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
