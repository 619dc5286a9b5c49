"""A log's one pass and what is made of it: the whole algorithm, from top to bottom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import nlargest

from ..model.evidence import ERROR_WEIGHT, LAST_LINES, Digest
from ..model.run import Step
from .blocks import Weighed, blocks_of
from .context import context_of
from .facts import files_named, image_and_tools, outcome
from .fingerprint import identity
from .lines import stamp_of
from .match import MatchCache
from .named import Named
from .noise import Green
from .ranks import rank
from .scanner import scan
from .score import finding_scores, in_green, inside, line_weights, positions
from .select import beside, block_of, end_of_step, lines_of, told_blocks, worth_a_look
from .steps import failed_steps
from .store import store_of
from .types import Scan
from .windows import SIZE

STRONGEST = 800  # findings, of the highest scores that are looked at: more would not fit into a digest
HEAD = 256 * 1024  # bytes of a log's begin that name tools: its set-up, the header of a short test run
LAST = 2 * SIZE  # bytes of a log's end that are at hand, should reading it end in a fault: more than a window


def digest(scan: Scan, steps: Sequence[Step], green: Green | None) -> Digest:
    """What is kept of a log that was scanned."""
    # Where the job failed, and which findings are in the steps that did.
    failed = failed_steps(scan, steps)
    of_steps = inside(scan, failed)

    # The findings that may explain it: by their rules, their places and how often similar ones came before.
    places = positions(scan, failed)
    scores = finding_scores(scan, places)
    scored = zip(scan.findings, places, scores, strict=True)
    strongest = nlargest(STRONGEST, scored, key=lambda each: each[0].rule.weight * each[2])
    strongest.sort(key=lambda each: each[0].number)
    findings = [finding for finding, _, _ in strongest]

    # The lines around them, and before the ends of steps, each with a weight.
    store = store_of(scan.tails, findings)
    contexts = [context_of(finding, store) for finding in findings]
    weights = line_weights(scan, store, contexts, [score for _, _, score in strongest], green)

    # The failures as blocks, each as far as its report reaches.
    numbers = {finding.number for finding in of_steps}
    own = [
        Weighed(
            finding, weights[finding.number][0], finding.rule.weight * place * in_green(finding.raw, green)
        )
        for finding, place, _ in strongest
        if finding.number in numbers
    ]
    texts = store.bare
    blocks = blocks_of(own, texts)
    for block in blocks:
        rank(block, store)
    told = told_blocks(blocks, store)
    why = [block for block in told if block.draft.rule is None or not block.draft.rule.command_failed]
    if max((block.draft.weight for block in why), default=0.0) < ERROR_WEIGHT:
        told += filter(None, [end_of_step(scan.tails, store)])

    # What is worth a look beside them: all lines that count the failures, or say how the step ended …
    verdicts = {finding.number for finding in of_steps if finding.rule.summary}
    verdicts.update(mark.line for mark in failed.marks[-2:] if mark.line in store.text)
    besides = worth_a_look(findings, verdicts, told, weights, texts)
    lines = tuple(lines_of(told, besides, verdicts, weights, store))

    # What names the failure, how it ended, and the strongest lines.
    name, explained = identity(scan, of_steps, store)
    step, exit_code, ended = outcome(scan, failed, of_steps)
    return Digest(
        lines,
        scan.total,
        tuple(map(block_of, told)),
        name,
        explained=explained,
        step=step.name,
        command=step.command,
        shell=step.shell,
        exit_code=exit_code,
        ended=ended,
        files=files_named(of_steps),
        beside=tuple(beside(lines, store)),
    )


class _Passing:
    """A log that is being read, with the begin and the end of what has passed.

    Whatever data reading it falls over, its last lines can be shown: a fault of ours costs the excerpt, and
    not the session. What the source raises is no such fault.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.source_failed = False
        self.head = bytearray()
        self._chunks = self._watched(chunks)
        self._end = deque[bytes]()
        self._size = self._lines = 0

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def _watched(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        self.source_failed = True
        for chunk in chunks:
            self.source_failed = False
            self.head += chunk[: HEAD - len(self.head)]
            self._lines += chunk.count(b"\n")
            self._end.append(chunk)
            self._size += len(chunk)
            while self._size - len(self._end[0]) >= LAST:
                self._size -= len(self._end.popleft())
            yield chunk
            self.source_failed = True
        self.source_failed = False

    def last_lines(self, fault: Exception, named: Named) -> Digest:
        """The digest with the log's last lines alone; reads it to its end."""
        named.read(b"".join(self._end))
        for chunk in self._chunks:
            named.read(chunk)
        end = b"".join(self._end)
        whole = len(end) <= LAST
        # Half a secret could not be recognised as one, so the word that is cut is left out.
        lines = (end if whole else end[-LAST:].partition(b" ")[2]).split(b"\n")
        if not lines[-1]:
            lines.pop()
        total = self._lines + (not end.endswith(b"\n") and bool(end))
        texts = [line[stamp_of(line)[0] :].decode("utf-8", "replace") for line in lines[-LAST_LINES:]]
        return Digest((), total, explained=False, beside=named.lines()).of_last_lines(texts, fault)


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

        Raises nothing but what `chunks` does: after a fault of ours, the digest has the last lines alone.
        """
        passing, named = _Passing(chunks), Named()
        try:
            found = scan(passing, self._known, named)
            with self._known.turn:
                made = digest(found, steps, green)
                image, tools = image_and_tools(bytes(passing.head))
            return replace(made, image=image, tools=tools, beside=(*named.lines(), *made.beside))
        except Exception as fault:
            if passing.source_failed:
                raise
            return passing.last_lines(fault, named)
